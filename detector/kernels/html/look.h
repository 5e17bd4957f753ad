// What the attributes of an element say about how it looks.
#pragma once

#include "attributes.h"

namespace detector {

namespace says {
constexpr u32 HIDDEN = 1u << 0;         // by style
constexpr u32 BLOCK = 1u << 1;          // by style, whatever its tag is
constexpr u32 INLINE_TEXT = 1u << 2;    // by style, whatever its tag is
constexpr u32 UNSELECTABLE = 1u << 3;   // is not copied with the text around it
constexpr u32 GUTTER = 1u << 4;         // line numbers beside something
constexpr u32 LINE_NUMBER = 1u << 5;    // a line number
constexpr u32 CODE = 1u << 6;           // source code
constexpr u32 FORMULA = 1u << 7;        // holds a formula, perhaps in several forms
constexpr u32 FORMULA_COPY = 1u << 8;   // a formula as a drawing of letters
constexpr u32 SLOTTED = 1u << 9;        // is in a slot of its parent's shadow tree
constexpr u32 IN_PAGE = 1u << 10;       // links to a place on this page
constexpr u32 PRESENTATION = 1u << 11;  // a layout table
constexpr u32 ARIA_HIDDEN = 1u << 12;   // is not read by screen readers
}  // namespace says

struct Look {
  u32 says = 0;
  i64 class_start = 0, class_end = 0;  // of the value of the class attribute, if any
  i64 columns = 1, rows = 1;
};

// Mixed into the hash of a compound word, so that it differs from that of a part.
constexpr u32 WHOLE_WORD = 0x5BD1E995;

// Words of `class`, `id` and `role` with a meaning. A compound name ("line-number") counts as one word too,
// so the table has each name as a whole and in parts.
struct SayingWord {
  u32 token, in_parts;
  u32 says;

  constexpr SayingWord(const char* name, u32 says)
      : token(hash_of(name)), in_parts(token ^ WHOLE_WORD), says(says) {}
};
constexpr SayingWord SAYING_WORDS[] = {
    {"lineno", says::LINE_NUMBER},
    {"linenos", says::LINE_NUMBER},
    {"linenum", says::LINE_NUMBER},
    {"linenums", says::LINE_NUMBER},
    {"linenumber", says::LINE_NUMBER},
    {"linenumbers", says::LINE_NUMBER},
    {"blobnum", says::LINE_NUMBER},
    {"hljslnn", says::LINE_NUMBER},
    {"hljslnnumbers", says::LINE_NUMBER},
    {"codemirrorlinenumber", says::LINE_NUMBER},
    {"tokenlinenumber", says::LINE_NUMBER},
    {"reactsyntaxhighlighterlinenumber", says::LINE_NUMBER},
    {"gutter", says::GUTTER},
    {"gutters", says::GUTTER},
    {"ln", says::GUTTER},
    {"lnt", says::GUTTER},
    {"lntable", says::GUTTER},
    {"unselectable", says::UNSELECTABLE},
    {"noselect", says::UNSELECTABLE},
    {"selectnone", says::UNSELECTABLE},
    {"userselectnone", says::UNSELECTABLE},
    {"unselectabletext", says::UNSELECTABLE},
    {"code", says::CODE},
    {"codemirror", says::CODE},
    {"editor", says::CODE},
    {"snippet", says::CODE},
    {"playground", says::CODE},
    {"sourcecode", says::CODE},
    {"example", says::CODE},
    {"katex", says::FORMULA},
    {"mathjax", says::FORMULA},
    {"mathjaxchtml", says::FORMULA},
    {"mathjaxdisplay", says::FORMULA},
    {"mathjaxpreview", says::FORMULA},
    {"mathjaxsvg", says::FORMULA},
    {"mathjaxsvgdisplay", says::FORMULA},
    {"mjxcontainer", says::FORMULA},
    {"mjxchtml", says::FORMULA},
    {"mwemathelement", says::FORMULA},
    {"katexhtml", says::FORMULA_COPY},
    {"presentation", says::PRESENTATION},
};

// The tokens that such a word may have, by their last bits: most tokens have none.
struct WordFilter {
  u64 bits[64];

  constexpr WordFilter() : bits{} {
    for (const SayingWord& word : SAYING_WORDS) {
      add(word.token);
      add(word.in_parts);
    }
  }

  constexpr void add(u32 token) { bits[token >> 6 & 63] |= u64{1} << (token & 63); }
};
constexpr WordFilter word_filter;

// The meaning of a word, by its token.
INLINE u32 word_says(u32 token) {
  if (!(word_filter.bits[token >> 6 & 63] >> (token & 63) & 1)) return 0;
  for (const SayingWord& word : SAYING_WORDS)
    if (token == word.token || token == word.in_parts) return word.says;
  return 0;
}

// The meaning of one declaration in a style attribute.
INLINE u32 declaration_says(u32 property, u32 value) {
  switch (property) {
    case hash_of("display"):
      switch (value) {
        case hash_of("none"):
          return says::HIDDEN;
        case hash_of("block"):
        case hash_of("flex"):
        case hash_of("grid"):
        case hash_of("table"):
        case hash_of("list-item"):
        case hash_of("flow-root"):
          return says::BLOCK;
        case hash_of("inline"):
          return says::INLINE_TEXT;
        default:
          return 0;
      }
    case hash_of("visibility"):
      return value == hash_of("hidden") ? says::HIDDEN : 0;
    case hash_of("user-select"):
    case hash_of("-webkit-user-select"):
      return value == hash_of("none") ? says::UNSELECTABLE : 0;
    default:
      return 0;
  }
}

// The meaning of a style attribute.
INLINE u32 style_says(View<const u8> html, i64 start, i64 end) {
  u32 word = FNV_START, property = 0, said = 0;
  for (i64 at = start; at <= end; ++at) {
    const u8 byte = at < end ? lower(html[at]) : u8{';'};
    if (byte == ':') {
      property = word;
      word = FNV_START;
    } else if (byte == ';' || byte == '!') {
      said |= declaration_says(property, word);
      property = 0;
      word = FNV_START;
    } else if (byte > 32) {
      word = hashed(word, byte);
    }
  }
  return said;
}

// The integer that a value begins with, within bounds; `low` if there is none.
INLINE i64 value_number(View<const u8> html, i64 start, i64 end, i64 low, i64 high) {
  i64 number = 0;
  for (const u8 byte : html.clipped(start, end)) {
    if (byte < '0' || byte > '9') break;
    number = least(number * 10 + (byte - '0'), high);
  }
  return most(number, low);
}

}  // namespace detector
