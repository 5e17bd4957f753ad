// Where a word ends although there is no white space: between elements that a page shows apart. Only style
// separates `<span class="name">Weight</span><span class="value">14 kg</span>`, and the style is unknown. On
// pages with gold text, two adjacent elements of different classes are apart in 378 of 387 cases; those
// without a class hardly ever are. A tag in the middle of a word is not a border (docs/reading.md).
#pragma once

#include "../text/characters.h"
#include "look.h"

namespace detector {

// What may be between the last visible character and the next, ordered by certainty.
enum class Border : u8 {
  NONE,
  SURE,      // between siblings of different classes
  UNSURE,    // a split word would continue in lower case
  NEW_WORD,  // only if lower-case letters or digits are followed by a capital or digits
  MARK,      // before a footnote mark
  AFTER_MARK,
  NOTE,  // before a raised number that may be a power
};

// What must be written before the next visible character.
enum class Pending { NONE, SPACE, BORDER };

// The facts about an element that is adjacent to another.
struct Neighbour {
  View<const u8> classes;  // the value of its class attribute
  u32 name;
  u8 number;
  bool is_custom, is_link;
};

INLINE bool stands_apart(const Neighbour& one) { return one.is_custom || one.number == tag::time; }
INLINE bool is_raised(const Neighbour& one) { return one.number == tag::sup || one.number == tag::sub; }

INLINE bool is_same(const View<const u8>& one, const View<const u8>& other) {
  return one.size == other.size && !__builtin_memcmp(one.data, other.data, static_cast<u64>(one.size));
}

// What is between two adjacent siblings.
INLINE Border border_between(const Neighbour& left, const Neighbour& right) {
  if (is_raised(left) || is_raised(right)) return Border::NONE;
  if (stands_apart(left) || stands_apart(right)) return Border::SURE;
  if (left.classes.size && right.classes.size)
    return left.name == right.name && is_same(left.classes, right.classes) ? Border::NEW_WORD : Border::SURE;
  if (left.classes.size || right.classes.size) return Border::UNSURE;
  if (left.number == tag::code && right.number == tag::code) return Border::SURE;
  return left.is_link != right.is_link ? Border::UNSURE : Border::NONE;
}

// The last character written, and the one before it.
struct Before {
  Character last, earlier;
  bool is_alone;  // no word character comes before the last one
  i64 letters;    // letters at the end, up to four
};

INLINE i64 character_start(View<const u8> data, i64 at, i64 first) {
  do at -= 1;
  while (at > first && (data[at] & 0xC0) == 0x80);
  return at;
}

inline Before read_before(View<const u8> data, i64 start, i64 end) {
  Before found{{0, OTHER, 0}, {0, OTHER, 0}, true, 0};
  if (end <= start) return found;
  i64 at = character_start(data, end, start);
  found.last = read(data, at);
  for (i64 number = 0; number < 4; ++number) {
    const Character here = read(data, at);
    if (here.kind == LETTER || here.kind == UPPER) found.letters += found.letters == number;
    if (number == 1) {
      found.earlier = here;
      found.is_alone = !in_word(here.kind) && here.kind != SINGLE;
    }
    if (at <= start) break;
    at = character_start(data, at, start);
  }
  return found;
}

INLINE bool opens(u32 code) {
  return code == '(' || code == '[' || code == '{' || code == '<' || code == '-' || code == '/' ||
         code == '#' || code == '@' || code == '_' || code == 0x201C || code == 0x2018 || code == 0x201E ||
         code == 0xAB || code == 0x2013 || code == 0x2014;
}

INLINE bool is_letter_or_digit(u8 kind) { return in_word(kind) || kind == SINGLE; }

// Tell whether there is a space at a border, between text that ends and the character that follows.
// `is_sentence` tells whether the element before has several words.
inline bool has_space(Border border, const Before& before, const Character& next, bool is_sentence) {
  const u8 last = before.last.kind, kind = next.kind;
  if (last == SINGLE && kind == SINGLE) return false;
  switch (border) {
    case Border::MARK:
      return next.code != '[' && next.code != '(' && !opens(before.last.code);
    case Border::AFTER_MARK:
      return is_letter_or_digit(kind);
    case Border::NOTE:
      return before.letters == 4 || (last == END && before.earlier.kind != DIGIT) ||
             (last == PUNCTUATION && !opens(before.last.code) && before.last.code != ')');
    case Border::NEW_WORD:
      return ((last == LETTER && !before.is_alone) || last == DIGIT) && (kind == UPPER || kind == DIGIT) &&
             !(last == DIGIT && kind == DIGIT && before.is_alone);
    case Border::NONE:
      return false;
    default:
      break;
  }
  if (!is_letter_or_digit(kind)) return false;
  switch (before.last.code) {
    case '.':
    case ',':
      return kind == UPPER && is_sentence;
    case ':':
    case ';':
    case '!':
    case '?':
    case ')':
    case ']':
      return before.earlier.code != ':' && (before.earlier.kind != DIGIT || kind != DIGIT);
    default:
      break;
  }
  if (!is_letter_or_digit(last)) return false;
  // A drop cap: a first letter that is larger than the rest of its word.
  if (before.is_alone && last == UPPER && (kind == LETTER || kind == UPPER)) return false;
  return border != Border::UNSURE || !(last == LETTER && kind == LETTER);
}

}  // namespace detector
