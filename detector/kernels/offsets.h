// Checks on the offsets of a call. They run before a kernel begins, so that no loop from one offset to
// another leaves its array or runs forever.
#pragma once

#include "arrays.h"

namespace detector {

// Offsets that never decrease, from 0 to at most `size`.
inline void require_rising(View<const i64> offsets, i64 size) {
  i64 before = 0;
  for (const i64 offset : offsets) {
    if (offset < before || offset > size) return offsets.call->fail(OUT_OF_RANGE, offset);
    before = offset;
  }
}

// Spans inside an array of this size.
inline void require_spans(View<const i64> start, View<const i64> end, i64 size) {
  if (start.size != end.size) return start.call->fail(OUT_OF_RANGE, end.size);
  for (i64 span = 0; span < start.size; ++span) {
    const i64 first = start.data[span], last = end.data[span];
    if (first < 0 || first > last || last > size) return start.call->fail(OUT_OF_RANGE, last);
  }
}

// For each row, a row of the same array, or -1 for none.
inline void require_rows(View<const i64> of) {
  for (const i64 row : of)
    if (row < -1 || row >= of.size) return of.call->fail(OUT_OF_RANGE, row);
}

// The parent of each element, which comes before it, so that every path up the tree ends.
inline void require_parents(View<const i64> parent, i64 elements) {
  if (parent.size != elements) return parent.call->fail(OUT_OF_RANGE, parent.size);
  for (i64 element = 0; element < parent.size; ++element)
    if (parent.data[element] >= element) return parent.call->fail(OUT_OF_RANGE, parent.data[element]);
}

}  // namespace detector
