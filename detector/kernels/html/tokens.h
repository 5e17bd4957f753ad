// Tags of a page as it was sent, before parsing: the tokeniser of the HTML standard (section 13.2.5), as far
// as it is needed to find where tags and raw text end.
#pragma once

#include "attributes.h"

namespace detector {

INLINE bool is_letter(u8 byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }
INLINE bool is_space(u8 byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

// Reads a page from left to right.
class Tokens {
 public:
  explicit Tokens(View<const u8> page) : page_(page) {}

  i64 size() const { return page_.size; }
  const u8* from(i64 at) const { return page_.data + at; }
  // The byte at a position; 0 after the end.
  INLINE u8 byte(i64 at) const { return at < page_.size ? page_.data[at] : u8{0}; }

  // The next position of a byte, or the end.
  INLINE i64 find(u8 wanted, i64 at) const { return find(wanted, at, page_.size); }
  INLINE i64 find(u8 wanted, i64 at, i64 end) const {
    if (at >= end) return end;
    const void* const found = __builtin_memchr(from(at), wanted, static_cast<u64>(end - at));
    return found ? static_cast<const u8*>(found) - page_.data : end;
  }

  // Tell whether a word in lower case is at a position, in any case.
  bool is_word(const char* word, i64 at) const {
    for (; *word; ++word, ++at)
      if (lower(byte(at)) != static_cast<u8>(*word)) return false;
    return true;
  }

  // The name of the tag that begins at `at`, in lower case.
  Name tag_name(i64 at) const {
    Name name{FNV_START, at};
    for (; name.end < page_.size; ++name.end) {
      const u8 here = page_.data[name.end];
      if (is_space(here) || here == '/' || here == '>') break;
      name.hash = hashed(name.hash, lower(here));
    }
    return name;
  }

  struct RawAttribute {
    u32 name;
    i64 start, name_end, value, value_end, end;  // the value is without its quotes
  };

  // Emit every attribute from `at` on; return where the tag ends, or -1 if it does not.
  template <class F>
  INLINE i64 each_raw_attribute(i64 at, F&& give) const {
    for (;;) {
      while (is_space(byte(at)) || byte(at) == '/') at += 1;
      if (at >= size()) return -1;
      if (byte(at) == '>') return at + 1;
      RawAttribute found{FNV_START, at, 0, 0, 0, 0};
      for (i64 first = at; at < size(); ++at) {
        const u8 here = page_.data[at];
        if (is_space(here) || here == '/' || here == '>' || (here == '=' && at > first)) break;
        found.name = hashed(found.name, lower(here));
      }
      found.name_end = found.value = found.value_end = found.end = at;
      i64 next = at;
      while (is_space(byte(next))) next += 1;
      if (byte(next) == '=') {
        next += 1;
        while (is_space(byte(next))) next += 1;
        at = value_end(next, found);
        if (at < 0) return -1;
      }
      give(found);
    }
  }

  // Where a start or end tag ends whose attributes begin at `at`, or -1 if it does not.
  i64 tag_end(i64 at) const {
    return each_raw_attribute(at, [](const RawAttribute&) {});
  }

  // Where the end tag of raw text begins: `</name` and a character that is not part of a name. The end of the
  // page if there is none.
  i64 raw_end(i64 at, const char* name, i64 length) const {
    for (at = find('<', at); at < size(); at = find('<', at + 1))
      if (byte(at + 1) == '/' && is_word(name, at + 2) && ends_name(at + 2 + length)) return at;
    return size();
  }

  // The same for a script, which may hold `<!-- <script> </script> -->`.
  i64 script_end(i64 at) const {
    bool escaped = false, twice = false;
    i64 before = at;
    for (at = find('<', at); at < size(); at = find('<', at + 1)) {
      if (escaped && closes_comment(before, at)) escaped = twice = false;
      before = at;
      const bool closes = byte(at + 1) == '/';
      if (byte(at + 1) == '!' && byte(at + 2) == '-' && byte(at + 3) == '-' && !escaped) {
        escaped = true;
        before = at + 2;  // the dashes may already be those of `-->`
      } else if (is_word("script", at + 1 + closes) && ends_name(at + 7 + closes)) {
        if (closes && !twice) return at;
        if (escaped) twice = !closes;
      }
    }
    return size();
  }

  // Where a comment ends that begins with `<!--` at `at`.
  i64 comment_end(i64 at) const {
    at += 4;
    if (byte(at) == '>') return at + 1;
    if (byte(at) == '-' && byte(at + 1) == '>') return at + 2;
    for (at = find('-', at); at < size(); at = find('-', at + 1)) {
      if (byte(at + 1) != '-') continue;
      if (byte(at + 2) == '>') return at + 3;
      if (byte(at + 2) == '!' && byte(at + 3) == '>') return at + 4;
    }
    return size();
  }

  // Tell whether `-->` is between two positions.
  bool closes_comment(i64 at, i64 end) const {
    for (at = find('-', at, end); at < end; at = find('-', at + 1, end))
      if (byte(at + 1) == '-' && byte(at + 2) == '>') return true;
    return false;
  }

  bool ends_name(i64 at) const { return is_space(byte(at)) || byte(at) == '/' || byte(at) == '>'; }

 private:
  // Write where the value that begins at `at` is; return where the attribute ends, or -1 if its quotation
  // never ends.
  i64 value_end(i64 at, RawAttribute& found) const {
    const u8 quote = byte(at);
    if (quote == '"' || quote == '\'') {
      found.value = at + 1;
      found.value_end = find(quote, at + 1);
      found.end = found.value_end + 1;
      return found.value_end < size() ? found.end : -1;
    }
    found.value = at;
    while (at < size() && !is_space(byte(at)) && byte(at) != '>') at += 1;
    found.value_end = found.end = at;
    return at;
  }

  View<const u8> page_;
};

}  // namespace detector
