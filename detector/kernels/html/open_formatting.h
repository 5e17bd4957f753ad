// The largest number of formatting elements that a page has open at once. The parser opens all of them again
// in each paragraph that follows (text/formatting.py).
#pragma once

#include "attributes.h"

namespace detector {

class OpenFormatting {
 public:
  // More than the parser opens again: not all parts of the page were checked.
  static constexpr i64 UNKNOWN = 1 << 20;

  void start(u32 name) {
    if (is_formatting(name)) {
      here_ += 1;
      most_ = ::detector::most(most_, before_ + here_);
    }
    bar(name);
  }

  // An end tag is assumed to close only an element that was opened since the last barrier.
  void end(u32 name) {
    if (is_formatting(name)) here_ -= here_ > 0;
    bar(name);
  }

  void note_unseen() { most_ = UNKNOWN; }
  i64 most() const { return most_; }

 private:
  // Elements that are open before one of these begins are not closed by an end tag inside it.
  void bar(u32 name) {
    if (!is_barrier(name)) return;
    before_ += here_;
    here_ = 0;
  }

  static bool is_formatting(u32 name) {
    switch (name) {
      case hash_of("b"):
      case hash_of("big"):
      case hash_of("code"):
      case hash_of("em"):
      case hash_of("font"):
      case hash_of("i"):
      case hash_of("s"):
      case hash_of("small"):
      case hash_of("strike"):
      case hash_of("strong"):
      case hash_of("tt"):
      case hash_of("u"):
        return true;
      default:
        return false;
    }
  }

  static bool is_barrier(u32 name) {
    switch (name) {
      case hash_of("applet"):
      case hash_of("caption"):
      case hash_of("marquee"):
      case hash_of("math"):
      case hash_of("object"):
      case hash_of("select"):
      case hash_of("svg"):
      case hash_of("td"):
      case hash_of("template"):
      case hash_of("th"):
        return true;
      default:
        return false;
    }
  }

  i64 before_ = 0, here_ = 0, most_ = 0;
};

}  // namespace detector
