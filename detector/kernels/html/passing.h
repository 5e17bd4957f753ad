// Elements that have no lines, but perhaps hints.
#pragma once

#include "markup.h"
#include "source.h"

namespace detector {

// A skipped raw text element: its text, and whether that is the source of a formula.
struct Passed {
  i64 start, stop;
  bool is_formula;
};

// Skip a raw text element, from its attributes to its end tag; keep structured data as a hint.
inline Passed pass_raw(const Source& source, MarkupWriter& markup, i64 at, u32 name) {
  u32 type = 0;
  const i64 start = each_attribute(source.html, at, source.end, [&](const Attribute& found) {
    if (found.name == hash_of("type")) type = value_hash(source.html, found.start, found.end);
  });
  const i64 stop = source.raw_end(start, name);
  if (type == hash_of("application/ld+json")) markup.write_hint(source.html, start, stop, DATA_HINT);
  return {start, stop, type == hash_of("math/tex") || type == hash_of("math/tex;mode=display")};
}

// Skip the text of the page's title, which is kept as a hint; its end tag is still to come.
inline i64 pass_title(const Source& source, MarkupWriter& markup, i64 at) {
  const i64 start = source.after_attributes(at);
  i64 stop = start;
  while (stop < source.end && source.html[stop] != '<') stop += 1;
  if (stop > start) markup.write_hint(source.html, start, stop, TITLE_HINT);
  return stop;
}

// Skip an element without lines, from its attributes to after its end tag.
inline i64 pass_content(const Source& source, MarkupWriter& markup, i64 at, u16 outer) {
  const bool in_head = outer & (flag::HEAD | flag::TITLE);
  at = outer & flag::TITLE ? pass_title(source, markup, at) : source.after_attributes(at);
  for (i64 depth = 1; at < source.end && depth && !source.html.call->stopped();) {
    if (source.html[at] != '<') {
      at += 1;
      continue;
    }
    if (source.is_declaration(at + 1)) {
      at = source.after_declaration(at + 1);
      continue;
    }
    const Tag found = source.tag_at(at);
    const u16 flags = source.flags_of(found.number);
    if (found.closing) {
      depth -= !(flags & flag::VOID);
      at = source.after_tag(found.name_end);
    } else if (flags & flag::RAW) {
      at = source.after_tag(pass_raw(source, markup, found.name_end, found.name).stop);
    } else if (flags & flag::META) {
      at = markup.read_meta(source.html, found.name_end, source.end);
    } else if (flags & flag::TITLE && in_head) {
      at = pass_title(source, markup, found.name_end);
      depth += 1;
    } else {
      at = source.after_attributes(found.name_end);
      depth += !(flags & flag::VOID);
    }
  }
  return at;
}

}  // namespace detector
