// Functions of float32 that give the same bits on every platform: no library functions and no fused
// operations are used. They compute in float64, so nearly every result is correctly rounded.
#pragma once

#include "arrays.h"

namespace detector {

constexpr f64 LN2 = 0.6931471805599453094;

// e^x by its Taylor series within half a power of two.
INLINE f64 exp_wide(f64 x) {
  const f64 scaled = x * (1 / LN2);
  const f64 whole = static_cast<f64>(static_cast<i64>(scaled + (scaled < 0 ? -0.5 : 0.5)));
  const f64 rest = x - whole * LN2;
  f64 sum = 1.0 / 39916800;
  constexpr f64 factors[] = {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
                             1.0 / 24,      1.0 / 6,      1.0 / 2,     1.0,        1.0};
  for (f64 factor : factors) sum = sum * rest + factor;
  return sum * __builtin_bit_cast(f64, (static_cast<i64>(whole) + 1023) << 52);
}

inline f32 exp(f32 x) {
  if (x > 88.8f) return __builtin_inff();
  if (x < -104.0f) return 0.0f;
  return static_cast<f32>(exp_wide(x));
}

// The natural logarithm of a positive normal number: its power of two, and the artanh series for the
// remaining factor, which is between sqrt(1/2) and sqrt(2).
INLINE f64 log_wide(f64 x) {
  i64 bits = __builtin_bit_cast(i64, x);
  i64 power = (bits >> 52) - 1023;
  f64 part = __builtin_bit_cast(f64, (bits & 0xFFFFFFFFFFFFFll) | (1023ll << 52));
  if (part > 1.41421356237309515) {
    part *= 0.5;
    power += 1;
  }
  const f64 s = (part - 1) / (part + 1), square = s * s;
  f64 sum = 1.0 / 17;
  constexpr f64 factors[] = {1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1.0};
  for (f64 factor : factors) sum = sum * square + factor;
  return 2 * s * sum + static_cast<f64>(power) * LN2;
}

inline f32 log(f32 x) { return static_cast<f32>(log_wide(x)); }

// log(1 + x) for x > -1. Small x use the series, because 1 + x would lose their last digits.
inline f32 log1p(f32 x) {
  const f64 wide = x;
  if (wide < 1e-4 && wide > -1e-4) return static_cast<f32>(wide - wide * wide * (0.5 - wide * (1.0 / 3)));
  return static_cast<f32>(log_wide(1 + wide));
}

inline f32 tanh(f32 x) {
  if (x > 20) return 1.0f;
  if (x < -20) return -1.0f;
  const f64 wide = x;
  if (wide < 1e-3 && wide > -1e-3) return static_cast<f32>(wide - wide * wide * wide * (1.0 / 3));
  return static_cast<f32>(1 - 2 / (exp_wide(2 * wide) + 1));
}

INLINE f32 sqrt(f32 x) { return __builtin_sqrtf(x); }

// Round a number below 2^22 to the nearest integer, ties to even.
INLINE f32 nearest(f32 x) { return (x + 12582912.0f) - 12582912.0f; }

}  // namespace detector
