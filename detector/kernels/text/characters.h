// Reads UTF-8 one character at a time, with its class and its folded form.
#pragma once

#include "../arrays.h"
#include "generated.h"

namespace detector {

// Classes of characters; text/characters.py has the rules.
enum Class : u8 { OTHER, SPACE, LETTER, UPPER, MARK, DIGIT, SINGLE, END, PUNCTUATION, SYMBOL };

constexpr u8 CLASS_BITS = 0x0F;
constexpr u8 MAY_COMPOSE = 0x80;
constexpr u32 BLOCK_SHIFT = 7;
constexpr u32 IN_BLOCK = (1 << BLOCK_SHIFT) - 1;
constexpr u32 LAST_CODE = 0x10FFFF;
// A fold of at least this value is not a distance but the row of an expansion.
constexpr i32 EXPANDS = 1 << 24;
// An empty form, and the longest form.
constexpr i32 DROPPED = EXPANDS - 1, LONGEST_FORM = 4;

struct Character {
  u32 code;
  u8 kind;
  i64 length;
};

// The class of a code point, with its flags.
INLINE u8 flagged_class(u32 code) {
  if (code > LAST_CODE) return OTHER;
  return class_cell[static_cast<u32>(class_block[code >> BLOCK_SHIFT]) << BLOCK_SHIFT | (code & IN_BLOCK)];
}

// The code point at byte `at`, which must not be ASCII, and its length in bytes.
inline Character decode(View<const u8> data, i64 at) {
  const u32 lead = data[at];
  const auto rest = [&](i64 number) { return static_cast<u32>(data[at + number]) & 0x3F; };
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | rest(1), 0, 2};
  if (lead < 0xF0) return {(lead & 0x0F) << 12 | rest(1) << 6 | rest(2), 0, 3};
  return {(lead & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 0, 4};
}

inline Character read(View<const u8> data, i64 at) {
  Character found{data[at], 0, 1};
  if (found.code >= 0x80) found = decode(data, at);
  found.kind = flagged_class(found.code) & CLASS_BITS;
  return found;
}

INLINE bool in_word(u8 kind) { return kind >= LETTER && kind <= DIGIT; }

// Emit each code point that `code` folds to.
template <class F>
INLINE void fold(u32 code, F&& give) {
  if (code > LAST_CODE) return give(code);
  const u32 block = fold_block[code >> BLOCK_SHIFT];
  const i32 change = fold_cell[block << BLOCK_SHIFT | (code & IN_BLOCK)];
  if (change < EXPANDS) return give(static_cast<u32>(static_cast<i32>(code) + change));
  for (const u32 part : expansion[change - EXPANDS])
    if (part) give(part);
}

// Emit each code point of the form that readers take for the same character; nothing if it is invisible.
template <class F>
INLINE void equal_form(u32 code, F&& give) {
  if (code > LAST_CODE) return give(code);
  const i32 change = form_cell[form_block[code >> BLOCK_SHIFT] << BLOCK_SHIFT | (code & IN_BLOCK)];
  if (change < DROPPED) return give(static_cast<u32>(static_cast<i32>(code) + change));
  if (change == DROPPED) return;
  for (i32 part = 0; part < LONGEST_FORM; ++part)
    if (const u32 next = form_expansion[(change - EXPANDS) * LONGEST_FORM + part]) give(next);
}

// Emit a letter without its accents; nothing for an accent.
template <class F>
INLINE void without_accents(u32 code, F&& give) {
  if (code > LAST_CODE) return give(code);
  const i32 change = base_cell[base_block[code >> BLOCK_SHIFT] << BLOCK_SHIFT | (code & IN_BLOCK)];
  if (change != DROPPED) give(static_cast<u32>(static_cast<i32>(code) + change));
}

}  // namespace detector
