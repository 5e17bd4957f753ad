// First guesses over the structure of an HTML page: lines whose blocks look alike, the ancestors of a line,
// and the path from the page's title to a line. Linear in elements and lines: sums go up the tree once, and
// marks go down once.
#pragma once

#include "alike.h"
#include "markup.h"

namespace detector {

// Lines in blocks that look the same: by themselves, with the same parent, and with the same three ancestors.
class AlikeBlocks {
 public:
  AlikeBlocks(Call& call, const Batch& batch, const Markup& markup, const Tree& tree, const Guesses& guesses)
      : markup_(markup), tree_(tree), alike_(call, batch, guesses) {}

  void clear() const { alike_.clear(); }

  void write_page(i64 page, const Rows<f32>& table) {
    alike_.write_page(page, table,
                      [&](i64 line, i64 which) { return look_key(tree_.block_of(markup_, line), which); });
  }

 private:
  // The number of elements above the block that each look includes.
  static constexpr i64 ABOVE[LOOKS] = {0, 1, 3};

  // Lines outside all blocks look the same.
  u64 look_key(i64 block, i64 which) const {
    u64 key = static_cast<u64>(which + 1);
    i64 at = block;
    for (i64 level = 0; level <= ABOVE[which]; ++level) {
      key = (key ^ (at >= 0 ? tree_.look[at] : 0u)) * MIX;
      key ^= key >> 29;
      at = at >= 0 ? markup_.parent[at] : -1;
    }
    return key | 1;
  }

  const Markup& markup_;
  const Tree& tree_;
  AlikeLines alike_;
};

// The ancestors of a line, from the innermost outwards, and the path from the title.
class Ancestors {
 public:
  Ancestors(Call& call, const Batch& batch, const Markup& markup, const Tree& tree, const Guesses& guesses)
      : batch_(batch),
        markup_(markup),
        tree_(tree),
        guesses_(guesses),
        held_(scratch<f64>(call, 3 * markup.elements())),
        shared_(scratch<i64>(call, markup.elements())) {}

  void clear() const {
    held_.fill(0);
    shared_.fill(-1);
  }

  // Sum the guesses of a page up the tree, children before parents.
  void sum(i64 page) const {
    held_.part(3 * markup_.page_element[page], 3 * markup_.page_element[page + 1]).fill(0);
    for (i64 line = batch_.page_line[page]; line < batch_.page_line[page + 1]; ++line) {
      const i64 element = markup_.line_element[line];
      if (element < 0) continue;
      const View<f64> sums = held_.part(3 * element, 3 * element + 3);
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1] && sums.size; ++row)
        add_guess(sums.data, guesses_.weight[row], guesses_.guess[row]);
    }
    sum_up(markup_, page, held_);
  }

  void write_page(i64 page, const Rows<const f32>& features, const Rows<f32>& table) {
    const i64 first = batch_.page_line[page], last = batch_.page_line[page + 1];
    const i64 title_row = find_title(features, batch_.first_of(page), batch_.first_of(page + 1));
    f64 weight = 1e-6;
    for (i64 element = markup_.page_element[page]; element < markup_.page_element[page + 1]; ++element)
      if (markup_.parent[element] < 0) weight += held_[3 * element];
    title_ = title_row < 0 ? -1 : title_element(first, last, title_row);
    mark_shared(page);
    for (i64 line = first; line < last; ++line) {
      for (i64 row = batch_.line_segment[line]; row < batch_.line_segment[line + 1]; ++row) {
        f32* const here = table[row];
        write_ancestors(tree_.block_of(markup_, line), weight, here);
        if (title_row < 0)
          fill(here + context::title_shared, here + context::title_distance + 1, 0.0f);
        else
          write_from_title(markup_.line_element[line], row - title_row, here);
      }
    }
  }

 private:
  static constexpr i64 LEVELS = (context::title_shared - context::guess_ancestor_1) / 3;
  // A line is the page's title if it has at least this share of its words (2 for all of them and more).
  static constexpr f32 LEAST_TITLE = 0.8f;

  // The row that is most likely the page's title, or -1.
  static i64 find_title(const Rows<const f32>& features, i64 first, i64 last) {
    f32 best = LEAST_TITLE;
    i64 found = -1;
    for (i64 row = first; row < last; ++row) {
      const f32* const here = features[row];
      f32 alike = 2.0f * here[feature::title_in_line] + here[feature::in_title] - here[feature::inside_nav];
      if (here[feature::heading_level] > 0.99f)
        alike += 1.0f;
      else if (here[feature::heading_level] == 0)
        alike -= 0.3f;
      if (alike > best) {
        best = alike;
        found = row;
      }
    }
    return found;
  }

  i64 title_element(i64 first, i64 last, i64 title_row) const {
    for (i64 line = first; line < last; ++line)
      if (title_row < batch_.line_segment[line + 1]) return markup_.line_element[line];
    return -1;
  }

  // Write for each element of a page its innermost ancestor that also contains the title.
  void mark_shared(i64 page) const {
    const i64 first = markup_.page_element[page], last = markup_.page_element[page + 1];
    shared_.part(first, last).fill(-1);
    for (i64 at = title_; at >= 0; at = markup_.parent[at]) shared_[at] = at;
    for (i64 element = first; element < last; ++element)
      if (shared_[element] < 0 && markup_.parent[element] >= 0)
        shared_[element] = shared_[markup_.parent[element]];
  }

  // The page is above the outermost element.
  void write_ancestors(i64 block, f64 weight, f32* here) const {
    i64 ancestor = block;
    for (i64 level = 0; level < LEVELS; ++level) {
      if (ancestor >= 0 && markup_.parent[ancestor] >= 0) ancestor = markup_.parent[ancestor];
      f32* const out = here + context::guess_ancestor_1 + 3 * level;
      if (ancestor < 0) {
        fill(out, out + 3, 0.0f);
        continue;
      }
      const View<f64> sums = held_.part(3 * ancestor, 3 * ancestor + 3);
      if (!sums.size) return;
      out[0] = mean_guess(sums.data);
      out[1] = static_cast<f32>(sums.data[0] / weight);
      out[2] = log1p_wide(sums.data[2]);
    }
  }

  // Write the position of a line relative to the title.
  void write_from_title(i64 element, i64 distance, f32* here) const {
    const i64 shared = element >= 0 ? shared_[element] : -1;
    const i64 common = shared >= 0 ? tree_.depth[shared] : -1;
    const i64 up = title_ >= 0 ? tree_.depth[title_] : 0, down = element >= 0 ? tree_.depth[element] : 0;
    here[context::title_shared] = static_cast<f32>(common + 1) / static_cast<f32>(up + 1);
    here[context::title_up] = log1p(static_cast<f32>(up - common));
    here[context::title_down] = log1p(static_cast<f32>(down - common));
    here[context::title_before] = distance >= 0;
    const f32 log = log1p(static_cast<f32>(distance < 0 ? -distance : distance));
    here[context::title_distance] = distance >= 0 ? log : -log;
  }

  const Batch& batch_;
  const Markup& markup_;
  const Tree& tree_;
  const Guesses& guesses_;
  View<f64> held_;
  View<i64> shared_;
  i64 title_ = -1;  // the element of the title's line
};

// The columns of the second table for HTML only, one page at a time.
class HtmlContext {
 public:
  HtmlContext(Call& call, const Batch& batch, const Markup& markup, const Tree& tree, const Guesses& guesses)
      : batch_(batch),
        alike_(call, batch, markup, tree, guesses),
        ancestors_(call, batch, markup, tree, guesses) {}

  // Initialise the elements of pages that are not read, because lines may refer to elements of other pages.
  void clear() const {
    alike_.clear();
    ancestors_.clear();
  }

  void write_page(i64 page, const Rows<const f32>& features, const Rows<f32>& table) {
    for (i64 row = batch_.first_of(page); row < batch_.first_of(page + 1); ++row)
      context_columns::see_again(features[row], MARKUP_AGAIN_FROM, context::markup_says, table[row]);
    alike_.write_page(page, table);
    ancestors_.sum(page);
    ancestors_.write_page(page, features, table);
  }

 private:
  const Batch& batch_;
  AlikeBlocks alike_;
  Ancestors ancestors_;
};

}  // namespace detector
