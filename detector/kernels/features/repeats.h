// Text that repeats on a page, and which copy is at its real position.
#pragma once

#include "matching.h"
#include "position.h"

namespace detector {

class RepeatFinder {
 public:
  RepeatFinder(Call& call, const Words& words, const NewRepeats& found, const position::Amounts& amounts,
               View<const u32> permutation, i64 most_rows)
      : words_(words),
        found_(found),
        amounts_(amounts),
        matcher_(call, words, permutation, most_rows),
        lead_(scratch<f32>(call, most_rows)),
        best_(scratch<f32>(call, most_rows)),
        chosen_(scratch<i64>(call, most_rows)) {}

  // Find the repeats on one page, and write their columns.
  void read_page(i64 first, i64 last, const Rows<f32>& table) {
    first_ = first;
    last_ = last;
    found_.copies.part(first, last).fill(0);
    found_.block.part(first, last).fill(0);
    found_.alike.part(first, last).fill(0);
    found_.begins.part(first, last).fill(-1);
    found_.begins_words.part(first, last).fill(0);
    matcher_.count_alike(first, last, found_.alike);
    matcher_.group_exact(first, last);
    matcher_.group_near(first, last);
    find_leads();
    choose_originals();
    write_similarity();
    count_blocks();
    find_beginnings();
    write_columns(table);
  }

 private:
  // The number of lines after a copy by which its surroundings are judged.
  static constexpr i64 FOLLOWING = 6;
  // The surroundings of a copy have enough content if they have this share of those of the best copy.
  static constexpr f32 ENOUGH = 0.5f;
  // A line begins with another one if it has at least this many more words.
  static constexpr i64 REMAINDER = 3;
  // The number of words that form the key of a headline's beginning, and of those after them.
  static constexpr i64 LEADING = 3, LEADING_SINGLES = 6, MOST_HEADLINE = 40;

  struct Beginning {
    i64 headline, words;
  };

  bool is_copy(i64 row) const { return found_.original[row] >= 0 && found_.original[row] != row; }

  // How much content follows each row: words of the next lines that are content by their phrases.
  void find_leads() {
    for (i64 row = first_; row < last_; ++row) {
      f32 total = 0;
      for (i64 near = row + 1; near < least(row + 1 + FOLLOWING, last_); ++near)
        total += amounts_.content[near];
      lead_[row - first_] = total;
    }
  }

  // Choose the original of each group: the first copy whose surroundings have enough content.
  void choose_originals() {
    const i64 size = last_ - first_;
    best_.part(0, size).fill(0);
    chosen_.part(0, size).fill(-1);
    for (i64 at = 0; at < size; ++at) {
      const i64 group = matcher_.group(at);
      if (group < 0) continue;
      best_[group - first_] = most(best_[group - first_], lead_[at]);
      found_.copies[group] += 1;
    }
    for (i64 at = 0; at < size; ++at) {
      const i64 group = matcher_.group(at);
      if (group < 0) continue;
      i64& chosen = chosen_[group - first_];
      if (chosen < 0 && lead_[at] >= ENOUGH * best_[group - first_]) chosen = first_ + at;
    }
    for (i64 at = size - 1; at >= 0; --at) {
      const i64 group = matcher_.group(at);
      found_.original[first_ + at] = group >= 0 ? chosen_[group - first_] : -1;
      found_.copies[first_ + at] = group >= 0 ? found_.copies[group] : 0;
    }
  }

  void write_similarity() {
    for (i64 row = first_; row < last_; ++row) {
      const bool same = !is_copy(row) || line_key(words_, row) == line_key(words_, found_.original[row]);
      found_.similarity[row] = same ? 1.0f : static_cast<f32>(SIMILAR);
    }
  }

  // Count for every copy the consecutive lines that are copies of consecutive lines.
  void count_blocks() {
    for (i64 row = first_; row < last_;) {
      i64 end = row;
      while (end < last_ && is_copy(end) &&
             (end == row || found_.original[end] == found_.original[end - 1] + 1))
        end += 1;
      for (i64 at = row; at < end; ++at) found_.block[at] = static_cast<i32>(end - row);
      row = most(end, row + 1);
    }
  }

  // A key of the first (`which` 0) or next few words of a line; 0 if it has fewer.
  u64 leading_key(WordSpan span, u64 which) const {
    const i64 few = span.size() && words_.shape[span.first] & IS_SINGLE ? LEADING_SINGLES : LEADING;
    const i64 start = span.first + static_cast<i64>(which) * few;
    if (start + few > span.last) return 0;
    u64 key = which + 1;
    for (i64 number = start; number < start + few; ++number) key = next_key(key, words_.key[number]);
    return key;
  }

  // Insert every line that might be a headline into the table, whole and by its leading words.
  void index_headlines() {
    matcher_.table().start(last_ - first_);
    for (i64 row = first_; row < last_ && !words_.key.call->stopped(); ++row) {
      if (!is_long_enough(words_, row) || words_.number(row) > MOST_HEADLINE) continue;
      matcher_.table().add(line_key(words_, row), row);
      for (u64 which = 0; which < 2; ++which)
        if (const u64 key = leading_key(span_of(words_, row), which)) matcher_.table().add(key, row);
    }
  }

  // The longest line whose words this row begins with.
  Beginning exact_beginning(i64 row) {
    const WordSpan span = span_of(words_, row);
    Beginning best{-1, 0};
    u64 key = LINE_START;
    i64 singles = 0;
    for (i64 number = span.first; number < least(span.last - REMAINDER, span.first + MOST_HEADLINE);
         ++number) {
      key = next_key(key, words_.key[number]);
      singles += (words_.shape[number] & IS_SINGLE) != 0;
      if (!says_enough(number + 1 - span.first, singles)) continue;
      const i64 headline = matcher_.table().find(key);
      if (headline >= 0 && headline != row) best = {headline, number + 1 - span.first};
    }
    return best;
  }

  // A line that this row begins with, except for about one word, and where it ends here.
  Beginning near_beginning(i64 row) {
    const WordSpan span = span_of(words_, row);
    i64 headline = -1;
    for (u64 which = 0; which < 2; ++which)
      if (const u64 key = leading_key(span, which); key && (headline < 0 || headline == row))
        headline = matcher_.table().find(key);
    if (headline < 0 || headline == row) return {-1, 0};
    const WordSpan theirs = span_of(words_, headline);
    const i64 size = theirs.size();
    if (size + REMAINDER > span.size() || size > MOST_HEADLINE) return {-1, 0};
    // It ends at the headline's last word, which is searched up to one word to each side.
    i64 best = 0, end = 0;
    const i64 candidates[] = {size, size + 1, size - 1};
    for (const i64 candidate : candidates) {
      const i64 common = matcher_.aligner().in_order(theirs, {span.first, span.first + candidate});
      if (words_.key[span.first + candidate - 1] == words_.key[theirs.last - 1] && common > best) {
        best = common;
        end = candidate;
      }
    }
    if (static_cast<f64>(best) >= SIMILAR * static_cast<f64>(size)) return {headline, end};
    return {-1, 0};
  }

  // Find the rows that begin with another line of the page.
  void find_beginnings() {
    index_headlines();
    for (i64 row = first_; row < last_ && !words_.key.call->stopped(); ++row) {
      if (words_.number(row) < LEAST_WORDS + REMAINDER) continue;
      Beginning found = exact_beginning(row);
      if (found.headline < 0) found = near_beginning(row);
      if (found.headline < 0) continue;
      found_.begins[row] = found.headline;
      found_.begins_words[row] = static_cast<i32>(found.words);
    }
  }

  void write_columns(const Rows<f32>& table) {
    f32 all_words = 1e-3f, copied = 0;
    for (i64 row = first_; row < last_; ++row) {
      all_words += amounts_.words[row];
      if (is_copy(row)) copied += amounts_.words[row];
    }
    for (i64 row = first_; row < last_; ++row) {
      f32* const here = table[row];
      fill(here + feature::is_copy, here + feature::begins_like + 1, 0.0f);
      here[feature::page_repeats] = copied / all_words;
      here[feature::log_rows_alike] = log1p(to_f32(found_.alike[row] - 1));
      here[feature::begins_like] = static_cast<f32>(static_cast<f64>(found_.begins_words[row]) /
                                                    static_cast<f64>(most(amounts_.words[row], 1.0f)));
      if (found_.copies[row] < 2) continue;
      here[feature::log_copies] = log1p(to_f32(found_.copies[row] - 1));
      here[feature::has_copies] = found_.original[row] == row;
      if (found_.original[row] != row) write_copy(row, here);
    }
  }

  void write_copy(i64 row, f32* here) const {
    const f32 mine = amounts_.words[row];
    f32 around = 0;
    for (i64 near = most(row - 2, first_); near < least(row + 3, last_); ++near)
      around += amounts_.words[near];
    here[feature::is_copy] = is_long_enough(words_, row);
    here[feature::copy_similarity] = found_.similarity[row];
    here[feature::copy_words] = log1p(mine);
    here[feature::copy_block] = log1p(to_f32(found_.block[row]));
    here[feature::copy_is_short_in_context] = 1.0f - mine / most(around - mine, mine);
    here[feature::original_leads] = log1p(lead_[found_.original[row] - first_]) - log1p(lead_[row - first_]);
  }

  const Words& words_;
  const NewRepeats& found_;
  const position::Amounts& amounts_;
  Matcher matcher_;
  View<f32> lead_, best_;
  View<i64> chosen_;
  i64 first_ = 0, last_ = 0;
};

}  // namespace detector
