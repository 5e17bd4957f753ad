"""What each HTML tag means for lines: data, and the tables that the scanner reads.

Which elements make a line of their own is settled in contracts ("Lines"); it follows
the rendering section of the HTML standard (elements with `display: block` and kin),
plus options, buttons and labels, which stand apart on screen.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# How the scanner treats a tag (bits).
BLOCK: Final = 1  # text before, inside and after stand on lines of their own
SKIP: Final = 2  # nothing inside is a line
RAW: Final = 4  # content is not markup, up to the end tag of the same name
VOID: Final = 8  # no content, no end tag
PRE: Final = 16  # white space counts, line ends are line ends
CELL: Final = 32  # table cell: joined to the one before by a tab
ROW: Final = 64  # table row or table: always starts a line
LINK: Final = 128
HEAD: Final = 256  # where title, description and structured data are looked for
BREAK: Final = 512  # <br>
TITLE: Final = 1024
META: Final = 2048
SCRIPT: Final = 4096

_BLOCKS: Final = (
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li listing "
    "main menu nav noscript ol optgroup option p search section select summary tbody tfoot thead ul "
    "audio canvas object video"
)
_VOIDS: Final = (
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
_INLINES: Final = (
    "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd map mark math meter nobr output "
    "picture progress q rb rp rt ruby s samp slot small span strike strong sub sup time tt u var"
)

_FLAGS: Final = (
    (_BLOCKS, BLOCK),
    (_INLINES, 0),
    (_VOIDS, VOID),
    ("table tr", BLOCK | ROW),
    ("td th", CELL),
    ("script", SKIP | RAW | SCRIPT),
    ("style iframe noembed noframes", SKIP | RAW),
    ("template svg", SKIP),
    ("head", SKIP | HEAD),
    ("title", SKIP | TITLE),
    ("meta", VOID | META),
    ("pre", BLOCK | PRE),
    ("textarea", BLOCK | PRE),
    ("xmp plaintext", BLOCK | PRE | RAW),
    ("a", LINK),
    ("br", VOID | BREAK),
)

# What an element is or stands in: a bit each, in this order.
INSIDE: Final = (
    "nav", "header", "footer", "aside", "main", "article", "section", "form",
    "figure", "table", "ul", "ol", "li", "dl", "details", "dialog",
    "noscript", "hidden", "link", "button", "select", "heading", "blockquote", "pre",
    "label", "caption", "paragraph", "emphasis", "cell", "address", "small", "definition",
)  # fmt: skip
INSIDE_BIT: Final = {name: np.uint32(1 << number) for number, name in enumerate(INSIDE)}

_INSIDE_TAGS: Final = {
    "nav": "nav", "menu": "nav", "header": "header", "footer": "footer", "aside": "aside", "main": "main",
    "article": "article", "section": "section", "form": "form", "figure": "figure", "table": "table",
    "ul": "ul", "dir": "ul", "ol": "ol", "li": "li", "dl": "dl", "dt": "definition", "dd": "definition",
    "details": "details", "dialog": "dialog", "noscript": "noscript", "a": "link", "button": "button",
    "select": "select", "option": "select", "optgroup": "select", "h1": "heading", "h2": "heading",
    "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading", "blockquote": "blockquote",
    "pre": "pre", "xmp": "pre", "plaintext": "pre", "textarea": "form", "label": "label", "legend": "label",
    "summary": "label", "caption": "caption", "figcaption": "caption", "p": "paragraph", "b": "emphasis",
    "strong": "emphasis", "em": "emphasis", "i": "emphasis", "td": "cell", "th": "cell",
    "address": "address", "small": "small",
}  # fmt: skip


def _numbered() -> tuple[str, ...]:
    names: list[str] = [""]  # 0: any other tag, inline
    for group, _ in _FLAGS:
        names.extend(name for name in group.split() if name not in names)
    return tuple(names)


NAMES: Final = _numbered()
NUMBER: Final = {name: number for number, name in enumerate(NAMES)}

SLOTS: Final = 2048
# Multiplier that gives every name above a slot of its own (the smallest odd one; the
# table refuses to be built should a new name break that).
SLOT_MIX: Final = 19
NAME_PRIME: Final = 16777619


class Tags(NamedTuple):
    """The tables as kernels take them.

    slot: uint8 (2048,), tag number by the name's hash
    name_hash: uint32 (tags,); flags: uint16 (tags,); inside: uint32 (tags,)
    """

    slot: NDArray[np.uint8]
    name_hash: NDArray[np.uint32]
    flags: NDArray[np.uint16]
    inside: NDArray[np.uint32]


def name_hash(name: str) -> int:
    """Return the 32-bit FNV-1a hash of a tag or attribute name."""
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * NAME_PRIME) & 0xFFFFFFFF
    return value


@lru_cache(maxsize=2)
def tag_tables(noscript_is_markup: bool = False) -> Tags:
    """Build the tables; raises `ValueError` should two names share a slot."""
    slot = np.zeros(SLOTS, np.uint8)
    hashes = np.zeros(len(NAMES), np.uint32)
    flags = np.zeros(len(NAMES), np.uint16)
    inside = np.zeros(len(NAMES), np.uint32)
    for number, name in enumerate(NAMES[1:], start=1):
        hashes[number] = name_hash(name)
        at = ((name_hash(name) * SLOT_MIX) & 0xFFFFFFFF) // (2**32 // SLOTS)
        if slot[at]:
            raise ValueError(f"tags {NAMES[slot[at]]} and {name} share a slot: change SLOT_MIX")
        slot[at] = number
        if name in _INSIDE_TAGS:
            inside[number] = INSIDE_BIT[_INSIDE_TAGS[name]]
    for group, bits in _FLAGS:
        for name in group.split():
            flags[NUMBER[name]] |= np.uint16(bits)
    if not noscript_is_markup:
        flags[NUMBER["noscript"]] = SKIP | RAW
    return Tags(slot, hashes, flags, inside)
