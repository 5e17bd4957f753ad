// From lines and decisions to clean text. Nothing is added, and the order stays.
#include "records.h"
#include "text/characters.h"

namespace detector {

namespace {

// What may separate a headline from the text that it is glued to, with spaces around it.
constexpr u32 SEPARATORS[] = {'-', 0x2013, 0x2014, '|', ':', 0xB7, 0x2022, 0xBB, '/', '~'};
// How a line is joined to the previous kept line; see joined_lines.py.
enum Join : u8 { APART, BY_SPACE, CLOSE, WITHOUT_HYPHEN };

class Cleaner {
 public:
  Cleaner(const Batch& batch, const Words& words, View<const bool> kept, View<const i32> cut_words,
          View<const u8> joins, View<u8> text, View<i64> stay_start, View<i64> stay_end)
      : batch_(batch),
        words_(words),
        kept_(kept),
        cut_words_(cut_words),
        joins_(joins),
        text_(text),
        stay_start_(stay_start),
        stay_end_(stay_end) {}

  // Write which bytes of each segment of a line are kept.
  void mark(i64 line) const {
    i64 last_kept = -1;
    const i64 last = batch_.line_segment[line + 1];
    for (i64 row = batch_.line_segment[line]; row < last; ++row) {
      i64 start = batch_.segment_start[row], end = batch_.segment_end[row];
      if (!kept_[row]) {
        end = start;
      } else {
        last_kept = row;
        if (cut_words_[row]) start = after_headline(headline_end(row), end);
      }
      stay_start_[row] = start;
      stay_end_[row] = end;
    }
    if (last_kept < 0 || last_kept == last - 1) return;
    // Sentences were cut off the end of the line: the space before them is cut too.
    i64 end = stay_end_[last_kept];
    while (end > stay_start_[last_kept] && batch_.data[end - 1] <= 32) end -= 1;
    stay_end_[last_kept] = end;
  }

  // Write a page's clean text. Runs of blank lines around dropped lines are merged into the longest one.
  // There are no blank lines at the beginning and the end.
  void write_page(i64 first, i64 last) {
    i64 previous = -1, run = 0, best_start = 0, best = 0;
    for (i64 line = first; line < last; ++line) {
      if (batch_.line_segment[line] == batch_.line_segment[line + 1]) {
        run += 1;
        if (run > best) {
          best = run;
          best_start = line + 1 - run;
        }
        continue;
      }
      run = 0;
      if (!stays(line)) continue;
      const u8 join = previous >= 0 && joins_.size ? joins_[line] : u8{APART};
      if (join != APART) {
        drop_end(join == WITHOUT_HYPHEN);
        if (join == BY_SPACE) text_[written_++] = ' ';
      } else if (previous >= 0) {
        copy(batch_.line_end[previous], batch_.line_start[previous + 1]);
        if (best) copy(batch_.line_start[best_start], batch_.line_start[best_start + best]);
      }
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row) {
        const bool is_second = join != APART && row == batch_.line_segment[line];
        copy(is_second ? skip(stay_start_[row], stay_end_[row], true) : stay_start_[row], stay_end_[row]);
      }
      previous = line;
      best = 0;
    }
  }

  i64 written() const { return written_; }

 private:
  bool stays(i64 line) const {
    for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row)
      if (stay_end_[row] > stay_start_[row]) return true;
    return false;
  }

  void copy(i64 start, i64 end) {
    const View<const u8> from = batch_.data.part(start, end);
    const View<u8> to = text_.part(written_, written_ + from.size);
    if (to.size) __builtin_memcpy(to.data, from.data, static_cast<u64>(from.size));
    written_ += from.size;
  }

  // Remove white space at the end of the output, and a hyphen before it.
  void drop_end(bool hyphen) {
    while (written_ > 0 && text_[written_ - 1] <= 32) written_ -= 1;
    if (!hyphen) return;
    while (written_ > 0 && (text_[written_ - 1] & 0xC0) == 0x80) written_ -= 1;
    if (written_ > 0) written_ -= 1;
  }

  Character peek(i64 at, i64 end) const { return at < end ? read(batch_.data, at) : Character{0, OTHER, 0}; }

  // Skip white space, or closing marks.
  i64 skip(i64 at, i64 end, bool spaces) const {
    while (at < end) {
      const Character here = peek(at, end);
      if ((here.kind == SPACE) != spaces || (!spaces && here.kind < END)) break;
      at += here.length;
    }
    return at;
  }

  // Where the words that are cut off a segment end, inside the segment.
  i64 headline_end(i64 row) const {
    const i64 at = words_.end[words_.first(row) + cut_words_[row] - 1];
    const i64 start = batch_.segment_start[row], end = batch_.segment_end[row];
    if (at < start || at > end) batch_.data.call->fail(OUT_OF_RANGE, at);
    return within(at, start, end);
  }

  // Where the text continues after a headline that ends at `at`.
  i64 after_headline(i64 at, i64 end) const {
    at = skip(at, end, false);
    at = skip(at, end, true);
    const Character here = peek(at, end);
    for (const u32 separator : SEPARATORS)
      if (here.code == separator && peek(at + here.length, end).kind == SPACE)
        return skip(at + here.length, end, true);
    return at;
  }

  const Batch& batch_;
  const Words& words_;
  View<const bool> kept_;
  View<const i32> cut_words_;
  View<const u8> joins_;
  View<u8> text_;
  View<i64> stay_start_, stay_end_;
  i64 written_ = 0;
};

}  // namespace

// Write the clean text of all pages, where each ends, and which bytes of each segment are kept. `joins` (L,):
// how each line is joined to the previous one; empty if no lines are joined.
i64 clean_text(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const View<const bool> kept(call);
  const View<const i32> cut_words(call);
  const View<const u8> joins(call);
  const View<u8> text(call);
  const View<i64> page_end(call), stay_start(call), stay_end(call);
  Cleaner cleaner(batch, words, kept, cut_words, joins, text, stay_start, stay_end);
  for (i64 line = 0; line < batch.lines() && !call.stopped(); ++line) cleaner.mark(line);
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    cleaner.write_page(batch.page_line[page], batch.page_line[page + 1]);
    page_end[page] = cleaner.written();
  }
  return cleaner.written();
}

}  // namespace detector
