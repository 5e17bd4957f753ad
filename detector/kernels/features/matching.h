// Which lines of a page are exact or near copies of each other. Linear in the page: every row is looked up a
// fixed number of times.
#pragma once

#include "../near_duplicates/signature.h"
#include "shape.h"

namespace detector {

// Lines with fewer words are labels, which repeat without being copies. In scripts without spaces a character
// counts as a word (labelling guide: 4 words, or 10 characters).
constexpr i64 LEAST_WORDS = 4, LEAST_SINGLES = 10;
// Longer lines are only compared exactly: near copies of whole paragraphs on one page are rare, and the cost
// of comparing is quadratic in the length.
constexpr i64 MOST_WORDS = 60;
// 64 slots in 16 bands of 4: of two lines that share 0.6 of their words, 89 % are compared; at 0.7, 98.7 %. A
// headline of eight words with one word changed shares 0.78.
constexpr i64 LINE_SLOTS = 64, LINE_BANDS = 16, BAND_ROWS = LINE_SLOTS / LINE_BANDS;
// Lines are copies if at least this share of both lines' words are equal, in the same order.
constexpr f64 SIMILAR = 0.85;

// A span of words.
struct WordSpan {
  i64 first, last;
  i64 size() const { return last - first; }
};

INLINE WordSpan span_of(const Words& words, i64 row) { return {words.first(row), words.last(row)}; }

// Tell whether this many words (`singles` of them characters) are more than a label.
INLINE bool says_enough(i64 words, i64 singles) {
  return (words - singles) * LEAST_SINGLES + singles * LEAST_WORDS >= LEAST_WORDS * LEAST_SINGLES;
}

INLINE bool is_long_enough(const Words& words, i64 row) {
  return says_enough(words.number(row), words.count(row, SINGLE));
}

// A hash table from keys to the first row with each key. At most half full; emptied by incrementing a
// counter.
class RowTable {
 public:
  RowTable(Call& call, i64 rows) : slots_(scratch<Slot>(call, size_for(rows))) { slots_.fill(Slot{}); }

  // Make room for five keys for each row of a page, and clear the table.
  void start(i64 rows) {
    mask_ = size_for(rows) - 1;
    now_ += 1;
  }

  // Prefetch the slot of a key that is looked up soon.
  INLINE void prefetch(u64 key) const { __builtin_prefetch(&slots_.data[first_slot(key)], 1); }

  // The first row with this key, or -1.
  i64 find(u64 key) const {
    const Slot& slot = slots_[slot_of(key)];
    return slot.turn == now_ ? slot.row : -1;
  }

  // The first row with this key: `row`, if the key is new.
  i64 add(u64 key, i64 row) {
    Slot& slot = slots_[slot_of(key)];
    if (slot.turn != now_) slot = {key, row, now_};
    return slot.row;
  }

 private:
  struct Slot {
    u64 key = 0;
    i64 row = 0, turn = 0;
  };

  static i64 size_for(i64 rows) {
    i64 size = 16;
    while (size < 6 * rows) size *= 2;
    return size;
  }

  INLINE i64 first_slot(u64 key) const { return static_cast<i64>((key * MIX) >> 24) & mask_; }

  i64 slot_of(u64 key) const {
    i64 at = first_slot(key);
    for (i64 tried = 0; tried <= mask_; ++tried, at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.turn != now_ || slot.key == key) break;
    }
    return at;
  }

  View<Slot> slots_;
  i64 now_ = 0, mask_ = 15;
};

// Compares lines word by word.
class Aligner {
 public:
  Aligner(Call& call, const Words& words) : words_(words), column_(scratch<i32>(call, MOST_WORDS + 2)) {}

  // The length of the longest common subsequence; the second span has at most MOST_WORDS words.
  i64 in_order(WordSpan one, WordSpan two) const {
    const i64 size = two.size();
    const View<i32> column = column_.part(0, size + 1);
    const View<const u64> keys = words_.key.part(two.first, two.last);
    if (column.size == 0 || keys.size != size) return 0;
    column.fill(0);
    for (i64 number = one.first; number < one.last; ++number) {
      const u64 key = words_.key[number];
      i32 diagonal = 0;
      for (i64 at = 0; at < size; ++at) {
        const i32 above = column.data[at + 1];
        column.data[at + 1] = key == keys.data[at] ? diagonal + 1 : most(above, column.data[at]);
        diagonal = above;
      }
    }
    return column.data[size];
  }

  // Tell whether two lines are copies. Lines with different numbers are rows of a list.
  bool nearly_same(i64 one, i64 two) const {
    if (numbers(one) != numbers(two)) return false;
    const WordSpan first = span_of(words_, one), second = span_of(words_, two);
    return static_cast<f64>(2 * in_order(first, second)) >=
           SIMILAR * static_cast<f64>(first.size() + second.size());
  }

 private:
  // A hash of the words with digits of a line.
  u64 numbers(i64 row) const {
    u64 key = LINE_START;
    for (i64 number = words_.first(row); number < words_.last(row); ++number)
      if (has_digit(words_, number)) key = next_key(key, words_.key[number]);
    return key;
  }

  const Words& words_;
  View<i32> column_;
};

// Groups of rows with the same, or nearly the same, words. For each row of the page, counted from its first
// row, `group` has the first row of its group, or -1 for a row without words.
class Matcher {
 public:
  Matcher(Call& call, const Words& words, View<const u32> permutation, i64 most_rows)
      : words_(words),
        permutation_(permutation),
        table_(call, most_rows),
        aligner_(call, words),
        group_(scratch<i64>(call, most_rows)),
        band_(scratch<u32>(call, most_rows * LINE_BANDS)),
        first_(scratch<i64>(call, most_rows)) {}

  RowTable& table() { return table_; }
  const Aligner& aligner() const { return aligner_; }
  i64 group(i64 at) const { return group_[at]; }

  // Point every row with words at the first row with the same words.
  void group_exact(i64 first, i64 last) {
    table_.start(last - first);
    for (i64 row = first; row < last && !stopped(); ++row)
      group_[row - first] = words_.number(row) ? table_.add(line_key(words_, row), row) : -1;
  }

  // Count for every row the rows that differ from it at most in numbers.
  void count_alike(i64 first, i64 last, View<i32> alike) {
    table_.start(last - first);
    for (i64 row = first; row < last && !stopped(); ++row) {
      const i64 same = table_.add(line_key_without_numbers(words_, row), row);
      first_[row - first] = same;
      alike[same] += 1;
    }
    for (i64 row = first; row < last && !stopped(); ++row) alike[row] = alike[first_[row - first]];
  }

  // Point rows at an earlier row that is nearly equal, one band at a time.
  void group_near(i64 first, i64 last) {
    for (i64 row = first; row < last && !stopped(); ++row) {
      const View<u32> band = band_.part((row - first) * LINE_BANDS, (row - first + 1) * LINE_BANDS);
      band[0] = 0;
      const bool compared = group_[row - first] == row && words_.number(row) <= MOST_WORDS;
      if (compared && is_long_enough(words_, row)) sign(row, band);
    }
    for (i64 number = 0; number < LINE_BANDS; ++number) {
      table_.start(last - first);
      for (i64 row = first; row < last && !stopped(); ++row) {
        if (band_[(row - first) * LINE_BANDS] == 0 || group_[row - first] != row) continue;
        const i64 other = table_.add(band_[(row - first) * LINE_BANDS + number], row);
        if (other != row && aligner_.nearly_same(other, row)) group_[row - first] = group_[other - first];
      }
    }
    // The first row may itself have joined another group since.
    for (i64 row = first; row < last && !stopped(); ++row)
      if (const i64 other = group_[row - first]; other >= 0) group_[row - first] = group_[other - first];
  }

 private:
  bool stopped() const { return words_.key.call->stopped(); }

  // Write the band keys of one line (never 0).
  void sign(i64 row, View<u32> band) const {
    Signature<LINE_SLOTS> signature;
    const i64 last = words_.last(row) - 1;
    u32 hashed[TOGETHER];
    for (i64 number = words_.first(row); number <= last; number += TOGETHER) {
      // The last word is repeated to fill up the group, which changes no minimum.
      for (i64 next = 0; next < TOGETHER; ++next)
        hashed[next] = finalised(static_cast<u32>(words_.key[least(number + next, last)] >> 32));
      signature.update(hashed, permutation_);
    }
    for (i64 number = 0; number < LINE_BANDS; ++number) {
      u32 key = static_cast<u32>(number + 1);
      for (i64 slot = number * BAND_ROWS; slot < (number + 1) * BAND_ROWS; ++slot) {
        key = (key ^ signature.slots[slot]) * 0x01000193u;
        key ^= key >> 15;
      }
      band[number] = key | 1;
    }
  }

  const Words& words_;
  View<const u32> permutation_;
  RowTable table_;
  Aligner aligner_;
  View<i64> group_;
  View<u32> band_;
  View<i64> first_;
};

}  // namespace detector
