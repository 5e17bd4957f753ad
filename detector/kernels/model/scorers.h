// Running the networks: first guesses, and the scores computed from them.
#pragma once

#include "network.h"

namespace detector {

// A calibration: ascending log-odds, and the probability of boilerplate at each; see model.files.
struct Calibration {
  View<const f32> log_odds, share;

  explicit Calibration(Call& call) : log_odds(call), share(call) {}

  f32 operator()(f32 value) const {
    if (value <= log_odds[0]) return share[0];
    for (i64 at = 1; at < log_odds.size; ++at) {
      if (value > log_odds[at]) continue;
      const f32 part = (value - log_odds[at - 1]) / (log_odds[at] - log_odds[at - 1]);
      return share[at - 1] + part * (share[at] - share[at - 1]);
    }
    return share[share.size - 1];
  }
};

// A probability rounded to 1/1000, like all scores.
INLINE f32 rounded(f32 share) { return nearest(share * 1000.0f) / 1000.0f; }

// Runs the first network.
class Guesser {
 public:
  Guesser(Call& call, const Network& network, View<const i64> used)
      : network_(network), block_(call, network.columns(), used) {}

  // Prepare the scratch memory; false if the network does not fit a table with this number of columns.
  bool start(i64 table_columns) const {
    block_.table.fill(0);
    return network_.fits(table_columns, code::CODES) && block_.codes_fit();
  }

  // Write the log-odds of rows, and those without each block of features. Codes that no network has are not
  // written.
  void run(const Rows<const f32>& features, i64 first, i64 last, View<f32> log_odds,
           const Rows<f32>& without) const {
    for (; first < last && !log_odds.call->stopped(); first += LINES) {
      const i64 lines = least(LINES, last - first);
      block_.load(features, first, lines, network_);
      run_block_widest(network_, false, block_);
      for (i64 line = 0; line < lines; ++line) {
        log_odds[first + line] = block_.log_odds[line];
        f32* const row = without[first + line];
        for (const i64 code : block_.used) row[code] = block_.without[code * LINES + line];
      }
    }
  }

 private:
  const Network& network_;
  Block block_;
};

// The output of the second network; see model.network.LineScores.
struct NewScores {
  View<f32> scores;
  Table<f32> contributions;
  View<f32> log_odds;

  explicit NewScores(Call& call) : scores(call), contributions(call), log_odds(call) {}
};

// Runs the second network.
class LineScorer {
 public:
  LineScorer(Call& call, const Network& network, View<const i64> used, const Calibration& calibration)
      : network_(network), calibration_(calibration), block_(call, network.columns(), used) {}

  bool start(i64 table_columns) const {
    block_.table.fill(0);
    block_.own.fill(0);
    return network_.fits(table_columns, code::CODES) && block_.codes_fit();
  }

  // Write the scores of rows, the contribution of each code to their log-odds, and the log-odds.
  void run(const Rows<const f32>& context, i64 first, i64 last, const Rows<const f32>& without,
           const NewScores& out, const Rows<f32>& contributions) const {
    for (; first < last && !out.scores.call->stopped(); first += LINES) {
      const i64 lines = least(LINES, last - first);
      block_.load(context, first, lines, network_);
      for (i64 line = 0; line < lines; ++line) load_own(without[first + line], line);
      run_block_widest(network_, true, block_);
      for (i64 line = 0; line < lines; ++line) {
        const f32 said = block_.log_odds[line];
        out.log_odds[first + line] = said;
        out.scores[first + line] = rounded(calibration_(said));
        f32* const row = contributions[first + line];
        fill(row, row + code::CODES, 0.0f);
        for (const i64 code : block_.used) row[code] = said - block_.without[code * LINES + line];
      }
    }
  }

 private:
  // Put a line's guesses, also those without each code, into the scratch memory.
  void load_own(const f32* without, i64 line) const {
    for (const i64 code : block_.used) {
      f32* const own = block_.own.data + code * OWN_COLUMNS * LINES + line;
      own[0] = network_.scaled(bounded(without[code]), 0);
      own[LINES] = network_.scaled(squeezed(without[code]), 1);
    }
  }

  const Network& network_;
  const Calibration& calibration_;
  Block block_;
};

}  // namespace detector
