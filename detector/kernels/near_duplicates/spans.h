// Texts as the kernels for near-duplicates read them.
#pragma once

#include "../offsets.h"

namespace detector {

// Texts in one buffer; see near_duplicates.texts.Spans.
struct Spans {
  View<const u8> data;
  View<const i64> start, end;

  explicit Spans(Call& call) : data(call), start(call), end(call) { require_spans(start, end, data.size); }

  i64 longest() const {
    i64 longest = 0;
    for (i64 text = 0; text < start.size; ++text) longest = most(longest, end[text] - start[text]);
    return longest;
  }
};

// The number of words in a shingle, an argument of the call: at least one.
inline i64 shingle_words(Call& call) {
  const i64 words = call.integer();
  if (words < 1) call.fail(OUT_OF_RANGE, words);
  return words;
}

}  // namespace detector
