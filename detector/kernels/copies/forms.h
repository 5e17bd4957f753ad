// What a line is by its shape or its HTML: paragraphs repeat for other reasons than code and table rows do.
#pragma once

#include <array>

#include "../features/matching.h"
#include "../features/position.h"

namespace detector {

enum Form : u8 { PROSE, HEADING, ITEM, CELL, CODE, QUOTE };

class Forms {
 public:
  Forms(const Batch& batch, const Words& words, const Markup& markup)
      : batch_(batch), words_(words), markup_(markup) {}

  bool is_html() const { return markup_.page_element.size > 0; }

  // What a row is; `line` is the line that contains it.
  Form of(i64 row, i64 line) const {
    return is_html() ? by_markup(line) : by_shape(batch_.segment_start[row], batch_.segment_end[row]);
  }

  // The elements that contain a line (bits of `inside`); 0 for text.
  u32 inside_of(i64 line) const {
    const i64 element = is_html() ? markup_.line_element[line] : -1;
    return element < 0 ? 0 : markup_.inside[element];
  }

  // The level of the heading that contains a line: 1 to 6, or 0.
  i64 heading_level(i64 line) const {
    if (!(inside_of(line) & inside::heading)) return 0;
    for (i64 at = markup_.line_element[line]; at >= 0; at = markup_.parent[at])
      if (const u8 kind = markup_.tag[at]; kind >= tag::h1 && kind <= tag::h6) return kind - tag::h1 + 1;
    return 0;
  }

  // Tell whether a row is the only cell of its table row, in HTML.
  bool is_one_cell(i64 row, i64 line) const {
    if (!is_html() || by_markup(line) != CELL) return false;
    for (i64 at = batch_.segment_start[row]; at < batch_.segment_end[row]; ++at)
      if (batch_.data[at] == '\t') return false;
    return true;
  }

  // The last character after a row's last word that is neither white space nor a closing bracket or quotation
  // mark; 0 if there is none.
  u32 last_mark(i64 row) const {
    u32 found = 0;
    if (!words_.number(row)) return found;
    i64 length = 1;
    for (i64 at = words_.end[words_.last(row) - 1]; at < batch_.segment_end[row]; at += length) {
      const Character here = read(batch_.data, at);
      if (here.kind != SPACE && here.kind != PUNCTUATION) found = here.code;
      length = here.length;
    }
    return found;
  }

 private:
  // For each byte, whether it is typical of programs: a line with many such bytes is code.
  static constexpr std::array<bool, 256> CODE_MARKS = [] {
    std::array<bool, 256> marks{};
    for (const char one :
         {'{', '}', '[', ']', '(', ')', '=', '<', '>', ';', '_', '$', '\\', '/', '*', '&', '|'})
      marks[static_cast<u8>(one)] = true;
    return marks;
  }();
  static constexpr i64 CODE_SHARE = 12, FEW_MARKS = 2, CODE_INDENT = 4;

  Form by_markup(i64 line) const {
    const u32 bits = inside_of(line);
    if (bits & inside::pre) return CODE;
    if (bits & inside::cell) return CELL;
    if (bits & inside::heading) return HEADING;
    if (bits & inside::blockquote) return QUOTE;
    return bits & (inside::li | inside::definition | inside::select) ? ITEM : PROSE;
  }

  Form by_shape(i64 start, i64 end) const {
    const shape::ListMark mark = shape::list_mark(batch_.data, start, end);
    i64 marks = 0, pipes = 0, tabs = 0, addresses = 0, at = start;
    while (at < end && batch_.data[at] <= ' ') at += 1;
    const u8 lead = at < end ? batch_.data[at] : 0;
    for (i64 next = at; next < end; ++next) {
      const u8 byte = batch_.data[next];
      marks += CODE_MARKS[byte];
      pipes += byte == '|';
      tabs += byte == '\t';
      addresses += byte == '/' && next > at && batch_.data[next - 1] == '/';
    }
    if (lead == '>') return QUOTE;
    if (tabs || pipes > 1) return CELL;
    if (lead == '#') return HEADING;
    if (mark.indent >= CODE_INDENT || lead == '$' || addresses) return CODE;
    if (marks >= FEW_MARKS && marks * CODE_SHARE >= end - at) return CODE;
    return mark.code != 0 ? ITEM : PROSE;
  }

  const Batch& batch_;
  const Words& words_;
  const Markup& markup_;
};

}  // namespace detector
