// From plain text to lines, and from lines to segments.
#include "../offsets.h"
#include "characters.h"

namespace detector {

namespace {

// Lines with more characters are scored sentence by sentence.
constexpr i64 LONG_LINE = 1000;
constexpr u8 LF = 10, CR = 13;

bool is_blank(View<const u8> data, i64 at, i64 end) {
  while (at < end) {
    const Character here = read(data, at);
    if (here.kind != SPACE) return false;
    at += here.length;
  }
  return true;
}

bool is_long(View<const u8> data, i64 start, i64 end) {
  if (end - start <= LONG_LINE) return false;
  i64 characters = 0;
  for (const View<const u8> line = data.part(start, end); const u8 byte : line)
    characters += (byte & 0xC0) != 0x80;
  return characters > LONG_LINE;
}

// Where the sentence that begins at `at` ends, including trailing space. It ends after an end mark (and
// closing marks) followed by white space, or after a non-ASCII end mark, which scripts without spaces use.
i64 sentence_end(View<const u8> data, i64 at, i64 end) {
  bool ended = false, spaced = false;
  while (at < end) {
    const Character here = read(data, at);
    if (spaced && here.kind != SPACE) return at;
    if (here.kind == SPACE) {
      spaced = ended;
    } else if (here.kind == END) {
      ended = true;
    } else if (here.kind != PUNCTUATION) {
      if (ended && data[at - 1] >= 0x80) return at;
      ended = false;
    }
    at += here.length;
  }
  return end;
}

}  // namespace

// Count the bytes that equal either of two values.
i64 count_bytes(Call& call) {
  const View<const u8> data(call);
  const u8 one = static_cast<u8>(call.integer()), other = static_cast<u8>(call.integer());
  // Compilers vectorise whole blocks, because their size is known.
  constexpr i64 BLOCK = 1024;
  i64 number = 0, at = 0;
  for (; at + BLOCK <= data.size && !call.stopped(); at += BLOCK) {
    const u8* const block = data.data + at;
    u32 found = 0;
    for (i64 byte = 0; byte < BLOCK; ++byte) found += (block[byte] == one) | (block[byte] == other);
    number += found;
  }
  for (const u8 byte : data.clipped(at, data.size)) number += (byte == one) | (byte == other);
  return number;
}

// Write the spans of all lines; return their number. The end of a page ends its last line.
i64 split_lines(Call& call) {
  const View<const u8> data(call);
  const View<const i64> page_start(call);
  const View<i64> line_start(call), line_end(call), page_line(call);
  require_rising(page_start, data.size);
  i64 number = 0;
  const i64 pages = page_start.size - 1;
  for (i64 page = 0; page < pages && !call.stopped(); ++page) {
    page_line[page] = number;
    i64 start = page_start[page];
    const i64 end = page_start[page + 1];
    for (i64 at = start; at < end;) {
      const u8 byte = data[at];
      if (byte != LF && byte != CR) {
        at += 1;
        continue;
      }
      line_start[number] = start;
      line_end[number] = at;
      number += 1;
      at += byte == CR && at + 1 < end && data[at + 1] == LF ? 2 : 1;
      start = at;
    }
    if (start < end) {
      line_start[number] = start;
      line_end[number] = end;
      number += 1;
    }
  }
  page_line[pages] = number;
  return number;
}

// Write the segments of all lines; return their number, or the number needed if there is too little room.
i64 segment_lines(Call& call) {
  const View<const u8> data(call);
  const View<const i64> line_start(call), line_end(call);
  const View<i64> start(call), end(call), line_segment(call);
  require_spans(line_start, line_end, data.size);
  i64 number = 0;
  const auto write = [&](i64 from, i64 to) {
    if (number < start.size) {
      start[number] = from;
      end[number] = to;
    }
    number += 1;
  };
  for (i64 line = 0; line < line_start.size && !call.stopped(); ++line) {
    line_segment[line] = number;
    i64 at = line_start[line];
    const i64 stop = line_end[line];
    if (is_blank(data, at, stop)) continue;
    if (!is_long(data, at, stop)) {
      write(at, stop);
      continue;
    }
    while (at < stop && !call.stopped()) {
      i64 until = sentence_end(data, at, stop);
      // White space alone is not a sentence.
      if (is_blank(data, until, stop)) until = stop;
      write(at, until);
      at = until;
    }
  }
  line_segment[line_start.size] = number;
  return number;
}

}  // namespace detector
