// The arrays that are passed between kernels, with fields in the order of records.py. Shapes: P pages, L
// lines, S segments, W words, E elements.
#pragma once

#include "offsets.h"

namespace detector {

// Lines of many pages in one UTF-8 buffer; see records.Batch.
struct Batch {
  View<const u8> data;
  View<const i64> line_start, line_end, segment_start, segment_end, line_segment, page_line;

  explicit Batch(Call& call)
      : data(call),
        line_start(call),
        line_end(call),
        segment_start(call),
        segment_end(call),
        line_segment(call),
        page_line(call) {
    require_spans(line_start, line_end, data.size);
    require_spans(segment_start, segment_end, data.size);
    require_rising(line_segment, segments());
    require_rising(page_line, lines());
  }

  i64 pages() const { return page_line.size - 1; }
  i64 lines() const { return line_start.size; }
  i64 segments() const { return segment_start.size; }
  // The first segment of a page; for P, the number of segments.
  i64 first_of(i64 page) const { return line_segment[page_line[page]]; }

  i64 longest_page() const {
    i64 longest = 0;
    for (i64 page = 0; page < pages(); ++page) longest = most(longest, first_of(page + 1) - first_of(page));
    return longest;
  }
};

constexpr i64 CLASSES = 10;

// The words of every segment; see records.Words. Read only, except for the kernel that makes them.
template <bool WRITES>
struct WordsOf {
  template <class T>
  using Array = View<Choose<WRITES, T, const T>>;
  Array<u64> key;
  Array<i64> start, end;
  Array<u8> shape;
  Array<i64> segment_word;
  Array<i32> counts;  // S rows of CLASSES
  Array<u8> edges;    // S rows of 2

  explicit WordsOf(Call& call)
      : key(call), start(call), end(call), shape(call), segment_word(call), counts(call), edges(call) {
    if constexpr (!WRITES) require_rising(segment_word, key.size);
  }

  i64 segments() const { return segment_word.size - 1; }
  i64 first(i64 row) const { return segment_word[row]; }
  i64 last(i64 row) const { return segment_word[row + 1]; }
  i64 number(i64 row) const { return last(row) - first(row); }
  i32 count(i64 row, i64 kind) const { return counts[row * CLASSES + kind]; }
};

using Words = WordsOf<false>;
using NewWords = WordsOf<true>;

// The markup of an HTML batch; see records.Markup.
struct Markup {
  View<const u8> tag;
  View<const i64> parent;
  View<const u32> inside;
  View<const i64> element_token;
  View<const u32> token;
  View<const i64> line_element;
  View<const i32> line_link;
  View<const i64> page_element;
  View<const u8> hints;
  View<const i64> hint_end;
  View<const u8> hint_kind;
  View<const i64> page_hint;

  explicit Markup(Call& call)
      : tag(call),
        parent(call),
        inside(call),
        element_token(call),
        token(call),
        line_element(call),
        line_link(call),
        page_element(call),
        hints(call),
        hint_end(call),
        hint_kind(call),
        page_hint(call) {
    require_parents(parent, elements());
    require_rising(element_token, token.size);
    require_rising(page_element, elements());
    require_rising(page_hint, hint_end.size);
  }

  i64 elements() const { return tag.size; }
};

// Text that repeats on its page; see records.Repeats.
template <bool WRITES>
struct RepeatsOf {
  template <class T>
  using Array = View<Choose<WRITES, T, const T>>;
  Array<i64> original;
  Array<i32> copies;
  Array<f32> similarity;
  Array<i32> block, alike;
  Array<i64> begins;
  Array<i32> begins_words;

  explicit RepeatsOf(Call& call)
      : original(call),
        copies(call),
        similarity(call),
        block(call),
        alike(call),
        begins(call),
        begins_words(call) {}
};

using Repeats = RepeatsOf<false>;
using NewRepeats = RepeatsOf<true>;

// The original of each copy; see records.Copies.
template <bool WRITES>
struct CopiesOf {
  template <class T>
  using Array = View<Choose<WRITES, T, const T>>;
  Array<i64> of;
  Array<u8> kind;
  Array<i32> cut_words;

  explicit CopiesOf(Call& call) : of(call), kind(call), cut_words(call) {
    if constexpr (!WRITES) require_rows(of);
  }
};

using Copies = CopiesOf<false>;
using NewCopies = CopiesOf<true>;

// Kinds of copies, in the order of records.COPY_KINDS.
namespace copy {
enum Kind : u8 {
  NONE,
  HEADLINE,
  PREFIX,
  RUNNING_HEAD,
  BLOCK,
  CONTENTS,
  REFRAIN,
  QUOTATION,
  PARALLEL,
  REPEAT
};
}  // namespace copy

}  // namespace detector
