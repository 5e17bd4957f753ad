// A network of one hidden layer over a block of lines. Every line's sums run in one order, so a
// line scores the same in any batch, wherever it stands in a block, and on any processor.
#pragma once

#include "../features/context.h"
#include "generated.h"

namespace detector {

// Lines of a block, hidden units of a tile, and floats of a vector (256 bits; narrower
// processors use two). Eight sums stay in registers and leave room for the operands.
constexpr i64 LINES = 32, UNITS = 2, LANES = 8, VECTORS = LINES / LANES;
typedef f32 Vector __attribute__((vector_size(LANES * sizeof(f32))));
// Centred and scaled features beyond this are cut off: outliers say no more than "much".
constexpr f32 CLIP = 4.0f;
// The first columns of a context table are the first guess; they belong to no block.
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

  // Tell whether the arrays fit together, so that kernels need not ask again.
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

// A tile of hidden units for a block of lines.
struct Tile {
  Vector of[UNITS][VECTORS];
};

// Scratch for one block of lines.
struct Block {
  View<f32> table;       // (F, LINES), the features, columns first
  View<f32> own;         // (CODES, OWN_COLUMNS, LINES), the scaled guess without each code
  View<f32> log_odds;    // (LINES,)
  View<f32> without;     // (CODES, LINES), log-odds without each code
  View<const i64> used;  // codes that the scorer's networks have

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

  // Put lines into the table, centred and scaled.
  void load(const Table<const f32>& features, i64 first, i64 lines, const Network& network) const {
    for (i64 line = 0; line < lines; ++line) {
      const View<const f32> row = features[first + line];
      if (row.size != network.columns()) return;
      for (i64 column = 0; column < row.size; ++column)
        table.data[column * LINES + line] = network.scaled(row.data[column], column);
    }
  }
};

INLINE Vector vector_at(const f32* at) {
  Vector value;
  __builtin_memcpy(&value, at, sizeof value);
  return value;
}

INLINE void store_vector(f32* at, Vector value) { __builtin_memcpy(at, &value, sizeof value); }

// The sums of a tile's units over some columns.
INLINE Tile tile_sums(const Network& network, const f32* table, i64 unit, i64 first, i64 last) {
  Tile sums = {};
  const f32* weights[UNITS];
  for (i64 number = 0; number < UNITS; ++number)
    weights[number] = network.hidden.all.data + (unit + number) * network.columns();
  for (i64 column = first; column < last; ++column) {
    Vector lines[VECTORS];
    for (i64 part = 0; part < VECTORS; ++part) lines[part] = vector_at(table + column * LINES + part * LANES);
    for (i64 number = 0; number < UNITS; ++number)
      for (i64 part = 0; part < VECTORS; ++part)
        sums.of[number][part] += lines[part] * weights[number][column];
  }
  return sums;
}

INLINE void add(Tile& to, const Tile& more) {
  for (i64 number = 0; number < UNITS; ++number)
    for (i64 part = 0; part < VECTORS; ++part) to.of[number][part] += more.of[number][part];
}

// Add what a tile's units say, once `gone` is taken from their sums.
INLINE void add_output(const Network& network, i64 unit, const Tile& total, const Tile& gone, f32* log_odds) {
  for (i64 part = 0; part < VECTORS; ++part) {
    Vector said = vector_at(log_odds + part * LANES);
    for (i64 number = 0; number < UNITS; ++number) {
      const Vector sum = total.of[number][part] - gone.of[number][part];
      said += (sum > 0 ? sum : Vector{}) * network.out.data[unit + number];
    }
    store_vector(log_odds + part * LANES, said);
  }
}

// What falls away with a code: its sums, and what the guess changes by.
INLINE Tile without_code(const Network& network, i64 unit, const Tile& of_code, const Tile& guess,
                         const f32* own) {
  Tile gone = of_code;
  add(gone, guess);
  for (i64 column = 0; column < OWN_COLUMNS; ++column)
    for (i64 number = 0; number < UNITS; ++number) {
      const f32 weight = network.hidden.all.data[(unit + number) * network.columns() + column];
      for (i64 part = 0; part < VECTORS; ++part)
        gone.of[number][part] -= vector_at(own + column * LINES + part * LANES) * weight;
    }
  return gone;
}

// Write the log-odds of a block of lines, and those without each code that is in use. In a
// context table the guess, too, is one without that code.
INLINE void run_block(const Network& network, bool has_guess, const Block& block) {
  block.log_odds.fill(network.out_bias.data[0]);
  block.without.fill(network.out_bias.data[0]);
  for (i64 unit = 0; unit < network.units(); unit += UNITS) {
    Tile sums[code::CODES + 1] = {};  // by code; the guess's are the last
    for (i64 number = 0; number < network.block_code.size; ++number) {
      const i64 code = network.block_code.data[number];
      add(sums[code < 0 ? static_cast<i64>(code::CODES) : code],
          tile_sums(network, block.table.data, unit, network.block_start.data[number],
                    network.block_start.data[number + 1]));
    }
    Tile total;
    for (i64 number = 0; number < UNITS; ++number)
      for (i64 part = 0; part < VECTORS; ++part)
        total.of[number][part] = Vector{} + network.hidden_bias.data[unit + number];
    for (const i64 code : block.used) add(total, sums[code]);
    add(total, sums[code::CODES]);
    for (const i64 code : block.used) {
      const f32* own = block.own.data + code * OWN_COLUMNS * LINES;
      const Tile gone =
          has_guess ? without_code(network, unit, sums[code], sums[code::CODES], own) : sums[code];
      add_output(network, unit, total, gone, block.without.data + code * LINES);
    }
    add_output(network, unit, total, Tile{}, block.log_odds.data);
  }
}

// The same, with the widest vectors that the processor has.
void run_block_widest(const Network& network, bool has_guess, const Block& block);

// A calibration: log-odds rising, and the probability of boilerplate at each; see model.files.
struct Calibration {
  View<const f32> log_odds, share;

  explicit Calibration(Call& call) : log_odds(call), share(call) {}

  f32 operator()(f32 value) const {
    if (value <= log_odds[0]) return share[0];
    for (i64 at = 1; at < log_odds.size; ++at) {
      if (value > log_odds[at]) continue;
      const f32 part = (value - log_odds[at - 1]) / (log_odds[at] - log_odds[at - 1]);
      return share[at - 1] + part * (share[at] - share[at - 1]);
    }
    return share[share.size - 1];
  }
};

// A probability rounded to 1/1000, as all scores are.
INLINE f32 rounded(f32 share) { return nearest(share * 1000.0f) / 1000.0f; }

}  // namespace detector
