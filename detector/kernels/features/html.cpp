// Kernels of the features for HTML only.
#include "html_features.h"

namespace detector {

// Write the columns of markup, links and titles, and the facts about the elements.
i64 html_features(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const Markup markup(call);
  const Words hint_words(call);
  const MarkupWeights weights(call);
  const NewTree tree(call);
  const Table<f32> columns(call);
  const Rows<f32> table(call, columns, feature::COLUMNS);
  HtmlFeatures features(call, batch, words, markup, hint_words, weights, tree);
  if (call.stopped()) return 0;
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) features.write_page(page, table);
  return 0;
}

// Write the buckets of the markup around every segment; return their number, or the number needed if there is
// too little room. `start` (S + 1,) receives where those of each segment begin. For training.
i64 markup_buckets(Call& call) {
  using namespace markup_tokens;
  const Batch batch(call);
  const Markup markup(call);
  const View<i64> start(call);
  const View<i32> buckets(call);
  i64 number = 0;
  for (i64 line = 0; line < batch.lines() && !call.stopped(); ++line) {
    for (i64 row = batch.line_segment[line]; row < batch.line_segment[line + 1]; ++row) {
      start[row] = number;
      i64 distance = NEAR, levels = 0;
      for (i64 element = markup.line_element[line]; element >= 0; element = markup.parent[element]) {
        each(markup, element, [&](u32 token) {
          if (number < buckets.size) buckets[number] = static_cast<i32>(bucket_of(token, distance));
          number += 1;
        });
        if (distance == NEAR && is_block(markup.tag[element]))
          distance = BLOCK;
        else if (distance == BLOCK && ++levels == LEVELS)
          distance = FAR;
      }
    }
  }
  start[batch.segments()] = number;
  return number;
}

}  // namespace detector
