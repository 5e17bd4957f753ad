// From features to log-odds, and from log-odds to scores.
#include "../wide.h"
#include "line_kinds.h"
#include "scorers.h"

namespace detector {

#if HAS_WIDE
static WIDE void run_block_wide(const Network& network, bool has_guess, const Block& block) {
  run_block(network, has_guess, block);
}
#endif

void run_block_widest(const Network& network, bool has_guess, const Block& block) {
#if HAS_WIDE
  if (has_wide_vectors) return run_block_wide(network, has_guess, block);
#endif
  run_block(network, has_guess, block);
}

// Write the log-odds of every kind for a block of lines.
static INLINE void run_kinds(const KindNetwork& network, View<const f32> table, View<f32> odds) {
  for (i64 kind = 0; kind < network.kinds(); ++kind)
    PerLine::all(network.out_bias.data[kind]).store(odds.data + kind * LINES);
  for (i64 unit = 0; unit < network.units(); unit += UNITS) {
    const Tile sums = tile_sums(network.hidden, table.data, unit, 0, network.columns());
    const PerLine one = (sums.first + PerLine::all(network.hidden_bias.data[unit])).positive(),
                  two = (sums.second + PerLine::all(network.hidden_bias.data[unit + 1])).positive();
    for (i64 kind = 0; kind < network.kinds(); ++kind) {
      const f32* const out = network.out.all.data + kind * network.units() + unit;
      f32* const to = odds.data + kind * LINES;
      (PerLine::at(to) + one * out[0] + two * out[1]).store(to);
    }
  }
}

#if HAS_WIDE
static WIDE void run_kinds_wide(const KindNetwork& network, View<const f32> table, View<f32> odds) {
  run_kinds(network, table, odds);
}
#endif

void run_kinds_widest(const KindNetwork& network, View<const f32> table, View<f32> odds) {
#if HAS_WIDE
  if (has_wide_vectors) return run_kinds_wide(network, table, odds);
#endif
  run_kinds(network, table, odds);
}

// Write the first network's log-odds of each row, and those without each block of features.
i64 first_guess(Call& call) {
  const Table<const f32> feature_table(call);
  const Network network(call);
  const View<const i64> used(call);
  const View<f32> log_odds(call);
  const Table<f32> without_table(call);
  const Rows<const f32> features(call, feature_table, network.columns());
  const Rows<f32> without(call, without_table, code::CODES);
  const Guesser guesser(call, network, used);
  if (call.stopped()) return 0;
  if (!guesser.start(features.columns())) return call.fail(OUT_OF_RANGE, 0), 0;
  guesser.run(features, 0, log_odds.size, log_odds, without);
  return 0;
}

// Write the score of each row, the contribution of each code to its log-odds, and the log-odds.
i64 score_lines(Call& call) {
  const Table<const f32> context_table(call);
  const Network network(call);
  const View<const i64> used(call);
  const Calibration calibration(call);
  const Table<const f32> without_table(call);
  const NewScores out(call);
  const Rows<const f32> context(call, context_table, network.columns());
  const Rows<const f32> without(call, without_table, code::CODES);
  const Rows<f32> contributions(call, out.contributions, code::CODES);
  const LineScorer scorer(call, network, used, calibration);
  if (call.stopped()) return 0;
  if (!scorer.start(context.columns())) return call.fail(OUT_OF_RANGE, 0), 0;
  scorer.run(context, 0, out.scores.size, without, out, contributions);
  return 0;
}

// Write the third network's log-odds of each row, without calibration and without single blocks.
i64 site_log_odds(Call& call) {
  const Table<const f32> all_columns(call);
  const Network network(call);
  const View<f32> log_odds(call);
  const Rows<const f32> table(call, all_columns, network.columns());
  const Block block(call, network.columns(), {nullptr, 0, &call});
  if (call.stopped()) return 0;
  if (!network.fits(table.columns(), code::CODES + 1)) return call.fail(OUT_OF_RANGE, 0), 0;
  block.table.fill(0);
  for (i64 first = 0; first < log_odds.size && !call.stopped(); first += LINES) {
    const i64 lines = least(LINES, log_odds.size - first);
    block.load(table, first, lines, network);
    block.log_odds.fill(network.out_bias.data[0]);
    for (i64 unit = 0; unit < network.units(); unit += UNITS) {
      const Tile sums = tile_sums(network.hidden, block.table.data, unit, 0, network.columns());
      const Tile bias = {PerLine::all(network.hidden_bias.data[unit]),
                         PerLine::all(network.hidden_bias.data[unit + 1])};
      add_output(network, unit, sums + bias, block.log_odds.data);
    }
    for (i64 line = 0; line < lines; ++line) log_odds[first + line] = block.log_odds[line];
  }
  return 0;
}

namespace {

// Probabilities are clipped to this distance from 0 and 1, so that the log-odds of a reason stay finite.
constexpr f32 EDGE = 0.0005f;

f32 log_odds_of(f32 share) {
  share = within(share, EDGE, static_cast<f32>(1 - 0.0005));
  return log(share / (1.0f - share));
}

}  // namespace

// Replace the scores of some rows by the calibrated result of their new log-odds; write what that adds to the
// log-odds of each row.
i64 adjust_scores(Call& call) {
  const View<const f32> log_odds(call);
  const View<const i64> rows(call);
  const Calibration calibration(call);
  const View<f32> scores(call), added(call);
  for (i64 number = 0; number < rows.size && !call.stopped(); ++number) {
    const i64 row = rows[number];
    const f32 before = scores[row];
    scores[row] = rounded(calibration(log_odds[number]));
    added[row] = log_odds_of(scores[row]) - log_odds_of(before);
  }
  return 0;
}

}  // namespace detector
