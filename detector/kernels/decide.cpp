// From scores to decisions: which lines are kept. Scores are not changed here.
#include "features/shape.h"

namespace detector {

namespace {

// Scores are rounded to 1/1000, so there is one bin for each value.
constexpr i64 BINS = 1001;
// What decided about a page; see decisions.py.
enum Policy : u8 { BY_SCORE, BY_F1, NO_CONTENT, MOSTLY_CONTENT };
enum Rule : u8 { NO_RULE, COPY_DROPPED, ORIGINAL_KEPT };

// The decision on each segment.
struct Kept {
  View<bool> kept;
  View<i32> cut_words;
  View<u8> rule;

  void drop(i64 row) const {
    kept[row] = false;
    rule[row] = COPY_DROPPED;
  }

  // Keep the original of a copy that would be kept.
  void keep(i64 original) const {
    if (!kept[original]) rule[original] = ORIGINAL_KEPT;
    kept[original] = true;
  }
};

// A short line that repeats for no known reason is dropped above this score, if it has at least this many
// words.
constexpr f32 REPEAT_SCORE = 0.3f, REPEAT_WORDS = 3;
// A refrain or a parallel line is also dropped above this score, because it looks more like template than
// like content.
constexpr f32 RECURRING_SCORE = 0.65f;

struct Best {
  f32 threshold = 0;
  f64 expected_f1 = 0;
  f32 content = 0, words = 0;
};

// The threshold of a page at which the expected F1 of the kept words is greatest. The formula is an
// approximation for many lines. The F1 cannot be greater than the probability that any line is content.
Best best_threshold(View<const f32> scores, const Words& words, i64 first, i64 last, View<f32> sizes,
                    View<f32> contents) {
  Best best;
  f64 no_content = 1;
  sizes.fill(0);
  contents.fill(0);
  for (i64 row = first; row < last; ++row) {
    const f32 size = words_in(words, row), content = size * (1.0f - scores[row]);
    if (size > 0) no_content *= scores[row];
    const i64 bin = static_cast<i64>(nearest(scores[row] * 1000.0f));
    sizes[bin] += size;
    contents[bin] += content;
    best.words += size;
    best.content += content;
  }
  f32 kept = 0, found = 0;
  for (i64 bin = 0; bin < BINS; ++bin) {
    if (!(sizes[bin] > 0)) continue;
    kept += sizes[bin];
    found += contents[bin];
    const f64 expected = 2.0 * found / (kept + best.content);
    if (expected > best.expected_f1) {
      best.expected_f1 = expected;
      best.threshold = static_cast<f32>(bin) / 1000.0f;
    }
  }
  if (best.expected_f1 > 1 - no_content) best.expected_f1 = 1 - no_content;
  return best;
}

// Drop copies of the kinds in `dropped` (one bit each). If a copy would be kept, its original is kept
// instead.
void drop_copies(View<const f32> scores, const Words& words, const Copies& copies, i64 first, i64 last,
                 i64 dropped, bool by_f1, const Kept& out) {
  for (i64 row = first; row < last; ++row) {
    const u8 kind = copies.kind[row];
    const i64 original = copies.of[row];
    if (kind == copy::NONE || kind == copy::PREFIX) continue;
    const bool is_dropped = dropped >> kind & 1, is_repeat = kind == copy::REPEAT;
    const bool recurs = !is_dropped && (kind == copy::REFRAIN || kind == copy::PARALLEL) && dropped != 0;
    if ((is_dropped && is_repeat) || recurs) {
      const f32 limit = is_repeat ? REPEAT_SCORE : RECURRING_SCORE;
      const bool is_sure = by_f1 && scores[row] > limit && words_in(words, row) >= REPEAT_WORDS;
      if (is_sure && out.kept[original]) out.drop(row);
      continue;
    }
    if (!is_dropped) continue;
    if (kind != copy::RUNNING_HEAD && out.kept[row]) out.keep(original);
    out.drop(row);
  }
}

// Cut the title off kept paragraphs that begin with it, because the title is kept as a line of its own.
void cut_titles(const Copies& copies, i64 first, i64 last, const Kept& out) {
  for (i64 row = first; row < last; ++row) {
    if (!out.kept[row] || copies.kind[row] != copy::PREFIX) continue;
    out.keep(copies.of[row]);
    out.cut_words[row] = copies.cut_words[row];
  }
}

}  // namespace

// Decide which segments are kept. Numbers: the threshold (below 0: each page has its own), least and mostly
// content (see Settings), the kinds of copies that are dropped (one bit each), and whether titles are cut.
// `well_known` (P,): pages whose site is well known; on these, unclear lines are not kept because the page is
// nearly all content. `decided` (S,): the values to compare with the threshold: scores, lowered for lines of
// kinds to keep. A page's own threshold is the higher of the thresholds for both, because keeping the title
// must not drop lines that would be kept without it.
i64 decide(Call& call) {
  const View<const f32> scores(call), decided(call);
  const Words words(call);
  const View<const i64> page_segment(call);
  const Copies copies(call);
  const View<const bool> well_known(call);
  const f64 given = call.real(), least_content = call.real(), mostly_content = call.real();
  const i64 dropped = call.integer(), cuts_headlines = call.integer();
  const View<bool> kept(call);
  const View<i32> cut_words(call);
  const View<f32> thresholds(call);
  const View<u8> policies(call), rules(call);
  const Table<f32> contents(call);
  require_rising(page_segment, words.segments());
  const Kept out{kept, cut_words, rules};
  const View<f32> sizes = scratch<f32>(call, BINS), shares = scratch<f32>(call, BINS);
  if (call.stopped()) return 0;
  for (i64 page = 0; page + 1 < page_segment.size && !call.stopped(); ++page) {
    const i64 first = page_segment[page], last = page_segment[page + 1];
    const Best best = best_threshold(scores, words, first, last, sizes, shares);
    contents[page][0] = best.content;
    contents[page][1] = best.words;
    const Best with_kinds = best_threshold(decided, words, first, last, sizes, shares);
    f32 threshold = best.threshold > with_kinds.threshold ? best.threshold : with_kinds.threshold;
    u8 policy = BY_F1;
    if (given >= 0) {
      threshold = static_cast<f32>(given);
      policy = BY_SCORE;
    } else if (best.expected_f1 < least_content) {
      threshold = -1;
      policy = NO_CONTENT;
    } else if (best.content > mostly_content * best.words && threshold < mostly_content &&
               !well_known[page]) {
      threshold = static_cast<f32>(mostly_content);
      policy = MOSTLY_CONTENT;
    }
    thresholds[page] = threshold;
    policies[page] = policy;
    for (i64 row = first; row < last; ++row) kept[row] = decided[row] <= threshold;
    cut_words.part(first, last).fill(0);
    rules.part(first, last).fill(NO_RULE);
    drop_copies(decided, words, copies, first, last, dropped, policy == BY_F1, out);
    if (cuts_headlines) cut_titles(copies, first, last, out);
  }
  return 0;
}

}  // namespace detector
