// The lines around a line: decaying averages, and the next lines.
#pragma once

#include "../maths.h"
#include "generated.h"

namespace detector::neighbours {

constexpr i64 LIVES = sizeof(HALF_LIVES) / sizeof(HALF_LIVES[0]);

template <i64 SIGNALS>
class Windows {
 public:
  // Signals of row r are `signals[r * SIGNALS]` and so on; columns are written from `at` on.
  Windows(View<const f32> signals, i64 at) : signals_(signals), at_(at) {
    // The decay of a window per line: 0.5 ^ (1 / half-life).
    for (i64 slot = 0; slot < WIDTH; ++slot)
      fade_[slot] = static_cast<f32>(exp_wide(-LN2 / HALF_LIVES[slot / SIGNALS]));
  }

  void write_page(i64 first, i64 last, const Rows<f32>& table) const {
    sweep(first, last, 1, at_, table);
    sweep(last - 1, first - 1, -1, at_ + WIDTH, table);
    for (i64 row = first; row < last; ++row) {
      f32* const here = table[row];
      i64 column = at_ + 2 * WIDTH;
      for (const i64 offset : OFFSETS) {
        const i64 near = row + offset;
        for (i64 signal = 0; signal < SIGNALS; ++signal, ++column)
          here[column] = near >= first && near < last ? signals_[near * SIGNALS + signal] : 0.0f;
      }
    }
  }

 private:
  // All signals over all half-lives: every slot has a sum and the weight of its terms.
  static constexpr i64 WIDTH = LIVES * SIGNALS;

  // Write the windows on one side.
  void sweep(i64 first, i64 end, i64 step, i64 at, const Rows<f32>& table) const {
    f32 sums[WIDTH] = {}, weights[WIDTH] = {}, mine[WIDTH];
    for (i64 row = first; row != end; row += step) {
      f32* const here = table[row] + at;
      const View<const f32> signals = signals_.part(row * SIGNALS, (row + 1) * SIGNALS);
      if (!signals.size || signals_.call->stopped()) return;
      for (i64 slot = 0; slot < WIDTH; ++slot) mine[slot] = signals.data[slot % SIGNALS];
      for (i64 slot = 0; slot < WIDTH; ++slot) {
        const f32 scale = weights[slot] > 0 ? 1.0f / weights[slot] : 0.0f;
        here[slot] = sums[slot] * scale;
        sums[slot] = (sums[slot] + mine[slot]) * fade_[slot];
        weights[slot] = (weights[slot] + 1.0f) * fade_[slot];
      }
    }
  }

  View<const f32> signals_;
  i64 at_;
  f32 fade_[WIDTH];
};

}  // namespace detector::neighbours
