// How well a line matches what the page declares in its head: titles, descriptions and structured data. Each
// is a bag of words; structured data is a bag of word pairs.
#pragma once

#include "../html/markup.h"
#include "../maths.h"
#include "../text/keys.h"
#include "generated.h"

namespace detector {

class TitleBag {
 public:
  TitleBag(Call& call, const Words& words, const Markup& markup, const Words& hint_words)
      : words_(words),
        markup_(markup),
        hint_words_(hint_words),
        key_(scratch<u64>(call, size_for(2 * MOST_HINT_WORDS))),
        kinds_(scratch<u8>(call, size_for(2 * MOST_HINT_WORDS))) {}

  // Put the hints of a page into the bag.
  void start(i64 page) {
    const i64 first = markup_.page_hint[page], last = markup_.page_hint[page + 1];
    const i64 words = hint_words_.segment_word[last] - hint_words_.segment_word[first];
    const i64 size = size_for(least(words, 2 * MOST_HINT_WORDS));
    mask_ = size - 1;
    kinds_.part(0, size).fill(0);
    title_ = data_ = 0;
    i64 others = 0;
    for (i64 hint = first; hint < last; ++hint) {
      const WordSpan span{hint_words_.segment_word[hint], hint_words_.segment_word[hint + 1]};
      const u8 kind = markup_.hint_kind[hint];
      if (kind == DATA_HINT) {
        const i64 taken = least(span.size(), MOST_HINT_WORDS - data_);
        data_ += taken;
        for (i64 number = span.first; number + 1 < span.first + taken; ++number)
          put(pair_key(hint_words_.key[number], hint_words_.key[number + 1]), kind);
        continue;
      }
      if (kind == TITLE_HINT && title_ == 0) title_ = span.size();
      const i64 taken = least(least(span.size(), MOST_OF_ONE), MOST_HINT_WORDS - others);
      others += taken;
      for (i64 number = span.first; number < span.first + taken; ++number) put(hint_words_.key[number], kind);
    }
  }

  // Write the title columns of one segment.
  void write(i64 row, f32* out) const {
    const WordSpan span = span_of(words_, row);
    i64 in_title = 0, in_description = 0, in_data = 0;
    for (i64 number = span.first; number < span.last; ++number) {
      const u8 kinds = kinds_[find(words_.key[number])];
      in_title += kinds >> TITLE_HINT & 1;
      in_description += kinds >> DESCRIPTION_HINT & 1;
      if (number + 1 < span.last)
        in_data += kinds_[find(pair_key(words_.key[number], words_.key[number + 1]))] >> DATA_HINT & 1;
    }
    const i64 some = most<i64>(span.size(), 1);
    out[feature::in_title] = share(in_title, some);
    out[feature::in_description] = share(in_description, some);
    out[feature::in_data] = share(in_data, most<i64>(span.size() - 1, 1));
    out[feature::title_in_line] = least(share(in_title, most<i64>(title_, 1)), 1.0f);
    out[feature::page_has_data] = log1p(static_cast<f32>(data_)) / 8.0f;
  }

 private:
  // The most words that are read of structured data, and of everything else together, because some pages
  // carry a whole catalogue in their head. A title or description gets a tenth of that.
  static constexpr i64 MOST_HINT_WORDS = 20000, MOST_OF_ONE = MOST_HINT_WORDS / 10;

  static i64 size_for(i64 keys) {
    i64 size = 64;
    while (size < 4 * keys) size *= 2;
    return size;
  }

  i64 find(u64 key) const {
    i64 at = static_cast<i64>((key * MIX) >> 24) & mask_;
    for (i64 tried = 0; tried <= mask_ && kinds_[at] && key_[at] != key; ++tried) at = (at + 1) & mask_;
    return at;
  }

  void put(u64 key, u8 kind) {
    const i64 at = find(key);
    key_[at] = key;
    kinds_[at] = static_cast<u8>(kinds_[at] | 1 << (kind & 7));
  }

  const Words& words_;
  const Markup& markup_;
  const Words& hint_words_;
  View<u64> key_;
  View<u8> kinds_;  // 0 for a free slot
  i64 mask_ = 63;
  i64 title_ = 0, data_ = 0;  // words of the first title, and of structured data
};

}  // namespace detector
