// Declarative shadow trees: `<template shadowrootmode="open">`.
#pragma once

#include "../arrays.h"

namespace detector {

// The open templates. The contents of an element's shadow tree are shown, so its template becomes an element
// that is read. Templates deeper than the limit are left as they are.
class ShadowTrees {
 public:
  // Open a template; tell whether it is a shadow tree.
  bool open(bool is_shadow) {
    depth_ += 1;
    if (depth_ > DEEPEST) return false;
    open_ = open_ << 1 | is_shadow;
    return is_shadow;
  }

  // Close the innermost template; tell whether it was a shadow tree.
  bool close() {
    if (depth_ == 0) return false;
    depth_ -= 1;
    if (depth_ >= DEEPEST) return false;
    const bool is_shadow = open_ & 1;
    open_ >>= 1;
    return is_shadow;
  }

 private:
  static constexpr i64 DEEPEST = 64;

  u64 open_ = 0;
  i64 depth_ = 0;
};

}  // namespace detector
