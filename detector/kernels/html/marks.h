// Short looks into an element: is it a footnote mark or a raised number, does it have blocks?
#pragma once

#include "source.h"

namespace detector {

// Tell whether a link is a footnote mark, or a link back. It is raised or links to a place on the page, and
// its text is a number, a sign, or something short in brackets. If it is both, the text may also be a letter.
inline bool is_mark(const Source& source, i64 at, bool is_in_page, bool is_raised) {
  constexpr i64 LONGEST = 12, MOST_TAGS = 3;
  if (!is_in_page && !is_raised) return false;
  i64 tags = 0, digits = 0, others = 0, bytes = 0;
  bool has_bracket = false;
  source.look_ahead(
      at,
      [&](i64 start, i64 stop) {
        for (i64 byte = start; byte < stop && bytes <= LONGEST; ++byte) {
          const u8 here = source.html[byte];
          if (here <= 32) continue;
          has_bracket |= !bytes && (here == '[' || here == '(');
          bytes += 1;
          digits += here >= '0' && here <= '9';
          others +=
              (here >= 'a' && here <= 'z') || (here >= 'A' && here <= 'Z') || (here >= 0xC3 && here != 0xE2);
        }
        return bytes <= LONGEST;
      },
      [&](const Tag& found) {
        tags += 1;
        return tags < MOST_TAGS && found.number != tag::a && !bytes;
      });
  if (!bytes || bytes > LONGEST) return false;
  return others == 0 || has_bracket || (is_in_page && is_raised && bytes <= 2);
}

// Tell whether raised text is a number of up to three digits.
inline bool is_note(const Source& source, i64 at) {
  constexpr i64 LONGEST = 3;
  i64 size = 0;
  while (at + size < source.end && source.html[at + size] >= '0' && source.html[at + size] <= '9') size += 1;
  return size > 0 && size <= LONGEST && at + size < source.end && source.html[at + size] == '<';
}

// Tell whether an element is a custom element: its name contains a dash.
inline bool is_custom(const Source& source, const Tag& tag) {
  for (i64 at = tag.start; at < tag.name_end; ++at)
    if (source.html[at] == '-') return true;
  return false;
}

// Tell whether a custom element has a block, or another custom element, near its beginning.
inline bool holds_blocks(const Source& source, i64 at) {
  constexpr i64 MOST_TAGS = 16;
  i64 depth = 1, tags = 0;
  bool found_any = false;
  source.look_ahead(
      at, [](i64, i64) { return true; },
      [&](const Tag& found) {
        const u16 flags = source.flags_of(found.number);
        tags += 1;
        if (!(flags & flag::VOID)) depth += found.closing ? -1 : 1;
        if (!found.closing)
          found_any |= flags & (flag::BLOCK | flag::ROW) || (!found.number && is_custom(source, found));
        return depth > 0 && tags < MOST_TAGS && !found_any;
      });
  return found_any;
}

// Tell whether part of a formula is longer than one sign, so that it needs brackets on a line.
inline bool is_compound(const Source& source, i64 at) {
  constexpr i64 MOST_TAGS = 16;
  i64 depth = 1, tags = 0, texts = 0;
  source.look_ahead(
      at,
      [&](i64 start, i64 stop) {
        texts += !source.is_space(start, stop);
        return texts < 2;
      },
      [&](const Tag& found) {
        tags += 1;
        depth += found.closing ? -1 : 1;
        return depth > 0 && tags < MOST_TAGS;
      });
  return texts > 1;
}

}  // namespace detector
