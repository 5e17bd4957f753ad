// Whether the words of a line also appear in what the first guess takes for the page's content: those of a
// caption do, those of a teaser for another page do not. Linear in the words of a page.
#pragma once

#include "context.h"
#include "matching.h"

namespace detector {

// The columns of `schema.COHESION`, one page at a time. A term is a word, or two characters of a script
// without spaces. Terms in fewer lines of the page have more weight.
class Cohesion {
 public:
  Cohesion(Call& call, const Batch& batch, const Words& words, const Guesses& guesses)
      : batch_(batch),
        words_(words),
        guesses_(guesses),
        most_words_(most_words(batch, words)),
        numbers_(call, most_words_ / 2 + 1),
        term_(scratch<i64>(call, most_words_)),
        last_row_(scratch<i64>(call, most_words_)),
        lines_(scratch<f32>(call, most_words_)),
        content_(scratch<f32>(call, most_words_)),
        weight_(scratch<f32>(call, most_words_)) {}

  void write_page(i64 page, const Rows<f32>& table) {
    first_ = batch_.first_of(page);
    last_ = batch_.first_of(page + 1);
    if (first_ >= last_) return;
    start_ = words_.first(first_);
    count_terms();
    weigh_terms();
    for (i64 row = first_; row < last_ && !stopped(); ++row) write_row(row, table[row]);
    write_windows(first_, last_, 1, context::cohesion_before, table);
    write_windows(last_ - 1, first_ - 1, -1, context::cohesion_after, table);
  }

 private:
  // The number of lines of content from which a term counts as fully usual there.
  static constexpr f32 OFTEN = 2.0f;
  // The prior number of lines for a term.
  static constexpr f32 UNKNOWN = 0.5f;
  // How many words ahead memory is prefetched.
  static constexpr i64 AHEAD = 8;
  // The decay of a window per line: by half after four lines.
  static constexpr f32 FADE = 0.8408964f;

  static i64 most_words(const Batch& batch, const Words& words) {
    i64 found = 1;
    for (i64 page = 0; page < batch.pages(); ++page)
      found = most(found, words.first(batch.first_of(page + 1)) - words.first(batch.first_of(page)));
    return found;
  }

  bool stopped() const { return words_.key.call->stopped(); }

  // The key of the term that begins at a word of a line.
  u64 term_key(i64 word, i64 last) const {
    const u64 key = words_.key[word];
    const bool pair = word + 1 < last && words_.shape[word] & IS_SINGLE && words_.shape[word + 1] & IS_SINGLE;
    return pair ? next_key(key, words_.key[word + 1]) : key;
  }

  // Number the terms of the page, and count the lines and the lines of content with each term.
  void count_terms() {
    numbers_.start((words_.first(last_) - start_) / 2 + 1);
    terms_ = 0;
    const i64 all = words_.first(last_);
    for (i64 row = first_; row < last_ && !stopped(); ++row) {
      const f32 content = 1.0f - guesses_.guess[row];
      const i64 last = words_.last(row);
      for (i64 word = words_.first(row); word < last; ++word) {
        if (word + AHEAD < all) numbers_.prefetch(words_.key[word + AHEAD]);
        const i64 term = numbers_.add(term_key(word, last), terms_);
        term_[word - start_] = term;
        if (term == terms_) {
          last_row_[term] = -1;
          lines_[term] = 0;
          content_[term] = 0;
          terms_ += 1;
        }
        if (last_row_[term] == row) continue;
        last_row_[term] = row;
        lines_[term] += 1;
        content_[term] += content;
      }
    }
  }

  void weigh_terms() {
    const f32 all = log1p(static_cast<f32>(last_ - first_));
    for (i64 term = 0; term < terms_; ++term) {
      weight_[term] = all - (lines_[term] > 1 ? log(lines_[term]) : 0.0f);
      last_row_[term] = -1;
    }
  }

  void write_row(i64 row, f32* here) {
    const f32 mine = 1.0f - guesses_.guess[row];
    f32 total = 0, returns = 0, elsewhere = 0, nowhere = 0, share = 0, often = 0;
    for (i64 word = words_.first(row); word < words_.last(row); ++word) {
      const i64 term = term_[word - start_];
      if (last_row_[term] == row) continue;
      last_row_[term] = row;
      const f32 weight = weight_[term], others = lines_[term] - 1.0f;
      const f32 content = within(content_[term] - mine, 0.0f, others), rest = others - content;
      total += weight;
      returns += weight * least(content, 1.0f);
      elsewhere += weight * least(rest, 1.0f);
      nowhere += others < 1.0f ? weight : 0.0f;
      share += weight * content / (others + UNKNOWN);
      often += weight * content / (content + OFTEN);
    }
    const f32 scale = total > 0 ? 1.0f / total : 0.0f;
    here[context::cohesion_returns] = returns * scale;
    here[context::cohesion_elsewhere] = elsewhere * scale;
    here[context::cohesion_nowhere] = nowhere * scale;
    here[context::cohesion_share] = share * scale;
    here[context::cohesion_often] = often * scale;
    here[context::cohesion_log_weight] = log1p(total);
  }

  // Write the decaying mean over the lines on one side, weighted by the weights of the lines.
  void write_windows(i64 first, i64 end, i64 step, i64 column, const Rows<f32>& table) const {
    f32 sum = 0, weights = 0;
    for (i64 row = first; row != end; row += step) {
      f32* const here = table[row];
      here[column] = weights > 0 ? sum / weights : 0.0f;
      const f32 weight = here[context::cohesion_log_weight];
      sum = (sum + weight * here[context::cohesion_returns]) * FADE;
      weights = (weights + weight) * FADE;
    }
  }

  const Batch& batch_;
  const Words& words_;
  const Guesses& guesses_;
  i64 most_words_, first_ = 0, last_ = 0, start_ = 0, terms_ = 0;
  RowTable numbers_;
  View<i64> term_, last_row_;
  View<f32> lines_, content_, weight_;
};

}  // namespace detector
