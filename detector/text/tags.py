"""What each HTML tag means for lines. The build makes the tables of the scanner from this.

Which elements make a line follows the rendering section of the HTML standard (elements with `display: block`
and the like). Options, buttons and labels make lines too, because they are separate on screen.

This module imports only the standard library, because the build runs it (kernels/generate.py).
"""

from typing import Final

# How the scanner treats a tag (flags).
BLOCK: Final = 1  # text before, inside and after it is on separate lines
SKIP: Final = 2  # nothing inside is a line
RAW: Final = 4  # content is not markup, up to the end tag of the same name
VOID: Final = 8  # no content, no end tag
PRE: Final = 16  # white space and line ends are kept
CELL: Final = 32  # table cell: joined to the one before by a tab
ROW: Final = 64  # table row or table: always starts a line
LINK: Final = 128
HEAD: Final = 256  # has the title, the description or structured data
BREAK: Final = 512  # <br>
TITLE: Final = 1024
META: Final = 2048
FLAG_NAMES: Final = (
    "BLOCK", "SKIP", "RAW", "VOID", "PRE", "CELL", "ROW", "LINK", "HEAD", "BREAK", "TITLE", "META",
)  # fmt: skip

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
    ("script", SKIP | RAW),
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
    ("annotation annotation-xml", SKIP),  # the source of a formula, next to its rendering
)

# What an element is or is inside of: one flag each, in this order.
INSIDE: Final = (
    "nav", "header", "footer", "aside", "main", "article", "section", "form",
    "figure", "table", "ul", "ol", "li", "dl", "details", "dialog",
    "noscript", "hidden", "link", "button", "select", "heading", "blockquote", "pre",
    "label", "caption", "paragraph", "emphasis", "cell", "address", "small", "definition",
)  # fmt: skip

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
# The smallest odd multiplier that gives every name above its own slot. The build fails if a new name breaks
# this.
SLOT_MIX: Final = 19


def name_hash(name: str) -> int:
    """Return the 32-bit FNV-1a hash of a tag or attribute name."""
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def tables() -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the tables of the scanner.

    Returns
    -------
    tuple of list of int
        The tag number of each of the `SLOTS` slots for hashes of names; and for each tag number the
        hash of its name, its flags, and its flag in `INSIDE` (0 for none).

    Raises
    ------
    ValueError
        If two names share a slot.
    """
    slot, hashes, flags, inside = [0] * SLOTS, [0] * len(NAMES), [0] * len(NAMES), [0] * len(NAMES)
    for number, name in enumerate(NAMES[1:], start=1):
        hashes[number] = name_hash(name)
        at = ((name_hash(name) * SLOT_MIX) & 0xFFFFFFFF) // (2**32 // SLOTS)
        if slot[at]:
            raise ValueError(f"tags {NAMES[slot[at]]} and {name} share a slot: change SLOT_MIX")
        slot[at] = number
        if name in _INSIDE_TAGS:
            inside[number] = 1 << INSIDE.index(_INSIDE_TAGS[name])
    for group, bits in _FLAGS:
        for name in group.split():
            flags[NUMBER[name]] |= bits
    return slot, hashes, flags, inside
