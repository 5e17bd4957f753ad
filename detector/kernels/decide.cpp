// Scores to decisions: which lines stay. No score is changed here.
#include "features/shape.h"

namespace detector {

namespace {

// Scores are rounded to 1/1000: one bin for each value.
constexpr i64 BINS = 1001;
// What decided about a page; see decisions.py.
enum Policy : u8 { BY_SCORE, BY_F1, NO_CONTENT, MOSTLY_CONTENT };

// A copy of a line that stays is dropped above this score, if it has so many words. Several lines
// that return together, far away, may be a refrain or a list that is used twice.
constexpr f32 COPY_SCORE = 0.3f, COPY_WORDS = 3;
constexpr i64 REFRAIN_LINES = 3;

struct Best {
  f32 threshold = 0;
  f64 expected_f1 = 0;
  f32 content = 0, words = 0;
};

// The threshold of a page at which the expected F1 of the kept words is greatest.
Best best_threshold(View<const f32> scores, const Words& words, i64 first, i64 last, View<f32> sizes,
                    View<f32> contents) {
  Best best;
  sizes.fill(0);
  contents.fill(0);
  for (i64 row = first; row < last; ++row) {
    const f32 size = words_in(words, row), content = size * (1.0f - scores[row]);
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
  return best;
}

// Drop copies of lines that stay.
void drop_copies(View<const f32> scores, const Words& words, const Repeats& repeats, i64 first, i64 last,
                 View<bool> kept) {
  for (i64 row = first; row < last; ++row) {
    const i64 original = repeats.original[row];
    if (original < 0 || original == row || !kept[original]) continue;
    const i64 distance = original < row ? row - original : original - row;
    const bool refrain = repeats.block[row] >= REFRAIN_LINES && distance > 2 * repeats.block[row];
    if (!refrain && scores[row] > COPY_SCORE && words_in(words, row) >= COPY_WORDS) kept[row] = false;
  }
}

}  // namespace

// Decide which segments stay.
//
// Numbers: the threshold (below 0: each page's own), least and mostly content (see Settings),
// whether copies are dropped and headlines cut. `well_known` (P,): pages whose site is known
// well; these do not keep unclear lines for being nearly all content.
i64 decide(Call& call) {
  const View<const f32> scores(call);
  const Words words(call);
  const View<const i64> page_segment(call);
  const Repeats repeats(call);
  const View<const bool> well_known(call);
  const f64 given = call.real(), least_content = call.real(), mostly_content = call.real();
  const i64 drops_copies = call.integer(), cuts_headlines = call.integer();
  const View<bool> kept(call);
  const View<i32> cut_words(call);
  const View<f32> thresholds(call);
  const View<u8> policies(call);
  const Table<f32> contents(call);
  require_rising(page_segment, words.segments());
  const View<f32> sizes = scratch<f32>(call, BINS), shares = scratch<f32>(call, BINS);
  if (call.stopped()) return 0;
  for (i64 page = 0; page + 1 < page_segment.size && !call.stopped(); ++page) {
    const i64 first = page_segment[page], last = page_segment[page + 1];
    const Best best = best_threshold(scores, words, first, last, sizes, shares);
    contents[page][0] = best.content;
    contents[page][1] = best.words;
    f32 threshold = best.threshold;
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
    for (i64 row = first; row < last; ++row) kept[row] = scores[row] <= threshold;
    if (drops_copies && policy == BY_F1) drop_copies(scores, words, repeats, first, last, kept);
  }
  // A headline is cut off a line that begins with it, if the headline itself stays.
  for (i64 row = 0; row < kept.size; ++row) {
    cut_words[row] = 0;
    const i64 headline = repeats.begins[row];
    if (!cuts_headlines || !kept[row] || headline < 0) continue;
    const i64 original = repeats.original[headline];
    if (kept[headline] || (original >= 0 && original != row && kept[original]))
      cut_words[row] = repeats.begins_words[row];
  }
  return 0;
}

}  // namespace detector
