// Features to log-odds, and log-odds to scores.
#include "network.h"

#include "../wide.h"

namespace detector {

#if HAS_WIDE
static WIDE void run_block_wide(const Network& network, bool has_guess, const Block& block) {
  run_block(network, has_guess, block);
}
#endif

void run_block_widest(const Network& network, bool has_guess, const Block& block) {
#if HAS_WIDE
  if (has_wide_vectors()) return run_block_wide(network, has_guess, block);
#endif
  run_block(network, has_guess, block);
}

// Write the first network's log-odds of each row, and those without each block of features.
// `without` of a code that no network has is not written.
i64 first_guess(Call& call) {
  const Table<const f32> features(call);
  const Network network(call);
  const View<const i64> used(call);
  const View<f32> log_odds(call);
  const Table<f32> without(call);
  const Block block(call, network.columns(), used);
  if (call.stopped()) return 0;
  if (!network.fits(features.columns, code::CODES) || !block.codes_fit())
    return call.fail(OUT_OF_RANGE, 0), 0;
  block.table.fill(0);
  for (i64 first = 0; first < features.rows && !call.stopped(); first += LINES) {
    const i64 lines = least(LINES, features.rows - first);
    block.load(features, first, lines, network);
    run_block_widest(network, false, block);
    for (i64 line = 0; line < lines; ++line) {
      log_odds[first + line] = block.log_odds[line];
      const View<f32> row = without[first + line];
      for (const i64 code : used) row[code] = block.without[code * LINES + line];
    }
  }
  return 0;
}

// Write the score of each row, what each code adds to its log-odds, and those log-odds.
i64 score_lines(Call& call) {
  const Table<const f32> context(call);
  const Network network(call);
  const View<const i64> used(call);
  const Calibration calibration(call);
  const Table<const f32> without(call);
  const View<f32> scores(call);
  const Table<f32> added(call);
  const View<f32> log_odds(call);
  const Block block(call, network.columns(), used);
  if (call.stopped()) return 0;
  if (!network.fits(context.columns, code::CODES) || !block.codes_fit()) return call.fail(OUT_OF_RANGE, 0), 0;
  block.table.fill(0);
  block.own.fill(0);
  for (i64 first = 0; first < context.rows && !call.stopped(); first += LINES) {
    const i64 lines = least(LINES, context.rows - first);
    block.load(context, first, lines, network);
    for (i64 line = 0; line < lines; ++line) {
      const View<const f32> row = without[first + line];
      for (const i64 code : used) {
        f32* own = block.own.data + code * OWN_COLUMNS * LINES + line;
        own[0] = network.scaled(bounded(row[code]), 0);
        own[LINES] = network.scaled(squeezed(row[code]), 1);
      }
    }
    run_block_widest(network, true, block);
    for (i64 line = 0; line < lines; ++line) {
      const f32 said = block.log_odds[line];
      log_odds[first + line] = said;
      scores[first + line] = rounded(calibration(said));
      const View<f32> row = added[first + line];
      for (const i64 code : used) row[code] = said - block.without[code * LINES + line];
    }
  }
  return 0;
}

// Write the third network's log-odds of each row; without calibration, and without blocks.
i64 site_log_odds(Call& call) {
  const Table<const f32> table(call);
  const Network network(call);
  const View<f32> log_odds(call);
  const Block block(call, network.columns(), {nullptr, 0, &call});
  if (call.stopped()) return 0;
  if (!network.fits(table.columns, code::CODES + 1)) return call.fail(OUT_OF_RANGE, 0), 0;
  block.table.fill(0);
  for (i64 first = 0; first < table.rows && !call.stopped(); first += LINES) {
    const i64 lines = least(LINES, table.rows - first);
    block.load(table, first, lines, network);
    block.log_odds.fill(network.out_bias.data[0]);
    for (i64 unit = 0; unit < network.units(); unit += UNITS) {
      const Tile sums = tile_sums(network, block.table.data, unit, 0, network.columns());
      const Tile bias = {PerLine::all(network.hidden_bias.data[unit]),
                         PerLine::all(network.hidden_bias.data[unit + 1])};
      add_output(network, unit, sums + bias, block.log_odds.data);
    }
    for (i64 line = 0; line < lines; ++line) log_odds[first + line] = block.log_odds[line];
  }
  return 0;
}

namespace {

// Probabilities this close to 0 and 1 are taken as this: log-odds of a reason stay finite.
constexpr f32 EDGE = 0.0005f;

f32 log_odds_of(f32 share) {
  share = within(share, EDGE, static_cast<f32>(1 - 0.0005));
  return log(share / (1.0f - share));
}

}  // namespace

// Replace the scores of some rows by what their new log-odds, calibrated, say; write what that
// adds to the log-odds of each.
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
