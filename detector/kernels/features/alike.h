// Guesses for similar lines, in three ways, each given by a key of the line.
#pragma once

#include "context.h"

namespace detector {

inline f32 log1p_wide(f64 x) { return static_cast<f32>(log_wide(1 + x)); }

// The weight, weighted guess and number of a group of lines.
INLINE void add_guess(f64* sums, f32 weight, f32 guess) {
  sums[0] += weight;
  sums[1] += weight * guess;
  sums[2] += 1;
}

INLINE f32 mean_guess(const f64* sums) { return sums[0] > 0 ? static_cast<f32>(sums[1] / sums[0]) : 0.0f; }

// The ways in which lines are similar.
constexpr i64 LOOKS = 3;

class AlikeLines {
 public:
  AlikeLines(Call& call, const Batch& batch, const Guesses& guesses)
      : batch_(batch),
        guesses_(guesses),
        key_(scratch<u64>(call, size_for(batch.longest_page()))),
        group_(scratch<i64>(call, size_for(batch.longest_page()))),
        sums_(scratch<f64>(call, 3 * batch.longest_page())),
        row_group_(scratch<i64>(call, batch.longest_page())) {}

  // Clear the memory: invalid offsets could leave rows without a line.
  void clear() const {
    sums_.fill(0);
    row_group_.fill(0);
  }

  // Write the columns of a page; `key_of` gives the key of a line in one of the ways.
  template <class KeyOf>
  void write_page(i64 page, const Rows<f32>& table, const KeyOf& key_of) {
    const i64 first = batch_.first_of(page), last = batch_.first_of(page + 1);
    const i64 size = size_for(last - first);
    mask_ = size - 1;
    for (i64 which = 0; which < LOOKS; ++which) {
      group_.part(0, size).fill(-1);
      groups_ = 0;
      for (i64 line = batch_.page_line[page]; line < batch_.page_line[page + 1]; ++line) {
        if (batch_.line_segment[line] == batch_.line_segment[line + 1]) continue;
        const u64 key = key_of(line, which);
        for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row) {
          const i64 group = group_of(key);
          row_group_[row - first] = group;
          if (const View<f64> sums = sums_.part(3 * group, 3 * group + 3); sums.size)
            add_guess(sums.data, guesses_.weight[row], guesses_.guess[row]);
        }
      }
      for (i64 row = first; row < last; ++row) {
        const i64 group = row_group_[row - first];
        const View<f64> sums = sums_.part(3 * group, 3 * group + 3);
        f32* const out = table[row] + context::guess_alike_block + 3 * which;
        if (!sums.size) return;
        out[0] = mean_guess(sums.data);
        out[1] = log1p_wide(sums.data[0]);
        out[2] = log1p_wide(sums.data[2]);
      }
    }
  }

 private:
  static i64 size_for(i64 rows) {
    i64 size = 16;
    while (size < 2 * rows) size *= 2;
    return size;
  }

  i64 group_of(u64 key) {
    i64 at = static_cast<i64>(key >> 20) & mask_;
    for (i64 tried = 0; tried <= mask_ && group_[at] >= 0 && key_[at] != key; ++tried) at = (at + 1) & mask_;
    if (group_[at] < 0) {
      key_[at] = key;
      group_[at] = groups_;
      sums_.part(3 * groups_, 3 * groups_ + 3).fill(0);
      groups_ += 1;
    }
    return group_[at];
  }

  const Batch& batch_;
  const Guesses& guesses_;
  View<u64> key_;
  View<i64> group_;
  View<f64> sums_;
  View<i64> row_group_;
  i64 mask_ = 15, groups_ = 0;
};

}  // namespace detector
