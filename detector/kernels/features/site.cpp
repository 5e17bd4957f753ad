// The evidence from the other pages of the site for a line, and for the run of new lines around it.
#include "context.h"
#include "position.h"

namespace detector {

namespace {

// On how many pages of its site each segment appears; see sites.recurrence.LineRecurrence.
class Recurrence {
 public:
  explicit Recurrence(Call& call) : exact_(call), masked_(call), named_(call), site_pages_(call) {}

  // A line that is template once its names are masked counts as the same line on all these pages.
  f32 exact(i64 row) const { return static_cast<f32>(most(exact_[row], named_[row])); }
  f32 masked(i64 row) const { return static_cast<f32>(most(masked_[row], named_[row])); }
  f32 site_pages(i64 page) const { return static_cast<f32>(site_pages_[page]); }

 private:
  View<const i32> exact_, masked_, named_, site_pages_;
};

// The least number of other pages of the site. With fewer, the site says nothing about a line.
constexpr f32 LEAST_PAGES = 2;
// The decay of a window per line: half-lives of 1.5 and 6 lines.
constexpr f32 NEAR = 0.63f, FAR = 0.89f;
// A line is new if it appears on a smaller share of the other pages, with numbers and dates masked.
constexpr f32 NEW_SHARE = 0.2f;
// The log-odds of a line in a run are clipped to this.
constexpr f32 MOST_OF_ONE = 5;

// The log-odds of a share, with a prior a little below one half that matters when there are few pages.
INLINE f32 share_log_odds(f32 seen, f32 pages) { return log((seen + 0.3f) / (pages - seen + 0.7f)); }

class SiteColumns {
 public:
  SiteColumns(const Recurrence& seen, const Words& words, const Rows<f32>& table)
      : seen_(seen), words_(words), table_(table) {}

  void write_page(i64 first, i64 last, f32 pages) const {
    f32 highest = 1, total = 0, shared = 0, fresh = 0;
    for (i64 row = first; row < last; ++row) {
      f32* const here = table_[row];
      write_own(row, pages, here);
      const f32 size = words_in(words_, row);
      highest = most(highest, seen_.masked(row));
      total += size;
      shared += size * here[site::site_masked_share];
      fresh += size * here[site::site_is_new];
    }
    total = most(total, 1.0f);
    windows(first, last, 1, site::site_near_before, site::site_far_before, site::site_before);
    windows(last - 1, first - 1, -1, site::site_near_after, site::site_far_after, site::site_after);
    f32 so_far = 0;
    for (i64 row = first; row < last; ++row) {
      f32* const here = table_[row];
      here[site::site_relative_share] = seen_.masked(row) / highest;
      here[site::site_page_share] = shared / total;
      here[site::site_page_new] = fresh / total;
      const f32 size = words_in(words_, row) * here[site::site_is_new];
      here[site::site_place] = (so_far + size / 2.0f) / most(fresh, 1.0f);
      so_far += size;
    }
  }

 private:
  void write_own(i64 row, f32 pages, f32* here) const {
    const f32 exact = seen_.exact(row), masked = seen_.masked(row);
    here[site::site_odds] = share_log_odds(exact, pages);
    here[site::site_masked_odds] = share_log_odds(masked, pages);
    here[site::site_share] = exact / pages;
    here[site::site_masked_share] = masked / pages;
    here[site::site_log_seen] = log1p(exact);
    here[site::site_log_seen_masked] = log1p(masked);
    here[site::site_log_pages] = log1p(pages);
    here[site::site_is_new] = seen_.exact(row) == 0;
  }

  // Write the windows of shares on one side; beyond the page, lines count as template.
  void windows(i64 row, i64 end, i64 step, i64 near_column, i64 far_column, i64 last_column) const {
    f32 near = 1, far = 1, last = 1;
    for (; row != end; row += step) {
      f32* const here = table_[row];
      here[near_column] = near;
      here[far_column] = far;
      here[last_column] = last;
      last = here[site::site_masked_share];
      near = NEAR * near + (1.0f - NEAR) * last;
      far = FAR * far + (1.0f - FAR) * last;
    }
  }

  const Recurrence& seen_;
  const Words& words_;
  const Rows<f32>& table_;
};

// Runs of lines that are new to the site.
class NovelRuns {
 public:
  NovelRuns(Call& call, const Recurrence& seen, const Words& words, View<const f32> log_odds,
            const Rows<f32>& table)
      : seen_(seen),
        words_(words),
        log_odds_(log_odds),
        table_(table),
        guess_(scratch<f32>(call, log_odds.size)),
        is_new_(scratch<bool>(call, log_odds.size)) {}

  void write_page(i64 first, i64 last, f32 pages) {
    for (i64 row = first; row < last; ++row) {
      is_new_[row] = seen_.masked(row) < NEW_SHARE * pages;
      guess_[row] = probability(bounded(log_odds_[row]));
    }
    sum_page(first, last);
    for (i64 row = first; row < last; ++row) write_page_columns(row, static_cast<f32>(last - first));
    for (i64 row = first; row < last;) {
      i64 end = row;
      while (end < last && is_new_[end]) end += 1;
      if (end > row) write_run(row, end);
      row = end + 1;
    }
  }

 private:
  struct Sums {
    f32 new_lines = 0, new_guesses = 0, new_words = 0, new_word_guesses = 0, other_lines = 0,
        other_guesses = 0;
  };

  void sum_page(i64 first, i64 last) {
    sums_ = Sums();
    for (i64 row = first; row < last; ++row) {
      if (!is_new_[row]) {
        sums_.other_lines += 1;
        sums_.other_guesses += guess_[row];
        continue;
      }
      const f32 size = words_in(words_, row);
      sums_.new_lines += 1;
      sums_.new_guesses += guess_[row];
      sums_.new_words += size;
      sums_.new_word_guesses += size * guess_[row];
    }
  }

  void write_page_columns(i64 row, f32 lines) const {
    f32* const here = table_[row];
    here[site::page_guess_of_new_lines] = sums_.new_guesses / most(sums_.new_lines, 1.0f);
    here[site::page_guess_of_new_words] = sums_.new_word_guesses / most(sums_.new_words, 1.0f);
    here[site::page_guess_of_others] = sums_.other_guesses / most(sums_.other_lines, 1.0f);
    here[site::page_new_lines] = sums_.new_lines / lines;
    here[site::site_is_rare] = is_new_[row];
  }

  void write_run(i64 first, i64 last) const {
    f32 total = 0, content = 0, all = 0;
    for (i64 row = first; row < last; ++row) {
      const f32 size = words_in(words_, row);
      total += size;
      content += size * (1.0f - guess_[row]);
      all += within(log_odds_[row], -MOST_OF_ONE, MOST_OF_ONE);
    }
    const f32 lines = static_cast<f32>(last - first);
    for (i64 row = first; row < last; ++row) {
      f32* const here = table_[row];
      here[site::run_log_words] = log1p(total);
      here[site::run_log_content] = log1p(content);
      here[site::run_content_share] = content / most(total, 1.0f);
      here[site::run_mean_odds] = all / lines;
      here[site::run_share_of_new] = total / most(sums_.new_words, 1.0f);
      here[site::run_log_lines] = log1p(lines);
      here[site::run_share_of_content] = content / most(sums_.new_words - sums_.new_word_guesses, 1.0f);
    }
  }

  const Recurrence& seen_;
  const Words& words_;
  View<const f32> log_odds_;
  const Rows<f32>& table_;
  View<f32> guess_;
  View<bool> is_new_;
  Sums sums_;
};

}  // namespace

// Write the table of the third network: the line with its log-odds, and the evidence from its site. That
// evidence is 0 if the site has too few other pages.
i64 site_features(Call& call) {
  const Recurrence seen(call);
  const Words words(call);
  const View<const i64> page_segment(call);
  const View<const f32> log_odds(call);
  const Table<f32> all_columns(call);
  require_rising(page_segment, words.segments());
  const Rows<f32> table(call, all_columns, site::COLUMNS);
  NovelRuns runs(call, seen, words, log_odds, table);
  if (call.stopped()) return 0;
  const SiteColumns columns(seen, words, table);
  for (i64 page = 0; page + 1 < page_segment.size && !call.stopped(); ++page) {
    const i64 first = page_segment[page], last = page_segment[page + 1];
    for (i64 row = first; row < last; ++row) {
      f32* const here = table[row];
      const f32 size = words_in(words, row);
      fill(here, here + site::COLUMNS, 0.0f);
      here[site::odds] = bounded(log_odds[row]);
      here[site::odds_squeezed] = squeezed(bounded(log_odds[row]));
      here[site::log_words] = log1p(size);
      here[site::is_long] = size >= LONG_WORDS;
      here[site::place_by_lines] = (static_cast<f32>(row - first) + 0.5f) / static_cast<f32>(last - first);
    }
    const f32 pages = seen.site_pages(page);
    if (pages < LEAST_PAGES) continue;
    columns.write_page(first, last, pages);
    runs.write_page(first, last, pages);
  }
  return 0;
}

}  // namespace detector
