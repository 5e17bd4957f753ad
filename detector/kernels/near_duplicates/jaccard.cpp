// Hashed sets of shingles, and the Jaccard similarity of two of them.
#include "fold.h"

namespace detector {

namespace {

constexpr u64 MULTIPLIER = 0x9FB21C651E98DF25, WORD_SEED = 0xA0761D6478BD642F;
// A free slot in a hash table. A shingle with this hash counts as the one with hash 1.
constexpr u64 FREE = 0;

// A hash of one folded word. Up to seven bytes after it are read but not used.
u64 word_key(View<const u8> folded, i64 at, i64 end) {
  if (at < 0 || at >= end || end + 8 > folded.size) return folded.call->fail(OUT_OF_RANGE, end), 0;
  u64 key = WORD_SEED ^ static_cast<u64>(end - at);
  for (; at + 8 < end; at += 8) {
    key = (key ^ load<u64>(folded.data + at)) * MULTIPLIER;
    key ^= key >> 32;
  }
  const u64 rest = load<u64>(folded.data + at) << (64 - 8 * (end - at));
  key = (key ^ rest) * MULTIPLIER;
  // Done twice, so that the low bits, which index the tables, depend on the letters too.
  key = (key ^ (key >> 32)) * MULTIPLIER;
  return key ^ (key >> 29);
}

// A hash table of keys, at most half full.
class KeySet {
 public:
  KeySet(Call& call, i64 most_keys) : table_(scratch<u64>(call, size_for(most_keys))) {}

  void clear(i64 keys) {
    const i64 size = size_for(keys);
    mask_ = size - 1;
    table_.part(0, size).fill(FREE);
  }

  // Insert a key; tell whether it is new.
  bool add(u64 key) {
    u64& place = table_[place_of(key)];
    if (place == key) return false;
    place = key;
    return true;
  }

  bool has(u64 key) const { return table_[place_of(key)] == key; }

 private:
  static i64 size_for(i64 keys) {
    i64 size = 16;
    while (size < 2 * keys) size *= 2;
    return size;
  }

  INLINE i64 place_of(u64 key) const {
    i64 at = static_cast<i64>(key) & mask_;
    for (i64 tried = 0; tried <= mask_ && table_[at] != FREE && table_[at] != key; ++tried)
      at = (at + 1) & mask_;
    return at;
  }

  View<u64> table_;
  i64 mask_ = 15;
};

}  // namespace

// Write the distinct shingles of every text, in the order of the text; return their number. `start` (n + 1,)
// receives the first one of each text.
i64 shingle_sets(Call& call) {
  const Spans spans(call);
  const i64 shingle = shingle_words(call), folding = call.integer();
  const View<u64> keys(call);
  const View<i64> start(call);
  if (call.stopped()) return 0;
  const i64 longest = spans.longest();
  WordFolder folder(call, longest, folding);
  const View<u64> word_keys = scratch<u64>(call, longest + READ_AHEAD);
  KeySet seen(call, longest / 2 + 1);
  if (call.stopped()) return 0;
  i64 written = 0;
  for (i64 text = 0; text < spans.start.size && !call.stopped(); ++text) {
    start[text] = written;
    const i64 words = folder.read(spans.data, spans.start[text], spans.end[text]);
    const View<u8>& folded = folder.folded();
    for (i64 word = 0; word < words; ++word)
      word_keys[word] = word_key({folded.data, folded.size, &call}, folder.start(word), folder.end(word));
    const i64 count = most<i64>(words - shingle + 1, 0);
    seen.clear(count);
    for (i64 first = 0; first < count; ++first) {
      u64 key = 0;
      for (i64 word = first; word < first + shingle; ++word) key = (key + word_keys[word]) * MULTIPLIER;
      key = most<u64>(key, 1);
      if (!seen.add(key)) continue;
      keys[written] = key;
      written += 1;
    }
  }
  start[spans.start.size] = written;
  return written;
}

// Write the Jaccard similarity of each pair of sets, or -1 below `lowest`. Pairs with the same left side
// should be adjacent.
i64 jaccards(Call& call) {
  const View<const i64> left(call), right(call);
  const View<const u64> keys(call);
  const View<const i64> start(call);
  const f64 lowest = call.real();
  const View<f64> result(call);
  require_rising(start, keys.size);
  if (call.stopped()) return 0;
  const auto size_of = [&](i64 text) { return start[text + 1] - start[text]; };
  i64 largest = 0;
  for (i64 text = 0; text + 1 < start.size; ++text) largest = most(largest, size_of(text));
  KeySet set(call, largest);
  if (call.stopped()) return 0;
  i64 held = -1;
  for (i64 pair = 0; pair < left.size && !call.stopped(); ++pair) {
    const i64 one = left[pair], two = right[pair], sum = size_of(one) + size_of(two);
    const f64 bound = lowest / (1 + lowest) * static_cast<f64>(sum) - 1e-6;
    i64 needed = static_cast<i64>(bound);
    needed += static_cast<f64>(needed) < bound;
    result[pair] = -1;
    if (least(size_of(one), size_of(two)) < needed || sum == 0) continue;
    if (one != held) {
      held = one;
      set.clear(size_of(one));
      for (i64 number = start[one]; number < start[one + 1]; ++number) set.add(keys[number]);
    }
    // Stop as soon as fewer than `needed` shingles can be shared.
    i64 shared = 0, rest = size_of(two);
    for (const u64 key : keys.part(start[two], start[two + 1])) {
      shared += set.has(key);
      rest -= 1;
      if (shared + rest < needed) break;
    }
    if (shared + rest < needed) continue;
    const f64 similarity = static_cast<f64>(shared) / static_cast<f64>(sum - shared);
    if (similarity >= lowest) result[pair] = similarity;
  }
  return 0;
}

}  // namespace detector
