// What stands around a line: averages that fade with the distance, and the next lines.
#pragma once

#include "../maths.h"
#include "generated.h"

namespace detector::neighbours {

constexpr i64 LIVES = sizeof(HALF_LIVES) / sizeof(HALF_LIVES[0]);
constexpr i64 NEAR_LINES = sizeof(OFFSETS) / sizeof(OFFSETS[0]);

// What a window keeps of itself from one line to the next: 0.5 ^ (1 / half-life).
struct Fades {
  f32 of[LIVES];
  Fades() {
    for (i64 life = 0; life < LIVES; ++life) of[life] = static_cast<f32>(exp_wide(-LN2 / HALF_LIVES[life]));
  }
};

template <i64 SIGNALS>
class Windows {
 public:
  // Signals of row r are `signals[r * SIGNALS]` and so on; columns are written from `at` on.
  Windows(View<const f32> signals, const Table<f32>& table, i64 at)
      : signals_(signals), table_(table), at_(at) {}

  void write_page(i64 first, i64 last) const {
    sweep(first, last, 1, at_);
    sweep(last - 1, first - 1, -1, at_ + LIVES * SIGNALS);
    for (i64 row = first; row < last; ++row) {
      const View<f32> here = table_[row];
      i64 column = at_ + 2 * LIVES * SIGNALS;
      for (const i64 offset : OFFSETS) {
        const i64 near = row + offset;
        for (i64 signal = 0; signal < SIGNALS; ++signal, ++column)
          here[column] = near >= first && near < last ? signals_[near * SIGNALS + signal] : 0.0f;
      }
    }
  }

 private:
  // Write the windows of one side.
  void sweep(i64 first, i64 end, i64 step, i64 at) const {
    f32 sums[LIVES][SIGNALS] = {}, weights[LIVES] = {};
    for (i64 row = first; row != end; row += step) {
      const View<f32> here = table_[row].part(at, at + LIVES * SIGNALS);
      const View<const f32> mine = signals_.part(row * SIGNALS, (row + 1) * SIGNALS);
      if (!here.size || !mine.size) return;
      for (i64 life = 0; life < LIVES; ++life) {
        const f32 scale = weights[life] > 0 ? 1.0f / weights[life] : 0.0f;
        for (i64 signal = 0; signal < SIGNALS; ++signal) {
          here.data[life * SIGNALS + signal] = sums[life][signal] * scale;
          sums[life][signal] = (sums[life][signal] + mine.data[signal]) * fades_.of[life];
        }
        weights[life] = (weights[life] + 1.0f) * fades_.of[life];
      }
    }
  }

  View<const f32> signals_;
  const Table<f32>& table_;
  i64 at_;
  Fades fades_;
};

}  // namespace detector::neighbours
