// A network with one hidden layer, computed for a block of lines. The sums of every line have a fixed order,
// so a line gets the same score in any batch, at any position in a block, and on any processor.
#pragma once

#include "../features/context.h"
#include "generated.h"

namespace detector {

// Lines in a block, hidden units in a tile, and floats in a vector (256 bits; narrower processors use two).
// Eight sums fit into the registers together with the operands.
constexpr i64 LINES = 32, UNITS = 2, LANES = 8;
typedef f32 Vector __attribute__((vector_size(LANES * sizeof(f32))));
// The same vector in memory, at any address.
typedef f32 StoredVector __attribute__((vector_size(LANES * sizeof(f32)), aligned(4), may_alias));

// One number for each line of a block: four vectors, written out so that every compiler keeps them in
// registers.
struct PerLine {
  Vector one, two, three, four;

  static INLINE PerLine all(f32 value) {
    const Vector same = Vector{} + value;
    return {same, same, same, same};
  }

  static INLINE PerLine at(const f32* from) {
    const StoredVector* const stored = reinterpret_cast<const StoredVector*>(from);
    return {stored[0], stored[1], stored[2], stored[3]};
  }

  INLINE void store(f32* to) const {
    StoredVector* const stored = reinterpret_cast<StoredVector*>(to);
    stored[0] = one;
    stored[1] = two;
    stored[2] = three;
    stored[3] = four;
  }

  INLINE PerLine operator+(PerLine o) const {
    return {one + o.one, two + o.two, three + o.three, four + o.four};
  }
  INLINE PerLine operator-(PerLine o) const {
    return {one - o.one, two - o.two, three - o.three, four - o.four};
  }
  INLINE PerLine operator*(f32 o) const { return {one * o, two * o, three * o, four * o}; }
  INLINE PerLine positive() const {
    return {one > 0 ? one : Vector{}, two > 0 ? two : Vector{}, three > 0 ? three : Vector{},
            four > 0 ? four : Vector{}};
  }
};

// A tile of hidden units for a block of lines.
struct Tile {
  PerLine first, second;

  INLINE Tile operator+(const Tile& o) const { return {first + o.first, second + o.second}; }
};

// Centred and scaled features are clipped to this, because larger outliers carry no more information.
constexpr f32 CLIP = 4.0f;
// The first columns of a context table are the first guess, and belong to no block.
constexpr i64 OWN_COLUMNS = 2;

// A trained network; see model.network.Network. F columns, H hidden units.
struct Network {
  View<const f32> mean, scale;
  Table<const f32> hidden;
  View<const f32> hidden_bias, out, out_bias;
  View<const i64> block_code, block_start;

  explicit Network(Call& call)
      : mean(call),
        scale(call),
        hidden(call),
        hidden_bias(call),
        out(call),
        out_bias(call),
        block_code(call),
        block_start(call) {}

  i64 columns() const { return mean.size; }
  i64 units() const { return out.size; }

  // Tell whether the arrays fit each other, so that kernels need no further checks.
  bool fits(i64 table_columns, i64 codes) const {
    const bool shapes = scale.size == columns() && hidden.columns == columns() && hidden.rows == units() &&
                        hidden_bias.size == units() && units() % UNITS == 0 && out_bias.size == 1 &&
                        block_start.size == block_code.size + 1 && table_columns == columns();
    if (!shapes || columns() < OWN_COLUMNS) return false;
    for (i64 block = 0; block < block_code.size; ++block) {
      const i64 first = block_start.data[block], last = block_start.data[block + 1];
      if (first < 0 || first > last || last > columns()) return false;
      if (block_code.data[block] < -1 || block_code.data[block] >= codes) return false;
    }
    return true;
  }

  INLINE f32 scaled(f32 value, i64 column) const {
    return within((value - mean.data[column]) * scale.data[column], -CLIP, CLIP);
  }
};

// Scratch for one block of lines.
struct Block {
  View<f32> table;       // (F, LINES), the features, column by column
  View<f32> own;         // (CODES, OWN_COLUMNS, LINES), the scaled guess without each code
  View<f32> log_odds;    // (LINES,)
  View<f32> without;     // (CODES, LINES), log-odds without each code
  View<const i64> used;  // codes that the scorer's networks use

  Block(Call& call, i64 columns, View<const i64> used)
      : table(scratch<f32>(call, columns * LINES)),
        own(scratch<f32>(call, code::CODES * OWN_COLUMNS * LINES)),
        log_odds(scratch<f32>(call, LINES)),
        without(scratch<f32>(call, code::CODES * LINES)),
        used(used) {}

  bool codes_fit() const {
    for (const i64 code : used)
      if (code < 0 || code >= code::CODES) return false;
    return true;
  }

  // Put lines into the table, centred and scaled. The rows have the network's columns.
  void load(const Rows<const f32>& features, i64 first, i64 lines, const Network& network) const {
    for (i64 line = 0; line < lines; ++line) {
      const f32* const row = features[first + line];
      for (i64 column = 0; column < network.columns(); ++column)
        table.data[column * LINES + line] = network.scaled(row[column], column);
    }
  }
};

// The sums of a tile's units over a range of columns.
INLINE Tile tile_sums(const Table<const f32>& hidden, const f32* table, i64 unit, i64 first, i64 last) {
  Tile sums = {};
  const f32* const one = hidden.all.data + unit * hidden.columns;
  const f32* const two = one + hidden.columns;
  for (i64 column = first; column < last; ++column) {
    const PerLine lines = PerLine::at(table + column * LINES);
    sums.first = sums.first + lines * one[column];
    sums.second = sums.second + lines * two[column];
  }
  return sums;
}

// Add the output of a tile's units to the log-odds.
INLINE void add_output(const Network& network, i64 unit, const Tile& sums, f32* log_odds) {
  const PerLine said = PerLine::at(log_odds) + sums.first.positive() * network.out.data[unit];
  (said + sums.second.positive() * network.out.data[unit + 1]).store(log_odds);
}

// The effect of leaving out a code: its sums, and the change of the guess.
INLINE Tile without_code(const Network& network, i64 unit, const Tile& of_code, const Tile& guess,
                         const f32* own) {
  const f32* const one = network.hidden.all.data + unit * network.columns();
  const f32* const two = one + network.columns();
  const PerLine guessed = PerLine::at(own), squeezed = PerLine::at(own + LINES);
  const Tile gone = of_code + guess;
  return {gone.first - guessed * one[0] - squeezed * one[1],
          gone.second - guessed * two[0] - squeezed * two[1]};
}

// Write the log-odds of a block of lines, and those without each code in use. In a context table, the guess
// is also computed without that code.
INLINE void run_block(const Network& network, bool has_guess, const Block& block) {
  block.log_odds.fill(network.out_bias.data[0]);
  block.without.fill(network.out_bias.data[0]);
  for (i64 unit = 0; unit < network.units(); unit += UNITS) {
    Tile sums[code::CODES + 1] = {};  // by code; that of the guess is the last
    for (i64 number = 0; number < network.block_code.size; ++number) {
      const i64 code = network.block_code.data[number];
      Tile& of_code = sums[code < 0 ? static_cast<i64>(code::CODES) : code];
      of_code = of_code + tile_sums(network.hidden, block.table.data, unit, network.block_start.data[number],
                                    network.block_start.data[number + 1]);
    }
    Tile total = {PerLine::all(network.hidden_bias.data[unit]),
                  PerLine::all(network.hidden_bias.data[unit + 1])};
    for (const i64 code : block.used) total = total + sums[code];
    total = total + sums[code::CODES];
    for (const i64 code : block.used) {
      const f32* const own = block.own.data + code * OWN_COLUMNS * LINES;
      Tile gone = sums[code];
      if (has_guess) gone = without_code(network, unit, gone, sums[code::CODES], own);
      add_output(network, unit, {total.first - gone.first, total.second - gone.second},
                 block.without.data + code * LINES);
    }
    add_output(network, unit, total, block.log_odds.data);
  }
}

// The same, with the widest vectors that the processor has.
void run_block_widest(const Network& network, bool has_guess, const Block& block);

}  // namespace detector
