// What the words and phrases of a line usually are: a linear model over hashed n-grams.
#pragma once

#include "../maths.h"
#include "../text/keys.h"
#include "generated.h"

namespace detector {

// The trained weights of n-grams; see features.phrases.PhraseWeights.
struct PhraseWeights {
  View<const f32> bucket, bias;
  View<const u64> known;

  explicit PhraseWeights(Call& call) : bucket(call), bias(call), known(call) {}
};

namespace phrases {

constexpr u32 BUCKET_BITS = 18, KNOWN_BITS = 20;
// An odd multiplier for each kind of n-gram, so that kinds do not collide systematically.
constexpr u64 WORD = 0x9E3779B97F4A7C15, PAIR = 0xC2B2AE3D27D4EB4F, LINE = 0x165667B19E3779F9,
              HEAD = 0x27D4EB2F165667C5, TAIL = 0x85EBCA77C2B2AE63, EDGE = 0xD6E8FEB86659FD93;

INLINE i64 bucket_of(u64 key, u64 kind) { return static_cast<i64>((key * kind) >> (64 - BUCKET_BITS)); }

INLINE bool is_known(u64 key, View<const u64> known) {
  const u64 bit = (key * PAIR) >> (64 - KNOWN_BITS);
  return known[static_cast<i64>(bit >> 6)] >> (bit & 63) & 1;
}

INLINE i64 number_of(i64 words) { return words ? words + most<i64>(words - 1, 0) + 4 : 1; }

// Emit the bucket of every n-gram of a segment: words, then pairs, then those of the whole line, each with
// its group (0, 1 or 2).
template <class F>
INLINE void each(const Words& words, i64 row, F&& give) {
  const i64 first = words.first(row), last = words.last(row), number = last - first;
  const View<const u64> key = words.key.part(first, last);
  if (key.size != number) return;
  u64 whole = static_cast<u64>(number);
  for (i64 at = 0; at < number; ++at) {
    give(bucket_of(key.data[at], WORD), 0);
    whole = pair_key(whole, key.data[at]);
  }
  for (i64 at = 0; at + 1 < number; ++at) give(bucket_of(pair_key(key.data[at], key.data[at + 1]), PAIR), 1);
  const u64 edges = static_cast<u64>(words.edges[2 * row]) * 16 + words.edges[2 * row + 1];
  give(bucket_of(edges + 1 + (static_cast<u64>(least<i64>(number, 8)) << 8), EDGE), 2);
  if (!number) return;
  give(bucket_of(whole, LINE), 2);
  u64 head = key.data[0], tail = key.data[number - 1];
  if (number > 1) {
    head = pair_key(head, key.data[1]);
    tail = pair_key(key.data[number - 2], tail);
  }
  give(bucket_of(head, HEAD), 2);
  give(bucket_of(tail, TAIL), 2);
}

inline void write(const Words& words, i64 row, const PhraseWeights& weights, f32* out) {
  f32 sums[3] = {0, 0, 0}, strongest = 0, weakest = 0;
  each(words, row, [&](i64 bucket, i64 group) {
    const f32 weight = weights.bucket[bucket];
    strongest = most(strongest, weight);
    weakest = least(weakest, weight);
    sums[group] += weight;
  });
  i64 known = 0;
  for (i64 number = words.first(row); number < words.last(row); ++number)
    known += is_known(words.key[number], weights.known);
  const i64 number = words.number(row);
  const f32 scale = 1.0f / sqrt(static_cast<f32>(number_of(number)));
  out[feature::words_say] = sums[0] * scale;
  out[feature::pairs_say] = sums[1] * scale;
  out[feature::line_says] = sums[2] * scale;
  out[feature::phrases_say] = (sums[0] + sums[1] + sums[2]) * scale + weights.bias[0];
  out[feature::strongest] = strongest;
  out[feature::weakest] = weakest;
  out[feature::known_words] = static_cast<f32>(known) / static_cast<f32>(most<i64>(number, 1));
}

}  // namespace phrases
}  // namespace detector
