// Which lines are copies, of which line, and of what kind. Found by structure alone, whatever their scores.
#include "copies/running_heads.h"
#include "copies/title.h"

namespace detector {

namespace {

class CopyFinder {
 public:
  CopyFinder(Call& call, const Batch& batch, const Words& words, const Markup& markup, const Titles& titles,
             const Repeats& repeats, const NewCopies& out)
      : batch_(batch),
        words_(words),
        repeats_(repeats),
        out_(out),
        forms_(batch, words, markup),
        titles_(call, batch, words, titles, repeats, forms_),
        heads_(call, batch, words) {}

  void read_page(i64 page) {
    const i64 first = batch_.first_of(page), last = batch_.first_of(page + 1);
    title_ = titles_.find(page);
    varied_ = -1;
    for (i64 row = first; row < last; ++row) {
      out_.of[row] = -1;
      out_.kind[row] = copy::NONE;
      out_.cut_words[row] = 0;
    }
    for (i64 row = first; row < last;) {
      const i64 end = least(row + most<i64>(repeats_.block[row], 1), last);
      read_run(row, end);
      row = end;
    }
    if (!forms_.is_html())
      heads_.each(first, last, [&](i64 row, i64 of) { write(row, copy::RUNNING_HEAD, of); });
    if (title_ < 0) return;
    i64 unlike = 0, begin = 0, varied = 0, noted = -1;
    notes_count_ = true;
    for (i64 row = first; row < last; ++row) {
      if (has_note(row)) {
        notes_count_ = notes_count_ && (noted < 0 || line_key(words_, row) == line_key(words_, noted));
        noted = row;
      }
      if (titles_.varied().differ_in_one(title_, row)) {
        varied += 1;
        varied_ = row;
      }
      unlike += is_near_title(row) && line_key(words_, row) != line_key(words_, title_);
      begin += in_common(row) == words_.number(title_);
    }
    is_glued_on_ = begin >= GLUED_ON && has(title_, LEAST_NEAR, LEAST_NEAR_SINGLES);
    if (varied != 1 || !titles_.varied().is_set_apart(title_, varied_)) varied_ = -1;
    near_counts_ = unlike <= MOST_NEAR && has(title_, LEAST_NEAR, LEAST_NEAR_SINGLES);
    for (i64 row = first; row < last; ++row)
      if (row != title_) compare_with_title(row);
    out_.of[title_] = -1;
    out_.kind[title_] = copy::NONE;
  }

 private:
  // A line with at least this many words is not a label, an answer or a line of verse, so it is not repeated
  // by accident.
  static constexpr i64 PARAGRAPH = 15, PARAGRAPH_SINGLES = 50;
  // A shorter title with a different word means something else, and so does one of several that differ.
  static constexpr i64 LEAST_NEAR = 6, LEAST_NEAR_SINGLES = 15, MOST_NEAR = 2;
  // So many lines that begin with the title, itself included, tell one that is glued onto paragraphs from
  // a sentence that is shown again in large letters. A shorter title could be a label, too.
  static constexpr i64 GLUED_ON = 3;
  // The most words that a site may add to its pages' titles, and the least words of a sentence after a title.
  static constexpr i64 MOST_ADDED = 6, LEAST_REST = 5;
  static constexpr u32 SEPARATORS[] = {'-',  0x2013, 0x2014, '|', ':',  0xB7,   0x2022, '>',
                                       0xBB, '/',    '~',    '<', 0xAB, 0x203A, 0xFF1A};

  bool is_copy(i64 row) const { return repeats_.original[row] >= 0 && repeats_.original[row] != row; }

  // Tell whether a row has this many words (`singles` of a script without spaces).
  bool has(i64 row, i64 words, i64 singles) const {
    const i64 single = words_.count(row, SINGLE);
    return (words_.number(row) - single) * singles + single * words >= words * singles;
  }

  bool is_paragraph(i64 row) const { return has(row, PARAGRAPH, PARAGRAPH_SINGLES); }

  bool is_near_title(i64 row) const {
    const i64 group = repeats_.original[title_];
    return group >= 0 && repeats_.original[row] == group;
  }

  Form form(i64 row) const { return forms_.of(row, titles_.line_of(row)); }

  bool is_row_of(Form form) const { return form == CODE || form == CELL; }

  void write(i64 row, copy::Kind kind, i64 of) const {
    out_.of[row] = of;
    out_.kind[row] = kind;
  }

  // Set the kind of copies whose originals are consecutive rows.
  void read_run(i64 row, i64 end) const {
    bool printed_twice = false;
    for (i64 at = row; at < end; ++at) {
      const bool same = is_copy(at) && repeats_.similarity[at] >= 1.0f;
      printed_twice |= same && is_paragraph(at) && form(at) <= ITEM;
    }
    for (i64 at = row; at < end; ++at)
      if (is_copy(at)) write(at, kind_in_run(at, end - row, printed_twice), repeats_.original[at]);
  }

  copy::Kind kind_in_run(i64 row, i64 lines, bool printed_twice) const {
    const i64 original = repeats_.original[row];
    const Form mine = form(row), theirs = form(original);
    if (is_row_of(mine) || is_row_of(theirs)) return copy::PARALLEL;
    if (mine == QUOTE || theirs == QUOTE) return copy::QUOTATION;
    if (repeats_.similarity[row] < 1.0f) return copy::PARALLEL;
    if (printed_twice) return copy::BLOCK;
    if (theirs == HEADING && row < original && (mine == ITEM || is_link(row))) return copy::CONTENTS;
    return lines > 1 ? copy::REFRAIN : copy::REPEAT;
  }

  bool is_link(i64 row) const { return forms_.inside_of(titles_.line_of(row)) & inside::link; }

  // The number of words that a row and the title have in common at their beginning.
  i64 in_common(i64 row) const {
    const WordSpan mine = span_of(words_, row), theirs = span_of(words_, title_);
    i64 same = 0;
    while (same < least(mine.size(), theirs.size()) &&
           words_.key[mine.first + same] == words_.key[theirs.first + same])
      same += 1;
    return same;
  }

  void compare_with_title(i64 row) const {
    const Form mine = form(row);
    if (is_row_of(mine) && !forms_.is_one_cell(row, titles_.line_of(row))) return;
    const i64 size = words_.number(row), whole = words_.number(title_), same = in_common(row);
    if (size && same == size && same == whole) return write(row, copy::HEADLINE, title_);
    if (is_row_of(mine)) return;
    if (is_near_title(row) && near_counts_ && mine != HEADING) return write(row, copy::HEADLINE, title_);
    if (row == varied_) return write(row, copy::HEADLINE, title_);
    if (titles_.altered().is_cut_off(row, title_, same)) return write(row, copy::HEADLINE, title_);
    if (same == whole && size - whole <= MOST_ADDED && mine != HEADING && is_added_to(row, whole))
      return write(row, copy::HEADLINE, title_);
    if (mine != HEADING && is_led_to(row)) return write(row, copy::HEADLINE, title_);
    if (mine != PROSE) return;
    if (same != whole || !titles_.says_enough(title_) || !is_written_like_title(row)) return;
    const bool is_glued = is_glued_on_ && row > title_ && is_paragraph(row);
    if ((!titles_.leads_to(title_, row) && !is_glued) || !begins_sentence(row, whole, is_glued)) return;
    write(row, copy::PREFIX, title_);
    out_.cut_words[row] = static_cast<i32>(whole);
  }

  // Tell whether the words that a row and the title begin with have the same capitals, or one of them is all
  // capitals. Otherwise an author has written the title's words as a sentence.
  bool is_written_like_title(i64 row) const {
    const i64 mine = words_.first(row), theirs = words_.first(title_);
    bool same = true, my_lower = false, their_lower = false;
    for (i64 word = 0; word < words_.number(title_); ++word) {
      const u8 one = words_.shape[mine + word], two = words_.shape[theirs + word];
      same = same && ((one ^ two) & (HAS_UPPER | HAS_LOWER | FIRST_UPPER)) == 0;
      my_lower = my_lower || (one & HAS_LOWER);
      their_lower = their_lower || (two & HAS_LOWER);
    }
    return same || !my_lower || !their_lower;
  }

  static bool is_divider(u32 code) { return code == '-' || code == 0x2013 || code == 0x2014 || code == '|'; }

  // Tell whether a row is the title with a date or words in brackets after it. Several different ones are the
  // headings of sections: "(Windows)", "(Linux)".
  bool has_note(i64 row) const {
    const i64 whole = words_.number(title_), added = words_.number(row) - whole;
    return added > 0 && added <= MOST_ADDED && titles_.says_enough(title_) && in_common(row) == whole &&
           titles_.altered().has_note_after(row, whole);
  }

  // Tell whether a date or a note follows after this many words, or a separator and no sentence: a site's
  // name.
  bool is_added_to(i64 row, i64 words) const {
    if (words >= words_.number(row)) return false;
    if (notes_count_ && has_note(row)) return true;
    return is_one_sentence(row) &&
           has_separator(row, words, [](u32 code) { return code != ':' && code != 0xFF1A; });
  }

  // Tell whether a row ends with the title, after a number, or a few words and a separator: "3. TITLE",
  // "Home > News > TITLE", "Comments on: TITLE".
  bool is_led_to(i64 row) const {
    const i64 whole = words_.number(title_), before = words_.number(row) - whole;
    if (before < 1 || before > MOST_ADDED || !titles_.says_enough(title_)) return false;
    const i64 mine = words_.first(row) + before, theirs = words_.first(title_);
    for (i64 word = 0; word < whole; ++word)
      if (words_.key[mine + word] != words_.key[theirs + word]) return false;
    if (before == 1 && titles_.altered().is_numbered(row)) return true;
    return is_one_sentence(row) && has_separator(row, before, [](u32) { return true; });
  }

  bool is_one_sentence(i64 row) const { return words_.count(row, END) <= words_.count(title_, END); }

  // Tell whether a separator that counts stands after this many words of a row.
  template <typename Counts>
  bool has_separator(i64 row, i64 words, Counts counts) const {
    const i64 last = words_.start[words_.first(row) + words];
    i64 length = 1;
    bool found = false;
    for (i64 at = words_.end[words_.first(row) + words - 1]; at < last; at += length) {
      const Character here = read(batch_.data, at);
      for (const u32 separator : SEPARATORS) found |= here.code == separator && counts(separator);
      length = here.length;
    }
    return found;
  }

  // Tell whether a sentence ends after this many words and a whole sentence follows. `divided`: a dash or
  // similar mark between spaces ends it too.
  bool begins_sentence(i64 row, i64 words, bool divided) const {
    const i64 next = words_.first(row) + words, end = words_.start[next < words_.last(row) ? next : next - 1];
    if (words_.last(row) - next < LEAST_REST) return false;
    bool ends = false, spaced = false, after_space = false;
    i64 length = 1;
    for (i64 at = words_.end[next - 1]; at < end; at += length) {
      const Character here = read(batch_.data, at);
      ends |= here.kind == END || (divided && (here.code == ':' || (after_space && is_divider(here.code))));
      if (!ends && here.kind != SPACE && here.kind != PUNCTUATION) return false;
      after_space = here.kind == SPACE;
      spaced |= ends && after_space;
      length = here.length;
    }
    const u8 shape = words_.shape[next];
    if (!ends || (!spaced && !(shape & IS_SINGLE))) return false;
    const bool is_cased = words_.count(row, UPPER) > 0;
    if (is_cased && !(shape & (FIRST_UPPER | HAS_DIGIT | IS_SINGLE))) return false;
    return words_.count(row, END) > words_.count(title_, END) && words_.edges[2 * row + 1] >= END;
  }

  const Batch& batch_;
  const Words& words_;
  const Repeats& repeats_;
  const NewCopies& out_;
  Forms forms_;
  TitleFinder titles_;
  RunningHeads heads_;
  // The row of the title, and the only row that equals it except for one word.
  i64 title_ = -1, varied_ = -1;
  bool near_counts_ = false, is_glued_on_ = false, notes_count_ = true;
};

}  // namespace

// Write for every segment the original that it is a copy of (or -1), the kind of copy, and how many words of
// a title at its beginning may be cut.
i64 find_copies(Call& call) {
  const Batch batch(call);
  const Words words(call);
  const Markup markup(call);
  const Titles titles(call);
  const Repeats repeats(call);
  const NewCopies out(call);
  CopyFinder finder(call, batch, words, markup, titles, repeats, out);
  if (call.stopped()) return 0;
  for (i64 page = 0; page < batch.pages() && !call.stopped(); ++page) finder.read_page(page);
  return 0;
}

}  // namespace detector
