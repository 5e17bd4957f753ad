// Characters of a serialised page, read from its bytes.
#pragma once

#include "../arrays.h"

namespace detector {

// The length in bytes of the white space character at `at`, or 0. All Unicode white space counts, so a
// no-break space ends a word here too.
INLINE i64 space_length(View<const u8> html, i64 at) {
  const u8 byte = html[at];
  if (byte <= 32) return byte == 32 || (byte >= 9 && byte <= 13) ? 1 : 0;
  if (byte < 0xC2) return 0;
  if (byte == 0xC2) return html[at + 1] == 0xA0 || html[at + 1] == 0x85 ? 2 : 0;
  if (byte == 0xE2) {
    const u8 second = html[at + 1], third = html[at + 2];
    if (second == 0x80) return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0;
    return second == 0x81 && third == 0x9F ? 3 : 0;
  }
  if (byte == 0xE3) return html[at + 1] == 0x80 && html[at + 2] == 0x80 ? 3 : 0;
  return byte == 0xE1 && html[at + 1] == 0x9A && html[at + 2] == 0x80 ? 3 : 0;
}

struct Reference {
  u8 byte;
  i64 length;
};

// The character of the reference at `at`; the serialiser writes no others than these.
INLINE Reference unescaped(View<const u8> html, i64 at) {
  const u8 second = at + 4 < html.size ? html[at + 1] : u8{0};
  if (second == 'l' && html[at + 2] == 't' && html[at + 3] == ';') return {'<', 4};
  if (second == 'g' && html[at + 2] == 't' && html[at + 3] == ';') return {'>', 4};
  if (second == 'a' && html[at + 2] == 'm' && html[at + 4] == ';') return {'&', 5};
  if (second == 'q' && html[at + 2] == 'u' && at + 5 < html.size && html[at + 5] == ';') return {'"', 6};
  return {'&', 1};
}

// Bytes that are copied without looking at the next ones.
struct PlainBytes {
  bool of[256];

  constexpr PlainBytes() : of{} {
    for (int byte = 33; byte < 256; ++byte)
      of[byte] = byte != '<' && byte != '&' && byte != 0xC2 && byte != 0xE1 && byte != 0xE2 && byte != 0xE3;
  }
};

constexpr PlainBytes plain_bytes;

// A soft hyphen marks where a word may be divided; it is not a character of the word.
INLINE bool is_soft_hyphen(View<const u8> html, i64 at) { return html[at] == 0xC2 && html[at + 1] == 0xAD; }

}  // namespace detector
