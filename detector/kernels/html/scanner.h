// The HTML scanner: one pass over the output of the parser. This file has the effect of each tag on lines.
#pragma once

#include "code.h"
#include "formulas.h"
#include "lines.h"
#include "marks.h"
#include "open_element.h"
#include "passing.h"
#include "tables.h"

namespace detector {

class Scanner {
 public:
  explicit Scanner(Call& call)
      : source(call), lines(call), markup(call), tables_(call), call_(call), stack_(nullptr, 0, &call) {}

  Source source;
  LineWriter lines;
  MarkupWriter markup;

  // Take memory for the open elements and the tables of a page with this many tags.
  void take_scratch(i64 tags) {
    stack_ = scratch<OpenElement>(call_, tags);
    tables_.take_scratch(call_, tags);
  }

  // `noscript_is_markup`: whether the contents of <noscript> are read as part of the page.
  void scan_page(i64 at, i64 end, bool noscript_is_markup) {
    start_page(end, noscript_is_markup);
    while (at < end && !call_.stopped()) at = scan_next(at);
    lines.close_line();
  }

  // Start again, with nothing written.
  void forget() {
    lines.forget();
    markup.forget();
  }

  // Begin a page from which nothing is kept; then call `scan_next` until enough is known.
  void start_page(i64 end, bool noscript_is_markup) {
    source.end = end;
    source.noscript_is_markup = noscript_is_markup;
    depth_ = preformatted_ = code_ = formula_ = 0;
    is_data_table_ = is_code_row_ = after_brackets_ = false;
    touching_ = {};
    tables_.start_page();
    formulas_.start_page();
    lines.start_page();
  }

  // Scan the text or the tag at `at`; return where to continue.
  INLINE i64 scan_next(i64 at) {
    if (source.html[at] != '<')
      return preformatted_ ? lines.write_preformatted(source.html, at, source.end, false)
                           : lines.write_text(source.html, at, source.end);
    if (at + 1 < source.end && source.html[at + 1] == '/') return end_tag(at + 2);
    if (source.is_declaration(at + 1)) return source.after_declaration(at + 1);
    return start_tag(at);
  }

 private:
  // Read the start tag at `at`; return where to continue.
  i64 start_tag(i64 at) {
    const Tag tag = source.tag_at(at);
    const u16 flags = source.flags_of(tag.number);
    if (flags & flag::META) return markup.read_meta(source.html, tag.name_end, source.end);
    if (flags & flag::VOID) {
      if (flags & flag::BREAK) preformatted_ ? lines.end_preformatted_line() : lines.boundary();
      return source.after_attributes(tag.name_end);
    }
    if (!(flags & flag::SKIP)) return open_element(tag, flags);
    if (!(flags & flag::RAW)) return pass_content(source, markup, tag.name_end, flags);
    const Passed passed = pass_raw(source, markup, tag.name_end, tag.name);
    // The source of a formula that the page shows in no other form.
    if (passed.is_formula && !preformatted_ && !formulas_.is_shown(source, at))
      lines.write_raw(source.html, passed.start, passed.stop);
    return source.after_tag(passed.stop);
  }

  // Open an element, unless it is skipped as a whole.
  i64 open_element(const Tag& tag, u16 flags) {
    Look look;
    const i64 element = markup.elements;
    const i64 at =
        markup.open_element(source.html, tag.name_end, source.end, tag.number, lines.innermost, look);
    if (const i64 end = end_of_passed(tag, look, at); end >= 0) {
      markup.forget_element();
      return end;
    }
    flags |= flags_of_look(tag, look, at, flags);
    if (look.says & says::INLINE_TEXT && flags & flag::BLOCK && !(flags & (flag::ROW | flag::PRE)))
      flags &= static_cast<u16>(~flag::BLOCK);
    open_boundary(tag, flags, look, at);
    stack_[depth_] = {element,  lines.written, look.class_start, look.class_end,
                      tag.name, flags,         tag.number,       0};
    depth_ += 1;
    lines.innermost = element;
    if (flags & flag::LINK) lines.open_link();
    if (flags & flag::CODE) code_ += 1;
    if (flags & flag::PRE) {
      if (!preformatted_) lines.open_preformatted();
      preformatted_ += 1;
      gutters_.start_code();
    }
    if (!(flags & flag::RAW)) return at;
    return lines.write_preformatted(source.html, at, source.raw_end(at, tag.name), true);
  }

  // If an element is skipped as a whole, with its content at `at`, return where it ends, else -1.
  i64 end_of_passed(const Tag& tag, const Look& look, i64 at) {
    if (look.says & (says::FORMULA_COPY | says::ARIA_HIDDEN))
      if (const i64 end = formulas_.end_of_copy(source, at, look.says); end >= 0) return end;
    if (!code_ && !(look.says & MAY_BE_GUTTER) && tag.number != tag::pre) return -1;
    const i64 end = gutters_.end_of(source, at, tag, look.says, code_ > 0, !lines.has_text());
    if (end >= 0 && tag_flags[tag.number] & flag::CELL) is_code_row_ = true;
    return end;
  }

  // The flags that the look and the content of an element add to those of its tag.
  u16 flags_of_look(const Tag& tag, const Look& look, i64 at, u16 flags) {
    u16 more = 0;
    if (look.says & says::BLOCK && !(flags & (flag::CELL | flag::ROW))) more |= flag::BLOCK;
    if (tag.number == 0 && !(look.says & says::FORMULA) && !formulas_.holds(at) && is_custom(source, tag)) {
      more |= flag::CUSTOM;
      if (look.says & says::SLOTTED || holds_blocks(source, at)) more |= flag::BLOCK;
    }
    const bool is_raised = depth_ && stack_[depth_ - 1].number == tag::sup;
    if (flags & flag::LINK && is_mark(source, at, look.says & says::IN_PAGE, is_raised)) more |= flag::MARK;
    if (tag_inside[tag.number] & inside::pre || is_code(tag.number)) more |= flag::CODE;
    if (tag.number == tag::textarea && is_sample(source, at, look.says)) {
      markup.change_inside(inside::pre, inside::form);
      more |= flag::CODE;
    }
    if (flags & flag::CELL && is_code_row_) {
      markup.change_inside(inside::pre, 0);
      more |= flag::PRE | flag::CODE;
    }
    return more;
  }

  // The effect of an element's start on the open line.
  void open_boundary(const Tag& tag, u16& flags, const Look& look, i64 at) {
    if (flags & flag::ROW) {
      open_row(tag, look, at);
    } else if (flags & flag::BLOCK) {
      lines.boundary();
    } else if (flags & flag::CELL) {
      if (is_data_table_ && !(flags & flag::PRE))
        lines.open_joined_cell(columns_.open_cell(look.columns, look.rows));
      else
        lines.open_cell();
    } else if (flags & flag::LINK && lines.after_link && !(flags & flag::MARK)) {
      lines.part_links();
    } else {
      open_inline(tag, flags, look, at);
    }
    if (look.says & says::FORMULA) formulas_.open(source, at, lines.written);
  }

  void open_row(const Tag& tag, const Look& look, i64 at) {
    lines.close_line();
    lines.cell = Cell::NONE;
    is_code_row_ = false;
    if (tag.number != tag::table) return columns_.start_row();
    is_data_table_ = tables_.is_data(source, at) && !(look.says & says::PRESENTATION);
    columns_.start_table();
  }

  // The effect of an inline element's start on the open line.
  void open_inline(const Tag& tag, u16& flags, const Look& look, i64 at) {
    formula_ += tag.number == tag::math;
    if (formula_) return open_in_formula(tag, flags, at);
    if (flags & flag::MARK) return lines.border(Border::MARK, lines.written);
    if (tag.number == tag::rt && !after_brackets_) return draw_bracket(flags, at);
    if (code_) return;
    if (tag.number == tag::sup && is_note(source, at)) return lines.border(Border::NOTE, lines.written);
    if (touching_.depth != depth_ || touching_.written != lines.written) return;
    const OpenElement own{0, 0, look.class_start, look.class_end, tag.name, flags, tag.number, 0};
    const OpenElement& before = touching_.element;
    lines.border(border_between(neighbour(source, before), neighbour(source, own)), before.written);
  }

  void draw_bracket(u16& flags, i64 at) {
    lines.draw(source.html, at, '(');
    flags |= flag::BRACKETS;
  }

  // Write a formula on one line, with signs for powers, indices and fractions.
  void open_in_formula(const Tag& tag, u16& flags, i64 at) {
    lines.in_formula = tag.name != hash_of("mtext");
    if (tag.name == hash_of("mtd") || tag.name == hash_of("mtr")) return lines.space();
    if (!depth_) return;
    OpenElement& parent = stack_[depth_ - 1];
    parent.children += parent.children < 3;
    const u8 sign = sign_before(parent.name, parent.children);
    if (sign && sign != '(') lines.draw(source.html, at, sign);
    if (sign && is_compound(source, at)) draw_bracket(flags, at);
  }

  // Read the end tag whose name begins at `at`; one that closes nothing is skipped.
  i64 end_tag(i64 at) {
    const Name name = read_name(source.html, at, source.end);
    const i64 after = source.after_tag(name.end);
    if (depth_ > 0 && stack_[depth_ - 1].name == name.hash) {
      depth_ -= 1;
      close_element(stack_[depth_], at);
      lines.innermost = depth_ ? stack_[depth_ - 1].element : -1;
      formulas_.close(source, at - 2, after, lines.written, name.hash == hash_of("math"));
    }
    return after;
  }

  void close_element(const OpenElement& open, i64 at) {
    if (open.flags & flag::BRACKETS) lines.draw(source.html, at, ')');
    if (open.flags & flag::LINK) lines.close_link();
    if (open.flags & flag::CODE) code_ -= 1;
    if (open.flags & flag::PRE) {
      preformatted_ -= 1;
      if (!preformatted_ && !(open.flags & flag::CELL)) {
        lines.boundary();
        lines.close_preformatted();
      }
    }
    if (open.flags & flag::ROW) {
      close_row(open);
    } else if (open.flags & flag::BLOCK) {
      // A line of code without text is a blank line.
      const bool is_blank = preformatted_ && open.written == lines.written;
      is_blank ? lines.end_preformatted_line() : lines.boundary();
    } else if (open.flags & flag::CELL) {
      close_cell();
    } else {
      close_inline(open);
    }
  }

  void close_row(const OpenElement& open) {
    lines.close_line();
    columns_.end_row();
    const i64 parent = markup.parent(open.element);
    lines.cell = parent >= 0 && markup.is_inside(parent, inside::cell) ? Cell::LINES : Cell::NONE;
    if (open.number == tag::table) is_data_table_ = false;
  }

  void close_cell() {
    if (lines.cell == Cell::LINES) lines.close_line();
    lines.close_cell();
  }

  // Remember the element, in case another begins right here.
  void close_inline(const OpenElement& open) {
    after_brackets_ = open.number == tag::rp;
    if (formula_) {
      lines.in_formula = true;
      formula_ -= open.number == tag::math;
      if (!formula_) lines.in_formula = false;
      return;
    }
    if (open.flags & flag::MARK) {
      lines.after_link = false;
      return lines.border(Border::AFTER_MARK, open.written);
    }
    if (!lines.has_text_since(open.written)) return lines.forget_border(open.written);
    touching_.element = open;
    touching_.depth = depth_;
    touching_.written = lines.written;
  }

  static constexpr u32 MAY_BE_GUTTER =
      says::LINE_NUMBER | says::GUTTER | says::UNSELECTABLE | says::ARIA_HIDDEN;

  Tables tables_;
  Columns columns_;
  Gutters gutters_;
  Formulas formulas_;
  Call& call_;
  View<OpenElement> stack_;
  i64 depth_ = 0;
  i64 preformatted_ = 0;  // open elements that keep white space
  i64 code_ = 0;          // open elements that hold code
  i64 formula_ = 0;       // open <math> elements
  bool is_data_table_ = false;
  bool is_code_row_ = false;     // the row already had its line number
  bool after_brackets_ = false;  // the page has the brackets of a ruby annotation
  Closed touching_;
};

}  // namespace detector
