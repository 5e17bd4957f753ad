// A serialised page, and ways to look ahead in it.
#pragma once

#include "attributes.h"

namespace detector {

// A tag that was found.
struct Tag {
  i64 start, name_end;  // of its `<`, and where its name ends
  u32 name;
  u8 number;
  bool closing;
};

class Source {
 public:
  explicit Source(Call& call) : html(call) {}

  View<const u8> html;
  i64 end = 0;  // of the page
  bool noscript_is_markup = false;

  u16 flags_of(u8 number) const {
    if (number == tag::noscript && !noscript_is_markup) return flag::SKIP | flag::RAW;
    return tag_flags[number];
  }

  // Where the tag around `at` ends; there are no attributes left.
  i64 after_tag(i64 at) const {
    while (at < end && html[at] != '>') at += 1;
    return at + 1;
  }

  // Where the comment, doctype or processing instruction after `<` ends.
  i64 after_declaration(i64 at) const {
    if (at + 2 < end && html[at] == '!' && html[at + 1] == '-' && html[at + 2] == '-') {
      at += 3;
      while (at < end && !(html[at] == '>' && html[at - 1] == '-' && html[at - 2] == '-')) at += 1;
      return at + 1;
    }
    return after_tag(at);
  }

  // Where the raw text of the element called `name` ends.
  i64 raw_end(i64 at, u32 name) const {
    const View<const u8> page = html.part(0, end);
    for (; at < page.size; ++at)
      if (page.data[at] == '<' && at + 1 < end && html[at + 1] == '/' &&
          read_name(html, at + 2, end).hash == name)
        return at;
    return end;
  }

  bool is_declaration(i64 at) const { return at < end && (html[at] == '!' || html[at] == '?'); }

  // The tag at `at`, which is a `<` that does not begin a declaration.
  Tag tag_at(i64 at) const {
    const bool closing = at + 1 < end && html[at + 1] == '/';
    const Name name = read_name(html, at + 1 + closing, end);
    return {at, name.end, name.hash, tag_number(name.hash), closing};
  }

  // Where the start tag ends whose name ends at `at`.
  i64 after_attributes(i64 at) const {
    const View<const u8> rest = html.clipped(at, end);
    const u8* byte = rest.data;
    const u8* const stop = byte + rest.size;
    while (byte < stop && *byte != '>') {
      if (*byte == '"') byte = find('"', byte + 1, stop);
      if (byte < stop) byte += 1;
    }
    return at + (byte - rest.data) + 1;
  }

  // Emit the text and the tags from `at` on, up to the end of the page or until no more is wanted; raw text
  // is skipped. `text(start, stop)` and `tag(found)` return whether more is wanted. Return where the next one
  // would begin.
  template <class Text, class OnTag>
  INLINE i64 look_ahead(i64 at, Text&& text, OnTag&& tag) const {
    while (at < end) {
      if (html[at] != '<') {
        const i64 start = at;
        const View<const u8> rest = html.clipped(at, end);
        at += find('<', rest.data, rest.data + rest.size) - rest.data;
        if (!text(start, at)) return at;
      } else if (is_declaration(at + 1)) {
        at = after_declaration(at + 1);
      } else {
        const Tag found = tag_at(at);
        const u16 flags = flags_of(found.number);
        at = found.closing ? after_tag(found.name_end) : after_attributes(found.name_end);
        if (!found.closing && flags & flag::RAW)
          at = after_tag(raw_end(at, found.name));
        else if (!tag(found))
          return at;
      }
    }
    return end;
  }

  // Where the element ends whose content begins at `at`, including its end tag.
  i64 after_element(i64 at) const {
    i64 depth = 1;
    return look_ahead(
        at, [](i64, i64) { return true; },
        [&](const Tag& found) {
          if (!(flags_of(found.number) & flag::VOID)) depth += found.closing ? -1 : 1;
          return depth > 0;
        });
  }

  bool is_space(i64 start, i64 stop) const {
    for (; start < stop; ++start)
      if (html[start] > 32) return false;
    return true;
  }

 private:
  static const u8* find(u8 wanted, const u8* from, const u8* stop) {
    if (from >= stop) return stop;
    const void* const found = __builtin_memchr(from, wanted, static_cast<u64>(stop - from));
    return found ? static_cast<const u8*>(found) : stop;
  }
};

}  // namespace detector
