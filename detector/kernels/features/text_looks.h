// The layout of lines of plain text, which is the only structure of text without markup.
#pragma once

#include "alike.h"

namespace detector {

// Lines of a page of text with the same layout: in one run without an empty line between; that look the same;
// and that look the same with the lines before and after.
class TextLooks {
 public:
  TextLooks(Call& call, const Batch& batch, const Words& words, const Guesses& guesses)
      : batch_(batch),
        words_(words),
        alike_(call, batch, guesses),
        setting_(scratch<u64>(call, most_lines(batch))),
        look_(scratch<u64>(call, most_lines(batch))),
        run_(scratch<u64>(call, most_lines(batch))),
        around_(scratch<u64>(call, most_lines(batch))) {}

  void clear() const { alike_.clear(); }

  void write_page(i64 page, const Rows<f32>& table) {
    const i64 first = batch_.page_line[page], last = batch_.page_line[page + 1];
    bool has_gaps = false;
    i64 before = -1;
    for (i64 line = first; line < last && !setting_.call->stopped(); ++line) {
      if (is_empty(line)) continue;
      has_gaps |= before >= 0 && line > before + 1;
      read_line(line, line - first);
      before = line;
    }
    join(first, last, has_gaps);
    alike_.write_page(page, table, [&](i64 line, i64 which) {
      return (which == 0 ? run_ : which == 1 ? look_ : around_)[line - first];
    });
  }

 private:
  // Indents and cells are counted up to these numbers.
  static constexpr i64 MOST_INDENT = 15, MOST_CELLS = 7;
  // The least words of a line that is not short, of a phrase, and of a clause.
  static constexpr f32 LENGTHS[] = {3, 6, 12};
  static constexpr f32 LONG = 10;

  static i64 most_lines(const Batch& batch) {
    i64 lines = 1;
    for (i64 page = 0; page < batch.pages(); ++page)
      lines = most(lines, batch.page_line[page + 1] - batch.page_line[page]);
    return lines;
  }

  static u64 joined(u64 key, u64 next) {
    key = (key ^ next) * MIX;
    return key ^ key >> 29;
  }

  bool is_empty(i64 line) const { return batch_.line_segment[line] == batch_.line_segment[line + 1]; }

  // Record the layout of a line (its mark, its indent, whether it has cells), and its look.
  void read_line(i64 line, i64 at) {
    const i64 first = batch_.line_segment[line], last = batch_.line_segment[line + 1];
    const i64 start = batch_.segment_start[first], end = batch_.segment_end[last - 1];
    const shape::ListMark mark = shape::list_mark(batch_.data, start, end);
    i64 cells = 0, byte = start;
    while (byte < end && batch_.data[byte] <= ' ') ++byte;
    for (; byte < end; ++byte) cells += batch_.data[byte] == '\t' || batch_.data[byte] == '|';
    f32 words = 0;
    for (i64 row = first; row < last; ++row) words += words_in(words_, row);
    u64 length = 0;
    for (const f32 least_words : LENGTHS) length += words >= least_words;
    const u64 indent = static_cast<u64>(least(mark.indent, MOST_INDENT));
    const u64 edges = static_cast<u64>(words_.edges[2 * first]) << 8 | words_.edges[2 * (last - 1) + 1];
    setting_[at] = joined(joined(mark.code, indent), cells > 0);
    look_[at] =
        joined(joined(joined(setting_[at], static_cast<u64>(least(cells, MOST_CELLS))), length), edges);
    // Until `join`: whether the line is long.
    run_[at] = words >= LONG;
  }

  // Number the runs, and record the layouts of the lines before and after each.
  void join(i64 first, i64 last, bool has_gaps) {
    u64 run = 0, was_long = 0;
    i64 before = -1;
    for (i64 line = first; line < last && !setting_.call->stopped(); ++line) {
      if (is_empty(line)) continue;
      const i64 at = line - first;
      const u64 is_long = has_gaps ? 0 : run_[at];
      const bool gap = before < 0 || line > before + 1;
      if (gap || setting_[at] != setting_[before - first] || is_long != was_long) run += 1;
      run_[at] = run * MIX;
      around_[at] = joined(look_[at], gap ? 1 : setting_[before - first]);
      if (before >= 0) around_[before - first] = joined(around_[before - first], gap ? 1 : setting_[at]);
      was_long = is_long;
      before = line;
    }
    if (before >= 0) around_[before - first] = joined(around_[before - first], 1);
  }

  const Batch& batch_;
  const Words& words_;
  AlikeLines alike_;
  View<u64> setting_, look_, run_, around_;
};

}  // namespace detector
