// Formulas that stand on a page several times: as MathML, as a drawing of letters, as TeX.
#pragma once

#include "look.h"
#include "source.h"

namespace detector {

// Finds the copies of a formula that is there as MathML. KaTeX and MathJax write them into one
// element, MathJax 2 also a script with the TeX source after it.
class Formulas {
 public:
  void start_page() { end_ = math_ = failed_ = 0; }

  // An element begins that may hold a formula, its content at `at`.
  void open(const Source& source, i64 at) {
    if (at < end_) return;
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

  // Tell whether a place is in an element that holds a formula.
  bool holds(i64 at) const { return at < end_; }

  // If an element is a copy of the formula that it stands in, return where it ends, else -1.
  i64 end_of_copy(const Source& source, i64 at, u32 said) {
    if (at >= end_ || !math_ || failed_ == MOST_FAILED) return -1;
    if (!(said & (says::FORMULA_COPY | says::ARIA_HIDDEN))) return -1;
    const i64 copy = source.after_element(at);
    if (at > math_ || copy <= math_) return copy;
    failed_ += 1;
    return -1;
  }

 private:
  // Elements that are looked through although the formula stands in them.
  static constexpr i64 MOST_FAILED = 4;

  i64 end_ = 0;   // of the element that holds the formula
  i64 math_ = 0;  // where its MathML begins, 0 if there is none
  i64 failed_ = 0;
};

// The sign before the n-th part of something in a formula; `(` for none but that it may need brackets,
// 0 for none.
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
