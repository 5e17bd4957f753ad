// The first guesses of a page's lines in context: around each line, and over the page.
#pragma once

#include "neighbours.h"
#include "shape.h"

namespace detector {

// Log-odds are clipped to this.
constexpr f32 MOST_LOG_ODDS = 12.0f;

INLINE f32 bounded(f32 log_odds) { return within(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS); }

// Log-odds squashed to -1 to 1: nearly linear where a guess is uncertain.
INLINE f32 squeezed(f32 log_odds) {
  const f32 half = log_odds / 2.0f;
  return half / (1.0f + (half < 0 ? -half : half));
}

INLINE f32 probability(f32 log_odds) { return 1.0f / (1.0f + exp(-log_odds)); }

// The first guesses of a batch; see features.context.Guesses.
struct Guesses {
  View<const f32> log_odds;
  View<f32> guess, weight;

  explicit Guesses(Call& call) : log_odds(call), guess(call), weight(call) {}

  // The same in scratch memory, with log-odds still to be written.
  Guesses(Call& call, View<const f32> log_odds)
      : log_odds(log_odds),
        guess(scratch<f32>(call, log_odds.size)),
        weight(scratch<f32>(call, log_odds.size)) {}
};

namespace context_columns {

constexpr i64 SIGNALS = 2;
// Half a word is added to each line, so that lines without words have some weight.
constexpr f32 LINE_WEIGHT = 0.5f;
// The number of content words for a signal of one.
constexpr f32 MANY_WORDS = 20;
// The words of a line are counted up to this number.
constexpr f32 LARGEST = 60;
// Guesses below these are content: surely, probably, rather, perhaps.
constexpr i64 LEVELS = 4;
constexpr f32 LEVEL[LEVELS] = {0.1f, 0.3f, 0.5f, 0.8f};

struct PageSums {
  f32 weight = 0, content = 0, below[LEVELS] = {}, doubt = 0, largest = 0;
};

// Write a row's guess, its weight, and the signals that the windows average: the guess and its content.
INLINE void prepare(const Words& words, const Guesses& guesses, i64 row, View<f32> signals) {
  const f32 guess = probability(guesses.log_odds[row]), weight = words_in(words, row) + LINE_WEIGHT;
  guesses.guess[row] = guess;
  guesses.weight[row] = weight;
  signals[SIGNALS * row] = squeezed(guesses.log_odds[row]);
  signals[SIGNALS * row + 1] = weight * (1.0f - guess) / MANY_WORDS;
}

inline PageSums sums_of(const Guesses& guesses, i64 first, i64 last) {
  PageSums sums;
  for (i64 row = first; row < last; ++row) {
    const f32 guess = guesses.guess[row], weight = guesses.weight[row];
    sums.weight += weight;
    sums.content += weight * (1.0f - guess);
    for (i64 level = 0; level < LEVELS; ++level) sums.below[level] += guess < LEVEL[level] ? weight : 0.0f;
    sums.doubt += weight * guess * (1.0f - guess);
    sums.largest = most(sums.largest, (1.0f - guess) * least(weight, LARGEST));
  }
  return sums;
}

inline void write_page(const Guesses& guesses, i64 first, i64 last, const Rows<f32>& table) {
  const PageSums sums = sums_of(guesses, first, last);
  const f32 some_weight = most(sums.weight, 1e-6f), some_content = most(sums.content, 1e-6f);
  const f32 log_content = log1p(sums.content), log_words = log1p(sums.weight);
  f32 before = 0;
  for (i64 row = first; row < last; ++row) {
    f32* const here = table[row];
    const f32 content = guesses.weight[row] * (1.0f - guesses.guess[row]);
    here[context::guess] = bounded(guesses.log_odds[row]);
    here[context::guess_squeezed] = squeezed(guesses.log_odds[row]);
    here[context::page_content_share] = sums.content / some_weight;
    here[context::page_log_content] = log_content;
    here[context::page_log_guessed_words] = log_words;
    for (i64 level = 0; level < LEVELS; ++level)
      here[context::page_sure_content + level] = sums.below[level] / some_weight;
    here[context::page_doubt] = sums.doubt / some_weight;
    here[context::page_largest] = sums.largest / LARGEST;
    here[context::place_in_content] = (before + content / 2.0f) / some_content;
    before += content;
  }
}

// Copy columns of the first table to the second, from column `at` on.
template <i64 N>
void see_again(const f32* from, const i64 (&columns)[N], i64 at, f32* to) {
  for (i64 number = 0; number < N; ++number) to[at + number] = from[columns[number]];
}

}  // namespace context_columns

// The columns of the second table that text has too, one page at a time.
class TextContext {
 public:
  TextContext(Call& call, const Batch& batch, const Words& words, const Guesses& guesses)
      : batch_(batch),
        words_(words),
        guesses_(guesses),
        signals_(scratch<f32>(call, batch.segments() * context_columns::SIGNALS)),
        windows_(signals_, context::guess_before_1_5) {}

  void write_page(i64 page, const Rows<const f32>& features, const Rows<f32>& table) const {
    const i64 first = batch_.first_of(page), last = batch_.first_of(page + 1);
    for (i64 row = first; row < last; ++row) {
      context_columns::prepare(words_, guesses_, row, signals_);
      context_columns::see_again(features[row], AGAIN_FROM, context::log_words, table[row]);
    }
    windows_.write_page(first, last, table);
    context_columns::write_page(guesses_, first, last, table);
  }

 private:
  const Batch& batch_;
  const Words& words_;
  const Guesses& guesses_;
  View<f32> signals_;
  neighbours::Windows<context_columns::SIGNALS> windows_;
};

}  // namespace detector
