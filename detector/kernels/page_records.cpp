// The lines, segments and elements of a batch as records whose offsets are relative to their page, so that a
// few slices cut a page out of its batch.
#include "records.h"

namespace detector {

namespace {

INLINE i32 small(i64 value) { return static_cast<i32>(value); }

// A number relative to the page's first; -1 stays.
INLINE i32 of_page(i64 value, i64 first) { return value >= 0 ? small(value - first) : -1; }

// The position of one page in the batch.
struct Place {
  i64 byte, line, segment, element;
};

void write_lines(const Batch& batch, View<const i64> line_element, i64 last, const Place& first,
                 const Table<i32>& out) {
  for (i64 line = first.line; line < last; ++line) {
    const View<i32> row = out[line];
    row[0] = small(batch.line_start[line] - first.byte);
    row[1] = small(batch.line_end[line] - first.byte);
    row[2] = small(batch.line_segment[line] - first.segment);
    row[3] = line_element.size ? of_page(line_element[line], first.element) : -1;
  }
}

}  // namespace

// Write lines (L, 4): first byte, end, first segment, element; segments (S, 8): bytes, the first and last
// kept byte, the original of a copy or -1, whether it is kept, whether a headline was cut off, the kind of
// copy, and how copies changed the decision; and elements (E, 2): tag and parent. `page_byte` (P + 1,) is the
// first byte of each page.
i64 page_records(Call& call) {
  const Batch batch(call);
  const View<const i64> page_byte(call);
  const Copies copies(call);
  const View<const bool> kept(call);
  const View<const i32> cut_words(call);
  const View<const u8> rule(call);
  const View<const i64> stay_start(call), stay_end(call);
  const View<const u8> tag(call);
  const View<const i64> parent(call), line_element(call), page_element(call);
  const Table<i32> lines(call), segments(call), elements(call);
  require_rising(page_element, tag.size);
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const bool is_html = page_element.size > 0;
    const Place first{page_byte[page], batch.page_line[page], batch.first_of(page),
                      is_html ? page_element[page] : 0};
    write_lines(batch, line_element, batch.page_line[page + 1], first, lines);
    for (i64 row = first.segment; row < batch.first_of(page + 1); ++row) {
      const View<i32> out = segments[row];
      out[0] = small(batch.segment_end[row] - batch.segment_start[row]);
      out[1] = small(stay_start[row] - first.byte);
      out[2] = small(stay_end[row] - first.byte);
      out[3] = of_page(copies.of[row], first.segment);
      out[4] = kept[row];
      out[5] = cut_words[row] > 0;
      out[6] = copies.kind[row];
      out[7] = rule[row];
    }
    for (i64 element = first.element; is_html && element < page_element[page + 1]; ++element) {
      elements[element][0] = tag[element];
      elements[element][1] = of_page(parent[element], first.element);
    }
  }
  return 0;
}

}  // namespace detector
