// Tags of a serialised page: the half of the HTML scanner that reads markup.
//
// What the parser serialised needs no error recovery: names are in lower case, every attribute
// is `name="value"` with quotes and ampersands escaped, and every element that is not void has
// its end tag. Whatever breaks that (a `<plaintext>` without end) is survived.
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

// What a hint is: a title, a description, or structured data.
enum Hint : u8 { TITLE_HINT = 1, DESCRIPTION_HINT = 2, DATA_HINT = 3 };

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

// Give every attribute of the tag whose attributes begin at `at`; return where the tag ends.
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

INLINE i64 skip_attributes(View<const u8> html, i64 at, i64 end) {
  return each_attribute(html, at, end, [](const Attribute&) {});
}

// The hash of a value in lower case, without its spaces.
INLINE u32 value_hash(View<const u8> html, i64 start, i64 end) {
  u32 value = FNV_START;
  for (const u8 byte : html.clipped(start, end))
    if (byte > 32) value = hashed(value, byte >= 'A' && byte <= 'Z' ? byte + 32u : byte);
  return value;
}

// Tell whether a style attribute hides its element: `display: none` or `visibility: hidden`.
INLINE bool hides(View<const u8> html, i64 start, i64 end) {
  u32 word = FNV_START, property = 0;
  for (i64 at = start; at <= end; ++at) {
    const u8 byte = at < end ? lower(html[at]) : u8{';'};
    if (byte == ':') {
      property = word;
      word = FNV_START;
    } else if (byte == ';' || byte == '!') {
      if (property == hash_of("display") && word == hash_of("none")) return true;
      if (property == hash_of("visibility") && word == hash_of("hidden")) return true;
      property = 0;
      word = FNV_START;
    } else if (byte > 32) {
      word = hashed(word, byte);
    }
  }
  return false;
}

// Writes elements, the words of their attributes, and hints.
class MarkupWriter {
 public:
  explicit MarkupWriter(Call& call)
      : tag_(call),
        parent_(call),
        inside_(call),
        element_token_(call),
        token_(call),
        hints_(call),
        hint_end_(call),
        hint_kind_(call) {}

  i64 elements = 0, tokens = 0, hints = 0, hint_bytes = 0;

  // Begin again, with nothing written.
  void forget() { elements = tokens = hints = hint_bytes = 0; }

  bool is_inside(i64 element, u32 bits) const { return inside_[element] & bits; }
  i64 parent(i64 element) const { return parent_[element]; }

  // Record an element whose attributes begin at `at`; return where its tag ends.
  i64 open_element(View<const u8> html, i64 at, i64 end, u8 number, i64 parent) {
    const i64 element = elements;
    elements += 1;
    u32 bits = tag_inside[number];
    at = each_attribute(html, at, end, [&](const Attribute& found) {
      switch (found.name) {
        case hash_of("class"):
        case hash_of("id"):
        case hash_of("role"):
        case hash_of("itemprop"):
        case hash_of("rel"):
          return write_tokens(html, found.start, found.end, MOST_TOKENS);
        case hash_of("href"):
          return write_tokens(html, found.start, found.end, MOST_LINK_TOKENS);
        case hash_of("hidden"):
          bits |= inside::hidden;
          return;
        case hash_of("aria-hidden"):
          if (value_hash(html, found.start, found.end) == hash_of("true")) write_token("aria-hidden");
          return;
        case hash_of("style"):
          if (hides(html, found.start, found.end)) bits |= inside::hidden;
          return;
        default:
          return;
      }
    });
    if (parent >= 0) bits |= inside_[parent];
    tag_[element] = number;
    parent_[element] = parent;
    inside_[element] = bits;
    element_token_[element + 1] = tokens;
    return at;
  }

  // Copy a title, a description or structured data; JSON's escapes become spaces.
  void write_hint(View<const u8> html, i64 start, i64 end, Hint kind) {
    for (i64 at = start; at < end;) {
      const bool escaped = html[at] == '\\' && kind == DATA_HINT && at + 1 < end;
      hints_[hint_bytes] = escaped ? u8{' '} : html[at];
      hint_bytes += 1;
      at += escaped ? escape_length(html, at, end) : 1;
    }
    hint_end_[hints] = hint_bytes;
    hint_kind_[hints] = kind;
    hints += 1;
  }

  // Read a `<meta>` tag; keep a title or description as a hint.
  i64 read_meta(View<const u8> html, i64 at, i64 end) {
    u8 kind = 0;
    i64 start = 0, stop = 0;
    at = each_attribute(html, at, end, [&](const Attribute& found) {
      if (found.name == hash_of("content")) {
        start = found.start;
        stop = found.end;
      } else if (found.name == hash_of("name") || found.name == hash_of("property")) {
        switch (value_hash(html, found.start, found.end)) {
          case hash_of("description"):
          case hash_of("og:description"):
          case hash_of("twitter:description"):
            kind = DESCRIPTION_HINT;
            return;
          case hash_of("og:title"):
          case hash_of("twitter:title"):
            kind = TITLE_HINT;
            return;
          default:
            return;
        }
      }
    });
    if (kind && stop > start) write_hint(html, start, stop, static_cast<Hint>(kind));
    return at;
  }

 private:
  // The length of the escape at `at`. A character of several bytes after a backslash is no
  // escape, and stays whole.
  static i64 escape_length(View<const u8> html, i64 at, i64 end) {
    const i64 whole = html[at + 1] == 'u' ? 6 : 2;
    i64 length = 1;
    while (length < whole && at + length < end && html[at + length] < 0x80) length += 1;
    return length;
  }

  // Words of an attribute's value that become tokens: the first ones say it.
  static constexpr i64 MOST_TOKENS = 24, MOST_LINK_TOKENS = 8;
  // Mixed into the hash of a word in several parts, so that it differs from that of a part.
  static constexpr u32 WHOLE_WORD = 0x5BD1E995;

  // Write a name as one token.
  void write_token(const char* name) {
    if (tokens < token_.size) token_[tokens++] = hash_of(name);
  }

  // Write the words of a value: parted at anything but letters, and at `camelCase`. Digits are
  // left out, so that `post-123` and `post-124` say the same. A word in several parts
  // (`entry-content`) is also one token as a whole.
  void write_tokens(View<const u8> html, i64 start, i64 end, i64 limit) {
    const View<u32> room = token_.clipped(tokens, tokens + limit);
    u32* const out = room.data;
    i64 written = 0;
    const auto write = [&](u32 token) {
      if (written < room.size) out[written++] = token;
    };
    u32 part = FNV_START, whole = FNV_START;
    i64 size = 0, parts = 0;
    bool before_lower = false;
    const auto end_part = [&] {
      if (size == 0) return;
      if (size > 1) write(part);
      parts += 1;
      part = FNV_START;
      size = 0;
    };
    const auto end_word = [&] {
      end_part();
      if (parts > 1) write(whole ^ WHOLE_WORD);
      whole = FNV_START;
      parts = 0;
    };
    for (const u8 byte : html.clipped(start, end)) {
      const bool is_lower = (byte >= 'a' && byte <= 'z') || byte >= 0x80,
                 is_upper = byte >= 'A' && byte <= 'Z';
      if (is_lower || is_upper) {
        if (is_upper && before_lower) end_part();
        const u32 folded = is_upper ? byte + 32u : byte;
        part = hashed(part, folded);
        whole = hashed(whole, folded);
        size += 1;
      } else if (byte <= 32) {
        end_word();
      } else {
        end_part();
      }
      before_lower = is_lower;
    }
    end_word();
    tokens += written;
  }

  View<u8> tag_;
  View<i64> parent_;
  View<u32> inside_;
  View<i64> element_token_;
  View<u32> token_;
  View<u8> hints_;
  View<i64> hint_end_;
  View<u8> hint_kind_;
};

}  // namespace detector
