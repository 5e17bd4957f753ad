// Running heads and feet of printed pages in converted text: short lines that repeat at page breaks, with the
// same numbers or others.
#pragma once

#include "../features/matching.h"

namespace detector {

class RunningHeads {
 public:
  RunningHeads(Call& call, const Batch& batch, const Words& words)
      : batch_(batch),
        words_(words),
        table_(call, batch.longest_page()),
        group_(scratch<i64>(call, batch.longest_page())),
        seen_(scratch<Seen>(call, batch.longest_page())) {}

  // Call `write(row, first of its group)` for each running head and foot of a page.
  template <class F>
  void each(i64 first, i64 last, F&& write) {
    first_ = first;
    last_ = last;
    has_feeds_ = false;
    for (i64 row = first; row < last && !has_feeds_; ++row) has_feeds_ = has_feed(row);
    table_.start(last - first);
    for (i64 row = first; row < last; ++row) seen_[row - first] = {0, 0, 0};
    for (i64 row = first; row < last; ++row) {
      group_[row - first] = -1;
      if (words_.number(row) == 0 || words_.number(row) > LONGEST) continue;
      const i64 group = table_.add(masked_key(row), row);
      group_[row - first] = group;
      count(row, seen_[group - first]);
    }
    for (i64 row = first; row < last; ++row)
      if (const i64 group = group_[row - first]; group >= 0 && is_running(seen_[group - first]))
        if (row > first || !is_title()) write(row, group);
  }

 private:
  // Tell whether the first line, which is a running head, is the title of the document: others have the same
  // text, including numbers.
  bool is_title() const {
    for (i64 row = first_ + 1; row < last_; ++row)
      if (group_[row - first_] == first_ && line_key(words_, row) != line_key(words_, first_)) return false;
    return true;
  }

  // The most words of a running head, and the least number of printed pages with one.
  static constexpr i64 LONGEST = 15, LEAST_PAGES = 3;
  // The most words of a line that a page break may cut, letters of a Roman numeral, and words of a page
  // number.
  static constexpr i64 LEAST_CUT = 6, LONGEST_ROMAN = 7, LONGEST_NUMBER = 3;
  static constexpr u8 FORM_FEED = 12;

  // The rows of a group: all of them, those next to a form feed, and those with a page number in the middle
  // of a sentence.
  struct Seen {
    i64 rows, at_feeds, in_sentences;
  };

  bool is_on_page(i64 row) const { return row >= first_ && row < last_; }

  // A number in digits or a Roman numeral.
  bool is_number(i64 word) const {
    if (has_digit(words_, word)) return true;
    const i64 start = words_.start[word], end = words_.end[word];
    if (end - start > LONGEST_ROMAN) return false;
    for (i64 at = start; at < end; ++at) {
      bool is_roman = false;
      for (const char letter : "ivxlcdm") is_roman |= letter != 0 && (batch_.data[at] | 32) == letter;
      if (!is_roman) return false;
    }
    return true;
  }

  u64 masked_key(i64 row) const {
    u64 key = LINE_START;
    for (i64 word = words_.first(row); word < words_.last(row); ++word)
      key = next_key(key, is_number(word) ? ANY_NUMBER : words_.key[word]);
    return key;
  }

  // A line that consists of a page number only.
  bool is_page_number(i64 row) const {
    if (!is_on_page(row) || words_.number(row) == 0 || words_.number(row) > LONGEST_NUMBER) return false;
    for (i64 word = words_.first(row); word < words_.last(row); ++word)
      if (!is_number(word)) return false;
    return true;
  }

  // Tell whether a printed page begins with a row. The text begins and ends with a printed page too.
  bool feed_before(i64 row) const {
    if (row == first_ || row == last_) return has_feeds_;
    return is_on_page(row) && has_feed(row);
  }

  // Tell whether a form feed is between the words of a row and those of the row before.
  bool has_feed(i64 row) const {
    const bool is_first = row == first_;
    const i64 from = is_first                 ? batch_.segment_start[row]
                     : words_.number(row - 1) ? words_.end[words_.last(row - 1) - 1]
                                              : batch_.segment_start[row - 1];
    const i64 to = words_.number(row) ? words_.start[words_.first(row)] : batch_.segment_end[row];
    for (const u8 byte : batch_.data.clipped(from, to))
      if (byte == FORM_FEED) return true;
    return false;
  }

  bool is_at_feed(i64 row) const {
    return feed_before(row) || feed_before(row + 1) || (is_page_number(row - 1) && feed_before(row - 1)) ||
           (is_page_number(row + 1) && feed_before(row + 2));
  }

  // Tell whether a sentence continues from the line before to the line after.
  bool is_in_sentence(i64 row) const {
    const i64 before = is_page_number(row - 1) ? row - 2 : row - 1;
    const i64 after = is_page_number(row + 1) ? row + 2 : row + 1;
    if (!is_on_page(before) || !is_on_page(after) || words_.number(before) < LEAST_CUT) return false;
    const bool is_cased = words_.count(before, UPPER) + words_.count(after, UPPER) > 0;
    const u8 end = words_.edges[2 * before + 1];
    return is_cased && (end == LETTER || end == UPPER) && words_.edges[2 * after] == LETTER;
  }

  // Tell whether a row contains a page number, or is next to one.
  bool is_numbered(i64 row) const {
    for (i64 word = words_.first(row); word < words_.last(row); ++word)
      if (is_number(word)) return true;
    return is_page_number(row - 1) || is_page_number(row + 1);
  }

  void count(i64 row, Seen& seen) const {
    seen.rows += 1;
    seen.at_feeds += is_at_feed(row);
    seen.in_sentences += is_numbered(row) && is_in_sentence(row);
  }

  bool is_running(const Seen& seen) const {
    if (seen.rows < LEAST_PAGES) return false;
    return 5 * seen.at_feeds >= 4 * seen.rows || 2 * seen.in_sentences >= seen.rows;
  }

  const Batch& batch_;
  const Words& words_;
  RowTable table_;
  View<i64> group_;
  View<Seen> seen_;
  i64 first_ = 0, last_ = 0;
  bool has_feeds_ = false;
};

}  // namespace detector
