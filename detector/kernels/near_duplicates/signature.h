// MinHash signatures, and the 32-bit hashes that they are computed from.
#pragma once

#include "../arrays.h"

namespace detector {

constexpr u32 EMPTY_SLOT = 0xFFFFFFFF;
// The number of hashes that update a signature together, so that its slots are loaded and stored only once.
constexpr i64 TOGETHER = 8;

// MurmurHash3's finaliser of a 32-bit hash: a fixed bijection.
INLINE u32 finalised(u32 value) {
  value = (value ^ (value >> 16)) * 0x85EBCA6B;
  value = (value ^ (value >> 13)) * 0xC2B2AE35;
  return value ^ (value >> 16);
}

INLINE void update_slots(u32* __restrict slots, const u32* __restrict hashed, const u32* __restrict factor,
                         const u32* __restrict offset, i64 size) {
  for (i64 slot = 0; slot < size; ++slot) {
    const u32 a = factor[slot], b = offset[slot];
    u32 smallest = slots[slot];
    for (i64 number = 0; number < TOGETHER; ++number) smallest = least(smallest, a * hashed[number] + b);
    slots[slot] = smallest;
  }
}

// The same, for processors with wider vectors. These are integers, so the results are equal.
void update_slots_widest(u32* slots, const u32* hashed, const u32* factor, const u32* offset, i64 size);

template <i64 SLOTS>
struct Signature {
  u32 slots[SLOTS];

  Signature() {
    for (u32& slot : slots) slot = EMPTY_SLOT;
  }

  // Update a signature with TOGETHER mixed hashes. `permutation` holds the factors, then the offsets.
  INLINE void update(const u32* hashed, View<const u32> permutation) {
    if (permutation.size != 2 * SLOTS) return permutation.call->fail(OUT_OF_RANGE, permutation.size);
    update_slots_widest(slots, hashed, permutation.data, permutation.data + SLOTS, SLOTS);
  }
};

}  // namespace detector
