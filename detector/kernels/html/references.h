// Character references such as "&eacute;" and "&#8217;": the HTML standard, section 13.2.5.72.
#pragma once

#include "generated.h"
#include "tokens.h"

namespace detector {

// The meaning of a reference: one or two code points. Length 0: there is none.
struct CharacterReference {
  u32 first, second;
  i64 length;
};

namespace references {

// Names that are valid without a semicolon are no longer than this.
constexpr i64 LONGEST_BARE = 6;
constexpr i64 LONGEST = 33;

INLINE bool is_digit(u8 byte) { return byte >= '0' && byte <= '9'; }

// The value of a hexadecimal digit, or -1.
INLINE i64 digit_value(u8 byte) {
  if (is_digit(byte)) return byte - '0';
  const u8 small = lower(byte);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// The row of a name in the table, or -1.
inline i64 row_of(const u8* name, i64 size) {
  i64 low = 0, high = REFERENCES;
  while (low < high) {
    const i64 middle = (low + high) / 2;
    const i64 start = reference_start[middle], own = reference_start[middle + 1] - start;
    int order = __builtin_memcmp(reference_names + start, name, static_cast<u64>(least(own, size)));
    if (order == 0) order = own < size ? -1 : own > size;
    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

// Code points that a number may not refer to.
inline u32 valid(u64 code) {
  constexpr u32 REPLACEMENT = 0xFFFD;
  // Bytes of Windows-1252 that authors have used as code points, and their meaning.
  constexpr u16 WINDOWS[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                               0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                               0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                               0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return REPLACEMENT;
  if (code >= 0x80 && code < 0xA0) return WINDOWS[code - 0x80];
  return static_cast<u32>(code);
}

inline CharacterReference numeric(const Tokens& page, i64 at) {
  const bool hexadecimal = lower(page.byte(at + 2)) == 'x';
  i64 next = at + 2 + hexadecimal;
  const i64 first = next;
  u64 code = 0;
  for (i64 value; (value = digit_value(page.byte(next))) >= 0 && (hexadecimal || value < 10); ++next)
    code = least<u64>(code * (hexadecimal ? 16 : 10) + static_cast<u64>(value), 0x110000);
  if (next == first) return {0, 0, 0};
  return {valid(code), 0, next + (page.byte(next) == ';') - at};
}

inline CharacterReference named(const Tokens& page, i64 at, bool in_attribute) {
  i64 size = 0;
  while (size < LONGEST && (is_letter(page.byte(at + 1 + size)) || is_digit(page.byte(at + 1 + size))))
    size += 1;
  if (size && page.byte(at + 1 + size) == ';')
    if (const i64 row = row_of(page.from(at + 1), size + 1); row >= 0)
      return {reference_first[row], reference_second[row], size + 2};
  for (i64 bare = least(size, LONGEST_BARE); bare > 1; --bare) {
    const i64 row = row_of(page.from(at + 1), bare);
    if (row < 0) continue;
    const u8 next = page.byte(at + 1 + bare);
    // In an attribute, "?a=1&copy=2" is not a reference.
    if (in_attribute && (next == '=' || is_letter(next) || is_digit(next))) break;
    return {reference_first[row], reference_second[row], bare + 1};
  }
  return {0, 0, 0};
}

// The meaning of the `&` at `at`.
inline CharacterReference read(const Tokens& page, i64 at, bool in_attribute) {
  return page.byte(at + 1) == '#' ? numeric(page, at) : named(page, at, in_attribute);
}

}  // namespace references
}  // namespace detector
