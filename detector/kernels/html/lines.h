// From the text of a serialised page to lines: the writing half of the HTML scanner.
#pragma once

#include "borders.h"
#include "bytes.h"
#include "link_bytes.h"

namespace detector {

// The open table cell. A cell with several lines is not joined to the next by a tab; a cell of a data table
// (JOINED) always is.
enum class Cell { NONE, EMPTY, TEXT, LINES, JOINED };

class LineWriter {
 public:
  explicit LineWriter(Call& call)
      : data(call), line_start_(call), line_end_(call), line_element_(call), line_link_(call) {}

  View<u8> data;
  i64 written = 0;     // bytes of `data`
  i64 lines = 0;       // closed lines
  i64 innermost = -1;  // the open element
  Cell cell = Cell::NONE;
  bool soft = false;        // the line must end if the cell has more text
  bool after_link = false;  // the last visible text was that of a link
  bool in_formula = false;  // white space has no meaning

  void start_page() {
    innermost = -1;
    cell = Cell::NONE;
    pending_ = Pending::NONE;
    soft = after_link = in_formula = false;
    tabs_ = blank_lines_ = 0;
    last_space_ = written;
    keeps_blank_lines_ = false;
    links_.start_page();
    start_ = written;
  }

  // Start again, with nothing written.
  void forget() { written = lines = 0; }

  bool has_text() const { return written > start_; }
  bool has_pending() const { return pending_ != Pending::NONE || tabs_; }

  // End the open line without its trailing spaces; a blank line is dropped. Tell whether it was blank.
  bool close_line() {
    while (written > start_ && data[written - 1] <= 32) written -= 1;
    const bool is_blank = written == start_;
    if (!is_blank) {
      end_line(element_);
      blank_lines_ = 0;
      keeps_blank_lines_ = true;
      if (cell == Cell::TEXT) cell = Cell::LINES;
    }
    pending_ = Pending::NONE;
    tabs_ = 0;
    after_link = soft = false;
    return is_blank;
  }

  // The start or end of a block. In a table cell the line stays open until the cell has more text, so that a
  // row whose cells have one block each is one line. A cell of a data table is never divided.
  void boundary() {
    if (cell == Cell::JOINED)
      space();
    else if (cell == Cell::TEXT)
      soft = true;
    else if (cell != Cell::EMPTY)
      close_line();
  }

  // The place between two links.
  void part_links() {
    if (cell == Cell::JOINED)
      space();
    else
      close_line();
  }

  void space() {
    if (has_text()) pending_ = Pending::SPACE;
  }

  // A word may end here. `element_start` is where the previous element began in the output.
  void border(Border border, i64 element_start) {
    if (pending_ != Pending::NONE || !has_text() || border == Border::NONE) return;
    pending_ = Pending::BORDER;
    border_ = border;
    border_element_ = element_start;
  }

  // An element that began at this point and has no text is not adjacent to anything.
  void forget_border(i64 element_start) {
    if (pending_ == Pending::BORDER && written == element_start) pending_ = Pending::NONE;
  }

  void open_cell() {
    pending_ = Pending::NONE;
    tabs_ = has_text();
    cell = Cell::EMPTY;
    soft = after_link = false;
  }

  // Open a cell of a data table, this many columns after the previous one.
  void open_joined_cell(i64 columns) {
    pending_ = Pending::NONE;
    tabs_ += columns;
    cell = Cell::JOINED;
    soft = after_link = false;
  }

  void close_cell() {
    if (cell == Cell::JOINED) pending_ = Pending::NONE;
    cell = Cell::NONE;
    soft = false;
  }

  void open_link() { links_.open(); }
  void close_link() { after_link |= links_.close(written); }

  // From here on, blank lines between other lines are kept; calls may be nested.
  void open_preformatted() {
    blank_lines_ = 0;
    keeps_blank_lines_ = false;
  }

  // Drop the blank lines at the end.
  void close_preformatted() {
    lines -= blank_lines_;
    written -= blank_lines_;
    if (blank_lines_) start_ = written;
    open_preformatted();
  }

  // End a line of preformatted text.
  void end_preformatted_line() {
    if (!close_line() || !keeps_blank_lines_ || cell == Cell::JOINED) return;
    end_line(innermost);
    blank_lines_ += 1;
  }

  // Write text from `at` to the next tag, with white space collapsed; return where it stops.
  i64 write_text(View<const u8> html, i64 at, i64 end) {
    while (at < end && html[at] != '<') {
      if (const i64 length = space_length(html, at)) {
        if (!in_formula) pending_ = Pending::SPACE;
        at += length;
        continue;
      }
      if (is_soft_hyphen(html, at)) {
        at += 2;
        continue;
      }
      begin_word(html, at);
      at = write_word(html, at, end);
    }
    return at;
  }

  // Write raw text, which may contain `<`.
  void write_raw(View<const u8> html, i64 at, i64 end) {
    for (at = write_text(html, at, end); at < end; at = write_text(html, at, end)) {
      begin_word(html, at);
      put('<');
      at += 1;
    }
  }

  // Write text that keeps its white space, line by line; return where it stops. Raw text has no references
  // and runs to `end`; other text stops at a tag.
  i64 write_preformatted(View<const u8> html, i64 at, i64 end, bool raw) {
    while (at < end && (raw || html[at] != '<')) {
      Reference here{html[at], 1};
      if (here.byte == '\n' || here.byte == '\r') {
        if (here.byte == '\r' && at + 1 < end && html[at + 1] == '\n') at += 1;
        end_preformatted_line();
      } else {
        if (here.byte == '&' && !raw) here = unescaped(html, at);
        if (!has_text() || soft || has_pending()) begin_word(html, at);
        links_.begin_text(written);
        put(here.byte);
      }
      at += here.length;
    }
    return at;
  }

  // Write a sign that the page only draws. `at` is where its text continues.
  void draw(View<const u8> html, i64 at, u8 sign) {
    begin_word(html, at);
    put(sign);
  }

  // Tell whether `start` to the last visible character is the text of an element.
  bool has_text_since(i64 start) const { return has_text() && written > most(start, start_); }

 private:
  void put(u8 byte) {
    data[written] = byte;
    written += 1;
  }

  void end_line(i64 element) {
    line_start_[lines] = start_;
    line_end_[lines] = written;
    line_element_[lines] = element;
    line_link_[lines] = static_cast<i32>(links_.end_line(written));
    put('\n');
    lines += 1;
    start_ = written;
  }

  // Write what must come before the next visible character, which is at `at`.
  void begin_word(View<const u8> html, i64 at) {
    if (soft) close_line();
    if (!has_text()) element_ = innermost;
    if (tabs_) {
      for (; tabs_; --tabs_) put('\t');
    } else if (has_text() &&
               (pending_ == Pending::SPACE || (pending_ == Pending::BORDER && is_apart(html, at)))) {
      last_space_ = written;
      put(' ');
    }
    pending_ = Pending::NONE;
    links_.begin_text(written);
    if (!links_.in_link) after_link = false;
    if (cell == Cell::EMPTY) cell = Cell::TEXT;
  }

  COLD bool is_apart(View<const u8> html, i64 at) const {
    const View<const u8> text = data;
    const bool is_sentence = last_space_ > border_element_;
    Character next{html[at], OTHER, 1};
    if (next.code == '&')
      next.code = unescaped(html, at).byte;
    else
      next = read(html, at);
    return has_space(border_, read_before(text, start_, written), next, is_sentence);
  }

  // Write text up to white space or a tag.
  i64 write_word(View<const u8> html, i64 at, i64 end) {
    while (at < end) {
      const View<const u8> rest = html.part(at, end);
      i64 run = 0;
      while (run < rest.size && plain_bytes.of[rest.data[run]]) run += 1;
      if (const View<u8> room = data.part(written, written + run); room.size)
        __builtin_memcpy(room.data, rest.data, static_cast<u64>(run));
      written += run;
      at += run;
      if (at >= end || html[at] == '<') break;
      Reference here{html[at], 1};
      if (here.byte == '&')
        here = unescaped(html, at);
      else if ((here.byte <= 32 || here.byte >= 0xC2) && space_length(html, at))
        break;
      if (here.byte == 0xC2 && is_soft_hyphen(html, at)) {
        at += 2;
        continue;
      }
      put(here.byte);
      at += here.length;
    }
    return at;
  }

  View<i64> line_start_, line_end_, line_element_;
  View<i32> line_link_;
  i64 start_ = 0;     // where the open line begins in `data`
  i64 element_ = -1;  // the innermost element at the open line's first character
  Pending pending_ = Pending::NONE;
  Border border_ = Border::NONE;
  i64 border_element_ = 0;  // where the element before the border began
  i64 last_space_ = 0;
  i64 tabs_ = 0;  // tabs to write before the next visible character
  LinkBytes links_;
  bool keeps_blank_lines_ = false;
  i64 blank_lines_ = 0;  // the number of blank preformatted lines at the end
};

}  // namespace detector
