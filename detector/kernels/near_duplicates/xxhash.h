// 32-bit xxHash (seed 0) of many short spans. Shingles are 20 to 60 bytes long and overlap, so hashing them
// is most of the work for a signature. All hashes of a text are started first, then finished together without
// a branch that the processor would mispredict.
#pragma once

#include "signature.h"

namespace detector {

namespace xxhash {

constexpr u32 P1 = 2654435761u, P2 = 2246822519u, P3 = 3266489917u, P4 = 668265263u, P5 = 374761393u;
constexpr i64 STRIPE = 16;

INLINE u32 rotated(u32 value, u32 bits) { return value << bits | value >> (32 - bits); }

INLINE u32 with_word(u32 value, u32 word) { return rotated(value + word * P3, 17) * P4; }
INLINE u32 with_byte(u32 value, u32 byte) { return rotated(value + (byte & 0xFF) * P5, 11) * P1; }

INLINE u32 avalanched(u32 value) {
  value = (value ^ (value >> 15)) * P2;
  value = (value ^ (value >> 13)) * P3;
  return value ^ (value >> 16);
}

// The hash of all but the last `size % 16` bytes.
INLINE u32 begun(const u8* at, i64 size) {
  if (size < STRIPE) return P5 + static_cast<u32>(size);
  u32 lanes[4] = {P1 + P2, P2, 0, 0u - P1};
  const u8* const last = at + size - STRIPE;
  for (; at <= last; at += STRIPE)
    for (i64 lane = 0; lane < 4; ++lane)
      lanes[lane] = rotated(lanes[lane] + load<u32>(at + 4 * lane) * P2, 13) * P1;
  return rotated(lanes[0], 1) + rotated(lanes[1], 7) + rotated(lanes[2], 12) + rotated(lanes[3], 18) +
         static_cast<u32>(size);
}

}  // namespace xxhash

// Started hashes: the state so far, the next four bytes three times, the last four bytes at most, and the
// number of remaining bytes, 0 to 15.
struct OpenHashes {
  View<u32> value, one, two, three, last, left;

  OpenHashes(Call& call, i64 count)
      : value(scratch<u32>(call, count)),
        one(scratch<u32>(call, count)),
        two(scratch<u32>(call, count)),
        three(scratch<u32>(call, count)),
        last(scratch<u32>(call, count)),
        left(scratch<u32>(call, count)) {}

  // Start the hash of a span; up to 16 bytes after it are read.
  INLINE void begin(View<const u8> data, i64 start, i64 end, i64 number) const {
    if (start < 0 || start > end || end + xxhash::STRIPE > data.size || number >= value.size) [[unlikely]]
      return data.call->fail(OUT_OF_RANGE, end);
    const i64 size = (end - start) & (xxhash::STRIPE - 1);
    const u8* const at = data.data + end;
    value.data[number] = xxhash::begun(data.data + start, end - start);
    one.data[number] = load<u32>(at - size);
    two.data[number] = load<u32>(at - size + 4);
    three.data[number] = load<u32>(at - size + 8);
    last.data[number] = load<u32>(at - (size & 3));
    left.data[number] = static_cast<u32>(size);
  }
};

// Finish `count` hashes and mix them; `value` receives the results.
INLINE void finish_all(u32* __restrict value, const u32* one, const u32* two, const u32* three,
                       const u32* last, const u32* left, i64 count) {
  using namespace xxhash;
  for (i64 number = 0; number < count; ++number) {
    const u32 size = left[number], rest = size & 3, bytes = last[number];
    u32 hash = value[number];
    hash = size >= 4 ? with_word(hash, one[number]) : hash;
    hash = size >= 8 ? with_word(hash, two[number]) : hash;
    hash = size >= 12 ? with_word(hash, three[number]) : hash;
    hash = rest > 0 ? with_byte(hash, bytes) : hash;
    hash = rest > 1 ? with_byte(hash, bytes >> 8) : hash;
    hash = rest > 2 ? with_byte(hash, bytes >> 16) : hash;
    value[number] = finalised(avalanched(hash));
  }
}

}  // namespace detector
