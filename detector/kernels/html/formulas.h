// Formulas that a page has several times: as MathML, as a drawing of letters, as TeX.
#pragma once

#include "look.h"
#include "source.h"

namespace detector {

// Finds the copies of a formula. KaTeX and MathJax write MathML and a drawing into one element. MathJax 2
// leaves a script with the TeX source after its output.
class Formulas {
 public:
  void start_page() {
    end_ = math_ = failed_ = 0;
    shown_ = -1;
  }

  // An element begins that may hold a formula. Its content is at `at`, and `written` bytes were written
  // before.
  void open(const Source& source, i64 at, i64 written) {
    if (at < end_) return;
    written_ = written;
    i64 depth = 1;
    math_ = 0;
    failed_ = 0;
    end_ = source.look_ahead(
        at, [](i64, i64) { return true; },
        [&](const Tag& tag) {
          if (!(source.flags_of(tag.number) & flag::VOID)) depth += tag.closing ? -1 : 1;
          if (tag.number == tag::math && !tag.closing && !math_) math_ = tag.start;
          return depth > 0;
        });
  }

  // An element ends, with an end tag from `start` to `stop`, after this many bytes were written.
  void close(const Source& source, i64 start, i64 stop, i64 written, bool is_math) {
    if (is_math || (stop == end_ && written > written_))
      shown_ = stop;
    else if (shown_ >= 0)
      shown_ = ended_before(source, start) ? stop : -1;
  }

  // Tell whether a script begins right after a formula, and so holds its source.
  bool is_shown(const Source& source, i64 script) {
    const bool found = ended_before(source, script);
    shown_ = -1;  // white space is skipped once
    return found;
  }

  // Tell whether a position is in an element that holds a formula.
  bool holds(i64 at) const { return at < end_; }

  // If an element is a copy of the formula that contains it, return where it ends, else -1.
  i64 end_of_copy(const Source& source, i64 at, u32 said) {
    if (at >= end_ || !math_ || failed_ == MOST_FAILED) return -1;
    if (!(said & (says::FORMULA_COPY | says::ARIA_HIDDEN))) return -1;
    const i64 copy = source.after_element(at);
    if (at > math_ || copy <= math_) return copy;
    failed_ += 1;
    return -1;
  }

 private:
  // Tell whether a formula ended right before a position, with only end tags between.
  bool ended_before(const Source& source, i64 at) const {
    return shown_ >= 0 && shown_ <= at && source.is_space(shown_, at);
  }

  // Elements that are searched although the formula is in them.
  static constexpr i64 MOST_FAILED = 4;

  i64 end_ = 0;   // of the element that holds the formula
  i64 math_ = 0;  // where its MathML begins, 0 if there is none
  i64 failed_ = 0;
  i64 written_ = 0;  // the bytes written when the element began
  i64 shown_ = -1;   // where the last formula ended, or -1 if something else came after it
};

// The sign before the n-th part of a formula; `(` if it has none but may need brackets, 0 for none.
INLINE u8 sign_before(u32 parent, u8 number) {
  switch (parent) {
    case hash_of("msup"):
      return number == 2 ? '^' : 0;
    case hash_of("msub"):
    case hash_of("munder"):
      return number == 2 ? '_' : 0;
    case hash_of("msubsup"):
    case hash_of("munderover"):
      return number == 2 ? '_' : number == 3 ? '^' : 0;
    case hash_of("mfrac"):
      return number == 1 ? '(' : '/';
    default:
      return 0;
  }
}

}  // namespace detector
