// From words to the keys of words, word pairs and lines.
#pragma once

#include "../records.h"

namespace detector {

// The multiplier of Fibonacci hashing (2^64 divided by the golden ratio, odd).
constexpr u64 MIX = 0x9E3779B97F4A7C15;
constexpr u64 SEED = 0x2545F4914F6CDD1D;

// Shapes of words (bits).
enum Shape : u8 { HAS_UPPER = 1, HAS_DIGIT = 2, FIRST_UPPER = 4, IS_SINGLE = 8, HAS_LOWER = 16 };

constexpr u64 LINE_START = 0x9AE16A3B2F90404F;
// The keys of masked words; no word has so small a key.
constexpr u64 ANY_NUMBER = 7, ANY_NAME = 11;

INLINE u64 mixed(u64 key, u64 code) { return (key ^ code) * MIX; }

// Spread a key over all 64 bits.
INLINE u64 spread(u64 key) {
  key ^= key >> 32;
  key *= SEED;
  return key ^ (key >> 29);
}

INLINE u64 pair_key(u64 one, u64 two) { return (one * 31) ^ (two + (one >> 17)); }

// The key of a line, extended by one word.
INLINE u64 next_key(u64 key, u64 word) { return pair_key(key, word) * 0xFF51AFD7ED558CCD; }

INLINE bool has_digit(const Words& words, i64 number) { return words.shape[number] & HAS_DIGIT; }

INLINE u64 line_key(const Words& words, i64 row) {
  u64 key = LINE_START;
  const i64 last = words.last(row);
  for (i64 number = words.first(row); number < last; ++number) key = next_key(key, words.key[number]);
  return key;
}

// The key of a line in which all words with a digit are equal.
INLINE u64 line_key_without_numbers(const Words& words, i64 row) {
  u64 key = LINE_START;
  const i64 last = words.last(row);
  for (i64 number = words.first(row); number < last; ++number)
    key = next_key(key, has_digit(words, number) ? ANY_NUMBER : words.key[number]);
  return key;
}

}  // namespace detector
