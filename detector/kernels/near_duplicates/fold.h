// From texts to folded words, each followed by one space. Shingles are made of these words.
#pragma once

#include "../text/characters.h"
#include "spans.h"

namespace detector {

// Eight bytes are folded at once. In each of these constants, all eight bytes are equal.
constexpr u64 ONES = 0x0101010101010101, HIGH_BITS = 0x80 * ONES, SPACES = 0x20 * ONES;

// Readers of folded words may read this many bytes beyond the last word.
constexpr i64 READ_AHEAD = 64;

// How words are folded: numbers count as equal, forms of a character count as equal, "_" joins words.
enum Folding : i64 { MASKS_NUMBERS = 1, EQUAL_FORMS = 2 };

class WordFolder {
 public:
  // `folded` must have room for three times the longest text plus READ_AHEAD bytes, and `word_start` for as
  // many words as the longest text has bytes, plus READ_AHEAD.
  WordFolder(Call& call, i64 longest, i64 folding)
      : folded_(scratch<u8>(call, 3 * longest + READ_AHEAD)),
        word_start_(scratch<i64>(call, longest + READ_AHEAD)),
        masks_numbers_(folding & MASKS_NUMBERS),
        equal_forms_(folding & EQUAL_FORMS),
        two_bytes_(equal_forms_ ? form_two_bytes : two_bytes) {}

  const View<u8>& folded() const { return folded_; }
  // Where a word begins, or where the next one would.
  i64 start(i64 word) const { return word_start_[word]; }
  // Where a word ends.
  i64 end(i64 word) const { return word_start_[word + 1] - 1; }

  // Fold the words of a text, and mask numbers if requested; return the number of words.
  i64 read(View<const u8> data, i64 start, i64 end) {
    const i64 words = find_words(fold_text(data, start, end));
    return masks_numbers_ ? mask(words) : words;
  }

 private:
  struct State {
    i64 read, written;
    bool in_word;
  };

  i64 fold_text(View<const u8> data, i64 start, i64 end) {
    State at{start, 0, false};
    end_ = end;
    while (at.read < end) {
      const i64 before = at.read;
      if (at.read + 8 <= data.size && at.written + 8 <= folded_.size) {
        const u64 eight = load<u64>(data.data + at.read), high = eight & HIGH_BITS;
        i64 ascii = high ? __builtin_ctzll(high) >> 3 : 8;
        if (equal_forms_) ascii = least(ascii, before_line(eight));
        if (ascii)
          fold_ascii(eight, least(ascii, end - at.read), at);
        else
          fold_two_byte_words(data, end, at);
      }
      if (at.read == before) fold_character(data, at);
    }
    if (at.in_word) {
      folded_[at.written] = ' ';
      at.written += 1;
    }
    return data.call->stopped() ? 0 : at.written;
  }

  // The number of bytes, out of eight, before the first "_".
  INLINE static i64 before_line(u64 eight) {
    const u64 other = eight ^ ('_' * ONES);
    const u64 found = (other - ONES) & ~other & HIGH_BITS;
    return found ? __builtin_ctzll(found) >> 3 : 8;
  }

  // Fold the first `size` of eight bytes, which are ASCII, up to where a space would follow another one.
  INLINE void fold_ascii(u64 eight, i64 size, State& at) {
    // Added to an ASCII byte, they set its high bit for characters from, and after, a given one.
    constexpr u64 FROM_A = (0x80 - 'a') * ONES, AFTER_Z = (0x7F - 'z') * ONES;
    constexpr u64 FROM_0 = (0x80 - '0') * ONES, AFTER_9 = (0x7F - '9') * ONES;
    const u64 lower = eight | SPACES;
    const u64 letter = (lower + FROM_A) & ~(lower + AFTER_Z), digit = (eight + FROM_0) & ~(eight + AFTER_9);
    const u64 word = (letter | digit) & HIGH_BITS;
    const u64 mask = (word << 1) - (word >> 7);
    store<u64>(folded_.data + at.written, (lower & mask) | (SPACES & ~mask));
    const u64 gap = ~word & HIGH_BITS & (~u64{0} >> (64 - 8 * size));
    const u64 more = gap & (gap << 8 | (at.in_word ? 0u : 0x80u));  // gaps after another gap
    if (more) {
      const i64 kept = __builtin_ctzll(more) >> 3;
      const u64 rest = ~(gap >> (8 * kept)) & HIGH_BITS;
      at.read += kept + (rest ? __builtin_ctzll(rest) >> 3 : 8);
      at.written += kept;
      at.in_word = false;
      return;
    }
    at.read += size;
    at.written += size;
    at.in_word = word >> (8 * size - 1) & 1;
  }

  // Four folded two-byte letters; 0 if the eight bytes are anything else.
  INLINE u64 four_folded(u64 eight) const {
    constexpr u64 LEAD_BITS = 0xC0E0C0E0C0E0C0E0, LEADS = 0x80C080C080C080C0;
    constexpr u64 LOW_FIVE = 0x001F001F001F001F, LOW_SIX = 0x003F003F003F003F;
    if ((eight & LEAD_BITS) != LEADS) return 0;
    const u64 code = (eight & LOW_FIVE) << 6 | (eight >> 8 & LOW_SIX);
    const u64 one = two_bytes_[code & 0x7FF], two = two_bytes_[code >> 16 & 0x7FF];
    const u64 three = two_bytes_[code >> 32 & 0x7FF], four = two_bytes_[code >> 48 & 0x7FF];
    return one && two && three && four ? one | two << 16 | three << 32 | four << 48 : 0;
  }

  // Fold consecutive words of two-byte letters, such as Greek and Cyrillic ones.
  void fold_two_byte_words(View<const u8> data, i64 end, State& at) {
    while (at.read < end && data[at.read] >= 0xC2 && data[at.read] < 0xE0) {
      if (at.read + 8 <= end && at.written + 8 <= folded_.size) {
        if (const u64 four = four_folded(load<u64>(data.data + at.read))) {
          store<u64>(folded_.data + at.written, four);
          at = {at.read + 8, at.written + 8, true};
          continue;
        }
      }
      const u16 encoded = two_bytes_[(data[at.read] & 0x1F) << 6 | (data[at.read + 1] & 0x3F)];
      if (!encoded) return;
      folded_[at.written] = static_cast<u8>(encoded & 0xFF);
      folded_[at.written + 1] = static_cast<u8>(encoded >> 8);
      at = {at.read + 2, at.written + 2, true};
      if (at.read < end && data[at.read] == ' ') {
        folded_[at.written] = ' ';
        at = {at.read + 1, at.written + 1, false};
      }
    }
  }

  // Fold any single character.
  void fold_character(View<const u8> data, State& at) {
    const Character here = detector::read(data, at.read);
    at.read += here.length;
    if (!equal_forms_) return put(here.code, here.kind, at);
    equal_form(here.code, [&](u32 code) {
      if (code == '_' && at.in_word) return join(data, at);
      put(code, flagged_class(code) & CLASS_BITS, at);
    });
  }

  void put(u32 code, u8 kind, State& at) {
    const bool inside = in_word(kind);
    if (at.in_word && !inside) write(' ', at);
    if (inside || kind == SINGLE) {
      fold(code, [&](u32 folded) { write(folded, at); });
      if (!inside) write(' ', at);
    }
    at.in_word = inside;
  }

  // Write the "_" after a word (one or more) if a word follows; otherwise end the word.
  void join(View<const u8> data, State& at) {
    i64 lines = 1;
    u32 next = '_';
    while (next == '_' && at.read < end_) {
      const Character here = detector::read(data, at.read);
      u32 first = 0;
      equal_form(here.code, [&](u32 code) { first = first ? first : code; });
      next = first ? first : '_';
      lines += first == '_';
      if (next == '_') at.read += here.length;
    }
    if (next != '_' && in_word(flagged_class(next) & CLASS_BITS))
      for (i64 number = 0; number < lines; ++number) write('_', at);
    else
      put(' ', SPACE, at);
  }

  void write(u32 code, State& at) {
    const auto put = [&](u32 byte) {
      folded_[at.written] = static_cast<u8>(byte);
      at.written += 1;
    };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xC0 | code >> 6);
    } else {
      if (code < 0x10000) {
        put(0xE0 | code >> 12);
      } else {
        put(0xF0 | (code >> 18 & 7));
        put(0x80 | (code >> 12 & 0x3F));
      }
      put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
  }

  // Write where each word begins, and where one would begin after the last; return their number.
  i64 find_words(i64 written) {
    i64 words = 0, at = 0;
    word_start_[0] = 0;
    while (at + 32 <= written && words + 33 <= word_start_.size) {
      u32 spaces = spaces_in(folded_.data + at);
      i64* next = word_start_.data + words + 1;
      words += __builtin_popcount(spaces);
      for (; spaces; spaces &= spaces - 1) *next++ = at + 1 + __builtin_ctz(spaces);
      at += 32;
    }
    for (; at < written; ++at) {
      if (folded_[at] != ' ') continue;
      words += 1;
      word_start_[words] = at + 1;
    }
    return words;
  }

  // Which of 32 bytes are spaces; the first byte is the lowest bit.
  INLINE static u32 spaces_in(const u8* at) {
    u32 bits = 0;
    for (i64 part = 0; part < 4; ++part) {
      const u64 other = load<u64>(at + 8 * part) ^ SPACES;
      // The high bits of the non-zero bytes, then those of the others.
      const u64 zero = ~(((other & ~HIGH_BITS) + ~HIGH_BITS) | other) & HIGH_BITS;
      bits |= static_cast<u32>((zero >> 7) * 0x0102040810204080ull >> 56) << (8 * part);
    }
    return bits;
  }

  // The place values of the digits of a word.
  static constexpr i64 NO_NUMBER = -2, OTHER_NUMBER = -1;

  // The value of a word of up to four ASCII digits; OTHER_NUMBER for another word with a digit.
  i64 value_of(i64 word, i64 words) const {
    if (word < 0 || word >= words) return NO_NUMBER;
    const i64 first = start(word), last = end(word);
    bool found = false, plain = last - first <= 4;
    i64 value = 0;
    for (i64 at = first; at < last;) {
      if (folded_[at] >= '0' && folded_[at] <= '9') {
        value = plain ? value * 10 + folded_[at] - '0' : 0;
        found = true;
        at += 1;
        continue;
      }
      plain = false;
      const Character here = detector::read(View<const u8>(folded_.data, folded_.size, folded_.call), at);
      found |= here.kind == DIGIT;
      at += here.length;
    }
    return !found ? NO_NUMBER : plain ? value : OTHER_NUMBER;
  }

  static bool is_day(i64 value) { return value >= 1 && value <= 31; }
  static bool is_year(i64 value) { return value >= 1900 && value <= 2099; }

  // The word after a date that begins at `word`, or `word` itself if none does. A date is a day, up to three
  // words and a year, or a word or year and two numbers.
  i64 date_end(i64 word, i64 words) const {
    constexpr i64 MOST_BETWEEN = 3;
    const i64 value = value_of(word, words);
    if (is_day(value)) {
      for (i64 between = 1; between <= MOST_BETWEEN; ++between) {
        const i64 following = value_of(word + between + 1, words);
        if (is_year(following)) return word + between + 2;
        if (following != NO_NUMBER || value_of(word + between, words) != NO_NUMBER) break;
      }
    } else if (value == NO_NUMBER || is_year(value)) {
      const i64 second = value_of(word + 1, words), third = value_of(word + 2, words);
      if (is_day(second) && (value == NO_NUMBER ? is_year(third) : is_day(third))) return word + 3;
    }
    return word;
  }

  // Mask numbers and dates in place; return the number of words that remain.
  i64 mask(i64 words) {
    // Not a letter, mark or digit, so no word of a text equals it.
    constexpr u8 MASK = '#';
    i64 at = 0, kept = 0;
    for (i64 word = 0; word < words && !folded_.call->stopped();) {
      const i64 after = date_end(word, words), first = word_start_[word], last = word_start_[word + 1];
      const bool masked = after > word || value_of(word, words) != NO_NUMBER;
      word = most(after, word + 1);
      word_start_[kept] = at;
      if (masked) {
        folded_[at] = MASK;
        folded_[at + 1] = ' ';
        at += 2;
      } else {
        for (i64 from = first; from < last; ++from, ++at) folded_[at] = folded_[from];
      }
      kept += 1;
    }
    word_start_[kept] = at;
    return kept;
  }

  View<u8> folded_;
  View<i64> word_start_;
  bool masks_numbers_, equal_forms_;
  const u16* two_bytes_;
  i64 end_ = 0;
};

}  // namespace detector
