// From words to the keys by which copies are compared: capitals may lack accents, or the dot of an i.
#include "characters.h"
#include "keys.h"

namespace detector {

namespace {

bool is_ascii(View<const u8> word) {
  u8 all = 0;
  for (const u8 byte : word) all |= byte;
  return all < 0x80;
}

u64 comparable_key(View<const u8> data, i64 at, i64 end) {
  u64 key = SEED;
  while (at < end) {
    const Character here = read(data, at);
    equal_form(here.code, [&](u32 form) {
      fold(form, [&](u32 folded) { without_accents(folded, [&](u32 code) { key = mixed(key, code); }); });
    });
    at += here.length;
  }
  return spread(key);
}

}  // namespace

// Write the key of each word, with equal forms unified, case folded and accents removed. ASCII words keep
// their keys.
i64 comparable_keys(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const View<u64> out(call);
  for (i64 word = 0; word < words.key.size && !call.stopped(); ++word) {
    const i64 start = words.start[word], end = words.end[word];
    const bool same = is_ascii(batch.data.part(start, end));
    out[word] = same ? words.key[word] : comparable_key(batch.data, start, end);
  }
  return 0;
}

}  // namespace detector
