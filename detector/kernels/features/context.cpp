// Kernels of the second feature table: first guesses in context.
#include "ancestors.h"
#include "cohesion.h"
#include "text_looks.h"

namespace detector {

// Write the columns that text has too: the guess, the guesses around it and over the page.
i64 text_context(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const Table<const f32> feature_table(call);
  const Guesses guesses(call);
  const Table<f32> context_table(call);
  const Rows<const f32> features(call, feature_table, feature::TEXT_COLUMNS);
  const Rows<f32> table(call, context_table, context::TEXT_COLUMNS);
  const TextContext context(call, batch, words, guesses);
  Cohesion cohesion(call, batch, words, guesses);
  TextLooks looks(call, batch, words, guesses);
  if (call.stopped()) return 0;
  looks.clear();
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    context.write_page(page, features, table);
    cohesion.write_page(page, table);
    looks.write_page(page, table);
  }
  return 0;
}

// Write the columns for HTML only.
i64 html_context(Call& call) {
  const Batch batch(call);
  const Markup markup(call);
  const Tree tree(call);
  const Table<const f32> feature_table(call);
  const Guesses guesses(call);
  const Table<f32> context_table(call);
  const Rows<const f32> features(call, feature_table, feature::COLUMNS);
  const Rows<f32> table(call, context_table, context::COLUMNS);
  HtmlContext context(call, batch, markup, tree, guesses);
  if (call.stopped()) return 0;
  context.clear();
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page)
    context.write_page(page, features, table);
  return 0;
}

}  // namespace detector
