// What the HTML around a line says about it: a linear model over hashed tokens of the ancestors of the line,
// and the kind of its block.
#pragma once

#include "../maths.h"
#include "../records.h"
#include "generated.h"

namespace detector {

// The trained weights of markup; see features.markup.MarkupWeights.
struct MarkupWeights {
  View<const f32> bucket, bias;

  explicit MarkupWeights(Call& call) : bucket(call), bias(call) {}
};

// The facts about each element; see features.markup.Tree. NEAR is the sum over the elements between an
// element and its block, and FAR the sum over all its ancestors.
template <bool WRITES>
struct TreeOf {
  template <class T>
  using Array = View<Choose<WRITES, T, const T>>;
  Array<f32> says;    // E rows of 3
  Array<i32> tokens;  // E rows of 2
  Array<i32> depth;
  Array<f32> text;  // E rows of 3
  Array<i64> block;
  Array<u32> look;

  explicit TreeOf(Call& call) : says(call), tokens(call), depth(call), text(call), block(call), look(call) {}

  // A tree in scratch memory.
  TreeOf(Call& call, i64 elements)
      : says(scratch<f32>(call, 3 * elements)),
        tokens(scratch<i32>(call, 2 * elements)),
        depth(scratch<i32>(call, elements)),
        text(scratch<f32>(call, 3 * elements)),
        block(scratch<i64>(call, elements)),
        look(scratch<u32>(call, elements)) {}

  // Another tree, read only.
  explicit TreeOf(const TreeOf<true>& o)
      : says(o.says), tokens(o.tokens), depth(o.depth), text(o.text), block(o.block), look(o.look) {}

  i64 block_of(const Markup& markup, i64 line) const {
    const i64 element = markup.line_element[line];
    return element >= 0 ? block[element] : -1;
  }

  // Clear all elements: those of pages that are not read stay empty, but lines may refer to them.
  void clear() const {
    says.fill(0);
    tokens.fill(0);
    depth.fill(0);
    text.fill(0);
    block.fill(-1);
    look.fill(0);
  }
};

using Tree = TreeOf<false>;
using NewTree = TreeOf<true>;

// <noscript> is not a block: its contents belong to the block around it.
INLINE bool is_block(u8 number) {
  return number < TAGS && number != tag::noscript && tag_flags[number] & (flag::BLOCK | flag::CELL);
}

// Add the three sums of every element of a page to those of its parent, children before parents.
template <class T>
void sum_up(const Markup& markup, i64 page, View<T> sums) {
  const i64 first = markup.page_element[page];
  for (i64 element = markup.page_element[page + 1] - 1; element >= first; --element) {
    const i64 parent = markup.parent[element];
    if (parent < 0) continue;
    for (i64 column = 0; column < 3; ++column) sums[3 * parent + column] += sums[3 * element + column];
  }
}

namespace markup_tokens {

constexpr u32 BUCKET_BITS = 18;
// Where a token comes from: the line's own element up to its block, the elements around that block, or those
// farther out.
enum Distance { NEAR, BLOCK, FAR };
constexpr i64 DISTANCES = 3;
// The number of elements around a line's block that count as BLOCK.
constexpr i64 LEVELS = 2;
constexpr u32 DISTANCE_MIX[DISTANCES] = {0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D};

INLINE i64 bucket_of(u32 token, i64 distance) {
  return ((token ^ (token >> 15)) * DISTANCE_MIX[distance]) >> (32 - BUCKET_BITS);
}

// Emit every token of an element: its tag, its tag with that of its parent, and its words.
template <class F>
INLINE void each(const Markup& markup, i64 element, F&& give) {
  const i64 parent = markup.parent[element];
  const u32 own = markup.tag[element], above = parent >= 0 ? markup.tag[parent] : 255u;
  give((own + 1) * 0x27D4EB2Fu);
  give((own * 256 + above + 1) * 0x165667B1u);
  for (i64 number = markup.element_token[element]; number < markup.element_token[element + 1]; ++number)
    give(markup.token[number]);
}

}  // namespace markup_tokens

class TreeBuilder {
 public:
  TreeBuilder(const Batch& batch, const Markup& markup, const MarkupWeights& weights, const NewTree& tree)
      : batch_(batch), markup_(markup), weights_(weights), tree_(tree) {}

  // Sum the tokens of each element of a page, parents before children.
  void grow(i64 page) const {
    const i64 last = markup_.page_element[page + 1];
    for (i64 element = markup_.page_element[page]; element < last && !tree_.says.call->stopped(); ++element) {
      const i64 parent = markup_.parent[element];
      const View<f32> says = tree_.says.part(3 * element, 3 * element + 3);
      says.fill(0);
      i32 tokens = 0;
      u32 look = 0;
      markup_tokens::each(markup_, element, [&](u32 token) {
        for (i64 distance = 0; distance < 3; ++distance)
          says[distance] += weights_.bucket[markup_tokens::bucket_of(token, distance)];
        // The look leaves out the second token, which has the tag of the parent.
        if (tokens == 0) look = token;
        if (tokens > 1) look = (look ^ token) * 0x01000193u;
        tokens += 1;
      });
      tree_.tokens[2 * element] = tree_.tokens[2 * element + 1] = tokens;
      tree_.depth[element] = 0;
      tree_.look[element] = look;
      tree_.block[element] = is_block(markup_.tag[element]) ? element : -1;
      if (parent >= 0) inherit(element, parent);
    }
  }

  // Sum bytes, bytes in links and lines, children before parents.
  void weigh(i64 page) const {
    tree_.text.part(3 * markup_.page_element[page], 3 * markup_.page_element[page + 1]).fill(0);
    for (i64 line = batch_.page_line[page]; line < batch_.page_line[page + 1]; ++line) {
      const i64 element = markup_.line_element[line];
      if (element < 0) continue;
      tree_.text[3 * element] += static_cast<f32>(batch_.line_end[line] - batch_.line_start[line]);
      tree_.text[3 * element + 1] += static_cast<f32>(markup_.line_link[line]);
      tree_.text[3 * element + 2] += 1;
    }
    sum_up(markup_, page, tree_.text);
  }

 private:
  void inherit(i64 element, i64 parent) const {
    const bool inside_block = tree_.block[element] < 0;
    if (inside_block)
      tree_.says[3 * element + markup_tokens::NEAR] += tree_.says[3 * parent + markup_tokens::NEAR];
    tree_.says[3 * element + markup_tokens::FAR] += tree_.says[3 * parent + markup_tokens::FAR];
    tree_.tokens[2 * element + 1] += tree_.tokens[2 * parent + 1];
    tree_.depth[element] = tree_.depth[parent] + 1;
    if (inside_block) tree_.block[element] = tree_.block[parent];
  }

  const Batch& batch_;
  const Markup& markup_;
  const MarkupWeights& weights_;
  const NewTree& tree_;
};

class MarkupColumns {
 public:
  MarkupColumns(const Batch& batch, const Markup& markup, const NewTree& tree, f32 bias)
      : batch_(batch), markup_(markup), tree_(tree), bias_(bias) {}

  // Write the markup and link columns of one line. `first` and `last` are the lines of its page.
  void write(i64 line, i64 first, i64 last, f32* out) const {
    const i64 element = markup_.line_element[line], block = tree_.block_of(markup_, line);
    const f64 size = static_cast<f64>(most<i64>(batch_.line_end[line] - batch_.line_start[line], 1));
    fill(out + feature::element_says, out + feature::container_log_lines + 1, 0.0f);
    out[feature::link_share] = static_cast<f32>(least(static_cast<f64>(markup_.line_link[line]) / size, 1.0));
    if (element < 0) {
      out[feature::markup_says] = bias_;
      return;
    }
    write_says(element, out);
    write_block(element, out);
    if (block < 0) return;
    out[feature::same_block_before] = line > first && looks_like(line - 1, block);
    out[feature::same_block_after] = line + 1 < last && looks_like(line + 1, block);
  }

  bool looks_like(i64 line, i64 block) const {
    const i64 other = tree_.block_of(markup_, line);
    return other >= 0 && tree_.look[other] == tree_.look[block];
  }

 private:
  // The sums of the tokens around the line.
  void write_says(i64 element, f32* out) const {
    using namespace markup_tokens;
    const auto parent_of = [&](i64 at) { return markup_.parent[at]; };
    const f32 near = tree_.says[3 * element + NEAR];
    f32 around = 0, far = 0;
    const i64 block = tree_.block[element];
    i64 at = block >= 0 ? parent_of(block) : -1;
    for (i64 level = 0; level < LEVELS && at >= 0; ++level, at = parent_of(at))
      around += tree_.says[3 * at + BLOCK];
    if (at >= 0) far = tree_.says[3 * at + FAR];
    const f32 scale = 1.0f / sqrt(static_cast<f32>(most(tree_.tokens[2 * element + 1], 1)));
    out[feature::element_says] = near * scale;
    out[feature::block_says] = around * scale;
    out[feature::around_says] = far * scale;
    out[feature::markup_says] = (near + around + far) * scale + bias_;
  }

  // The kind of the line's block, and its ancestors.
  void write_block(i64 element, f32* out) const {
    const i64 block = tree_.block[element];
    if (block >= 0) {
      const u8 kind = markup_.tag[block];
      if (kind >= tag::h1 && kind <= tag::h6)
        out[feature::heading_level] = static_cast<f32>(7 - (kind - tag::h1 + 1)) / 6.0f;
      out[feature::in_paragraph] = kind == tag::p;
      out[feature::in_division] = kind == tag::div;
      const i64 container = markup_.parent[block] >= 0 ? markup_.parent[block] : block;
      const View<f32> text = tree_.text.part(3 * container, 3 * container + 3);
      out[feature::container_links] = text[1] / most(text[0], 1.0f);
      out[feature::container_log_words] = log1p(text[0]);
      out[feature::container_log_lines] = log1p(text[2]);
    }
    out[feature::log_depth] = log1p(static_cast<f32>(tree_.depth[element]));
    const u32 bits = markup_.inside[element];
    for (i64 number = 0; number < INSIDES; ++number)
      out[feature::inside_nav + number] = static_cast<f32>(bits >> number & 1);
  }

  const Batch& batch_;
  const Markup& markup_;
  const NewTree& tree_;
  f32 bias_;
};

}  // namespace detector
