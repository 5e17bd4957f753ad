"""What each element of a page becomes in its clean tree."""

from typing import Final


def names(text: str) -> frozenset[str]:
    """Return the names in a text."""
    return frozenset(text.split())


# Nothing inside them is text of the page. `script` may hold the source of a formula (formulas.py).
SKIPPED: Final = names("script style template svg head title iframe noembed noframes colgroup link meta")
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
LISTS: Final = frozenset(("ul", "ol", "menu", "dir"))
# Elements that are kept as they are.
STRUCTURE: Final = HEADINGS | names(
    "ul ol li dl dt dd blockquote table thead tbody tfoot tr td th caption figure figcaption details summary"
)
TABLE_PARTS: Final = frozenset(("thead", "tbody", "tfoot", "tr", "td", "th", "caption"))
CELLS: Final = frozenset(("td", "th"))
# Elements that hold words, not blocks.
TEXTUAL: Final = HEADINGS | frozenset(("p", "dt", "caption", "figcaption"))
# A single paragraph inside them needs no `<p>`.
TIGHT: Final = frozenset(("li", "td", "th", "dd", "summary"))
# Blocks that become only a border between paragraphs.
BORDERS: Final = names(
    "address article aside body button center dialog dir div fieldset footer form frameset header hgroup "
    "html label legend listing main menu nav noscript optgroup option p search section select "
    "audio canvas object video"
)
CODE_BLOCKS: Final = frozenset(("pre", "listing", "xmp", "plaintext", "textarea"))
# Inline elements that are kept, and their new names.
INLINE: Final = {
    "a": "a", "abbr": "abbr", "acronym": "abbr", "b": "strong", "cite": "cite", "code": "code", "del": "del",
    "dfn": "dfn", "em": "em", "i": "em", "ins": "ins", "kbd": "kbd", "mark": "mark", "q": "q", "rp": "rp",
    "rt": "rt", "ruby": "ruby", "s": "s", "samp": "samp", "small": "small", "strike": "s",
    "strong": "strong", "sub": "sub", "sup": "sup", "time": "time", "tt": "code", "u": "u", "var": "var",
}  # fmt: skip
# Attributes that are kept; those of links and pictures only with addresses that are safe to follow.
ATTRIBUTES: Final = {
    "a": ("title",), "abbr": ("title",), "ol": ("type", "reversed"), "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"), "time": ("datetime",), "img": ("alt", "title"),
}  # fmt: skip
EVERYWHERE: Final = ("lang", "dir")
SAFE_SCHEMES: Final = frozenset(("", "http", "https", "mailto", "tel", "ftp", "ftps", "sftp", "doi", "urn"))
