// Elements of a serialised page: the half of the HTML scanner that reads markup.
#pragma once

#include "look.h"

namespace detector {

// The kind of a hint: a title, a description, or structured data.
enum Hint : u8 { TITLE_HINT = 1, DESCRIPTION_HINT = 2, DATA_HINT = 3 };

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

  // Start again, with nothing written.
  void forget() { elements = tokens = hints = hint_bytes = 0; }

  bool is_inside(i64 element, u32 bits) const { return inside_[element] & bits; }
  i64 parent(i64 element) const { return parent_[element]; }

  // Record an element whose attributes begin at `at`, and how it looks; return where its tag ends.
  i64 open_element(View<const u8> html, i64 at, i64 end, u8 number, i64 parent, Look& look) {
    const i64 element = elements;
    elements += 1;
    u32 bits = tag_inside[number];
    at = each_attribute(html, at, end, [&](const Attribute& found) {
      switch (found.name) {
        case hash_of("class"):
          look.class_start = found.start;
          look.class_end = found.end;
          [[fallthrough]];
        case hash_of("id"):
        case hash_of("role"):
          look.says |= saying_tokens(html, found.start, found.end);
          return;
        case hash_of("itemprop"):
        case hash_of("rel"):
          write_tokens(html, found.start, found.end, MOST_TOKENS);
          return;
        case hash_of("href"):
          write_tokens(html, found.start, found.end, MOST_LINK_TOKENS);
          if (found.start < found.end && html[found.start] == '#') look.says |= says::IN_PAGE;
          return;
        case hash_of("hidden"):
          bits |= inside::hidden;
          return;
        default:
          read_attribute_of_look(html, found, look);
      }
    });
    if (look.says & says::HIDDEN) bits |= inside::hidden;
    if (parent >= 0) bits |= inside_[parent];
    tag_[element] = number;
    parent_[element] = parent;
    inside_[element] = bits;
    element_token_[element + 1] = tokens;
    return at;
  }

  // Remove the element that was recorded last.
  void forget_element() {
    elements -= 1;
    tokens = element_token_[elements];
  }

  // Change the parent of the element that was recorded last.
  void change_inside(u32 bits, u32 instead_of) {
    u32& inside = inside_[elements - 1];
    inside = (inside & ~instead_of) | bits;
  }

  // Copy a title, a description or structured data; JSON's escapes become spaces.
  void write_hint(View<const u8> html, i64 start, i64 end, Hint kind) {
    while (start < end) {
      const View<const u8> rest = html.part(start, end);
      if (!rest.size) break;
      const void* const found =
          kind == DATA_HINT ? __builtin_memchr(rest.data, '\\', static_cast<u64>(rest.size)) : nullptr;
      const i64 run = found ? static_cast<const u8*>(found) - rest.data : rest.size;
      if (const View<u8> room = hints_.part(hint_bytes, hint_bytes + run); room.size)
        __builtin_memcpy(room.data, rest.data, static_cast<u64>(run));
      hint_bytes += run;
      start += run;
      if (start >= end) break;
      const bool escaped = start + 1 < end;
      hints_[hint_bytes] = escaped ? u8{' '} : html[start];
      hint_bytes += 1;
      start += escaped ? escape_length(html, start, end) : 1;
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
  // The length of the escape at `at`. A multi-byte character after a backslash is not an escape, and stays
  // whole.
  static i64 escape_length(View<const u8> html, i64 at, i64 end) {
    const i64 whole = html[at + 1] == 'u' ? 6 : 2;
    i64 length = 1;
    while (length < whole && at + length < end && html[at + length] < 0x80) length += 1;
    return length;
  }

  // The most words of an attribute's value that become tokens.
  static constexpr i64 MOST_TOKENS = 24, MOST_LINK_TOKENS = 8;
  // Columns or rows beyond these are not distinguished: the tag of a cell has this many bytes.
  static constexpr i64 MOST_SPANNED = 20, MOST_ROWS = 1000;

  // Skip an attribute that says nothing about what the element is.
  void read_attribute_of_look(View<const u8> html, const Attribute& found, Look& look) {
    switch (found.name) {
      case hash_of("aria-hidden"):
        if (value_hash(html, found.start, found.end) != hash_of("true")) return;
        write_token("aria-hidden");
        look.says |= says::ARIA_HIDDEN;
        return;
      case hash_of("style"):
        look.says |= style_says(html, found.start, found.end);
        return;
      case hash_of("slot"):
        look.says |= says::SLOTTED;
        return;
      case hash_of("data-line-number"):
      case hash_of("data-linenumber"):
        look.says |= says::LINE_NUMBER;
        return;
      case hash_of("unselectable"):
        look.says |= says::UNSELECTABLE;
        return;
      case hash_of("colspan"):
        look.columns = value_number(html, found.start, found.end, 1, MOST_SPANNED);
        return;
      case hash_of("rowspan"):
        look.rows = value_number(html, found.start, found.end, 1, MOST_ROWS);
        return;
      default:
        return;
    }
  }

  // Write a name as one token.
  void write_token(const char* name) {
    if (tokens < token_.size) token_[tokens++] = hash_of(name);
  }

  // Write the words of a value; return what they say about the element's look.
  u32 saying_tokens(View<const u8> html, i64 start, i64 end) {
    const i64 first = tokens;
    write_tokens(html, start, end, MOST_TOKENS);
    u32 said = 0;
    for (const u32 token : token_.clipped(first, tokens)) said |= word_says(token);
    return said;
  }

  // Write the words of a value, split at anything but letters, and at `camelCase`. Digits are left out, so
  // that `post-123` and `post-124` are equal. A compound word (`entry-content`) also becomes a token as a
  // whole.
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
      if (written == room.size) break;  // the first words are enough
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
