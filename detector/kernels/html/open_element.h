// An open element.
#pragma once

#include "borders.h"
#include "source.h"

namespace detector {

// Flags of open elements that are not flags of tags.
namespace flag {
constexpr u16 CUSTOM = 1 << 12;    // a custom or unknown element
constexpr u16 CODE = 1 << 13;      // inline code, or a block of code
constexpr u16 MARK = 1 << 14;      // a link to a footnote, or back
constexpr u16 BRACKETS = 1 << 15;  // is in brackets that the page leaves out
}  // namespace flag

struct OpenElement {
  i64 element;
  i64 written;  // the bytes written when it began
  i64 class_start, class_end;
  u32 name;
  u16 flags;
  u8 number;
  u8 children;  // in a formula
};

// The last closed element with text: its depth, and where its text ended in the output.
struct Closed {
  OpenElement element{};
  i64 depth = -1, written = 0;
};

INLINE Neighbour neighbour(const Source& source, const OpenElement& one) {
  return {source.html.part(one.class_start, one.class_end), one.name, one.number,
          (one.flags & flag::CUSTOM) != 0, (one.flags & flag::LINK) != 0};
}

}  // namespace detector
