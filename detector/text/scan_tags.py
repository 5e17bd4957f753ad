"""Tags of a serialised page: the half of the HTML scanner that reads markup.

What the parser serialised needs no error recovery: names are lower case, every
attribute is `name="value"` with quotes and ampersands escaped, every element that is
not void has its end tag. Whatever breaks that (an unclosed `<plaintext>`) is survived.
"""

from typing import Final

import numpy as np

from detector.compiled import inlined
from detector.records import Bytes, Integers, Number
from detector.text import tags as tag
from detector.text.scan_text import ELEMENTS, HINT_BYTES, HINTS, TOKENS, Output
from detector.text.tags import NAME_PRIME, NUMBER, Tags, name_hash

GT: Final = 62
SLASH: Final = 47
QUOTE: Final = 34
EQUALS: Final = 61

FNV_START: Final = np.uint32(2166136261)
FNV_PRIME: Final = np.uint32(NAME_PRIME)

# Attributes whose words tell what an element is.
CLASS: Final = np.uint32(name_hash("class"))
ID: Final = np.uint32(name_hash("id"))
ROLE: Final = np.uint32(name_hash("role"))
ITEMPROP: Final = np.uint32(name_hash("itemprop"))
HREF: Final = np.uint32(name_hash("href"))
REL: Final = np.uint32(name_hash("rel"))
HIDDEN: Final = np.uint32(name_hash("hidden"))
ARIA_HIDDEN: Final = np.uint32(name_hash("aria-hidden"))
STYLE: Final = np.uint32(name_hash("style"))
NAME: Final = np.uint32(name_hash("name"))
PROPERTY: Final = np.uint32(name_hash("property"))
CONTENT: Final = np.uint32(name_hash("content"))
TYPE: Final = np.uint32(name_hash("type"))
TRUE: Final = np.uint32(name_hash("true"))
LD_JSON: Final = np.uint32(name_hash("application/ld+json"))

# `display:none` and `visibility:hidden`, told by the bytes after which a style hides.
NONE_WORD: Final = np.uint32(name_hash("none"))
HIDDEN_WORD: Final = np.uint32(name_hash("hidden"))

# Words of an attribute's value that become tokens: the first ones say it.
MOST_TOKENS: Final = 24
MOST_LINK_TOKENS: Final = 8

# Kinds of hints.
TITLE_HINT: Final = 1
DESCRIPTION_HINT: Final = 2
DATA_HINT: Final = 3
DESCRIPTIONS: Final = tuple(
    np.uint32(name_hash(name)) for name in ("description", "og:description", "twitter:description")
)
TITLES: Final = tuple(np.uint32(name_hash(name)) for name in ("og:title", "twitter:title"))

INSIDE_HIDDEN: Final = tag.INSIDE_BIT["hidden"]
SKIPPED_TITLE: Final = NUMBER["title"]


@inlined
def read_name(html: Bytes, at: Number, end: Number) -> tuple[Number, Number]:
    """Return the hash of the tag name at `at` and where the name ends."""
    value = FNV_START
    while at < end:
        byte = html[at]
        if byte in (GT, SLASH) or byte <= 32:
            break
        value = np.uint32((value ^ np.uint32(byte)) * FNV_PRIME)
        at += 1
    return value, at


@inlined
def tag_number(value: Number, tags: Tags) -> Number:
    """Return the number of the tag whose name has this hash; 0 for any other."""
    slot = np.uint32(value * np.uint32(tag.SLOT_MIX)) >> np.uint32(21)
    number = tags.slot[slot]
    return number if tags.name_hash[number] == value else np.uint8(0)


@inlined
def read_attribute(html: Bytes, at: Number, end: Number) -> tuple[Number, Number, Number]:
    """Return name hash, start and end of the value of the attribute at `at`.

    The next attribute, if any, begins after the closing quote and a space.
    """
    value = FNV_START
    first = True
    while at < end and (first or html[at] != EQUALS):
        value = np.uint32((value ^ np.uint32(html[at])) * FNV_PRIME)
        at += 1
        first = False
    start = at + 2
    at = start
    while at < end and html[at] != QUOTE:
        at += 1
    return value, start, at


@inlined
def hash_value(html: Bytes, start: Number, end: Number) -> Number:
    """Return the hash of a value in lower case, without its spaces."""
    value = FNV_START
    for at in range(start, end):
        byte = html[at]
        if byte > 32:
            if 65 <= byte <= 90:
                byte += 32
            value = np.uint32((value ^ np.uint32(byte)) * FNV_PRIME)
    return value


@inlined
def write_tokens(html: Bytes, start: Number, end: Number, most: Number, out: Output, state: Integers) -> None:
    """Write the words of a value: parted at anything but letters, and at `camelCase`.

    Digits are left out, so that `post-123` and `post-124` say the same. A word in
    several parts (`entry-content`) is also one token as a whole.
    """
    number, last = state[TOKENS], state[TOKENS] + most
    part, whole, size, parts = FNV_START, FNV_START, 0, 0
    before_lower: Number = False
    for at in range(start, end + 1):
        byte = html[at] if at < end else np.uint8(32)
        lower, upper = 97 <= byte <= 122 or byte >= 0x80, 65 <= byte <= 90
        if (not lower and not (upper and not before_lower)) and size > 0:
            if size > 1 and number < last:
                out.token[number] = part
                number += 1
            parts += 1
            part, size = FNV_START, 0
        if lower or upper:
            folded = np.uint32(byte + 32 if upper else byte)
            part = np.uint32((part ^ folded) * FNV_PRIME)
            whole = np.uint32((whole ^ folded) * FNV_PRIME)
            size += 1
        elif byte <= 32:
            if parts > 1 and number < last:
                out.token[number] = whole ^ np.uint32(0x5BD1E995)
                number += 1
            whole, parts = FNV_START, 0
        before_lower = lower
    state[TOKENS] = number


@inlined
def hides(html: Bytes, start: Number, end: Number) -> bool:
    """Tell whether a style attribute hides its element (`none` or `hidden` as a value)."""
    word = FNV_START
    after_colon = False
    for at in range(start, end + 1):
        byte = html[at] if at < end else np.uint8(59)
        if byte == 58:  # :
            word, after_colon = FNV_START, True
        elif byte == 59 or byte == 33:  # ; !
            if after_colon and word in (NONE_WORD, HIDDEN_WORD):
                return True
            after_colon = False
        elif byte > 32:
            word = np.uint32((word ^ np.uint32(byte)) * FNV_PRIME)
    return False


@inlined
def open_element(
    html: Bytes, at: Number, end: Number, number: Number, tags: Tags, out_state: tuple[Output, Integers]
) -> Number:
    """Record the element whose attributes begin at `at`; return where its tag ends.

    The element's tokens and `inside` bits are written; its parent is the innermost
    open element. The caller opens it.
    """
    out, state = out_state
    element = state[ELEMENTS]
    state[ELEMENTS] = element + 1
    bits = tags.inside[number]
    while at < end and html[at] != GT:
        if html[at] <= 32:
            at += 1
            continue
        name, start, stop = read_attribute(html, at, end)
        at = stop + 1
        if name in (CLASS, ID, ROLE, ITEMPROP, REL):
            write_tokens(html, start, stop, MOST_TOKENS, out, state)
        elif name == HREF:
            write_tokens(html, start, stop, MOST_LINK_TOKENS, out, state)
        elif (
            name == HIDDEN
            or (name == ARIA_HIDDEN and hash_value(html, start, stop) == TRUE)
            or (name == STYLE and hides(html, start, stop))
        ):
            bits |= INSIDE_HIDDEN
    out.tag[element] = number
    out.inside[element] = bits
    out.element_token[element + 1] = state[TOKENS]
    return at + 1


@inlined
def skip_attributes(html: Bytes, at: Number, end: Number) -> Number:
    """Return where the tag whose attributes begin at `at` ends."""
    while at < end and html[at] != GT:
        if html[at] <= 32:
            at += 1
            continue
        _, _, stop = read_attribute(html, at, end)
        at = stop + 1
    return at + 1


@inlined
def write_hint(html: Bytes, start: Number, end: Number, kind: Number, out: Output, state: Integers) -> None:
    """Copy a title, a description or structured data; JSON's escapes become spaces."""
    written = state[HINT_BYTES]
    at = start
    while at < end:
        byte: Number = html[at]
        if byte == 92 and kind == DATA_HINT and at + 1 < end:
            at += 2 if html[at + 1] != 117 else 6
            byte = np.uint8(32)
        else:
            at += 1
        out.hints[written] = byte
        written += 1
    out.hint_end[state[HINTS]] = state[HINT_BYTES] = written
    out.hint_kind[state[HINTS]] = kind
    state[HINTS] += 1


@inlined
def read_meta(html: Bytes, at: Number, end: Number, out: Output, state: Integers) -> Number:
    """Read a `<meta>` tag; keep a title or description as a hint."""
    kind, content_start, content_end = 0, 0, 0
    while at < end and html[at] != GT:
        if html[at] <= 32:
            at += 1
            continue
        name, start, stop = read_attribute(html, at, end)
        at = stop + 1
        if name == CONTENT:
            content_start, content_end = start, stop
        elif name in (NAME, PROPERTY):
            value = hash_value(html, start, stop)
            if value in DESCRIPTIONS:
                kind = DESCRIPTION_HINT
            elif value in TITLES:
                kind = TITLE_HINT
    if kind and content_end > content_start:
        write_hint(html, content_start, content_end, kind, out, state)
    return at + 1


@inlined
def is_data_script(html: Bytes, at: Number, end: Number) -> bool:
    """Tell whether the script whose attributes begin at `at` holds structured data."""
    while at < end and html[at] != GT:
        if html[at] <= 32:
            at += 1
            continue
        name, start, stop = read_attribute(html, at, end)
        at = stop + 1
        if name == TYPE and hash_value(html, start, stop) == LD_JSON:
            return True
    return False
