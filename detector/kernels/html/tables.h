// Data tables: which tables they are, and the column of each cell.
#pragma once

#include "source.h"

namespace detector {

// Distinguishes data tables from layout tables. A data table has at least two rows and two columns, no table
// inside, and no cell with a text of its own: a long one of several blocks, with a heading, a form or code.
class Tables {
 public:
  explicit Tables(Call& call) : at_(nullptr, 0, &call) {}

  // Take memory for a page with this many tags.
  void take_scratch(Call& call, i64 tags) { at_ = scratch<i64>(call, tags); }

  void start_page() { known_ = passed_ = 0; }

  // Tell whether the table whose content begins at `at` is a data table. Tables must be asked for in the
  // order of the page.
  bool is_data(const Source& source, i64 at) {
    while (passed_ < known_ && at_[passed_] / 2 < at) passed_ += 1;
    if (passed_ == known_) look_through(source, at);
    const i64 found = at_[passed_];
    return found / 2 == at && found % 2;
  }

 private:
  // A cell with more bytes than this, in several blocks, is a text of its own.
  static constexpr i64 LONG_CELL = 400;

  // The innermost open table, if it has no table inside so far.
  struct Innermost {
    i64 number = -1, rows = 0, columns = 0, most_columns = 0, cell_bytes = 0, cell_blocks = 0;
    bool in_cell = false, arranges = false;
  };

  // Record for a table and all tables inside whether they are data tables.
  void look_through(const Source& source, i64 at) {
    known_ = passed_ = 0;
    Innermost table = opened(at);
    i64 depth = 1;
    source.look_ahead(
        at,
        [&](i64 start, i64 stop) {
          if (table.in_cell && !source.is_space(start, stop)) table.cell_bytes += stop - start;
          return true;
        },
        [&](const Tag& found) {
          if (found.number == tag::table) {
            depth += found.closing ? -1 : 1;
            if (found.closing) close(table);
            table = found.closing ? Innermost() : opened(source.after_attributes(found.name_end));
          } else if (table.number >= 0) {
            found.closing ? close_in(table, found.number) : open_in(table, found.number);
          }
          return depth > 0;
        });
  }

  Innermost opened(i64 at) {
    Innermost table;
    table.number = known_;
    at_[known_] = at * 2;
    known_ += 1;
    return table;
  }

  void close(const Innermost& table) {
    if (table.number >= 0 && table.rows > 1 && table.most_columns > 1 && !table.arranges)
      at_[table.number] += 1;
  }

  static void open_in(Innermost& table, u8 number) {
    const u16 flags = tag_flags[number];
    if (number == tag::tr) {
      table.rows += 1;
      table.columns = 0;
    } else if (flags & flag::CELL) {
      table.columns += 1;
      table.most_columns = most(table.most_columns, table.columns);
      table.cell_bytes = table.cell_blocks = 0;
      table.in_cell = true;
    } else if (table.in_cell) {
      const u32 inside = tag_inside[number];
      if (flags & flag::PRE || inside & (inside::heading | inside::form | inside::nav | inside::select))
        table.arranges = true;
      if (flags & (flag::BLOCK | flag::BREAK)) table.cell_blocks += table.cell_bytes > 0;
    }
  }

  static void close_in(Innermost& table, u8 number) {
    if (!(tag_flags[number] & flag::CELL)) return;
    if (table.cell_blocks && table.cell_bytes > LONG_CELL) table.arranges = true;
    table.in_cell = false;
  }

  View<i64> at_;  // for each table, where its content begins, twice; plus one if it is a data table
  i64 known_ = 0, passed_ = 0;
};

// The columns of a data table. Cells that span several rows or columns leave these positions empty.
class Columns {
 public:
  void start_table() {
    for (i64& rows : rows_below_) rows = 0;
    start_row();
  }

  void start_row() {
    column_ = width_ = 0;
    passed_ = 0;
  }

  // Open a cell; return how many columns it is after the previous one.
  i64 open_cell(i64 columns, i64 rows) {
    i64 steps = width_;
    for (; column_ < MOST && rows_below_[column_] && passed_ < MOST_PASSED; ++column_, ++passed_, ++steps)
      rows_below_[column_] -= 1;
    width_ = columns;
    for (i64 number = 0; number < columns && column_ < MOST; ++number, ++column_)
      rows_below_[column_] = rows - 1;
    return steps;
  }

  void end_row() {
    for (; column_ < MOST; ++column_) rows_below_[column_] -= rows_below_[column_] > 0;
  }

 private:
  // Columns that are told apart, and those that one row spans: a tag has this many bytes.
  static constexpr i64 MOST = 64, MOST_PASSED = 12;

  i64 rows_below_[MOST] = {};  // rows in which a cell from above occupies the column
  i64 column_ = 0, width_ = 0, passed_ = 0;
};

}  // namespace detector
