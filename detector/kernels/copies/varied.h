// Lines that equal the title except for one word. Such a short line could also be another title or a section
// heading, so the lines around it decide.
#pragma once

#include "forms.h"

namespace detector {

class Varied {
 public:
  // The least words of a line that may equal the title except for one word.
  static constexpr i64 SHORTEST = 5;

  Varied(const Words& words, const Forms& forms, View<const i64> line, View<const f32> paragraph)
      : words_(words), forms_(forms), line_(line), paragraph_(paragraph) {}

  void start(i64 first, i64 last) {
    first_ = first;
    last_ = last;
  }

  bool is_long_enough(i64 row) const {
    return words_.number(row) >= SHORTEST && words_.count(row, SINGLE) == 0;
  }

  // Tell whether two lines differ in one word. Rows of a list differ in a number.
  bool differ_in_one(i64 one, i64 two) const {
    const i64 size = words_.number(one), first = words_.first(one), second = words_.first(two);
    if (words_.number(two) != size || !is_long_enough(one) || !is_long_enough(two)) return false;
    i64 start = 0, end = size - 1;
    while (start < size && words_.key[first + start] == words_.key[second + start]) start += 1;
    while (end > start && words_.key[first + end] == words_.key[second + end]) end -= 1;
    return start == end && !(has_digit(words_, first + start) && has_digit(words_, second + start));
  }

  // Tell whether a line after the text that a title leads to, or next to the title, is not the heading of
  // what follows.
  bool is_set_apart(i64 title, i64 row) const {
    if (form(row) != PROSE) return false;
    return !has_paragraph(least(title, row) + 1, most(title, row)) || !leads_on(row);
  }

  // Tell whether a title leads to text, and a later line does not.
  bool frame_text(i64 title, i64 row) const {
    return has_paragraph(title + 1, least(row, title + 1 + FOLLOWING)) && is_set_apart(title, row);
  }

 private:
  // Within how many lines after a heading, and after a title, its paragraph begins.
  static constexpr i64 SECTION = 4, FOLLOWING = 8;

  Form form(i64 row) const { return forms_.of(row, line_[row - first_]); }

  bool has_paragraph(i64 from, i64 to) const {
    for (i64 at = from; at < to; ++at)
      if (paragraph_[at - first_] > 0) return true;
    return false;
  }

  bool leads_on(i64 row) const {
    if (has_paragraph(row + 1, least(row + 1 + SECTION, last_))) return true;
    return row + 1 < last_ && form(row + 1) != PROSE && form(row + 1) != HEADING;
  }

  const Words& words_;
  const Forms& forms_;
  View<const i64> line_;
  View<const f32> paragraph_;
  i64 first_ = 0, last_ = 0;
};

}  // namespace detector
