// What a line looks like: its lengths, kinds of characters, beginning and end.
#pragma once

#include "../maths.h"
#include "../records.h"
#include "../text/characters.h"
#include "../text/keys.h"
#include "generated.h"

namespace detector {

// A character of a script without spaces counts as three letters and 0.6 of a word.
constexpr i64 LETTERS_PER_SINGLE = 3;
constexpr f64 WORDS_PER_SINGLE = 0.6;

// The number of words of a segment; a character of a script without spaces counts 0.6.
INLINE f32 words_in(const Words& words, i64 row) {
  return static_cast<f32>(static_cast<f64>(words.number(row)) -
                          (1 - WORDS_PER_SINGLE) * words.count(row, SINGLE));
}

INLINE f32 to_f32(i64 value) { return static_cast<f32>(value); }

// A ratio of two integers.
INLINE f32 share(i64 part, i64 whole) {
  return static_cast<f32>(static_cast<f64>(part) / static_cast<f64>(whole));
}

namespace shape {

// What text renderers print before the items of a list.
constexpr u32 BULLETS[] = {0x2022, 0xB7,   '*',    '+',    '-',    0x2013, 0x2014, 0x25E6, 0x25AA,
                           0x25B8, 0x25BA, 0x2023, 0x2043, 0x25CB, 0x25CF, 0x25A0, 0x25A1, 0x2713};
constexpr i64 MOST_NUMBER = 3;

// The characters before it, and the bullet ('1' for a number); 0 for none.
struct ListMark {
  i64 indent;
  u32 code;
};

// The spaces before a line's text, and the mark of a list item.
inline ListMark list_mark(View<const u8> data, i64 at, i64 end) {
  Character here{0, OTHER, 0};
  i64 indent = 0;
  while (at < end) {
    here = read(data, at);
    if (here.kind != SPACE) break;
    indent += 1;
    at += here.length;
  }
  u32 mark = 0;
  for (const u32 bullet : BULLETS) mark = here.code == bullet ? bullet : mark;
  i64 digits = 0;
  while (here.kind == DIGIT && digits < MOST_NUMBER && at + here.length < end) {
    digits += 1;
    at += here.length;
    here = read(data, at);
  }
  if (digits > 0) mark = here.code == '.' || here.code == ')' ? '1' : 0;
  const bool is_alone = at + here.length >= end || data[at + here.length] > 32;
  return {indent, is_alone ? 0 : mark};
}

// The column of each class of character at the edge of a line; -1 for none.
constexpr i64 FIRST_COLUMN[CLASSES] = {-1,
                                       -1,
                                       feature::first_letter,
                                       feature::first_upper,
                                       feature::first_letter,
                                       feature::first_digit,
                                       feature::first_letter,
                                       feature::first_punctuation,
                                       feature::first_punctuation,
                                       feature::first_symbol};
constexpr i64 LAST_COLUMN[CLASSES] = {-1,
                                      -1,
                                      feature::last_letter,
                                      feature::last_letter,
                                      feature::last_letter,
                                      feature::last_digit,
                                      feature::last_letter,
                                      feature::last_end,
                                      feature::last_punctuation,
                                      feature::last_symbol};

struct WordKinds {
  i64 capitalised = 0, digits = 0, brief = 0, extended = 0;
};

// Words that are capitalised, that have digits, that have at most 3 letters, and that have at least 8.
INLINE WordKinds word_kinds(const Words& words, i64 row, f64 bytes_per_letter) {
  WordKinds kinds;
  const i64 last = words.last(row);
  for (i64 number = words.first(row); number < last; ++number) {
    const u8 bits = words.shape[number];
    const f64 size = static_cast<f64>(words.end[number] - words.start[number]);
    kinds.capitalised += (bits & FIRST_UPPER) != 0;
    kinds.digits += (bits & HAS_DIGIT) != 0;
    kinds.brief += size < 3.5 * bytes_per_letter;
    kinds.extended += size > 7.5 * bytes_per_letter;
  }
  return kinds;
}

inline void write(const Batch& batch, const Words& words, i64 row, f32* out) {
  const auto count = [&](u8 kind) { return static_cast<i64>(words.count(row, kind)); };
  const i64 number = words.number(row), singles = count(SINGLE);
  const i64 letters = count(LETTER) + count(UPPER) + count(MARK) + count(DIGIT);
  const i64 seen = letters + singles + count(END) + count(PUNCTUATION) + count(SYMBOL);
  const i64 start = batch.segment_start[row], end = batch.segment_end[row], size = end - start;
  const i64 characters = seen + count(SPACE) + count(OTHER);
  const i64 some_words = most<i64>(number, 1), some_seen = most<i64>(seen, 1);
  const f64 per_letter =
      1.0 + static_cast<f64>(to_f32(size - characters)) / static_cast<f64>(most<i64>(letters + singles, 1));
  const WordKinds kinds = word_kinds(words, row, per_letter);
  out[feature::log_words] = log1p(words_in(words, row));
  out[feature::log_characters] = log1p(to_f32(characters + (LETTERS_PER_SINGLE - 1) * singles));
  out[feature::word_length] = least(share(letters + singles, some_words), 30.0f) / 10.0f;
  out[feature::upper_share] = share(count(UPPER), most<i64>(letters, 1));
  out[feature::capitalised_share] = share(kinds.capitalised, some_words);
  out[feature::digit_share] = share(count(DIGIT), some_seen);
  out[feature::digit_words] = share(kinds.digits, some_words);
  out[feature::punctuation_share] = share(count(PUNCTUATION) + count(END), some_seen);
  out[feature::symbol_share] = share(count(SYMBOL), some_seen);
  out[feature::single_share] = share(singles, some_seen);
  out[feature::non_ascii_share] = share(size - characters, most<i64>(size, 1));
  out[feature::sentence_ends] = log1p(to_f32(count(END)));
  out[feature::short_words] = share(kinds.brief, some_words);
  out[feature::long_words] = share(kinds.extended, some_words);
  out[feature::no_words] = number == 0;
  const ListMark mark = list_mark(batch.data, start, end);
  out[feature::log_indent] = log1p(to_f32(mark.indent));
  out[feature::bullet] = mark.code != 0;
  fill(out + feature::first_upper, out + feature::last_symbol + 1, 0.0f);
  const u8 first = words.edges[2 * row], last = words.edges[2 * row + 1];
  if (first < CLASSES && FIRST_COLUMN[first] >= 0) out[FIRST_COLUMN[first]] = 1;
  if (last < CLASSES && LAST_COLUMN[last] >= 0) out[LAST_COLUMN[last]] = 1;
}

}  // namespace shape
}  // namespace detector
