// What nothing reads in a page, neither a kernel nor the parser: most attributes.
#pragma once

#include "tokens.h"

namespace detector {

// Tell whether a value contains a word in lower case, in any case.
inline bool holds(const Tokens& page, const Tokens::RawAttribute& found, const char* word) {
  for (i64 at = found.value; at < found.value_end; ++at)
    if (lower(page.byte(at)) == static_cast<u8>(*word) && page.is_word(word, at)) return true;
  return false;
}

// Tell whether a style may say anything that is read, because one of its properties is read.
inline bool is_read_style(const Tokens& page, const Tokens::RawAttribute& found) {
  for (i64 at = found.value; at < found.value_end; at = page.find(';', at, found.value_end) + 1) {
    while (at < found.value_end && page.byte(at) <= ' ') at += 1;
    switch (lower(page.byte(at))) {
      case 'd':
        if (page.is_word("display", at)) return true;
        break;
      case 'v':
        if (page.is_word("visibility", at)) return true;
        break;
      case 'u':
        if (page.is_word("user-select", at)) return true;
        break;
      case '-':
        if (page.is_word("-webkit-user-select", at)) return true;
        break;
      default:
        break;
    }
  }
  return page.find('&', found.value, found.value_end) < found.value_end;
}

// Tell whether any kernel, or the parser, reads an attribute.
inline bool is_read(const Tokens& page, const Tokens::RawAttribute& found) {
  switch (found.name) {
    case hash_of("class"):
    case hash_of("id"):
    case hash_of("role"):
    case hash_of("itemprop"):
    case hash_of("rel"):
    case hash_of("href"):
    case hash_of("hidden"):
    case hash_of("aria-hidden"):
    case hash_of("name"):
    case hash_of("property"):
    case hash_of("content"):
    case hash_of("type"):
    case hash_of("encoding"):
    case hash_of("color"):
    case hash_of("face"):
    case hash_of("size"):
    case hash_of("shadowrootmode"):
    case hash_of("slot"):
    case hash_of("colspan"):
    case hash_of("rowspan"):
    case hash_of("data-line-number"):
    case hash_of("data-linenumber"):
    case hash_of("unselectable"):
      return true;
    case hash_of("style"):
      return is_read_style(page, found);
    default:
      return false;
  }
}

// Tags at which the parser leaves foreign content, and those in which it reads HTML.
constexpr u32 LEAVE_DRAWING[] = {hash_of("b"),          hash_of("big"),
                                 hash_of("blockquote"), hash_of("body"),
                                 hash_of("br"),         hash_of("center"),
                                 hash_of("code"),       hash_of("dd"),
                                 hash_of("div"),        hash_of("dl"),
                                 hash_of("dt"),         hash_of("em"),
                                 hash_of("embed"),      hash_of("h1"),
                                 hash_of("h2"),         hash_of("h3"),
                                 hash_of("h4"),         hash_of("h5"),
                                 hash_of("h6"),         hash_of("head"),
                                 hash_of("hr"),         hash_of("i"),
                                 hash_of("img"),        hash_of("li"),
                                 hash_of("listing"),    hash_of("menu"),
                                 hash_of("meta"),       hash_of("nobr"),
                                 hash_of("ol"),         hash_of("p"),
                                 hash_of("pre"),        hash_of("ruby"),
                                 hash_of("s"),          hash_of("small"),
                                 hash_of("span"),       hash_of("strong"),
                                 hash_of("strike"),     hash_of("sub"),
                                 hash_of("sup"),        hash_of("table"),
                                 hash_of("tt"),         hash_of("u"),
                                 hash_of("ul"),         hash_of("var"),
                                 hash_of("font"),       hash_of("foreignobject"),
                                 hash_of("math")};

inline bool leaves_drawing(u32 name) {
  for (const u32 tag : LEAVE_DRAWING)
    if (tag == name) return true;
  return false;
}

}  // namespace detector
