// The position of a line on its page, and what kind of page that is.
#pragma once

#include "shape.h"

namespace detector {

// The share of content for the phrases' log-odds of boilerplate.
INLINE f32 content_probability(f32 phrases_say) { return 1.0f / (1.0f + exp(phrases_say)); }

// A line with at least this many words is a paragraph rather than a label.
constexpr f32 LONG_WORDS = 15;

namespace position {

// The number of words of each segment, and the expected number of content words by phrases alone.
struct Amounts {
  View<f32> words, content;

  Amounts(Call& call, i64 rows) : words(scratch<f32>(call, rows)), content(scratch<f32>(call, rows)) {}
};

struct PageSums {
  f32 words = 0, content = 0, in_long = 0, phrases = 0, squares = 0, known = 0, singles = 0;
};

inline PageSums sums_of(const Amounts& amounts, i64 first, i64 last, const Rows<f32>& table) {
  PageSums sums;
  for (i64 row = first; row < last; ++row) {
    f32* const here = table[row];
    const f32 size = amounts.words[row], say = here[feature::phrases_say];
    sums.words += size;
    sums.content += amounts.content[row];
    sums.in_long += size >= LONG_WORDS ? size : 0.0f;
    sums.phrases += say;
    sums.squares += say * say;
    sums.known += size * here[feature::known_words];
    sums.singles += size * here[feature::single_share];
  }
  return sums;
}

// Half of the line's own words count as before it.
INLINE f32 middle(f32 before, f32 mine, f32 whole) {
  return static_cast<f32>((static_cast<f64>(before) + static_cast<f64>(mine) / 2) / static_cast<f64>(whole));
}

inline void write(const Amounts& amounts, i64 first, i64 last, const Rows<f32>& table) {
  const PageSums sums = sums_of(amounts, first, last, table);
  const f32 lines = static_cast<f32>(last - first);
  const f32 some_lines = most(lines, 1.0f), some_words = most(sums.words, 1.0f);
  const f32 mean = sums.phrases / some_lines;
  const f32 spread = sqrt(most(sums.squares / some_lines - mean * mean, 0.0f));
  const f32 log_lines = log1p(lines), log_words = log1p(sums.words);
  const f32 words_per_line = log1p(sums.words / some_lines);
  f32 words_before = 0, content_before = 0;
  for (i64 row = first; row < last; ++row) {
    f32* const here = table[row];
    const f32 mine = amounts.words[row], before = static_cast<f32>(row - first);
    const f32 content = amounts.content[row];
    here[feature::place_by_lines] = (before + 0.5f) / some_lines;
    here[feature::place_by_words] = middle(words_before, mine, some_words);
    here[feature::place_by_content] = middle(content_before, content, most(sums.content, 1e-3f));
    here[feature::log_lines_before] = log1p(before);
    here[feature::log_lines_after] = log1p(lines - before - 1.0f);
    here[feature::page_log_lines] = log_lines;
    here[feature::page_log_words] = log_words;
    here[feature::page_words_per_line] = words_per_line;
    here[feature::page_long_lines] = sums.in_long / some_words;
    here[feature::page_content] = sums.content / some_words;
    here[feature::page_phrases] = mean;
    here[feature::page_spread] = spread;
    here[feature::page_known_words] = sums.known / some_words;
    here[feature::page_single_share] = sums.singles / some_words;
    words_before += mine;
    content_before += content;
  }
}

}  // namespace position
}  // namespace detector
