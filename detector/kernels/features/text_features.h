// The features that text and HTML share, one page at a time.
#pragma once

#include "neighbours.h"
#include "phrases.h"
#include "repeats.h"

namespace detector {

class TextFeatures {
 public:
  TextFeatures(Call& call, const Batch& batch, const Words& words, const PhraseWeights& weights,
               View<const u32> permutation, const NewRepeats& repeats)
      : batch_(batch),
        words_(words),
        weights_(weights),
        signals_(scratch<f32>(call, batch.segments() * SIGNALS)),
        amounts_(call, batch.segments()),
        windows_(signals_, feature::phrases_before_1_5),
        finder_(call, words, repeats, amounts_, permutation, batch.longest_page()) {}

  // Write the first columns of a page's rows, and find the repeats on it.
  void write_page(i64 page, const Rows<f32>& table) {
    for (i64 line = batch_.page_line[page]; line < batch_.page_line[page + 1]; ++line) {
      const i64 first = batch_.line_segment[line], last = batch_.line_segment[line + 1];
      for (i64 row = first; row < last && !signals_.call->stopped(); ++row) {
        f32* const here = table[row];
        here[feature::part_of_long_line] = last - first > 1;
        write_row(row, here);
      }
    }
    const i64 first = batch_.first_of(page), last = batch_.first_of(page + 1);
    position::write(amounts_, first, last, table);
    windows_.write_page(first, last, table);
    finder_.read_page(first, last, table);
  }

 private:
  static constexpr i64 SIGNALS = 4;

  void write_row(i64 row, f32* here) {
    shape::write(batch_, words_, row, here);
    phrases::write(words_, row, weights_, here);
    amounts_.words[row] = words_in(words_, row);
    amounts_.content[row] = amounts_.words[row] * content_probability(here[feature::phrases_say]);
    signals_[row * SIGNALS] = tanh(here[feature::phrases_say] / 2);
    signals_[row * SIGNALS + 1] = here[feature::log_words];
    signals_[row * SIGNALS + 2] = here[feature::sentence_ends];
    signals_[row * SIGNALS + 3] = 1;
  }

  const Batch& batch_;
  const Words& words_;
  const PhraseWeights& weights_;
  View<f32> signals_;
  position::Amounts amounts_;
  neighbours::Windows<SIGNALS> windows_;
  RepeatFinder finder_;
};

}  // namespace detector
