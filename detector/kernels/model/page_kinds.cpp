// The kind of a page: a linear model over the words of the page and the look of its content.
#include "../features/position.h"
#include "scorers.h"

namespace detector {

namespace {

constexpr u32 BUCKET_BITS = 13;
constexpr i64 BUCKETS = 1 << BUCKET_BITS;

INLINE i64 bucket_of(u64 key) {
  return static_cast<i64>((key * 0xA0761D6478BD642Full) >> (64 - BUCKET_BITS));
}

// Write the columns of one page; `link_share` is the share of each line in links, -1 for text.
void write_look(const Words& words, View<const f32> scores, View<const f32> link_share, i64 first, i64 last,
                View<f32> out) {
  f32 total = 0, content = 0, lines = 0, in_long = 0, sentences = 0, linked = 0;
  i64 digits = 0, letters = 0, singles = 0;
  for (i64 row = first; row < last; ++row) {
    const f32 size = words_in(words, row), kept = 1.0f - scores[row];
    total += size;
    content += size * kept;
    lines += kept;
    in_long += size >= LONG_WORDS ? size * kept : 0.0f;
    digits += words.count(row, DIGIT);
    letters += words.count(row, LETTER) + words.count(row, UPPER) + words.count(row, SINGLE) +
               words.count(row, DIGIT);
    singles += words.count(row, SINGLE);
    sentences += words.count(row, END) > 0 ? kept : 0.0f;
    linked += size * most(link_share[row], 0.0f);
  }
  const f32 some = most(total, 1.0f), some_content = most(content, 1.0f), some_lines = most(lines, 0.5f);
  out[0] = content / some;
  out[1] = log1p(content);
  out[2] = log1p(content / some_lines);
  out[3] = in_long / some_content;
  out[4] = log1p(static_cast<f32>(last - first));
  out[5] = log1p(lines);
  out[6] = share(digits, most<i64>(letters, 1));
  out[7] = sentences / some_lines;
  out[8] = share(singles, most<i64>(letters, 1));
  out[9] = linked / some;
  out[10] = link_share[first] >= 0;
}

}  // namespace

// Write numbers that describe each page's expected content: float32 (P, 11), zeros for a page without lines.
i64 page_looks(Call& call) {
  const Words words(call);
  const View<const f32> scores(call), link_share(call);
  const View<const i64> page_segment(call);
  const Table<f32> looks(call);
  require_rising(page_segment, words.segments());
  for (i64 page = 0; page + 1 < page_segment.size && !call.stopped(); ++page) {
    const i64 first = page_segment[page], last = page_segment[page + 1];
    looks[page].fill(0);
    if (first < last) write_look(words, scores, link_share, first, last, looks[page]);
  }
  return 0;
}

// Write the distinct buckets of the words of every page; return their number.
i64 page_words(Call& call) {
  const Words words(call);
  const View<const i64> page_segment(call);
  const View<i64> start(call);
  const View<i32> buckets(call);
  require_rising(page_segment, words.segments());
  const View<bool> seen = scratch<bool>(call, BUCKETS);
  if (call.stopped()) return 0;
  seen.fill(false);
  i64 number = 0;
  const i64 pages = page_segment.size - 1;
  for (i64 page = 0; page < pages && !call.stopped(); ++page) {
    start[page] = number;
    const i64 last = words.segment_word[page_segment[page + 1]];
    for (i64 word = words.segment_word[page_segment[page]]; word < last; ++word) {
      const i64 bucket = bucket_of(words.key[word]);
      if (seen[bucket]) continue;
      seen[bucket] = true;
      buckets[number] = static_cast<i32>(bucket);
      number += 1;
    }
    for (i64 at = start[page]; at < number; ++at) seen[buckets[at]] = false;
  }
  start[pages] = number;
  return number;
}

// Write the kinds of each page: their probabilities (P, K), and what the words and each group of columns add
// to their log-odds (P, K, groups + 1).
i64 page_kinds(Call& call) {
  const Table<const f32> looks(call);
  const View<const i64> start(call);
  const View<const i32> buckets(call);
  const Table<const f32> bucket_weight(call);
  const View<const f32> mean(call), scale(call);
  const Table<const f32> look_weight(call);
  const View<const f32> bias(call);
  const View<const i64> group(call);
  const Table<f32> shares(call), signals(call);
  require_rising(start, buckets.size);
  const i64 kinds = bias.size, groups = kinds ? signals.columns / kinds : 0;
  for (i64 page = 0; page < looks.rows && !call.stopped(); ++page) {
    const View<const f32> look = looks[page];
    const View<f32> out = shares[page];
    const i64 first = start[page], last = start[page + 1];
    const f32 word_scale = 1.0f / sqrt(static_cast<f32>(most<i64>(last - first, 1)));
    for (i64 kind = 0; kind < kinds; ++kind) {
      const View<f32> signal = signals[page].part(kind * groups, (kind + 1) * groups);
      signal.fill(0);
      for (i64 number = first; number < last; ++number) signal[0] += bucket_weight[buckets[number]][kind];
      signal[0] *= word_scale;
      for (i64 column = 0; column < look.size; ++column) {
        const f32 value = within((look[column] - mean[column]) * scale[column], -CLIP, CLIP);
        signal[group[column]] += value * look_weight[column][kind];
      }
      out[kind] = bias[kind];
      for (const f32 part : signal) out[kind] += part;
    }
    f32 highest = out[0], total = 0;
    for (const f32 value : out) highest = most(highest, value);
    for (f32& value : out) {
      value = exp(value - highest);
      total += value;
    }
    for (f32& value : out) value /= total;
  }
  return 0;
}

}  // namespace detector
