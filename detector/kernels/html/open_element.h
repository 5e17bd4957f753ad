// An element that is open.
#pragma once

#include "borders.h"
#include "source.h"

namespace detector {

// Flags of open elements that are no flags of tags.
namespace flag {
constexpr u16 CUSTOM = 1 << 12;    // an element that the standard does not know
constexpr u16 CODE = 1 << 13;      // code in a line or a block of it
constexpr u16 MARK = 1 << 14;      // a link to a footnote, or back
constexpr u16 BRACKETS = 1 << 15;  // stands in brackets that the page leaves out
}  // namespace flag

struct OpenElement {
  i64 element;
  i64 written;  // what was written when it began
  i64 class_start, class_end;
  u32 name;
  u16 flags;
  u8 number;
  u8 children;  // in a formula
};

// An element that was closed with text in it: how deep it stood, and what was written until then.
struct Closed {
  OpenElement element{};
  i64 depth = -1, written = 0;
};

INLINE Neighbour neighbour(const Source& source, const OpenElement& one) {
  return {source.html.part(one.class_start, one.class_end), one.name, one.number,
          (one.flags & flag::CUSTOM) != 0, (one.flags & flag::LINK) != 0};
}

}  // namespace detector
