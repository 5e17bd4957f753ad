// The page's title, at its real position: the first copy is often in a breadcrumb or a list of links.
#pragma once

#include "altered.h"
#include "varied.h"

namespace detector {

// The words that an HTML page declares as its title: one segment for each source.
struct Titles {
  Words words;
  View<const i64> page_title;

  explicit Titles(Call& call) : words(call), page_title(call) {
    require_rising(page_title, words.segments());
  }
};

class TitleFinder {
 public:
  TitleFinder(Call& call, const Batch& batch, const Words& words, const Titles& titles,
              const Repeats& repeats, const Forms& forms)
      : batch_(batch),
        words_(words),
        titles_(titles),
        repeats_(repeats),
        forms_(forms),
        line_(scratch<i64>(call, batch.longest_page())),
        paragraph_(scratch<f32>(call, batch.longest_page())),
        candidate_(scratch<bool>(call, batch.longest_page())),
        table_(call, batch.longest_page()),
        altered_(batch, words),
        varied_(words, forms, line_, paragraph_) {}

  // Find the row of a page's title, or -1.
  i64 find(i64 page) {
    first_ = batch_.first_of(page);
    last_ = batch_.first_of(page + 1);
    varied_.start(first_, last_);
    measure(page);
    const i64 by_markup = forms_.is_html() ? best_by_markup(page) : -1;
    return by_markup >= 0 ? by_markup : best_by_place();
  }

  // Tell whether a row is the first paragraph after a title, and comes before all other paragraphs except a
  // notice. Titles in heading elements need no such proof.
  bool leads_to(i64 title, i64 row) const {
    if (forms_.is_html()) return true;
    f32 before = 0;
    for (i64 at = first_; at < row; ++at)
      if (at < title)
        before += paragraph_[at - first_];
      else if (paragraph_[at - first_] > 0 && at > title)
        return false;
    return row > title && before <= BEFORE;
  }

  i64 line_of(i64 row) const { return line_[row - first_]; }

  const Varied& varied() const { return varied_; }

  const Altered& altered() const { return altered_; }

  // Tell whether a line that begins another line is more than a label: four words, or five Chinese
  // characters.
  bool says_enough(i64 row) const { return in_fortieths(row, HAN_IN_BEGINNING) >= ENOUGH; }

 private:
  // The least words of a paragraph, the number of lines after a title in which a paragraph begins, the
  // longest title, and how many words of paragraphs, or what share of them, may come before it.
  static constexpr f32 PARAGRAPH = 15, BEFORE = 60, SHARE_BEFORE = 0.2f, LEAST_PROSE = 0.33f;
  // A line with more copies than this is a label.
  static constexpr i64 FOLLOWING = 8, LONGEST = 40, MOST_COPIES = 5;
  // The weights of a word, a Chinese character and a character of another script without spaces: a line is
  // more than a label from `ENOUGH` on. Chinese says in five characters what Thai needs ten for. A line that
  // is only repeated must be longer than one that a sentence begins with.
  static constexpr i64 WORD = 10, HAN_IN_BEGINNING = 8, HAN_IN_COPY = 6, OTHER_SINGLE = 4, ENOUGH = 40;
  // Of two copies, the first is the title unless less than half as much text follows it. Then: the words that
  // a line must have in addition to the title that it begins with.
  static constexpr f32 HALF = 0.5f;
  static constexpr i64 REMAINDER = 3;
  // Points for a title in HTML.
  static constexpr f32 H1 = 3, LOWER = 1, IN_TITLE = 2, OF_TITLE = 3, ASIDE = 3, LINKED = 1, LEAD = 0.01f;
  static constexpr f32 MOST_LEAD = 90;

  // Record the line of each row, and the words of its line if that is a paragraph.
  void measure(i64 page) {
    for (i64 line = batch_.page_line[page]; line < batch_.page_line[page + 1]; ++line) {
      f32 size = 0;
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row)
        size += words_in(words_, row);
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row) {
        line_[row - first_] = line;
        paragraph_[row - first_] = size >= PARAGRAPH ? words_in(words_, row) : 0.0f;
      }
    }
  }

  // The words of paragraphs in the next rows.
  f32 lead(i64 row) const {
    f32 total = 0;
    for (i64 near = row + 1; near < least(row + 1 + FOLLOWING, last_); ++near)
      total += paragraph_[near - first_];
    return total;
  }

  // The share of the page's declared title that a row's words make up; 0 if they are not consecutive in it.
  f32 part_of_title(i64 page, i64 row) const {
    const i64 size = words_.number(row);
    f32 best = 0;
    for (i64 title = titles_.page_title[page]; title < titles_.page_title[page + 1]; ++title) {
      const WordSpan span = span_of(titles_.words, title);
      for (i64 start = span.first; start + size <= least(span.last, span.first + 2 * LONGEST); ++start) {
        i64 same = 0;
        while (same < size && titles_.words.key[start + same] == words_.key[words_.first(row) + same])
          same += 1;
        if (same == size) best = most(best, share(size, span.size()));
      }
    }
    return best;
  }

  i64 best_by_markup(i64 page) const {
    i64 best = -1;
    f32 most_points = 0;
    for (i64 row = first_; row < last_; ++row) {
      const i64 size = words_.number(row), line = line_of(row);
      if (size < 2 || size > LONGEST) continue;
      const u32 stands = forms_.inside_of(line);
      if (stands & (inside::select | inside::button | inside::pre)) continue;
      const i64 level = forms_.heading_level(line);
      const f32 part = part_of_title(page, row);
      const bool is_long = in_fortieths(row, HAN_IN_COPY) >= ENOUGH;
      if (is_long ? level != 1 && !(part > 0) : level != 1 || !(part > 0)) continue;
      f32 points = level == 1 ? H1 : level > 1 ? LOWER : 0.0f;
      if (part > 0) points += IN_TITLE + OF_TITLE * part;
      if (stands & (inside::nav | inside::aside | inside::footer)) points -= ASIDE;
      if (stands & (inside::link | inside::li)) points -= LINKED;
      points += LEAD * least(lead(row), MOST_LEAD);
      if (points > most_points) {
        most_points = points;
        best = row;
      }
    }
    return best;
  }

  bool may_be_title(i64 row) const {
    if (words_.number(row) > LONGEST) return false;
    const Form form = forms_.of(row, line_of(row));
    const u32 mark = forms_.last_mark(row);
    const bool is_sentence = mark == '.' || mark == ',' || mark == ';' || mark == 0x3002 || mark == 0x2026;
    return (form == PROSE || form == HEADING) && !is_sentence;
  }

  // Of the lines that are repeated on the page or begin another line, the longest one before its paragraphs;
  // if there is none, of those that are repeated except for one word. A page with few paragraphs is verse or
  // a list, and has none.
  i64 best_by_place() {
    const View<bool> candidate = candidate_.part(0, last_ - first_);
    candidate.fill(false);
    f32 all = 0, words = 0;
    table_.start(last_ - first_);
    for (i64 row = first_; row < last_; ++row) {
      all += paragraph_[row - first_];
      words += words_in(words_, row);
      note_copy(candidate, row);
    }
    for (i64 row = first_; row < last_; ++row) {
      const i64 headline = repeats_.begins[row] >= 0 ? repeats_.begins[row] : beginning_of(row, REMAINDER);
      if (headline >= 0)
        note(candidate, repeats_.original[headline] >= 0 ? repeats_.original[headline] : headline);
      if (words_.number(row) <= LONGEST && altered_.has_beginning(row, table_)) note(candidate, row);
    }
    if (all < LEAST_PROSE * words) return -1;
    if (const i64 best = longest_before(candidate, all); best >= 0) return best;
    candidate.fill(false);
    for (i64 row = first_; row < last_; ++row) note_varied(candidate, row);
    return longest_before(candidate, all);
  }

  // The longest candidate before the page's paragraphs, or -1; `all`: the words of all paragraphs.
  i64 longest_before(View<const bool> candidate, f32 all) const {
    i64 best = -1;
    f32 before = 0;
    for (i64 row = first_; row < last_ && before <= most(BEFORE, SHARE_BEFORE * all); ++row) {
      if (candidate[row - first_] && lead(row) > 0 && may_be_title(row) && !has_note(row) &&
          (best < 0 || words_.number(row) > words_.number(best)))
        best = row;
      before += paragraph_[row - first_];
    }
    return best;
  }

  // Tell whether a row is a line above it with a note after it.
  bool has_note(i64 row) const {
    const i64 title = beginning_of(row, 1);
    return title >= 0 && title < row && altered_.has_note_after(row, words_.number(title));
  }

  // Record the first line of the page that equals this one except for one word, if text comes between them.
  // Half of the words must be equal.
  void note_varied(View<bool> candidate, i64 row) {
    if (words_.number(row) > LONGEST || !varied_.is_long_enough(row)) return;
    const i64 first = words_.first(row), size = words_.number(row), half = size / 2;
    const i64 ends[] = {first, first + half, first + size};
    for (i64 part = 0; part < 2; ++part) {
      u64 key = next_key(LINE_START, static_cast<u64>(2 * size + part));
      for (i64 word = ends[part]; word < ends[part + 1]; ++word) key = next_key(key, words_.key[word]);
      const i64 other = table_.add(key, row);
      if (varied_.differ_in_one(other, row) && varied_.frame_text(other, row)) note(candidate, other);
    }
  }

  // Record a line that is repeated, perhaps in capitals, at the position where it leads to more text.
  void note_copy(View<bool> candidate, i64 row) {
    if (words_.number(row) > LONGEST || !says_enough(row)) return;
    altered_.add_beginning(row, table_);
    const i64 first = table_.add(line_key(words_, row), row), copies = repeats_.copies[row];
    if (in_fortieths(row, HAN_IN_COPY) < ENOUGH) return;
    if (copies > 1 && copies <= MOST_COPIES) return note(candidate, repeats_.original[row]);
    if (first == row || copies > 1 || repeats_.copies[first] > 1) return;
    note(candidate, lead(first) >= HALF * lead(row) ? first : row);
  }

  // The longest line of the page whose words a row begins with, followed by so many others, or -1.
  i64 beginning_of(i64 row, i64 others) const {
    const i64 first = words_.first(row), end = least(words_.last(row) - others, first + LONGEST);
    u64 key = LINE_START;
    i64 best = -1;
    for (i64 word = first; word < end; ++word) {
      key = next_key(key, words_.key[word]);
      if (word - first + 1 < LEAST_WORDS) continue;
      const i64 found = table_.find(key);
      if (found >= 0 && found != row) best = found;
    }
    return best;
  }

  // The length of a row, in fortieths of what is more than a label.
  i64 in_fortieths(i64 row, i64 han) const {
    const i64 singles = words_.count(row, SINGLE);
    i64 total = WORD * (words_.number(row) - singles);
    for (i64 word = words_.first(row); singles && word < words_.last(row) && total < ENOUGH; ++word)
      if (words_.shape[word] & IS_SINGLE)
        total += is_han(read(batch_.data, words_.start[word]).code) ? han : OTHER_SINGLE;
    return total;
  }

  static bool is_han(u32 code) {
    return (code >= 0x3400 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) || code >= 0x20000;
  }

  void note(View<bool> candidate, i64 row) const {
    if (row >= first_ && row < last_) candidate[row - first_] = true;
  }

  const Batch& batch_;
  const Words& words_;
  const Titles& titles_;
  const Repeats& repeats_;
  const Forms& forms_;
  View<i64> line_;
  View<f32> paragraph_;
  View<bool> candidate_;
  RowTable table_;
  Altered altered_;
  Varied varied_;
  i64 first_ = 0, last_ = 0;
};

}  // namespace detector
