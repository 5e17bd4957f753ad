// Code: line numbers, and text fields that hold code samples.
#pragma once

#include "look.h"
#include "source.h"

namespace detector {

INLINE bool is_code(u8 number) {
  return number == tag::code || number == tag::kbd || number == tag::samp || number == tag::tt;
}

// Finds line numbers, which are not part of the code.
class Gutters {
 public:
  void start_code() { last_ = 0; }

  // If an element consists of line numbers, return where it ends, else -1. `at` is where its content begins,
  // `in_code` whether it is in code, `at_line_start` whether no text comes before it on its line.
  i64 end_of(const Source& source, i64 at, const Tag& tag, u32 said, bool in_code, bool at_line_start) {
    const bool is_hinted = said & (says::GUTTER | says::UNSELECTABLE | says::ARIA_HIDDEN);
    const bool is_named = said & says::LINE_NUMBER || (is_hinted && in_code);
    const bool may_be_column = tag.number == tag::pre || is_hinted;
    const bool may_be_line = in_code && at_line_start && !(tag_flags[tag.number] & flag::BLOCK);
    if (!is_named && !may_be_column && !may_be_line) return -1;
    const Numbers found = numbers(source, at);
    // A row of code whose number only style displays.
    if (found.is_empty && said & says::LINE_NUMBER && tag_flags[tag.number] & flag::CELL) return found.end;
    if (!found.count) return -1;
    const bool goes =
        is_named || (may_be_column && (found.count > 1 || is_hinted) && is_before_code(source, found.end)) ||
        (may_be_line && is_next(source, found, tag));
    if (!goes) return -1;
    last_ = found.last;
    return found.end;
  }

 private:
  // How deep in the element numbers may be, and how far to look for the next line.
  static constexpr i64 DEEPEST = 6, FARTHEST = 400, MOST_TAGS = 8;

  struct Numbers {
    i64 count = 0, first = 0, last = 0, end = 0;
    bool is_empty = false;
  };

  // The numbers in an element, each one greater than the previous; none if it holds anything else.
  static Numbers numbers(const Source& source, i64 at) {
    Numbers found;
    i64 depth = 1, number = -1;
    bool fits = true;
    const auto end_number = [&] {
      if (number < 0) return;
      fits &= !found.count || number == found.last + 1;
      if (!found.count) found.first = number;
      found.last = number;
      found.count += 1;
      number = -1;
    };
    found.end = source.look_ahead(
        at,
        [&](i64 start, i64 stop) {
          for (; start < stop && fits; ++start) {
            const u8 byte = source.html[start];
            if (byte >= '0' && byte <= '9')
              number = least<i64>(most<i64>(number, 0) * 10 + (byte - '0'), 1 << 30);
            else if (byte <= 32 || byte == '.' || byte == ':' || byte == '|')
              end_number();
            else
              fits = false;
          }
          return fits;
        },
        [&](const Tag& tag) {
          end_number();
          fits &= tag.number != tag::table;
          if (!(source.flags_of(tag.number) & flag::VOID)) depth += tag.closing ? -1 : 1;
          return fits && depth > 0 && depth < DEEPEST;
        });
    found.is_empty = fits && !depth && !found.count;
    if (!fits || depth) found.count = 0;
    return found;
  }

  // Tell whether code begins soon after `at`, in another cell, with no text before it.
  static bool is_before_code(const Source& source, i64 at) {
    i64 tags = 0;
    bool is_code = false, is_cell = false;
    source.look_ahead(
        at, [&](i64 start, i64 stop) { return source.is_space(start, stop); },
        [&](const Tag& tag) {
          tags += 1;
          is_cell |= !tag.closing && tag_flags[tag.number] & flag::CELL;
          is_code = is_cell && !tag.closing && (tag.number == tag::pre || tag.number == tag::code);
          return tags < MOST_TAGS && !is_code;
        });
    return is_code;
  }

  // Tell whether a number is one more than that of the previous line, or one less than that of the next.
  bool is_next(const Source& source, const Numbers& found, const Tag& tag) const {
    if (found.count != 1 || found.first < 1) return false;
    if (last_ && found.first == last_ + 1) return true;
    i64 after = -1;
    bool at_line_start = false;
    const i64 farthest = found.end + FARTHEST;
    source.look_ahead(
        found.end,
        [&](i64 start, i64 stop) {
          for (; start < stop && start < farthest; ++start) {
            if (source.html[start] == '\n')
              at_line_start = true;
            else if (source.html[start] > 32)
              at_line_start = false;
          }
          return start < farthest;
        },
        [&](const Tag& other) {
          const u16 flags = tag_flags[other.number];
          if (flags & (flag::BLOCK | flag::BREAK)) at_line_start = true;
          if (other.closing || other.name != tag.name || !at_line_start) return other.start < farthest;
          const Numbers next = numbers(source, source.after_attributes(other.name_end));
          if (next.count == 1) after = next.first;
          return false;
        });
    return after == found.first + 1;
  }

  i64 last_ = 0;  // the number of the previous line, or 0
};

// Tell whether a text field holds code, by its look or because it has several lines.
inline bool is_sample(const Source& source, i64 at, u32 said) {
  i64 lines = 0;
  bool is_blank = true;
  for (; at < source.end && source.html[at] != '<'; ++at) {
    const u8 byte = source.html[at];
    if (byte > 32) {
      lines += is_blank;
      is_blank = false;
    } else if (byte == '\n') {
      is_blank = true;
    }
  }
  return lines > 1 || (lines && said & says::CODE);
}

}  // namespace detector
