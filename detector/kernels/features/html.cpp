// The features that only HTML has.
#include "markup.h"
#include "matching.h"
#include "neighbours.h"
#include "titles.h"

namespace detector {

namespace {

constexpr i64 SIGNALS = 2;
// Looks of blocks are counted by their low bits, so that two may now and then count as one.
constexpr i64 LOOKS = 1024;

INLINE i64 look_slot(u32 look) { return (look ^ (look >> 16)) & (LOOKS - 1); }

// Write how many lines of the page stand in a block that looks the same.
void count_looks(const Batch& batch, const Markup& markup, const NewTree& tree, i64 page, View<i32> counts,
                 const Rows<f32>& table) {
  const i64 first = batch.page_line[page], last = batch.page_line[page + 1];
  counts.fill(0);
  for (i64 line = first; line < last; ++line)
    if (const i64 block = tree.block_of(markup, line); block >= 0) counts[look_slot(tree.look[block])] += 1;
  for (i64 line = first; line < last; ++line) {
    const i64 block = tree.block_of(markup, line);
    if (block < 0) continue;
    const f32 alike = log1p(static_cast<f32>(counts[look_slot(tree.look[block])] - 1));
    for (i64 row = batch.line_segment[line]; row < batch.line_segment[line + 1]; ++row)
      table[row][feature::log_blocks_alike] = alike;
  }
}

}  // namespace

// Write the columns of markup, links and titles, and what is known of the elements.
i64 html_features(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const Markup markup(call);
  const Words hint_words(call);
  const MarkupWeights weights(call);
  const NewTree tree(call);
  const Table<f32> all_columns(call);
  const Rows<f32> table(call, all_columns, feature::COLUMNS);
  const View<f32> signals = scratch<f32>(call, batch.segments() * SIGNALS);
  const View<i32> counts = scratch<i32>(call, LOOKS);
  TitleBag titles(call, words, markup, hint_words);
  if (call.stopped()) return 0;
  const TreeBuilder builder(batch, markup, weights, tree);
  builder.grow();
  builder.weigh();
  const MarkupColumns columns(batch, markup, tree, weights.bias[0]);
  const neighbours::Windows<SIGNALS> windows({signals.data, signals.size, &call}, table,
                                             feature::markup_before_1_5);
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const i64 first = batch.page_line[page], last = batch.page_line[page + 1];
    titles.start(page);
    for (i64 line = first; line < last && !call.stopped(); ++line) {
      for (i64 row = batch.line_segment[line]; row < batch.line_segment[line + 1]; ++row) {
        f32* const here = table[row];
        columns.write(line, first, last, here);
        titles.write(row, here);
        signals[SIGNALS * row] = tanh(here[feature::markup_says] / 2);
        signals[SIGNALS * row + 1] = here[feature::link_share];
      }
    }
    count_looks(batch, markup, tree, page, counts, table);
    windows.write_page(batch.first_of(page), batch.first_of(page + 1));
  }
  return 0;
}

// Write the buckets of the markup around every segment; return how many there are, or would be
// if there is room for fewer. `start` (S + 1,) receives where those of each begin. For training.
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
