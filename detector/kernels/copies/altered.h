// Lines that are the title with its end cut off, with a number before it, or with a note after it.
#pragma once

#include "forms.h"

namespace detector {

class Altered {
 public:
  // The least words of a beginning of the title.
  static constexpr i64 LEAST_BEGINNING = 4;

  Altered(const Batch& batch, const Words& words) : batch_(batch), words_(words) {}

  // Tell whether a row ends in dots: "the new brid…", "the new bridge ...".
  bool ends_in_dots(i64 row) const {
    if (!words_.number(row)) return false;
    i64 dots = 0, length = 1;
    bool is_ellipsis = false;
    for (i64 at = words_.end[words_.last(row) - 1]; at < batch_.segment_end[row]; at += length) {
      const Character here = read(batch_.data, at);
      length = here.length;
      if (here.kind == SPACE || here.kind == PUNCTUATION) continue;
      is_ellipsis = here.code == 0x2026 || here.code == 0x22EF;
      dots = here.code == '.' ? dots + 1 : 0;
    }
    return is_ellipsis || dots >= 3;
  }

  // Tell whether a row is at least half of the title and then dots, which may cut its last word. `same`: the
  // number of words that both have at their beginning.
  bool is_cut_off(i64 row, i64 title, i64 same) const {
    return is_beginning(row, title, same) && ends_in_dots(row);
  }

  // The same for a row that is known to end in dots.
  bool is_beginning(i64 row, i64 title, i64 same) const {
    const i64 size = words_.number(row), whole = words_.number(title);
    if (size < LEAST_BEGINNING || 2 * size < whole || same + 1 < size) return false;
    return same == size || (same < whole && is_part_of(words_.last(row) - 1, words_.first(title) + same));
  }

  // Record a line that ends in dots, with and without its last word, which may be cut off.
  void add_beginning(i64 row, RowTable& table) const {
    if (!ends_in_dots(row)) return;
    u64 key = LINE_START;
    for (i64 word = words_.first(row); word < words_.last(row); ++word) {
      key = next_key(key, words_.key[word]);
      if (word + 2 >= words_.last(row)) table.add(key + CUT_OFF, row);
    }
  }

  // Tell whether at least half of a row, followed by dots, was recorded.
  bool has_beginning(i64 row, const RowTable& table) const {
    if (ends_in_dots(row)) return false;
    u64 key = LINE_START;
    for (i64 word = words_.first(row); word < words_.last(row); ++word) {
      key = next_key(key, words_.key[word]);
      const i64 same = word - words_.first(row) + 1;
      if (same + 1 < LEAST_BEGINNING) continue;
      if (const i64 cut = table.find(key + CUT_OFF); cut >= 0 && is_beginning(cut, row, same)) return true;
    }
    return false;
  }

  // Tell whether a row begins with a number: "3. TITLE", "3) TITLE".
  bool is_numbered(i64 row) const {
    if (words_.number(row) < 2) return false;
    const i64 first = words_.first(row);
    if ((words_.shape[first] & (HAS_DIGIT | HAS_UPPER | HAS_LOWER | IS_SINGLE)) != HAS_DIGIT) return false;
    for (i64 at = words_.end[first]; at < words_.start[first + 1]; ++at)
      if (batch_.data[at] == '.' || batch_.data[at] == ')') return true;
    return false;
  }

  // Tell whether a date, or words in brackets, follow after this many words of a row, and nothing else.
  bool has_note_after(i64 row, i64 words) const {
    const i64 next = words_.first(row) + words;
    if (next >= words_.last(row)) return false;
    const i64 end = batch_.segment_end[row];
    i64 numbers = 0, length = 1;
    bool begun = false, is_bracketed = false, in_number = false;
    u32 last = 0;
    for (i64 at = words_.end[next - 1]; at < end; at += length) {
      const Character here = read(batch_.data, at);
      length = here.length;
      if (here.kind == SPACE) continue;
      if (!begun) is_bracketed = is_one_of(here.code, OPENING);
      begun = true;
      numbers += here.kind == DIGIT && !in_number;
      in_number = here.kind == DIGIT;
      last = here.code;
    }
    return is_bracketed ? is_one_of(last, CLOSING) && has_letters(row, words)
                        : numbers >= 2 && is_date(row, words);
  }

 private:
  // Added to the keys of lines that end in dots, so that they do not equal those of other lines.
  static constexpr u64 CUT_OFF = 0xC07;
  static constexpr u32 OPENING[] = {'(', '[', 0xFF08, 0xFF3B, 0x3010};
  static constexpr u32 CLOSING[] = {')', ']', 0xFF09, 0xFF3D, 0x3011};

  static bool is_one_of(u32 code, const u32 (&codes)[5]) {
    for (const u32 one : codes)
      if (code == one) return true;
    return false;
  }

  // Tell whether a word is the beginning of another one, byte for byte.
  bool is_part_of(i64 word, i64 whole) const {
    const i64 size = words_.end[word] - words_.start[word];
    if (size >= words_.end[whole] - words_.start[whole]) return false;
    for (i64 at = 0; at < size; ++at)
      if (batch_.data[words_.start[word] + at] != batch_.data[words_.start[whole] + at]) return false;
    return true;
  }

  // Tell whether a word without digits follows: "(2)" is the second part of a series.
  bool has_letters(i64 row, i64 words) const {
    for (i64 word = words_.first(row) + words; word < words_.last(row); ++word)
      if (!has_digit(words_, word)) return true;
    return false;
  }

  // Tell whether all words that follow are numbers, except for the name of a month: 12 May 2024,
  // 2024年5月12日.
  bool is_date(i64 row, i64 words) const {
    i64 thirds = 0;
    for (i64 word = words_.first(row) + words; word < words_.last(row); ++word)
      if (!has_digit(words_, word)) thirds += words_.shape[word] & IS_SINGLE ? 1 : 3;
    return thirds <= 3;
  }

  const Batch& batch_;
  const Words& words_;
};

}  // namespace detector
