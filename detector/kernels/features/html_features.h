// The features for HTML only, one page at a time.
#pragma once

#include "markup.h"
#include "matching.h"
#include "neighbours.h"
#include "titles.h"

namespace detector {

class HtmlFeatures {
 public:
  HtmlFeatures(Call& call, const Batch& batch, const Words& words, const Markup& markup,
               const Words& hint_words, const MarkupWeights& weights, const NewTree& tree)
      : batch_(batch),
        markup_(markup),
        tree_(tree),
        builder_(batch, markup, weights, tree),
        columns_(batch, markup, tree, weights.bias[0]),
        titles_(call, words, markup, hint_words),
        signals_(scratch<f32>(call, batch.segments() * SIGNALS)),
        counts_(scratch<i32>(call, LOOKS)),
        windows_(signals_, feature::markup_before_1_5) {}

  // Write the columns of markup, links and titles of a page's rows, and the facts about its elements.
  void write_page(i64 page, const Rows<f32>& table) {
    const i64 first = batch_.page_line[page], last = batch_.page_line[page + 1];
    builder_.grow(page);
    builder_.weigh(page);
    titles_.start(page);
    for (i64 line = first; line < last && !signals_.call->stopped(); ++line) {
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row) {
        f32* const here = table[row];
        columns_.write(line, first, last, here);
        titles_.write(row, here);
        signals_[SIGNALS * row] = tanh(here[feature::markup_says] / 2);
        signals_[SIGNALS * row + 1] = here[feature::link_share];
      }
    }
    count_looks(first, last, table);
    windows_.write_page(batch_.first_of(page), batch_.first_of(page + 1), table);
  }

 private:
  static constexpr i64 SIGNALS = 2;
  // Looks of blocks are counted by their low bits, so two looks may occasionally count as one.
  static constexpr i64 LOOKS = 1024;

  static INLINE i64 look_slot(u32 look) { return (look ^ (look >> 16)) & (LOOKS - 1); }

  // Write how many lines of the page are in a block that looks the same.
  void count_looks(i64 first, i64 last, const Rows<f32>& table) {
    counts_.fill(0);
    for (i64 line = first; line < last; ++line)
      if (const i64 block = tree_.block_of(markup_, line); block >= 0)
        counts_[look_slot(tree_.look[block])] += 1;
    for (i64 line = first; line < last; ++line) {
      const i64 block = tree_.block_of(markup_, line);
      if (block < 0) continue;
      const f32 alike = log1p(static_cast<f32>(counts_[look_slot(tree_.look[block])] - 1));
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row)
        table[row][feature::log_blocks_alike] = alike;
    }
  }

  const Batch& batch_;
  const Markup& markup_;
  const NewTree& tree_;
  TreeBuilder builder_;
  MarkupColumns columns_;
  TitleBag titles_;
  View<f32> signals_;
  View<i32> counts_;
  neighbours::Windows<SIGNALS> windows_;
};

}  // namespace detector
