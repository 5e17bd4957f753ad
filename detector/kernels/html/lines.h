// Text of a serialised page to lines: the half of the HTML scanner that writes.
#pragma once

#include "../arrays.h"

namespace detector {

// The length in bytes of the white space character at `at`, 0 if there is none. All of
// Unicode's white space counts, so that a no-break space ends a word here too.
INLINE i64 space_length(View<const u8> html, i64 at) {
  const u8 byte = html[at];
  if (byte <= 32) return byte == 32 || (byte >= 9 && byte <= 13) ? 1 : 0;
  if (byte < 0xC2) return 0;
  if (byte == 0xC2) return html[at + 1] == 0xA0 || html[at + 1] == 0x85 ? 2 : 0;
  if (byte == 0xE2) {
    const u8 second = html[at + 1], third = html[at + 2];
    if (second == 0x80) return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0;
    return second == 0x81 && third == 0x9F ? 3 : 0;
  }
  if (byte == 0xE3) return html[at + 1] == 0x80 && html[at + 2] == 0x80 ? 3 : 0;
  return byte == 0xE1 && html[at + 1] == 0x9A && html[at + 2] == 0x80 ? 3 : 0;
}

struct Reference {
  u8 byte;
  i64 length;
};

// The character of the reference at `at`; the serialiser writes no others than these.
INLINE Reference unescaped(View<const u8> html, i64 at) {
  const u8 second = at + 4 < html.size ? html[at + 1] : u8{0};
  if (second == 'l' && html[at + 2] == 't' && html[at + 3] == ';') return {'<', 4};
  if (second == 'g' && html[at + 2] == 't' && html[at + 3] == ';') return {'>', 4};
  if (second == 'a' && html[at + 2] == 'm' && html[at + 4] == ';') return {'&', 5};
  if (second == 'q' && html[at + 2] == 'u' && at + 5 < html.size && html[at + 5] == ';') return {'"', 6};
  return {'&', 1};
}

// Bytes that are copied without a look at what follows them.
struct PlainBytes {
  bool of[256];

  constexpr PlainBytes() : of{} {
    for (int byte = 33; byte < 256; ++byte)
      of[byte] = byte != '<' && byte != '&' && byte != 0xC2 && byte != 0xE1 && byte != 0xE2 && byte != 0xE3;
  }
};

constexpr PlainBytes plain_bytes;

// What must come before the next visible character.
enum class Pending { NONE, SPACE, TAB };

// The table cell that is open. One with several lines is not joined to the next by a tab.
enum class Cell { NONE, EMPTY, TEXT, LINES };

class LineWriter {
 public:
  explicit LineWriter(Call& call)
      : data(call), line_start_(call), line_end_(call), line_element_(call), line_link_(call) {}

  View<u8> data;
  i64 written = 0;     // bytes of `data`
  i64 lines = 0;       // lines that are closed
  i64 innermost = -1;  // the element that is open
  Cell cell = Cell::NONE;
  Pending pending = Pending::NONE;
  bool soft = false;        // a line must end if the cell has more text
  bool after_link = false;  // the last visible text was a link's

  void start_page() {
    innermost = -1;
    cell = Cell::NONE;
    pending = Pending::NONE;
    soft = after_link = in_link_ = false;
    link_bytes_ = 0;
    start_ = link_start_ = written;
  }

  // Begin again, with nothing written.
  void forget() { written = lines = 0; }

  bool has_text() const { return written > start_; }

  // End the open line without its trailing spaces; a blank one leaves no line.
  void close_line() {
    while (written > start_ && data[written - 1] <= 32) written -= 1;
    if (written > start_) {
      line_start_[lines] = start_;
      line_end_[lines] = written;
      line_element_[lines] = element_;
      if (in_link_) link_bytes_ += written - most(link_start_, start_);
      line_link_[lines] = static_cast<i32>(link_bytes_);
      data[written] = '\n';
      lines += 1;
      written += 1;
      start_ = link_start_ = written;
      link_bytes_ = 0;
      if (cell == Cell::TEXT) cell = Cell::LINES;
    }
    pending = Pending::NONE;
    after_link = soft = false;
  }

  // The start or end of a block. In a table cell the line stays open until the cell has more
  // text, so that a row whose cells hold one block each is one line.
  void boundary() {
    if (cell == Cell::TEXT)
      soft = true;
    else if (cell != Cell::EMPTY)
      close_line();
  }

  void open_cell() {
    pending = has_text() ? Pending::TAB : Pending::NONE;
    cell = Cell::EMPTY;
    soft = after_link = false;
  }

  void open_link() {
    in_link_ = true;
    link_start_ = written + (pending != Pending::NONE && has_text());
  }

  void close_link() {
    if (written > link_start_) {
      link_bytes_ += written - most(link_start_, start_);
      after_link = true;
    }
    in_link_ = false;
  }

  // Write text from `at` to the next tag, white space collapsed; return where it stops.
  i64 write_text(View<const u8> html, i64 at, i64 end) {
    while (at < end && html[at] != '<') {
      if (const i64 length = space_length(html, at)) {
        if (pending == Pending::NONE) pending = Pending::SPACE;
        at += length;
        continue;
      }
      begin_word();
      at = write_word(html, at, end);
    }
    return at;
  }

  // Write text that keeps its white space, a line a line; return where it stops. Raw text has
  // no references and runs to `end`; other text stops at a tag.
  i64 write_preformatted(View<const u8> html, i64 at, i64 end, bool raw) {
    while (at < end && (raw || html[at] != '<')) {
      Reference here{html[at], 1};
      if (here.byte == '\n' || here.byte == '\r') {
        close_line();
      } else {
        if (here.byte == '&' && !raw) here = unescaped(html, at);
        if (!has_text() || soft) begin_word();
        data[written] = here.byte;
        written += 1;
      }
      at += here.length;
    }
    return at;
  }

 private:
  // Write what must stand before the next visible character.
  void begin_word() {
    if (soft) close_line();
    if (!has_text()) {
      element_ = innermost;
    } else if (pending != Pending::NONE) {
      data[written] = pending == Pending::TAB ? '\t' : ' ';
      written += 1;
    }
    pending = Pending::NONE;
    if (!in_link_) after_link = false;
    if (cell == Cell::EMPTY) cell = Cell::TEXT;
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
      data[written] = here.byte;
      written += 1;
      at += here.length;
    }
    return at;
  }

  View<i64> line_start_, line_end_, line_element_;
  View<i32> line_link_;
  i64 start_ = 0;     // where the open line begins in `data`
  i64 element_ = -1;  // innermost element at the open line's first character
  bool in_link_ = false;
  i64 link_start_ = 0;  // where the link's text begins, not before the line
  i64 link_bytes_ = 0;  // bytes of the open line in links that are closed
};

}  // namespace detector
