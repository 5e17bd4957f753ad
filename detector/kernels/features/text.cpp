// The features that text and HTML share.
#include "../text/keys.h"
#include "neighbours.h"
#include "phrases.h"
#include "position.h"
#include "repeats.h"
#include "shape.h"

namespace detector {

namespace {

constexpr i64 SIGNALS = 4;

i64 longest_page(const Batch& batch) {
  i64 longest = 0;
  for (i64 page = 0; page < batch.pages(); ++page)
    longest = most(longest, batch.first_of(page + 1) - batch.first_of(page));
  return longest;
}

}  // namespace

// Write the first columns of the feature table, and what repeats on each page.
i64 text_features(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const PhraseWeights weights(call);
  const View<const u32> permutation(call);
  const NewRepeats repeats(call);
  const Table<f32> columns(call);
  if (call.stopped()) return 0;
  const Rows<f32> table(call, columns, feature::TEXT_COLUMNS);
  const View<f32> signals = scratch<f32>(call, batch.segments() * SIGNALS);
  const position::Amounts amounts(call, batch.segments());
  RepeatFinder finder(call, words, repeats, table, amounts, permutation, longest_page(batch));
  if (call.stopped()) return 0;
  const neighbours::Windows<SIGNALS> windows({signals.data, signals.size, &call}, table,
                                             feature::phrases_before_1_5);
  for (i64 line = 0; line < batch.lines() && !call.stopped(); ++line) {
    const i64 first = batch.line_segment[line], last = batch.line_segment[line + 1];
    for (i64 row = first; row < last; ++row) {
      f32* const here = table[row];
      shape::write(batch, words, row, here);
      here[feature::part_of_long_line] = last - first > 1;
      phrases::write(words, row, weights, here);
      amounts.words[row] = words_in(words, row);
      amounts.content[row] = amounts.words[row] * content_probability(here[feature::phrases_say]);
      signals[row * SIGNALS] = tanh(here[feature::phrases_say] / 2);
      signals[row * SIGNALS + 1] = here[feature::log_words];
      signals[row * SIGNALS + 2] = here[feature::sentence_ends];
      signals[row * SIGNALS + 3] = 1;
    }
  }
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const i64 first = batch.first_of(page), last = batch.first_of(page + 1);
    position::write(amounts, first, last, table);
    windows.write_page(first, last);
    finder.read_page(first, last);
  }
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
