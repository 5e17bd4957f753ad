// From lines to scores in one call: features, first guesses, context and scores. A few pages are processed at
// a time, so that the intermediate tables stay in the cache. The result is the same as that of the single
// kernels.
#include "features/ancestors.h"
#include "features/cohesion.h"
#include "features/html_features.h"
#include "features/text_features.h"
#include "features/text_looks.h"
#include "model/line_kinds.h"
#include "model/scorers.h"

namespace detector {

namespace {

// The most rows that are processed together, unless a single page has more.
constexpr i64 ROWS_TOGETHER = 256;

// The parts of a model that are needed for scores and kinds.
struct Scorer {
  Network first;
  View<const i64> first_used;
  Network second;
  View<const i64> second_used;
  Calibration calibration;
  KindNetwork kinds;

  explicit Scorer(Call& call)
      : first(call), first_used(call), second(call), second_used(call), calibration(call), kinds(call) {}

  // The second network reads the output of the first: both have the same codes.
  bool has_same_codes() const {
    if (first_used.size != second_used.size) return false;
    for (i64 number = 0; number < first_used.size; ++number)
      if (first_used.data[number] != second_used.data[number]) return false;
    return true;
  }
};

// The steps that text and HTML share.
class Pipeline {
 public:
  Pipeline(Call& call, const Batch& batch, const Words& words, const Scorer& scorer, const NewScores& out,
           const Table<f32>& kinds, i64 elements, i64 feature_columns, i64 context_columns)
      : batch_(batch),
        scorer_(scorer),
        out_(out),
        most_rows_(batch.longest_page() + ROWS_TOGETHER),
        features_(scratch_rows<f32>(call, most_rows_, feature_columns)),
        context_(scratch_rows<f32>(call, most_rows_, context_columns)),
        without_(scratch_rows<f32>(call, most_rows_, code::CODES)),
        log_odds_(scratch<f32>(call, batch.segments())),
        contributions_(call, out.contributions, code::CODES),
        guesser_(call, scorer.first, scorer.first_used),
        line_scorer_(call, scorer.second, scorer.second_used, scorer.calibration),
        kinds_(call, words, scorer.kinds, most_rows_, elements, kinds) {}

  View<const f32> log_odds() const { return log_odds_; }
  const LineKinds& kinds() const { return kinds_; }

  bool start() const {
    return scorer_.has_same_codes() && guesser_.start(features_.columns()) &&
           line_scorer_.start(context_.columns()) && kinds_.start(features_.columns(), context_.columns());
  }

  // `write_features(page, rows)` and `write_context(page, features, rows)` write the rows of a page;
  // `read_markup(page, first)` reads the markup that the kinds need, for rows from `first` on.
  template <class F, class C, class M>
  void run(Call& call, F&& write_features, C&& write_context, M&& read_markup) const {
    for (i64 page = 0; page < batch_.pages() && !call.stopped();) {
      const i64 first_page = page, first = batch_.first_of(page);
      while (page < batch_.pages() &&
             (page == first_page || batch_.first_of(page + 1) - first <= ROWS_TOGETHER))
        page += 1;
      const i64 last = batch_.first_of(page);
      const Rows<f32> features = features_.as_from(first, most_rows_),
                      context = context_.as_from(first, most_rows_);
      const Rows<f32> without = without_.as_from(first, most_rows_);
      for (i64 at = first_page; at < page; ++at) write_features(at, features);
      guesser_.run(features, first, last, log_odds_, without);
      for (i64 at = first_page; at < page; ++at) write_context(at, features, context);
      line_scorer_.run(context, first, last, without, out_, contributions_);
      if (!kinds_.is_empty()) find_kinds(features, context, first_page, page, read_markup);
    }
  }

 private:
  template <class M>
  void find_kinds(const Rows<const f32>& features, const Rows<const f32>& context, i64 first_page,
                  i64 last_page, M&& read_markup) const {
    const i64 first = batch_.first_of(first_page), last = batch_.first_of(last_page);
    for (i64 page = first_page; page < last_page; ++page) {
      const i64 begin = batch_.first_of(page), end = batch_.first_of(page + 1);
      for (i64 row = begin; row < end; ++row) kinds_.read_words(row, first);
      read_markup(page, first);
      kinds_.look_around(begin, end, first);
    }
    kinds_.run(features, context, out_.log_odds, first, last);
  }

  const Batch& batch_;
  const Scorer& scorer_;
  const NewScores& out_;
  i64 most_rows_;
  Rows<f32> features_, context_, without_;
  View<f32> log_odds_;
  Rows<f32> contributions_;
  Guesser guesser_;
  LineScorer line_scorer_;
  LineKinds kinds_;
};

}  // namespace

// Write the scores of text, and the repeats on each page.
i64 score_text(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const PhraseWeights weights(call);
  const View<const u32> permutation(call);
  const Scorer scorer(call);
  const NewRepeats repeats(call);
  const NewScores out(call);
  const Table<f32> kinds(call);
  const Pipeline pipeline(call, batch, words, scorer, out, kinds, 0, feature::TEXT_COLUMNS,
                          context::TEXT_COLUMNS);
  TextFeatures text(call, batch, words, weights, permutation, repeats);
  const Guesses guesses(call, pipeline.log_odds());
  const TextContext context(call, batch, words, guesses);
  Cohesion cohesion(call, batch, words, guesses);
  TextLooks looks(call, batch, words, guesses);
  if (call.stopped()) return 0;
  looks.clear();
  if (!pipeline.start()) return call.fail(OUT_OF_RANGE, 0), 0;
  pipeline.run(
      call, [&](i64 page, const Rows<f32>& rows) { text.write_page(page, rows); },
      [&](i64 page, const Rows<const f32>& features, const Rows<f32>& rows) {
        context.write_page(page, features, rows);
        cohesion.write_page(page, rows);
        looks.write_page(page, rows);
      },
      [](i64, i64) {});
  return 0;
}

// Write the scores of HTML, and the repeats on each page.
i64 score_html(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const Markup markup(call);
  const Words hint_words(call);
  const PhraseWeights weights(call);
  const MarkupWeights markup_weights(call);
  const View<const u32> permutation(call);
  const Scorer scorer(call);
  const NewRepeats repeats(call);
  const NewScores out(call);
  const Table<f32> kinds(call);
  const Pipeline pipeline(call, batch, words, scorer, out, kinds, markup.elements(), feature::COLUMNS,
                          context::COLUMNS);
  const NewTree new_tree(call, markup.elements());
  const Tree tree(new_tree);
  TextFeatures text(call, batch, words, weights, permutation, repeats);
  HtmlFeatures html(call, batch, words, markup, hint_words, markup_weights, new_tree);
  const Guesses guesses(call, pipeline.log_odds());
  const TextContext text_context(call, batch, words, guesses);
  Cohesion cohesion(call, batch, words, guesses);
  HtmlContext html_context(call, batch, markup, tree, guesses);
  if (call.stopped()) return 0;
  new_tree.clear();
  html_context.clear();
  if (!pipeline.start()) return call.fail(OUT_OF_RANGE, 0), 0;
  pipeline.run(
      call,
      [&](i64 page, const Rows<f32>& rows) {
        text.write_page(page, rows);
        html.write_page(page, rows);
      },
      [&](i64 page, const Rows<const f32>& features, const Rows<f32>& rows) {
        text_context.write_page(page, features, rows);
        cohesion.write_page(page, rows);
        html_context.write_page(page, features, rows);
      },
      [&](i64 page, i64 first) {
        pipeline.kinds().read_elements(markup, tree, page);
        for (i64 line = batch.page_line[page]; line < batch.page_line[page + 1]; ++line)
          for (i64 row = batch.line_segment[line]; row < batch.line_segment[line + 1]; ++row)
            pipeline.kinds().read_markup(markup, tree, markup.line_element[line], row, first);
      });
  return 0;
}

}  // namespace detector
