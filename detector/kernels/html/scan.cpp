// From serialised pages to lines and markup; scanner.h reads them, tag by tag.
#include "../offsets.h"
#include "../text/characters.h"
#include "scanner.h"

namespace detector {

namespace {

// How to read the <noscript> elements of a page; see text/html.py.
enum Noscript : u8 { NOT_THERE, PROBED, MARKUP, SPARSE };

// Count the words of a text, up to a limit.
i64 count_words(const View<u8>& text, i64 size, i64 most_words) {
  const View<const u8> data(text.data, text.size, text.call);
  i64 words = 0;
  bool inside = false;
  for (i64 at = 0; at < size && words < most_words;) {
    const Character here = read(data, at);
    words += here.kind == SINGLE || (in_word(here.kind) && !inside);
    inside = in_word(here.kind);
    at += here.length;
  }
  return words;
}

// Tell whether a page has this many words, not counting <noscript>. It is read only as far as necessary.
// Earlier output is lost.
bool has_words(Scanner& scanner, i64 at, i64 end, i64 wanted) {
  constexpr i64 FIRST_LOOK = 512;
  const Call& call = *scanner.lines.data.call;
  scanner.forget();
  scanner.start_page(end, false);
  bool enough = false;
  for (i64 look = FIRST_LOOK; !enough && at < end && !call.stopped(); look *= 2) {
    while (at < end && scanner.lines.written < look && !call.stopped()) at = scanner.scan_next(at);
    enough = count_words(scanner.lines.data, scanner.lines.written, wanted) >= wanted;
  }
  scanner.forget();
  return enough;
}

}  // namespace

// Scan all pages of a batch. `noscript` (P,): how to read the <noscript> elements of each page. A page that
// is PROBED and has fewer than `most_words` words becomes SPARSE; if there is such a page, nothing is
// scanned, and the number of such pages is returned. `ends` (P + 1, 3) receives the number of lines, elements
// and hints before each page, `sizes` (3,) the bytes of text, the tokens and the bytes of hints written.
// `tags` is at least the number of tags.
i64 scan_html(Call& call) {
  Scanner scanner(call);
  const View<const i64> page_start(call);
  const View<u8> noscript(call);
  const Table<i64> ends(call);
  const View<i64> sizes(call);
  const i64 tags = call.integer(), most_words = call.integer();
  require_rising(page_start, scanner.source.html.size);
  if (tags < 0 || tags > scanner.source.html.size + 1) call.fail(OUT_OF_RANGE, tags);
  if (call.stopped()) return 0;
  scanner.take_scratch(tags);
  if (call.stopped()) return 0;
  const i64 pages = page_start.size - 1;
  i64 sparse = 0;
  for (i64 page = 0; page < pages && !call.stopped(); ++page) {
    if (noscript[page] != PROBED || has_words(scanner, page_start[page], page_start[page + 1], most_words))
      continue;
    noscript[page] = SPARSE;
    sparse += 1;
  }
  if (sparse) return sparse;
  const auto note = [&](i64 page) {
    const View<i64> row = ends[page];
    row[0] = scanner.lines.lines;
    row[1] = scanner.markup.elements;
    row[2] = scanner.markup.hints;
  };
  for (i64 page = 0; page < pages && !call.stopped(); ++page) {
    note(page);
    scanner.scan_page(page_start[page], page_start[page + 1], noscript[page] == MARKUP);
  }
  note(pages);
  sizes[0] = scanner.lines.written;
  sizes[1] = scanner.markup.tokens;
  sizes[2] = scanner.markup.hint_bytes;
  return 0;
}

}  // namespace detector
