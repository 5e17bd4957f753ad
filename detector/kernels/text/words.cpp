// From segments to words: one pass over the bytes of a batch.
#include "characters.h"
#include "keys.h"

namespace detector {

namespace {

// What the word loop needs for an ASCII byte, in one load: the folded character in the low eight bits, the
// word's shape above it, and the highest bit for a byte inside a word.
constexpr u16 IN_WORD = 1 << 15;
constexpr u32 SHAPE_SHIFT = 8;

struct AsciiTable {
  u16 of[256];

  constexpr AsciiTable() : of{} {
    for (u32 byte = 0; byte < 128; ++byte) {
      const bool digit = byte >= '0' && byte <= '9', upper = byte >= 'A' && byte <= 'Z';
      const bool lower = byte >= 'a' && byte <= 'z';
      if (!digit && !upper && !lower) continue;
      const u32 shape = digit ? HAS_DIGIT : upper ? HAS_UPPER : HAS_LOWER;
      of[byte] = static_cast<u16>((upper ? byte + 32 : byte) | shape << SHAPE_SHIFT | IN_WORD);
    }
  }
};

constexpr AsciiTable ascii;
constexpr u8 SHAPE_OF_CLASS[CLASSES] = {0, 0, HAS_LOWER, HAS_UPPER, 0, HAS_DIGIT, 0, 0, 0, 0};

class Segmenter {
 public:
  Segmenter(View<const u8> data, NewWords words) : data_(data), words_(words) {}

  i64 number() const { return number_; }

  // Write the words of a segment and the number of its characters by class.
  void read_segment(i64 at, i64 end, i32* counts) {
    begin_ = -1;
    while (at < end) {
      const u16 info = ascii.of[data_[at]];
      if (info & IN_WORD) {
        if (begin_ < 0) open(at, info >> SHAPE_SHIFT & HAS_UPPER ? FIRST_UPPER : 0);
        at = ascii_run(at, end, counts);
        continue;
      }
      const Character here = read(data_, at);
      counts[here.kind] += 1;
      if (in_word(here.kind)) {
        if (begin_ < 0) open(at, here.kind == UPPER ? FIRST_UPPER : 0);
        fold(here.code, [&](u32 code) { key_ = mixed(key_, code); });
        shape_ |= SHAPE_OF_CLASS[here.kind];
      } else {
        if (begin_ >= 0) close(at);
        if (here.kind == SINGLE) {
          open(at, IS_SINGLE);
          fold(here.code, [&](u32 code) { key_ = mixed(key_, code); });
          close(at + here.length);
        }
      }
      at += here.length;
    }
    if (begin_ >= 0) close(end);
  }

 private:
  void open(i64 at, u8 shape) {
    begin_ = at;
    key_ = SEED;
    shape_ = shape;
  }

  void close(i64 end) {
    words_.key[number_] = spread(key_);
    words_.start[number_] = begin_;
    words_.end[number_] = end;
    words_.shape[number_] = shape_;
    number_ += 1;
    begin_ = -1;
  }

  // Read ASCII letters and digits. Most text goes through this loop.
  i64 ascii_run(i64 at, i64 end, i32* counts) {
    const View<const u8> run = data_.part(at, end);
    u64 key = key_;
    u32 shapes = 0, uppers = 0, digits = 0;
    i64 size = 0;
    while (size < run.size) {
      const u32 info = ascii.of[run.data[size]];
      if (!(info & IN_WORD)) break;
      key = mixed(key, info & 0xFF);
      shapes |= info;
      uppers += info >> SHAPE_SHIFT & 1;
      digits += info >> (SHAPE_SHIFT + 1) & 1;
      size += 1;
    }
    key_ = key;
    shape_ |= static_cast<u8>(shapes >> SHAPE_SHIFT & 0x1F);
    counts[UPPER] += uppers;
    counts[DIGIT] += digits;
    counts[LETTER] += static_cast<i32>(size - uppers - digits);
    return at + size;
  }

  View<const u8> data_;
  NewWords words_;
  i64 number_ = 0, begin_ = -1;
  u64 key_ = SEED;
  u8 shape_ = 0;
};

// The class of the first character that is not white space.
u8 first_class(View<const u8> data, i64 at, i64 end) {
  u8 kind = SPACE;
  while (at < end && kind == SPACE) {
    const Character here = read(data, at);
    kind = here.kind;
    at += here.length;
  }
  return kind;
}

u8 last_class(View<const u8> data, i64 start, i64 at) {
  u8 kind = SPACE;
  while (at > start && kind == SPACE) {
    at -= 1;
    while (at > start && (data[at] & 0xC0) == 0x80) at -= 1;
    kind = read(data, at).kind;
  }
  return kind;
}

bool may_compose(View<const u8> data, i64 at, i64 end) {
  while (at < end) {
    if (data[at] < 0x80) {
      at += 1;
      continue;
    }
    const Character here = decode(data, at);
    if (flagged_class(here.code) & MAY_COMPOSE) return true;
    at += here.length;
  }
  return false;
}

// Tell whether a word without digits belongs to a date: either a day comes before it and a year after it,
// with at most three words between them, or a day and a year follow it.
bool in_date(const Words& words, i64 number, i64 first, i64 last) {
  constexpr i64 DAY_BYTES = 4, SHORT_DAY_BYTES = 2, YEAR_BYTES = 4, MOST_BETWEEN = 3;
  const auto size = [&](i64 word) { return words.end[word] - words.start[word]; };
  const auto is_day = [&](i64 word) { return has_digit(words, word) && size(word) <= DAY_BYTES; };
  const auto is_year = [&](i64 word) { return has_digit(words, word) && size(word) == YEAR_BYTES; };
  if (number + 2 < last && is_day(number + 1) && is_year(number + 2))
    return size(number + 1) <= SHORT_DAY_BYTES;
  i64 before = number - 1, after = number + 1;
  while (before >= first && number - before < MOST_BETWEEN && !has_digit(words, before)) before -= 1;
  while (after < last && after - before <= MOST_BETWEEN && !has_digit(words, after)) after += 1;
  return before >= first && after < last && after - before <= MOST_BETWEEN + 1 && is_day(before) &&
         is_year(after);
}

u64 number_masked(const Words& words, i64 number, i64 first, i64 last) {
  const bool masked = has_digit(words, number) || in_date(words, number, first, last);
  return masked ? ANY_NUMBER : words.key[number];
}

u64 masked_line_key(const Words& words, i64 row) {
  u64 key = LINE_START;
  const i64 first = words.first(row), last = words.last(row);
  for (i64 number = first; number < last; ++number)
    key = next_key(key, number_masked(words, number, first, last));
  return key;
}

// Write the key of a short line in which names are equal too: all words that begin in upper case, except the
// first of the segment. Consecutive names are one. Return false if the line has no name, is a sentence, or
// has fewer than two other words for each name: names say most of it then, as in a German headline.
bool named_line_key(const Words& words, i64 row, i64* named) {
  constexpr i64 MOST_WORDS = 15, OTHERS_PER_NAME = 2;
  const i64 first = words.first(row), last = words.last(row);
  if (last - first > MOST_WORDS || words.edges[2 * row + 1] == END) return false;
  u64 key = LINE_START, before = 0;
  i64 others = 0, names = 0;
  for (i64 number = first; number < last; ++number) {
    u64 word = number_masked(words, number, first, last);
    const bool is_name = word != ANY_NUMBER && number > first && words.shape[number] & FIRST_UPPER;
    if (is_name) word = ANY_NAME;
    const bool goes_on = is_name && before == ANY_NAME;
    names += is_name && !goes_on;
    others += word != ANY_NUMBER && !is_name;
    if (!goes_on) key = next_key(key, word);
    before = word;
  }
  if (!names || others < OTHERS_PER_NAME * names) return false;
  *named = static_cast<i64>(spread(key));
  return true;
}

bool any_digit(const Words& words, i64 row) {
  for (i64 number = words.first(row); number < words.last(row); ++number)
    if (has_digit(words, number)) return true;
  return false;
}

}  // namespace

// Write the words of all segments; return their number.
i64 find_words(Call& call) {
  const Batch batch(call);
  const NewWords words(call);
  Segmenter segmenter(batch.data, words);
  for (i64 segment = 0; segment < batch.segments() && !call.stopped(); ++segment) {
    words.segment_word[segment] = segmenter.number();
    const i64 start = batch.segment_start[segment], end = batch.segment_end[segment];
    const View<i32> counts = words.counts.part(segment * CLASSES, (segment + 1) * CLASSES);
    if (counts.size) segmenter.read_segment(start, end, counts.data);
    words.edges[2 * segment] = first_class(batch.data, start, end);
    words.edges[2 * segment + 1] = last_class(batch.data, start, end);
  }
  words.segment_word[batch.segments()] = segmenter.number();
  return segmenter.number();
}

// Flag the pages with a character that NFC may change; return their number.
i64 flag_composing_pages(Call& call) {
  const Batch batch(call);
  const View<bool> flags(call);
  i64 flagged = 0;
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) {
    const i64 first = batch.page_line[page], last = batch.page_line[page + 1];
    flags[page] = first < last && may_compose(batch.data, batch.line_start[first], batch.line_end[last - 1]);
    flagged += flags[page];
  }
  return flagged;
}

// Write three keys of each segment: of its words, with numbers and dates masked, and with names masked too.
i64 line_keys(Call& call) {
  const Words words(call);
  const View<i64> exact(call), masked(call), named(call);
  constexpr i64 NO_WORDS = 0;
  for (i64 row = 0; row < words.segments() && !call.stopped(); ++row) {
    exact[row] = words.number(row) ? static_cast<i64>(spread(line_key(words, row))) : NO_WORDS;
    masked[row] = any_digit(words, row) ? static_cast<i64>(spread(masked_line_key(words, row))) : exact[row];
    if (!named_line_key(words, row, &named[row])) named[row] = masked[row];
  }
  return 0;
}

}  // namespace detector
