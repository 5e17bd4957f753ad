// Condenses a page: removes what the parser need not see, such as scripts, styles, comments, drawings, and
// attributes that nothing reads. The rest gives the same lines and the same markup, and parses in half the
// time.
#include "open_formatting.h"
#include "references.h"
#include "shadow_trees.h"
#include "unread.h"

namespace detector {

namespace {

class Condenser {
 public:
  Condenser(View<const u8> page, View<u8> out, bool scripting)
      : page_(page), out_(out), scripting_(scripting), has_nul_(page_.find(0, 0) < page_.size()) {}

  i64 written() const { return written_; }
  bool has_article() const { return has_article_; }
  bool has_shadow_tree() const { return has_shadow_tree_; }
  i64 open_formatting() const { return formatting_.most(); }

  void condense() {
    const volatile i32* const stop = out_.call->stop;
    for (i64 at = 0; at < page_.size() && !*stop;) {
      const i64 tag = page_.find('<', at);
      copy_content(at, tag);
      at = tag < page_.size() ? token(tag) : tag;
    }
  }

 private:
  // Bytes that do not fit are counted but not written.
  void put(u8 byte) {
    if (written_ < out_.size) out_.data[written_] = byte;
    written_ += 1;
  }

  void copy(i64 start, i64 end) {
    if (has_nul_) return copy_without_nul(start, end);
    const i64 size = most<i64>(least(end, page_.size()) - start, 0);
    if (written_ + size <= out_.size)
      __builtin_memcpy(out_.data + written_, page_.from(start), static_cast<u64>(size));
    written_ += size;
  }

  // The parser drops NUL from text, and turns it into U+FFFD everywhere else.
  void copy_without_nul(i64 start, i64 end) {
    for (i64 at = start; at < end; ++at) {
      if (page_.byte(at))
        put(page_.byte(at));
      else if (!in_text_)
        write_character(0xFFFD);
    }
  }

  void write(const char* text) {
    for (; *text; ++text) put(static_cast<u8>(*text));
  }

  i64 copy_to(i64 start, i64 end) {
    copy(start, end);
    return end;
  }

  // Copy text between tags.
  void copy_content(i64 at, i64 end) {
    in_text_ = true;
    copy_text(at, end, false);
    in_text_ = false;
  }

  // Copy text with its references resolved, into bytes that the parser passes through unchanged; characters
  // with a meaning in HTML are escaped.
  void copy_text(i64 at, i64 end, bool in_attribute) {
    while (at < end) {
      const i64 next = page_.find('&', at, end);
      in_attribute ? copy_quoted(at, next) : copy(at, next);
      if (next == end) return;
      const CharacterReference found = references::read(page_, next, in_attribute);
      at = next + most<i64>(found.length, 1);
      write_character(found.length && at <= end ? found.first : u32{'&'});
      if (found.length && found.second) write_character(found.second);
    }
  }

  void copy_quoted(i64 at, i64 end) {
    for (i64 next = at; at < end; at = next + 1) {
      next = page_.find('"', at, end);
      copy(at, next);
      if (next < end) write("&quot;");
    }
  }

  void write_character(u32 code) {
    if (code == '<') return write("&lt;");
    if (code == '>') return write("&gt;");
    if (code == '&') return write("&amp;");
    if (code == '"') return write("&quot;");
    if (code < 0x20) {
      // Line ends would be changed or removed.
      write("&#");
      if (code >= 10) put(static_cast<u8>('0' + code / 10));
      put(static_cast<u8>('0' + code % 10));
      return put(';');
    }
    if (code < 0x80) return put(static_cast<u8>(code));
    if (code < 0x800) {
      put(static_cast<u8>(0xC0 | code >> 6));
    } else {
      if (code < 0x10000) {
        put(static_cast<u8>(0xE0 | code >> 12));
      } else {
        put(static_cast<u8>(0xF0 | code >> 18));
        put(static_cast<u8>(0x80 | (code >> 12 & 0x3F)));
      }
      put(static_cast<u8>(0x80 | (code >> 6 & 0x3F)));
    }
    put(static_cast<u8>(0x80 | (code & 0x3F)));
  }

  // Read the markup that begins with the `<` at `at`; return where to continue.
  i64 token(i64 at) {
    const u8 next = page_.byte(at + 1);
    if (is_letter(next)) return start_tag(at);
    if (next == '/' && is_letter(page_.byte(at + 2))) return end_tag(at);
    if (next == '!' && page_.byte(at + 2) == '-' && page_.byte(at + 3) == '-') return page_.comment_end(at);
    if (next == '!' || next == '?' || next == '/')
      return copy_to(at, least(page_.find('>', at) + 1, page_.size()));
    return copy_to(at, at + 1);
  }

  i64 end_tag(i64 at) {
    const Name name = page_.tag_name(at + 2);
    const i64 end = page_.tag_end(name.end);
    if (end < 0) return page_.size();  // the standard drops a tag that does not end
    formatting_.end(name.hash);
    if (name.hash == hash_of("template") && shadow_.close()) {
      write("</shadow-root>");
      return end;
    }
    copy(at, name.end);
    write(">");
    return end;
  }

  i64 start_tag(i64 at) {
    const Name name = page_.tag_name(at + 1);
    const i64 before = written_;
    bool is_data = false, styled = false, is_shadow = false;
    copy(at, name.end);
    const i64 end = page_.each_raw_attribute(name.end, [&](const Tokens::RawAttribute& found) {
      // Of two attributes with the same name, the first counts.
      if (found.name == hash_of("style") && styled) return;
      styled |= found.name == hash_of("style");
      if (!is_read(page_, found)) return;
      if (found.name == hash_of("type"))
        is_data |=
            (holds(page_, found, "ld") && holds(page_, found, "json")) || holds(page_, found, "math/tex");
      is_shadow |= found.name == hash_of("shadowrootmode");
      put(' ');
      copy(found.start, found.name_end);
      if (found.name_end == found.end) return;
      write("=\"");
      copy_text(found.value, found.value_end, true);
      put('"');
    });
    if (end < 0) {
      written_ = before;
      return page_.size();
    }
    formatting_.start(name.hash);
    if (name.hash == hash_of("svg")) return drawing(at, end, before);
    const bool is_template = name.hash == hash_of("template");
    has_shadow_tree_ |= is_template && is_shadow;
    if (is_template && shadow_.open(is_shadow)) {
      written_ = before;
      write("<shadow-root>");
      return end;
    }
    write(">");
    return content(name, end, is_data);
  }

  // Skip or keep the contents of a raw text element; return where to continue.
  i64 content(const Name& name, i64 at, bool is_data) {
    switch (name.hash) {
      case hash_of("script"):
        return is_data ? data(at, page_.script_end(at)) : page_.script_end(at);
      case hash_of("style"):
        return raw(at, page_.raw_end(at, "style", 5), false);
      case hash_of("iframe"):
        return raw(at, page_.raw_end(at, "iframe", 6), false);
      case hash_of("noembed"):
        return raw(at, page_.raw_end(at, "noembed", 7), false);
      case hash_of("noframes"):
        return raw(at, page_.raw_end(at, "noframes", 8), false);
      case hash_of("noscript"):
        return scripting_ ? raw(at, page_.raw_end(at, "noscript", 8), false) : at;
      case hash_of("title"):
        return text_to(at, page_.raw_end(at, "title", 5));
      case hash_of("textarea"):
        return text_to(at, page_.raw_end(at, "textarea", 8));
      case hash_of("xmp"):
        return raw(at, page_.raw_end(at, "xmp", 3), true);
      case hash_of("plaintext"):
        return copy_to(at, page_.size());
      case hash_of("math"):
        formatting_.note_unseen();
        return text_to(at, page_.raw_end(at, "math", 4));
      default:
        return at;
    }
  }

  i64 text_to(i64 at, i64 end) {
    copy_text(at, end, false);
    return end;
  }

  i64 raw(i64 at, i64 end, bool keeps) {
    if (keeps) copy(at, end);
    return end;
  }

  // Keep structured data, and record whether it contains an article.
  i64 data(i64 at, i64 end) {
    for (i64 next = page_.find('"', at, end); next < end && !has_article_;
         next = page_.find('"', next + 1, end))
      has_article_ = page_.is_word("articlebody\"", next + 1);
    return copy_to(at, end);
  }

  // Remove the contents of <svg>, unless the parser would end it early or read HTML in it: then all of it is
  // kept. `before` is where the tag begins in the output.
  i64 drawing(i64 at, i64 end, i64 before) {
    if (page_.byte(end - 2) == '/') {
      write("/>");
      return end;
    }
    bool plain = true;
    i64 depth = 1, next = end;
    while (depth && (next = page_.find('<', next)) < page_.size()) {
      const bool closing = page_.byte(next + 1) == '/';
      if (!is_letter(page_.byte(next + 1 + closing))) {
        next = after_declaration(next);
        continue;
      }
      const Name name = page_.tag_name(next + 1 + closing);
      next = page_.tag_end(name.end);
      if (next < 0) next = page_.size();
      plain &= !leaves_drawing(name.hash);
      if (name.hash == hash_of("svg") && page_.byte(next - 2) != '/') depth += closing ? -1 : 1;
    }
    if (!plain || depth) {
      formatting_.note_unseen();
      written_ = before;
      return text_to(at, next);
    }
    write("></svg>");
    return next;
  }

  i64 after_declaration(i64 at) const {
    if (page_.is_word("<!--", at)) return page_.comment_end(at);
    if (!page_.is_word("<![cdata[", at)) return at + 1;
    for (at = page_.find(']', at + 9); at < page_.size(); at = page_.find(']', at + 1))
      if (page_.byte(at + 1) == ']' && page_.byte(at + 2) == '>') return at + 3;
    return page_.size();
  }

  Tokens page_;
  View<u8> out_;
  ShadowTrees shadow_;
  OpenFormatting formatting_;
  bool scripting_, has_nul_, in_text_ = false, has_article_ = false, has_shadow_tree_ = false;
  i64 written_ = 0;
};

}  // namespace

// Write a page without what the parser need not see, with references resolved; return the number of bytes
// written, or needed if there is too little room. `scripting` tells whether the parser will treat the
// contents of <noscript> as raw text. `found` (3,) receives whether structured data contains an article, how
// many formatting elements are open at once, and whether there are shadow trees.
i64 condense_html(Call& call) {
  const View<const u8> page(call);
  const i64 scripting = call.integer();
  const View<u8> out(call);
  const View<i64> found(call);
  Condenser condenser(page, out, scripting);
  condenser.condense();
  found[0] = condenser.has_article();
  found[1] = condenser.open_formatting();
  found[2] = condenser.has_shadow_tree();
  return condenser.written();
}

}  // namespace detector
