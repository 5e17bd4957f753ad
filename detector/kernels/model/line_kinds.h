// What each line is: the probability of every kind, from its features, its words, its markup, and those of
// the lines around it. A network with one hidden layer, computed for a block of lines; see
// model/line_kinds.py.
#pragma once

#include "../features/markup.h"
#include "../features/phrases.h"
#include "network.h"

namespace detector {

// The size of the embedding of a line's words, and of its markup.
constexpr i64 EMBEDDING = LANES;

// Sums of the embeddings (small integers) of n-grams and tokens, one number per lane.
typedef i32 Sums __attribute__((vector_size(LANES * sizeof(i32))));
typedef u8 SmallNumbers __attribute__((vector_size(LANES)));

// The embeddings of hashed n-grams or tokens: integers from -128 to 127, stored with an offset of 128.
struct Embedding {
  View<const u8> rows;
  View<const f32> scale;

  explicit Embedding(Call& call) : rows(call), scale(call) {}

  bool fits() const {
    return rows.size >= EMBEDDING && (rows.size & (rows.size - 1)) == 0 && scale.size == EMBEDDING;
  }

  // Add the embedding of a bucket to a sum.
  INLINE void add(i64 bucket, Sums& sum) const {
    SmallNumbers row;
    __builtin_memcpy(&row, rows.data + (bucket & (rows.size / EMBEDDING - 1)) * EMBEDDING, EMBEDDING);
    sum += __builtin_convertvector(row, Sums) - 128;
  }

  // The value of a sum, times a factor.
  INLINE Vector value(Sums sum, f32 factor) const {
    return __builtin_convertvector(sum, Vector) * *reinterpret_cast<const StoredVector*>(scale.data) * factor;
  }
};

// A trained network for kinds; see model.line_kinds.LineKindNetwork. H hidden units, K kinds.
struct KindNetwork {
  Embedding ngram, token;
  View<const i64> first_columns, second_columns;
  View<const f32> mean, scale;
  Table<const f32> hidden;
  View<const f32> hidden_bias;
  Table<const f32> out;
  View<const f32> out_bias;

  explicit KindNetwork(Call& call)
      : ngram(call),
        token(call),
        first_columns(call),
        second_columns(call),
        mean(call),
        scale(call),
        hidden(call),
        hidden_bias(call),
        out(call),
        out_bias(call) {}

  bool is_empty() const { return out_bias.size == 0; }
  i64 units() const { return hidden_bias.size; }
  i64 kinds() const { return out_bias.size; }
  // Columns of the tables, and the log-odds.
  i64 dense() const { return first_columns.size + second_columns.size + 1; }
  // The size of a line's own embeddings: of its words, and of its markup if there is any.
  i64 own() const { return token.rows.size ? 2 * EMBEDDING : EMBEDDING; }
  // The size of the input: the dense columns, and the embeddings of the line, of those before and after it,
  // and of its page.
  i64 columns() const { return dense() + 4 * own(); }

  // Tell whether the arrays fit each other and the tables, so that kernels need no further checks.
  bool fits(i64 feature_columns, i64 context_columns) const {
    for (const i64 column : first_columns)
      if (column < 0 || column >= feature_columns) return false;
    for (const i64 column : second_columns)
      if (column < 0 || column >= context_columns) return false;
    return ngram.fits() && (token.rows.size == 0 || token.fits()) && mean.size == dense() &&
           scale.size == dense() && hidden.rows == units() && hidden.columns == columns() &&
           units() % UNITS == 0 && out.rows == kinds() && out.columns == units();
  }

  INLINE f32 scaled(f32 value, i64 column) const {
    return within((value - mean.data[column]) * scale.data[column], -CLIP, CLIP);
  }
};

// Write the log-odds of every kind for a block of lines, (kinds, LINES), with the widest vectors there are.
void run_kinds_widest(const KindNetwork& network, View<const f32> table, View<f32> odds);

// The lines of pages as the network sees them, and its output for them.
class LineKinds {
 public:
  LineKinds(Call& call, const Words& words, const KindNetwork& network, i64 most_rows, i64 elements,
            const Table<f32>& out)
      : words_(words),
        network_(network),
        row_width_(4 * network.own()),
        around_(scratch<f32>(call, network.is_empty() ? i64{0} : most_rows * row_width_)),
        says_(scratch<i32>(call, network.is_empty() ? i64{0} : elements * TREE_WIDTH)),
        table_(scratch<f32>(call, network.columns() * LINES)),
        odds_(scratch<f32>(call, network.kinds() * LINES)),
        out_(call, out, network.kinds()) {}

  bool is_empty() const { return network_.is_empty(); }

  bool start(i64 feature_columns, i64 context_columns) const {
    table_.fill(0);
    // For a page that is not read, elements are empty, but lines may refer to them.
    says_.fill(0);
    return network_.is_empty() || network_.fits(feature_columns, context_columns);
  }

  // Sum up the tokens of each element of a page, parents before children.
  void read_elements(const Markup& markup, const Tree& tree, i64 page) const {
    using namespace markup_tokens;
    const i64 last = markup.page_element[page + 1];
    for (i64 element = markup.page_element[page]; element < last && !says_.call->stopped(); ++element) {
      const View<i32> says = says_.part(element * TREE_WIDTH, (element + 1) * TREE_WIDTH);
      if (says.size != TREE_WIDTH) return;
      // An element without children is no line's ancestor.
      const bool is_leaf = element + 1 == last || markup.parent[element + 1] != element;
      const i64 distances = is_leaf ? i64{NEAR + 1} : DISTANCES;
      Sums sums[DISTANCES] = {};
      each(markup, element, [&](u32 token) {
        for (i64 distance = 0; distance < distances; ++distance)
          network_.token.add(bucket_of(token, distance), sums[distance]);
      });
      const i64 parent = markup.parent[element];
      if (parent >= 0) {
        if (tree.block[element] != element) sums[NEAR] += sums_of(parent, NEAR);
        sums[FAR] += sums_of(parent, FAR);
      }
      for (i64 distance = 0; distance < DISTANCES; ++distance)
        __builtin_memcpy(says.data + distance * EMBEDDING, &sums[distance], sizeof(Sums));
    }
  }

  // Write the embedding of a row's words.
  void read_words(i64 row, i64 first) const {
    Sums sum = {};
    phrases::each(words_, row, [&](i64 bucket, i64) { network_.ngram.add(bucket, sum); });
    f32* const own = own_of(row, first);
    const f32 number = static_cast<f32>(phrases::number_of(words_.number(row)));
    if (own) put(own, network_.ngram.value(sum, 1.0f / sqrt(number)));
  }

  // Write the embedding of the markup around a line.
  void read_markup(const Markup& markup, const Tree& tree, i64 element, i64 row, i64 first) const {
    using namespace markup_tokens;
    f32* const own = own_of(row, first);
    if (!own) return;
    Sums sum = {};
    f32 number = 1;
    if (element >= 0) {
      sum = sums_of(element, NEAR);
      const i64 block = tree.block[element];
      i64 at = block >= 0 ? markup.parent[block] : -1;
      for (i64 level = 0; level < LEVELS && at >= 0; ++level, at = markup.parent[at])
        sum += sums_of(at, BLOCK);
      if (at >= 0) sum += sums_of(at, FAR);
      number = static_cast<f32>(most(tree.tokens[2 * element + 1], 1));
    }
    put(own + EMBEDDING, network_.token.value(sum, 1.0f / sqrt(number)));
  }

  // Write the exponentially decaying means of a page's lines before and after each line, and the mean of all
  // of them. `origin` is the first row in scratch memory.
  void look_around(i64 first, i64 last, i64 origin) const {
    sweep(first, last, 1, network_.own(), origin);
    sweep(last - 1, first - 1, -1, 2 * network_.own(), origin);
    for (i64 part = 0; part < network_.own() / EMBEDDING; ++part)
      write_mean(first, last, part * EMBEDDING, origin);
  }

  // Write the probabilities of the kinds of each row.
  void run(const Rows<const f32>& features, const Rows<const f32>& context, View<const f32> log_odds,
           i64 first, i64 last) const {
    for (i64 row = first; row < last && !says_.call->stopped(); row += LINES) {
      const i64 lines = least(LINES, last - row);
      for (i64 line = 0; line < lines; ++line)
        load(features[row + line], context[row + line], log_odds[row + line], own_of(row + line, first),
             line);
      run_kinds_widest(network_, table_, odds_);
      for (i64 line = 0; line < lines; ++line) write(out_[row + line], line);
    }
  }

 private:
  // The weight of an ancestor's tokens, by their distance.
  static constexpr i64 TREE_WIDTH = markup_tokens::DISTANCES * EMBEDDING;
  // The decay of a window per line: by half after one and a half lines.
  static constexpr f32 FADE = 0.6299605f;

  static INLINE Vector vector_at(const f32* at) { return *reinterpret_cast<const StoredVector*>(at); }
  static INLINE void put(f32* at, Vector value) { *reinterpret_cast<StoredVector*>(at) = value; }

  Sums sums_of(i64 element, i64 distance) const {
    const i64 at = element * TREE_WIDTH + distance * EMBEDDING;
    const View<i32> says = says_.part(at, at + EMBEDDING);
    Sums sums = {};
    if (says.size == EMBEDDING) __builtin_memcpy(&sums, says.data, sizeof(Sums));
    return sums;
  }

  f32* own_of(i64 row, i64 first) const {
    return around_.part((row - first) * row_width_, (row - first + 1) * row_width_).data;
  }

  void sweep(i64 first, i64 end, i64 step, i64 at, i64 origin) const {
    Vector sums[2] = {};
    f32 weight = 0;
    for (i64 row = first; row != end; row += step) {
      f32* const here = own_of(row, origin);
      if (!here) return;
      const f32 scale = weight > 0 ? 1.0f / weight : 0.0f;
      for (i64 part = 0; part < network_.own() / EMBEDDING; ++part) {
        put(here + at + part * EMBEDDING, sums[part] * scale);
        sums[part] = (sums[part] + vector_at(here + part * EMBEDDING)) * FADE;
      }
      weight = (weight + 1.0f) * FADE;
    }
  }

  // Write the mean of an embedding over the lines of a page to each of them.
  void write_mean(i64 first, i64 last, i64 at, i64 origin) const {
    Vector sum = {};
    for (i64 row = first; row < last; ++row)
      if (const f32* const own = own_of(row, origin)) sum += vector_at(own + at);
    sum *= 1.0f / static_cast<f32>(most(last - first, i64{1}));
    for (i64 row = first; row < last; ++row)
      if (f32* const own = own_of(row, origin)) put(own + 3 * network_.own() + at, sum);
  }

  // Put a line into the table, which is stored column by column.
  void load(const f32* features, const f32* context, f32 log_odds, const f32* own, i64 line) const {
    f32* to = table_.data + line;
    i64 column = 0;
    const auto give = [&](f32 value) { *to = value, to += LINES; };
    for (const i64 from : network_.first_columns) give(network_.scaled(features[from], column++));
    for (const i64 from : network_.second_columns) give(network_.scaled(context[from], column++));
    give(network_.scaled(log_odds, column));
    for (i64 number = 0; number < row_width_; ++number) give(own ? own[number] : 0.0f);
  }

  // Write the probabilities of a line: a softmax over its log-odds.
  void write(f32* to, i64 line) const {
    f32 largest = odds_.data[line], total = 0;
    for (i64 kind = 1; kind < network_.kinds(); ++kind)
      largest = most(largest, odds_.data[kind * LINES + line]);
    for (i64 kind = 0; kind < network_.kinds(); ++kind) {
      to[kind] = exp(odds_.data[kind * LINES + line] - largest);
      total += to[kind];
    }
    for (i64 kind = 0; kind < network_.kinds(); ++kind)
      to[kind] = nearest(to[kind] / total * 1000.0f) / 1000.0f;
  }

  const Words& words_;
  const KindNetwork& network_;
  i64 row_width_;
  View<f32> around_;
  View<i32> says_;
  View<f32> table_, odds_;
  Rows<f32> out_;
};

}  // namespace detector
