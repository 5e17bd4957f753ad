// From texts to MinHash signatures, digests and band keys.
#include "../wide.h"
#include "fold.h"
#include "xxhash.h"

namespace detector {

#if HAS_WIDE
static WIDE void update_slots_wide(u32* slots, const u32* hashed, const u32* factor, const u32* offset,
                                   i64 size) {
  update_slots(slots, hashed, factor, offset, size);
}
#endif

void update_slots_widest(u32* slots, const u32* hashed, const u32* factor, const u32* offset, i64 size) {
#if HAS_WIDE
  if (has_wide_vectors) return update_slots_wide(slots, hashed, factor, offset, size);
#endif
  update_slots(slots, hashed, factor, offset, size);
}

namespace {

// Finish the hashes of a text and update its signature with them, TOGETHER at a time.
INLINE void sign_all(const OpenHashes& hashes, i64 count, u32* slots, const u32* factor, const u32* offset,
                     i64 size) {
  u32* const value = hashes.value.data;
  finish_all(value, hashes.one.data, hashes.two.data, hashes.three.data, hashes.last.data, hashes.left.data,
             count);
  // The last shingle is repeated to fill up the group, which changes no minimum.
  for (i64 number = count; number < count + TOGETHER - 1; ++number) value[number] = value[count - 1];
  for (i64 number = 0; number < count; number += TOGETHER)
    update_slots(slots, value + number, factor, offset, size);
}

#if HAS_WIDE
WIDE void sign_all_wide(const OpenHashes& hashes, i64 count, u32* slots, const u32* factor, const u32* offset,
                        i64 size) {
  sign_all(hashes, count, slots, factor, offset, size);
}
#endif

// Computes signatures of texts whose words are folded.
class Signer {
 public:
  Signer(Call& call, i64 longest, i64 shingle, const Table<const u32>& permutation)
      : hashes_(call, longest + READ_AHEAD + TOGETHER), shingle_(shingle), permutation_(permutation) {}

  // Write the signature of a text, which must have at least one word.
  void sign(const WordFolder& text, i64 words, View<u32> slots) const {
    slots.fill(EMPTY_SLOT);
    const i64 count = most<i64>(words - shingle_, 0) + 1;
    const View<u8>& folded = text.folded();
    const View<const u8> data(folded.data, folded.size, folded.call);
    for (i64 first = 0; first < count; ++first)
      hashes_.begin(data, text.start(first), text.end(least(first + shingle_, words) - 1), first);
    if (slots.size != permutation_.columns || permutation_.rows != 2 || count + TOGETHER > hashes_.value.size)
      return slots.call->fail(OUT_OF_RANGE, slots.size);
    const u32* const factor = permutation_.all.data;
#if HAS_WIDE
    if (has_wide_vectors)
      return sign_all_wide(hashes_, count, slots.data, factor, factor + slots.size, slots.size);
#endif
    sign_all(hashes_, count, slots.data, factor, factor + slots.size, slots.size);
  }

 private:
  OpenHashes hashes_;
  i64 shingle_;
  const Table<const u32>& permutation_;
};

// A hash of the slots of one band. Bands with different slots share a key with a probability of one in 4
// billion; such a candidate fails verification.
u32 band_key(View<const u32> slots) {
  u64 key = 0x9E3779B97F4A7C15;
  for (const u32 slot : slots) {
    key = (key ^ slot) * 0xFF51AFD7ED558CCD;
    key ^= key >> 32;
  }
  return static_cast<u32>(key);
}

// Odd multipliers of the two halves of a digest (those of splitmix64 and xxh64), and seeds: texts with words
// and texts without have different digests.
constexpr u64 MULTIPLIER[2] = {0xBF58476D1CE4E5B9, 0x9FB21C651E98DF25};
constexpr u64 OF_WORDS = 0x94D049BB133111EB, OF_NO_WORDS = 0xC2B2AE3D27D4EB4F;

INLINE u64 digest_step(u64 value, u64 word, u64 multiplier) {
  value = (value ^ word) * multiplier;
  return value ^ (value >> 29);
}

// Write two independent 64-bit hashes of some bytes.
void write_digest(View<const u8> bytes, u64 seed, View<u64> digest) {
  u64 one = seed ^ static_cast<u64>(bytes.size), two = ~seed;
  i64 at = 0;
  for (; at + 8 <= bytes.size; at += 8) {
    const u64 word = load<u64>(bytes.data + at);
    one = digest_step(one, word, MULTIPLIER[0]);
    two = digest_step(two, word, MULTIPLIER[1]);
  }
  u64 word = 0;
  for (; at < bytes.size; ++at) word = word << 8 | bytes.data[at];
  digest[0] = digest_step(digest_step(one, word, MULTIPLIER[0]), one, MULTIPLIER[1]);
  digest[1] = digest_step(digest_step(two, word, MULTIPLIER[1]), two, MULTIPLIER[0]);
}

// The bytes without ASCII white space at both ends.
View<const u8> stripped(View<const u8> bytes) {
  i64 at = 0, end = bytes.size;
  while (at < end && bytes[at] <= 32) at += 1;
  while (at < end && bytes[end - 1] <= 32) end -= 1;
  return bytes.part(at, end);
}

}  // namespace

// Write the signature of each text, (texts, slots). Texts without words have EMPTY_SLOT in all slots.
i64 sign_texts(Call& call) {
  const Spans spans(call);
  const i64 shingle = shingle_words(call);
  const Table<const u32> permutation(call);
  const Table<u32> signatures(call);
  if (call.stopped()) return 0;
  const i64 longest = spans.longest();
  WordFolder folder(call, longest, 0);
  const Signer signer(call, longest, shingle, permutation);
  if (call.stopped()) return 0;
  for (i64 text = 0; text < spans.start.size && !call.stopped(); ++text) {
    const i64 words = folder.read(spans.data, spans.start[text], spans.end[text]);
    if (words)
      signer.sign(folder, words, signatures[text]);
    else
      signatures[text].fill(EMPTY_SLOT);
  }
  return 0;
}

// Write the sketches of the texts from row `first` on: digest (n, 2), words, shingles, bytes, and the keys of
// the bands (n, bands), each of `rows` slots.
i64 sketch_texts(Call& call) {
  const Spans spans(call);
  const i64 shingle = shingle_words(call), folding = call.integer();
  const Table<const u32> permutation(call);
  const i64 rows = call.integer(), first = call.integer();
  const Table<u64> digest(call);
  const View<i32> word_number(call), shingle_number(call);
  const View<i64> length(call);
  const Table<u32> keys(call);
  if (call.stopped()) return 0;
  const i64 longest = spans.longest();
  WordFolder folder(call, longest, folding);
  const Signer signer(call, longest, shingle, permutation);
  const View<u32> slots = scratch<u32>(call, permutation.columns);
  if (call.stopped()) return 0;
  for (i64 text = 0; text < spans.start.size && !call.stopped(); ++text) {
    const i64 row = first + text, start = spans.start[text], end = spans.end[text];
    const i64 words = folder.read(spans.data, start, end);
    length[row] = end - start;
    word_number[row] = static_cast<i32>(words);
    shingle_number[row] = static_cast<i32>(most<i64>(words - shingle + 1, 0));
    if (!words) {
      write_digest(stripped(spans.data.part(start, end)), OF_NO_WORDS, digest[row]);
      continue;
    }
    const View<u8> folded = folder.folded().part(0, folder.start(words));
    write_digest({folded.data, folded.size, &call}, OF_WORDS, digest[row]);
    if (words < shingle) continue;
    signer.sign(folder, words, slots);
    const View<u32> row_keys = keys[row];
    for (i64 band = 0; band < row_keys.size; ++band) {
      const View<u32> part = slots.part(band * rows, (band + 1) * rows);
      row_keys[band] = band_key({part.data, part.size, &call});
    }
  }
  return 0;
}

// Write the folded words of every text, each followed by a space, and where each text ends; return the number
// of bytes. For tests.
i64 fold_texts(Call& call) {
  const Spans spans(call);
  const i64 folding = call.integer();
  const View<u8> out(call);
  const View<i64> text_end(call);
  if (call.stopped()) return 0;
  WordFolder folder(call, spans.longest(), folding);
  if (call.stopped()) return 0;
  i64 written = 0;
  for (i64 text = 0; text < spans.start.size && !call.stopped(); ++text) {
    const i64 words = folder.read(spans.data, spans.start[text], spans.end[text]);
    for (i64 at = 0; at < folder.start(words); ++at, ++written) out[written] = folder.folded()[at];
    text_end[text] = written;
  }
  return written;
}

// Write the mixed hash of every span, computed as for shingles. For tests.
i64 hash_spans(Call& call) {
  const Spans spans(call);
  const View<u32> out(call);
  const OpenHashes hashes(call, spans.start.size);
  if (call.stopped()) return 0;
  for (i64 text = 0; text < spans.start.size; ++text)
    hashes.begin(spans.data, spans.start[text], spans.end[text], text);
  finish_all(hashes.value.data, hashes.one.data, hashes.two.data, hashes.three.data, hashes.last.data,
             hashes.left.data, spans.start.size);
  for (i64 text = 0; text < spans.start.size; ++text) out[text] = hashes.value[text];
  return 0;
}

// Flag the texts with a character that NFC may change. The first two bytes of every character are checked,
// eight positions at a time; a text that may have one is read again.
i64 flag_composing_texts(Call& call) {
  const Spans spans(call);
  const View<bool> flags(call);
  i64 flagged = 0;
  for (i64 text = 0; text < spans.start.size && !call.stopped(); ++text) {
    const View<const u8> data = spans.data.part(spans.start[text], spans.end[text]);
    bool suspect = false;
    for (i64 at = 0; at + 1 < data.size && !suspect; ++at) {
      if (at + 8 < data.size && !(load<u64>(data.data + at) & HIGH_BITS)) {
        at += 7;
        continue;
      }
      const u32 pair = load<u16>(data.data + at);
      suspect = data.data[at] >= 0xC0 && composing_starts[pair >> 6] >> (pair & 63) & 1;
    }
    flags[text] = false;
    for (i64 at = 0; suspect && at < data.size;) {
      const Character here = read(data, at);
      if (flagged_class(here.code) & MAY_COMPOSE) {
        flags[text] = true;
        break;
      }
      at += here.length;
    }
    flagged += flags[text];
  }
  return flagged;
}

}  // namespace detector
