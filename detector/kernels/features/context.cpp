// The second feature table: first guesses in their context.
#include "context.h"

#include "ancestors.h"

namespace detector {

// Write the columns that text has, too: the guess, those around it and over the page.
i64 text_context(Call& call) {
  using namespace context_columns;
  const Batch batch(call);
  const Words words(call);
  const Table<const f32> feature_table(call);
  const Guesses guesses(call);
  const Table<f32> context_table(call);
  const Rows<const f32> features(call, feature_table, feature::TEXT_COLUMNS);
  const Rows<f32> table(call, context_table, context::TEXT_COLUMNS);
  const View<f32> signals = scratch<f32>(call, words.segments() * SIGNALS);
  if (call.stopped()) return 0;
  const neighbours::Windows<SIGNALS> windows({signals.data, signals.size, &call}, table,
                                             context::guess_before_1_5);
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const i64 first = batch.first_of(page), last = batch.first_of(page + 1);
    for (i64 row = first; row < last; ++row) {
      prepare(words, guesses, row, signals);
      see_again(features[row], AGAIN_FROM, context::log_words, table[row]);
    }
    windows.write_page(first, last);
    write_page(guesses, first, last, table);
  }
  return 0;
}

// Write the columns that only HTML has.
i64 html_context(Call& call) {
  const Batch batch(call);
  const Markup markup(call);
  const Tree tree(call);
  const Table<const f32> feature_table(call);
  const Guesses guesses(call);
  const Table<f32> context_table(call);
  if (call.stopped()) return 0;
  i64 longest = 0;
  for (i64 page = 0; page < batch.pages(); ++page)
    longest = most(longest, batch.first_of(page + 1) - batch.first_of(page));
  const Rows<const f32> features(call, feature_table, feature::COLUMNS);
  const Rows<f32> table(call, context_table, context::COLUMNS);
  AlikeBlocks alike(call, batch, markup, tree, guesses, longest);
  Ancestors ancestors(call, batch, markup, tree, guesses);
  if (call.stopped()) return 0;
  ancestors.sum();
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    for (i64 row = batch.first_of(page); row < batch.first_of(page + 1); ++row)
      context_columns::see_again(features[row], MARKUP_AGAIN_FROM, context::markup_says, table[row]);
    alike.write_page(page, table);
    ancestors.write_page(page, features, table);
  }
  return 0;
}

}  // namespace detector
