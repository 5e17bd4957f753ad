// Alignment of the words of a page with those of its gold text, in order. For training.
#include "arrays.h"

namespace detector {

namespace {

// The score of a match that continues a run, and of one that starts a run.
constexpr i32 GO_ON = 10, START = 3;
constexpr i64 LEAST_RUN = 3;

enum Move : u8 { UP = 1, LEFT = 2, BEGIN = 3, EXTEND = 4 };

// Fill the table of moves (page, gold).
void fill_moves(Call& call, View<const u64> page, View<const u64> gold, Table<u8> moves, Table<i32> scores) {
  const View<i32> best = scores[0], run = scores[1], last_run = scores[2];
  best.fill(0);
  last_run.fill(-1);
  for (i64 i = 0; i < page.size && !call.stopped(); ++i) {
    const View<u8> row = moves[i];
    i32 diagonal = 0;
    run[0] = -1;
    for (i64 j = 0; j < gold.size; ++j) {
      const i32 above = best[j + 1];
      i32 value = above;
      u8 move = UP;
      if (best[j] > value) {
        value = best[j];
        move = LEFT;
      }
      run[j + 1] = -1;
      if (page[i] == gold[j]) {
        const i32 begun = diagonal + START, extended = last_run[j] >= 0 ? last_run[j] + GO_ON : -1;
        run[j + 1] = most(begun, extended);
        if (run[j + 1] >= value) {
          value = run[j + 1];
          move = extended >= begun ? EXTEND : BEGIN;
        }
      }
      row[j] = move;
      diagonal = above;
      best[j + 1] = value;
    }
    for (i64 j = 0; j <= gold.size; ++j) last_run[j] = run[j];
  }
}

// Write the gold word that each word of the page is aligned with, or -1.
void trace(Table<u8> moves, View<i64> match) {
  match.fill(-1);
  i64 i = moves.rows - 1, j = moves.columns - 1;
  while (i >= 0 && j >= 0) {
    const u8 move = moves[i][j];
    if (move == UP) {
      i -= 1;
    } else if (move == LEFT) {
      j -= 1;
    } else {
      // A run is followed to its beginning, even if a cell on the way prefers another move.
      for (bool going_on = true; going_on && i >= 0 && j >= 0; --i, --j) {
        match[i] = j;
        going_on = moves[i][j] == EXTEND;
      }
    }
  }
}

// Remove runs that are short and are not whole lines on both sides.
void drop_short_runs(View<i64> match, View<const bool> page_ends, View<const bool> gold_ends) {
  const auto whole = [](i64 at, i64 end, View<const bool> ends) {
    return (at == 0 || ends[at - 1]) && ends[end - 1];
  };
  for (i64 at = 0; at < match.size;) {
    i64 end = at + 1;
    if (match[at] >= 0) {
      while (end < match.size && match[end] == match[end - 1] + 1) end += 1;
      const bool lines = whole(at, end, page_ends) && whole(match[at], match[end - 1] + 1, gold_ends);
      if (end - at < LEAST_RUN && !lines) match.part(at, end).fill(-1);
    }
    at = end;
  }
}

}  // namespace

// Write the gold word that each word of the page is aligned with, or -1. `page_ends` and `gold_ends` mark the
// words that end a line.
i64 align_words(Call& call) {
  const View<const u64> page(call);
  const View<const bool> page_ends(call);
  const View<const u64> gold(call);
  const View<const bool> gold_ends(call);
  const View<i64> match(call);
  const Table<u8> moves = scratch_table<u8>(call, page.size, gold.size);
  const Table<i32> scores = scratch_table<i32>(call, 3, gold.size + 1);
  if (call.stopped()) return 0;
  fill_moves(call, page, gold, moves, scores);
  trace(moves, match);
  drop_short_runs(match, page_ends, gold_ends);
  return 0;
}

}  // namespace detector
