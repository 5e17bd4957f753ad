// The HTML scanner: one pass over what the parser serialised. What each tag does to lines and
// to markup stands here; `lines.h` writes lines, `markup.h` reads tags.
#include "../offsets.h"
#include "../text/characters.h"
#include "lines.h"
#include "markup.h"

namespace detector {

namespace {

// How <noscript> of a page is read; see text/html.py.
enum Noscript : u8 { NOT_THERE, PROBED, MARKUP, SPARSE };

// Count the words of some text, up to so many.
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

struct OpenElement {
  i64 element;
  u32 name;
  u16 flags;
};

class Scanner {
 public:
  explicit Scanner(Call& call)
      : html(call), lines(call), markup(call), call_(call), stack_(nullptr, 0, &call) {}

  View<const u8> html;
  LineWriter lines;
  MarkupWriter markup;

  // Take memory for the open elements of a page with so many tags.
  void take_scratch(i64 tags) { stack_ = scratch<OpenElement>(call_, tags); }

  // `noscript_is_markup`: whether what stands in <noscript> is read as part of the page.
  void scan_page(i64 at, i64 end, bool noscript_is_markup) {
    start_page(end, noscript_is_markup);
    while (at < end_ && !call_.stopped()) at = scan_next(at);
    lines.close_line();
  }

  // Tell whether a page has so many words, <noscript> aside; it is read no farther than it must be.
  // What was scanned before is lost.
  bool has_words(i64 at, i64 end, i64 wanted) {
    constexpr i64 FIRST_LOOK = 512;
    lines.forget();
    markup.forget();
    start_page(end, false);
    bool enough = false;
    for (i64 look = FIRST_LOOK; !enough && at < end && !call_.stopped(); look *= 2) {
      while (at < end && lines.written < look && !call_.stopped()) at = scan_next(at);
      enough = count_words(lines.data, lines.written, wanted) >= wanted;
    }
    lines.forget();
    markup.forget();
    return enough;
  }

 private:
  void start_page(i64 end, bool noscript_is_markup) {
    end_ = end;
    noscript_is_markup_ = noscript_is_markup;
    depth_ = preformatted_ = 0;
    lines.start_page();
  }

  // Scan the text or the tag at `at`; return where reading goes on.
  INLINE i64 scan_next(i64 at) {
    if (html[at] != '<')
      return preformatted_ ? lines.write_preformatted(html, at, end_, false)
                           : lines.write_text(html, at, end_);
    at += 1;
    if (at < end_ && html[at] == '/') return end_tag(at + 1);
    if (at < end_ && (html[at] == '!' || html[at] == '?')) return after_declaration(at);
    return start_tag(at);
  }

  u16 flags_of(u8 number) const {
    if (number == tag::noscript && !noscript_is_markup_) return flag::SKIP | flag::RAW;
    return tag_flags[number];
  }

  // Where the tag that `at` stands in ends; there are no attributes left.
  i64 after_tag(i64 at) const {
    while (at < end_ && html[at] != '>') at += 1;
    return at + 1;
  }

  // Where the comment, doctype or processing instruction after `<` ends.
  i64 after_declaration(i64 at) const {
    if (at + 2 < end_ && html[at] == '!' && html[at + 1] == '-' && html[at + 2] == '-') {
      at += 3;
      while (at < end_ && !(html[at] == '>' && html[at - 1] == '-' && html[at - 2] == '-')) at += 1;
      return at + 1;
    }
    return after_tag(at);
  }

  // Where the raw text of the element called `name` ends.
  i64 raw_end(i64 at, u32 name) const {
    const View<const u8> page = html.part(0, end_);
    for (; at < page.size; ++at)
      if (page.data[at] == '<' && at + 1 < end_ && html[at + 1] == '/' &&
          read_name(html, at + 2, end_).hash == name)
        return at;
    return end_;
  }

  // Pass an element of raw text, its attributes first; keep structured data as a hint.
  i64 skip_raw(i64 at, u32 name) {
    bool is_data = false;
    const i64 start = each_attribute(html, at, end_, [&](const Attribute& found) {
      if (found.name == hash_of("type") &&
          value_hash(html, found.start, found.end) == hash_of("application/ld+json"))
        is_data = true;
    });
    const i64 stop = raw_end(start, name);
    if (is_data) markup.write_hint(html, start, stop, DATA_HINT);
    return after_tag(stop);
  }

  // Pass the text of the page's title, kept as a hint; its end tag is still to come.
  i64 skip_title(i64 at) {
    const i64 start = skip_attributes(html, at, end_);
    i64 stop = start;
    while (stop < end_ && html[stop] != '<') stop += 1;
    if (stop > start) markup.write_hint(html, start, stop, TITLE_HINT);
    return stop;
  }

  // Pass an element that gives no lines, from its attributes to after its end tag.
  i64 skip_content(i64 at, u16 outer) {
    const bool in_head = outer & (flag::HEAD | flag::TITLE);
    at = outer & flag::TITLE ? skip_title(at) : skip_attributes(html, at, end_);
    for (i64 depth = 1; at < end_ && depth && !call_.stopped();) {
      if (html[at] != '<') {
        at += 1;
        continue;
      }
      at += 1;
      if (at < end_ && (html[at] == '!' || html[at] == '?')) {
        at = after_declaration(at);
        continue;
      }
      const bool closing = at < end_ && html[at] == '/';
      const Name name = read_name(html, at + closing, end_);
      const u16 flags = flags_of(tag_number(name.hash));
      if (closing) {
        depth -= !(flags & flag::VOID);
        at = after_tag(name.end);
      } else if (flags & flag::RAW) {
        at = skip_raw(name.end, name.hash);
      } else if (flags & flag::META) {
        at = markup.read_meta(html, name.end, end_);
      } else if (flags & flag::TITLE && in_head) {
        at = skip_title(name.end);
        depth += 1;
      } else {
        at = skip_attributes(html, name.end, end_);
        depth += !(flags & flag::VOID);
      }
    }
    return at;
  }

  // Do what the start of an element does to the open line.
  void open_boundary(u16 flags) {
    if (flags & flag::ROW) {
      lines.close_line();
      lines.cell = Cell::NONE;
    } else if (flags & flag::BLOCK) {
      lines.boundary();
    } else if (flags & flag::CELL) {
      lines.open_cell();
    } else if (flags & flag::LINK && lines.after_link) {
      lines.close_line();
    }
  }

  // Read the start tag whose name begins at `at`; return where reading goes on.
  i64 start_tag(i64 at) {
    const Name name = read_name(html, at, end_);
    const u8 number = tag_number(name.hash);
    const u16 flags = flags_of(number);
    if (flags & flag::META) return markup.read_meta(html, name.end, end_);
    if (flags & flag::VOID) {
      if (flags & flag::BREAK) lines.boundary();
      return skip_attributes(html, name.end, end_);
    }
    if (flags & flag::SKIP)
      return flags & flag::RAW ? skip_raw(name.end, name.hash) : skip_content(name.end, flags);
    open_boundary(flags);
    const i64 element = markup.elements;
    at = markup.open_element(html, name.end, end_, number, lines.innermost);
    stack_[depth_] = {element, name.hash, flags};
    depth_ += 1;
    lines.innermost = element;
    if (flags & flag::LINK) lines.open_link();
    if (flags & flag::PRE) preformatted_ += 1;
    if (flags & flag::RAW) at = lines.write_preformatted(html, at, raw_end(at, name.hash), true);
    return at;
  }

  // Read the end tag whose name begins at `at`; one that closes nothing is passed.
  i64 end_tag(i64 at) {
    const Name name = read_name(html, at, end_);
    if (depth_ > 0 && stack_[depth_ - 1].name == name.hash) {
      close_element(stack_[depth_ - 1]);
      depth_ -= 1;
      lines.innermost = depth_ ? stack_[depth_ - 1].element : -1;
    }
    return after_tag(name.end);
  }

  void close_element(const OpenElement& open) {
    if (open.flags & flag::LINK) lines.close_link();
    if (open.flags & flag::PRE) preformatted_ -= 1;
    if (open.flags & flag::ROW) {
      lines.close_line();
      const i64 parent = markup.parent(open.element);
      lines.cell = parent >= 0 && markup.is_inside(parent, inside::cell) ? Cell::LINES : Cell::NONE;
    } else if (open.flags & flag::CELL) {
      if (lines.cell == Cell::LINES) lines.close_line();
      lines.cell = Cell::NONE;
      lines.soft = false;
    } else if (open.flags & flag::BLOCK) {
      lines.boundary();
    }
  }

  Call& call_;
  View<OpenElement> stack_;
  i64 end_ = 0, depth_ = 0;
  i64 preformatted_ = 0;  // open elements that keep white space
  bool noscript_is_markup_ = false;
};

}  // namespace

// Scan all pages of a batch.
//
// `noscript` (P,): how <noscript> of each page is read. A page that is PROBED and has fewer than
// `most_words` words becomes SPARSE; if there is such a page, nothing is scanned, and their number is
// returned. `ends` (P + 1, 3) receives how many lines, elements and hints there are before each page,
// `sizes` (3,) the bytes of text, the tokens and the bytes of hints that were written. `tags` is the
// number of tags, or more.
i64 scan_html(Call& call) {
  Scanner scanner(call);
  const View<const i64> page_start(call);
  const View<u8> noscript(call);
  const Table<i64> ends(call);
  const View<i64> sizes(call);
  const i64 tags = call.integer(), most_words = call.integer();
  require_rising(page_start, scanner.html.size);
  if (tags < 0 || tags > scanner.html.size + 1) call.fail(OUT_OF_RANGE, tags);
  if (call.stopped()) return 0;
  scanner.take_scratch(tags);
  if (call.stopped()) return 0;
  const i64 pages = page_start.size - 1;
  i64 sparse = 0;
  for (i64 page = 0; page < pages && !call.stopped(); ++page) {
    if (noscript[page] != PROBED || scanner.has_words(page_start[page], page_start[page + 1], most_words))
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
