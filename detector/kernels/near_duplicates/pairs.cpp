// From band keys to candidate pairs, from pairs to kept texts, and the extension of blocks of lines.
#include "../arrays.h"

namespace detector {

namespace {

constexpr i64 BITS = 64;

// Decides whether an earlier band already gave a pair; see near_duplicates.lsh.candidates.
struct Emitted {
  Table<const u32> keys;
  Table<const u64> large;
  View<const i64> owner;

  explicit Emitted(Call& call) : keys(call), large(call), owner(call) {}

  // Tell whether no joined bucket of an earlier band contains both texts.
  bool is_new(i64 one, i64 two, i64 band) const {
    if (owner.size && owner[one] == owner[two]) return false;
    const View<const u32> first = keys[one], second = keys[two];
    const View<const u64> large_first = large[one];
    for (i64 earlier = 0; earlier < band; ++earlier)
      if (first[earlier] == second[earlier] && !(large_first[earlier / BITS] >> (earlier % BITS) & 1))
        return false;
    return true;
  }
};

}  // namespace

// Write the new pairs of a band's buckets while there is room; return their number. `cursor` (2,) holds the
// bucket, and the member of it, at which to continue.
i64 join_buckets(Call& call) {
  const View<const i64> members(call), bucket_start(call), bucket_size(call);
  const i64 band = call.integer();
  const Emitted emitted(call);
  const View<i64> cursor(call), left(call), right(call);
  i64 count = 0, bucket = cursor[0], first = cursor[1];
  if (bucket < 0 || first < 0) call.fail(OUT_OF_RANGE, least(bucket, first));
  for (; bucket < bucket_start.size && !call.stopped(); ++bucket, first = 0) {
    const i64 start = bucket_start[bucket];
    const View<const i64> texts = members.part(start, start + bucket_size[bucket]);
    for (; first < texts.size - 1; ++first) {
      if (count + texts.size - first - 1 > left.size) {
        cursor[0] = bucket;
        cursor[1] = first;
        return count;
      }
      const i64 one = texts[first];
      for (i64 second = first + 1; second < texts.size; ++second) {
        const i64 two = texts[second];
        if (!emitted.is_new(one, two, band)) continue;
        left[count] = one;
        right[count] = two;
        count += 1;
      }
    }
  }
  cursor[0] = bucket;
  cursor[1] = first;
  return count;
}

// Choose for each text the kept text that it is a near-duplicate of, or the text itself if it is kept. Pairs
// are sorted by their later text, so that the earlier one is already decided.
i64 choose_representatives(Call& call) {
  const View<const i64> later(call), earlier(call);
  const View<const f64> similarity(call);
  const View<const i64> rank(call);
  const View<i64> representative(call);
  const View<f64> closeness(call);
  for (i64 pair = 0; pair < later.size && !call.stopped(); ++pair) {
    const i64 text = later[pair], other = earlier[pair];
    if (representative[other] != other) continue;
    const i64 kept = representative[text];
    const bool closer = kept == text || similarity[pair] > closeness[text];
    if (!closer && !(similarity[pair] == closeness[text] && rank[other] < rank[kept])) continue;
    representative[text] = other;
    closeness[text] = similarity[pair];
  }
  return 0;
}

// Extend each block by equal lines before and after it, on its page and on the page of its source.
i64 grow_blocks(Call& call) {
  const Table<const u64> digest(call);
  const View<const i64> page(call);
  const View<i64> first(call), end(call), source(call);
  const auto equal = [&](i64 one, i64 two) {
    return digest[one][0] == digest[two][0] && digest[one][1] == digest[two][1];
  };
  for (i64 block = 0; block < first.size && !call.stopped(); ++block) {
    const i64 our_page = page[first[block]], their_page = page[source[block]];
    const auto belong = [&](i64 one, i64 two) {
      return one >= 0 && two >= 0 && one < page.size && two < page.size && page[one] == our_page &&
             page[two] == their_page && equal(one, two);
    };
    i64 ours = first[block], theirs = source[block];
    i64 our_end = end[block], their_end = theirs + our_end - ours;
    while (belong(ours - 1, theirs - 1)) {
      ours -= 1;
      theirs -= 1;
    }
    while (belong(our_end, their_end)) {
      our_end += 1;
      their_end += 1;
    }
    first[block] = ours;
    end[block] = our_end;
    source[block] = theirs;
  }
  return 0;
}

}  // namespace detector
