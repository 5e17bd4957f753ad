// Names and attributes of tags in a serialised page. The output of the serialiser needs no error recovery:
// names are in lower case, every attribute is `name="value"` with quotes and ampersands escaped, and every
// element that is not void has an end tag. Violations (a `<plaintext>` without an end) cause no harm.
#pragma once

#include "../arrays.h"
#include "generated.h"

namespace detector {

INLINE u8 lower(u8 byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<u8>(byte + 32) : byte; }

constexpr u32 FNV_START = 2166136261u, FNV_PRIME = 16777619u;

INLINE constexpr u32 hashed(u32 value, u32 byte) { return (value ^ byte) * FNV_PRIME; }

constexpr u32 hash_of(const char* name) {
  u32 value = FNV_START;
  for (; *name; ++name) value = hashed(value, static_cast<u32>(*name));
  return value;
}

struct Name {
  u32 hash;
  i64 end;
};

INLINE Name read_name(View<const u8> html, i64 at, i64 end) {
  const View<const u8> rest = html.clipped(at, end);
  Name name{FNV_START, at};
  for (const u8 byte : rest) {
    if (byte == '>' || byte == '/' || byte <= 32) break;
    name.hash = hashed(name.hash, byte);
    name.end += 1;
  }
  return name;
}

// The number of the tag whose name has this hash; 0 for any other.
INLINE u8 tag_number(u32 hash) {
  const u8 number = tag_slot[(hash * TAG_SLOT_MIX) >> TAG_SLOT_SHIFT];
  return tag_hash[number] == hash ? number : u8{0};
}

struct Attribute {
  u32 name;
  i64 start, end;  // of the value; the next attribute begins after the closing quote
};

INLINE Attribute read_attribute(View<const u8> html, i64 at, i64 end) {
  const View<const u8> rest = html.clipped(at, end);
  Attribute found{FNV_START, 0, 0};
  i64 size = 0;
  while (size < rest.size && (size == 0 || rest.data[size] != '=')) {
    found.name = hashed(found.name, rest.data[size]);
    size += 1;
  }
  size = least(size + 2, rest.size);
  found.start = at + size;
  while (size < rest.size && rest.data[size] != '"') size += 1;
  found.end = at + size;
  return found;
}

// Emit every attribute of the tag whose attributes begin at `at`; return where the tag ends.
template <class F>
INLINE i64 each_attribute(View<const u8> html, i64 at, i64 end, F&& give) {
  while (at < end && html[at] != '>') {
    if (html[at] <= 32) {
      at += 1;
      continue;
    }
    const Attribute found = read_attribute(html, at, end);
    at = found.end + 1;
    give(found);
  }
  return at + 1;
}

// The hash of a value in lower case, without spaces.
INLINE u32 value_hash(View<const u8> html, i64 start, i64 end) {
  u32 value = FNV_START;
  for (const u8 byte : html.clipped(start, end))
    if (byte > 32) value = hashed(value, byte >= 'A' && byte <= 'Z' ? byte + 32u : byte);
  return value;
}

}  // namespace detector
