// Lists, tables, definition lists and code of HTML: which rows belong together, and decisions on whole
// blocks, so that no list loses every other row.
#include "features/shape.h"
#include "maths.h"

namespace detector {

namespace {

// What decided on a page and on a row; see decisions.py.
enum Policy : u8 { BY_SCORE, BY_F1 };
enum Rule : u8 { NO_RULE, COPY_DROPPED, ORIGINAL_KEPT, BLOCK_KEPT, BLOCK_DROPPED };

// A block is dropped if its evidence is above the threshold and above this score.
constexpr f32 DROPPED_FROM = 0.7f;
// A row leaves its block only on strong evidence: it is kept up to the first score, and dropped from the
// second.
constexpr f32 STAYS = 0.2f, GOES = 0.9f;
// Scores are clipped to this range, so that one very certain row does not decide for the block.
constexpr f32 LEAST_SCORE = 0.001f, MOST_SCORE = 0.999f;
// Rows whose score is the threshold have a mean that is equal to it, whatever sums round to.
constexpr f64 ROUNDING = 1e-9;

f64 log_odds(f32 score) {
  const f64 share = static_cast<f64>(least(most(score, LEAST_SCORE), MOST_SCORE));
  return log_wide(share / (1.0 - share));
}

// The element that is the block of each line.
class Blocks {
 public:
  Blocks(Call& call, const Markup& markup)
      : markup_(markup),
        block_(scratch<i64>(call, markup.elements())),
        table_(scratch<i64>(call, markup.elements())),
        row_(scratch<i64>(call, markup.elements())),
        last_row_(scratch<i64>(call, markup.elements())),
        rows_(scratch<i64>(call, markup.elements())) {}

  // Find the blocks of a page's elements; `each_line(count)` calls `count(element)` for each line.
  template <class F>
  void find(i64 page, F&& each_line) {
    const i64 first = markup_.page_element[page], last = markup_.page_element[page + 1];
    for (i64 element = first; element < last; ++element) {
      const i64 parent = markup_.parent[element];
      const u8 kind = markup_.tag[element];
      table_[element] = kind == tag::table ? element : above(table_, parent);
      row_[element] = kind == tag::tr ? element : above(row_, parent);
      last_row_[element] = -1;
      rows_[element] = 0;
    }
    each_line([&](i64 element) { count_row(element); });
    for (i64 element = first; element < last; ++element)
      if (is_block(element))
        block_[element] = element;
      else
        block_[element] = is_text_of_its_own(element) ? -1 : above(block_, markup_.parent[element]);
  }

  i64 of(i64 element) const { return above(block_, element); }

 private:
  // The number for a layout table.
  static constexpr i64 ARRANGES = -1;

  static i64 above(View<i64> known, i64 element) { return element >= 0 ? known[element] : -1; }

  // A data table has at least two rows, each of them a line.
  void count_row(i64 element) const {
    const i64 table = above(table_, element), row = above(row_, element);
    if (table < 0 || row < table || rows_[table] == ARRANGES) return;
    rows_[table] = last_row_[table] == row ? ARRANGES : rows_[table] + 1;
    last_row_[table] = row;
  }

  // Posts and quotations inside a list are not rows of it.
  bool is_text_of_its_own(i64 element) const {
    return markup_.tag[element] == tag::article || markup_.tag[element] == tag::blockquote;
  }

  bool is_block(i64 element) const {
    switch (markup_.tag[element]) {
      case tag::table:
        return rows_[element] > 1;
      case tag::ul:
      case tag::ol:
      case tag::dir:
      case tag::menu:
      case tag::dl:
      case tag::pre:
      case tag::xmp:
      case tag::plaintext:
        return true;
      default:
        return false;
    }
  }

  const Markup& markup_;
  View<i64> block_, table_, row_, last_row_, rows_;
};

// The combined evidence of the rows of a block.
struct Evidence {
  f64 words, log_odds;
  i64 rows, kept;
};

}  // namespace

// Write for each row of HTML the first row of its block (`block`, (S,)), or -1. A block is a list, a data
// table, a definition list or code. A nested list is a block of its own. A single row is not a block, and an
// article or a quotation inside a list is not a row of it.
i64 find_blocks(Call& call) {
  const Batch batch(call);
  const Markup markup(call);
  const View<i64> block(call);
  Blocks blocks(call, markup);
  const View<i64> first_row = scratch<i64>(call, markup.elements());
  if (call.stopped()) return 0;
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const i64 first = batch.page_line[page], last = batch.page_line[page + 1];
    blocks.find(page, [&](auto&& count) {
      for (i64 line = first; line < last; ++line)
        if (batch.line_segment[line] < batch.line_segment[line + 1]) count(markup.line_element[line]);
    });
    first_row.part(markup.page_element[page], markup.page_element[page + 1]).fill(-1);
    for (i64 line = first; line < last; ++line) {
      const i64 element = blocks.of(markup.line_element[line]);
      for (i64 row = batch.line_segment[line]; row < batch.line_segment[line + 1]; ++row) {
        block[row] = -1;
        if (element < 0) continue;
        if (first_row[element] < 0)
          first_row[element] = row;
        else
          block[row] = block[first_row[element]] = first_row[element];
      }
    }
  }
  return 0;
}

// Decide on whole blocks, on pages that have a threshold of their own. The evidence of a block is the mean
// log-odds of its rows, weighted by words. The block is kept if that is not above the threshold and half of
// its rows would be kept on their own. It is dropped if that is above the threshold and above a score of .7.
i64 decide_blocks(Call& call) {
  const View<const f32> scores(call);
  const Words words(call);
  const View<const i64> page_segment(call), block(call);
  const View<const f32> thresholds(call);
  const View<const u8> policies(call);
  const View<bool> kept(call);
  const View<u8> rules(call);
  require_rising(page_segment, words.segments());
  require_rows(block);
  const View<Evidence> evidence = scratch<Evidence>(call, block.size);
  if (call.stopped()) return 0;
  for (i64 page = 0; page + 1 < page_segment.size && !call.stopped(); ++page) {
    if (policies[page] != BY_F1) continue;
    const i64 first = page_segment[page], last = page_segment[page + 1];
    for (i64 row = first; row < last; ++row) evidence[row] = Evidence{0, 0, 0, 0};
    for (i64 row = first; row < last; ++row) {
      if (block[row] < 0) continue;
      Evidence& all = evidence[block[row]];
      const f64 size = static_cast<f64>(most(words_in(words, row), 1.0f));
      all.words += size;
      all.log_odds += size * log_odds(scores[row]);
      all.rows += 1;
      all.kept += kept[row];
    }
    const f64 limit = log_odds(thresholds[page]) + ROUNDING;
    const f64 drop = log_odds(most(thresholds[page], DROPPED_FROM)) + ROUNDING;
    for (i64 row = first; row < last; ++row) {
      if (block[row] < 0 || rules[row] != NO_RULE) continue;
      const Evidence& all = evidence[block[row]];
      if (all.log_odds <= limit * all.words && 2 * all.kept >= all.rows) {
        if (kept[row] || !(scores[row] < GOES)) continue;
        kept[row] = true;
        rules[row] = BLOCK_KEPT;
      } else if (all.log_odds > drop * all.words && kept[row] && scores[row] > STAYS) {
        kept[row] = false;
        rules[row] = BLOCK_DROPPED;
      }
    }
  }
  return 0;
}

}  // namespace detector
