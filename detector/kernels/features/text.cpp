// Kernels of the features that text and HTML share.
#include "text_features.h"

namespace detector {

// Write the first columns of the feature table, and find the repeats on each page.
i64 text_features(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const PhraseWeights weights(call);
  const View<const u32> permutation(call);
  const NewRepeats repeats(call);
  const Table<f32> columns(call);
  if (call.stopped()) return 0;
  const Rows<f32> table(call, columns, feature::TEXT_COLUMNS);
  TextFeatures features(call, batch, words, weights, permutation, repeats);
  if (call.stopped()) return 0;
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) features.write_page(page, table);
  return 0;
}

// Write the buckets of every segment's n-grams; return their number. `start` (S + 1,) receives
// where those of each segment begin. For training.
i64 ngram_buckets(Call& call) {
  const Words words(call);
  const View<i64> start(call);
  const View<i32> buckets(call);
  i64 number = 0;
  for (i64 row = 0; row < words.segments() && !call.stopped(); ++row) {
    start[row] = number;
    phrases::each(words, row, [&](i64 bucket, i64) {
      buckets[number] = static_cast<i32>(bucket);
      number += 1;
    });
  }
  start[words.segments()] = number;
  return number;
}

}  // namespace detector
