"""From HTML to lines: turbohtml repairs the page, and a kernel scans its output (kernels/html).

Scripts, styles, comments and unused attributes are removed before the page is parsed, which halves the work
(kernels/html/condense.cpp). The lines and the markup stay the same.

This is the only renderer of HTML in this package. Each block element, `<br>`, list item, option, button and
table row is a line, and so is each of several adjacent links. `<pre>` keeps its lines, blank ones too. White
space is collapsed. Text hidden by CSS is included. Scripts, styles, templates, SVG and the head are not
lines, nor are the contents of `<iframe>`, `<noembed>` and `<noframes>`, which are never rendered.
`<noscript>` is included if the rest of the page has little text. For more, see docs/reading.md.
"""

import html as entities
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Batch, Bytes, Markup
from detector.text.formatting import is_explosive, most_again, parsable
from detector.text.plain import count_bytes, joined, segmented
from detector.text.shadow_trees import with_shadow_trees
from detector.text.structured_data import with_unshown_article

# If the rest of a page has fewer words than this, the content of <noscript> is the page.
NOSCRIPT_WORDS: Final = 50

# How `<noscript>` is read: there is none; left out if the rest has enough words; as part of the page; the
# rest has too few words.
NOT_THERE, PROBED, MARKUP, SPARSE = range(4)

# The kinds of hints in the head of a page.
TITLE_HINT: Final = 1
DESCRIPTION_HINT: Final = 2
DATA_HINT: Final = 3


class Condensed(NamedTuple):
    """A page, as UTF-8, without what the parser does not need.

    has_article: whether its structured data contains an article
    open_formatting: an upper bound for the number of formatting elements open at once
    has_shadow_trees: whether a tag declares a shadow tree
    """

    page: bytes
    has_article: bool
    open_formatting: int
    has_shadow_trees: bool


def condensed(page: bytes, scripting: bool = True) -> Condensed:
    """Return a page, as UTF-8, without what the parser does not need."""
    data, room = np.frombuffer(page, np.uint8), len(page) + len(page) // 8 + 64
    found = np.zeros(3, np.int64)
    while True:
        out = np.empty(room, np.uint8)
        size = native.run("condense_html", data, scripting, out, found)
        if size <= room:
            return Condensed(out[:size].tobytes(), bool(found[0]), int(found[1]), bool(found[2]))
        room = size


class Repaired(NamedTuple):
    """A page, repaired by the HTML standard. simplified: whether it was read without its formatting tags."""

    source: bytes
    simplified: bool


def serialised(page: bytes, scripting: bool = True) -> bytes:
    """Return a page, as UTF-8, repaired by the HTML standard and serialised; see `repaired`."""
    return repaired(page, scripting).source


def repaired(page: bytes, scripting: bool = True) -> Repaired:
    """Return a page, as UTF-8, repaired by the HTML standard and serialised.

    Scripting counts as enabled, as in browsers. So `<noscript>` contains raw text, and an unclosed element in
    it cannot swallow the page. An article that is only in the structured data is added.

    The parser gets each byte as a character, and returns it unchanged, because the standard only looks at
    ASCII. It works faster on text of one byte per character, and nothing has to be decoded and encoded again.
    """
    from turbohtml import Formatter, Html, parse  # plain text does not need it

    small = condensed(page, scripting)
    if small.has_shadow_trees:
        small = condensed(with_shadow_trees(page), scripting)
    tags = parsable(small.page, small.open_formatting)
    source: bytes = parse(tags.decode("latin-1"), positions=False, scripting=scripting).encode(
        "latin-1", Html(formatter=Formatter.MINIMAL)
    )
    return Repaired(with_unshown_article(source) if small.has_article else source, tags is not small.page)


def whole_page(page: bytes) -> bytes:
    """Return a complete page, as UTF-8, that is safe to parse."""
    return parsable(page, condensed(page).open_formatting)


def why_simplified(page: bytes) -> str | None:
    """Return why a page is read without its formatting tags; None if it is read with them."""
    if not is_explosive(page, condensed(page).open_formatting):
        return None
    return (
        f"this page of {len(page):,} bytes leaves so many formatting tags (b, font and the like) open "
        f"that it would have more than {most_again(len(page)):,} elements: it is read without them"
    )


def _scanned(sources: Sequence[bytes], noscript: Bytes) -> tuple[Batch, Markup] | None:
    """Scan serialised pages; the batch has no segments yet.

    noscript: uint8 (P,), how `<noscript>` of each page is read. Returns None if a page that was to be probed
    is sparse, which is then marked in `noscript`.
    """
    html, page_start = joined(sources)
    n_tags = count_bytes(html, b"<<") + 1
    n_lines = n_tags + count_bytes(html, b"\n\r") + len(sources)
    batch = Batch(
        data=np.empty(html.size + n_lines + 1, np.uint8),
        line_start=np.empty(n_lines, np.int64),
        line_end=np.empty(n_lines, np.int64),
        segment_start=np.empty(0, np.int64),
        segment_end=np.empty(0, np.int64),
        line_segment=np.empty(0, np.int64),
        page_line=np.empty(0, np.int64),
    )
    markup = Markup(
        tag=np.empty(n_tags, np.uint8),
        parent=np.empty(n_tags, np.int64),
        inside=np.empty(n_tags, np.uint32),
        element_token=np.zeros(n_tags + 1, np.int64),
        token=np.empty(html.size // 2 + 1, np.uint32),
        line_element=np.empty(n_lines, np.int64),
        line_link=np.empty(n_lines, np.int32),
        page_element=np.empty(0, np.int64),
        hints=np.empty(html.size, np.uint8),
        hint_end=np.empty(n_tags, np.int64),
        hint_kind=np.empty(n_tags, np.uint8),
        page_hint=np.empty(0, np.int64),
    )
    ends, sizes = np.zeros((len(sources) + 1, 3), np.int64), np.zeros(3, np.int64)
    lines_out = (batch.data, batch.line_start, batch.line_end, markup.line_element, markup.line_link)
    elements_out = (markup.tag, markup.parent, markup.inside, markup.element_token, markup.token)
    hints_out = (markup.hints, markup.hint_end, markup.hint_kind)
    out = (lines_out, elements_out, hints_out)
    if native.run("scan_html", html, out, page_start, noscript, ends, sizes, n_tags, NOSCRIPT_WORDS):
        return None
    return _cut(batch, markup, ends, sizes.tolist())


def _cut(batch: Batch, markup: Markup, ends: NDArray[np.int64], sizes: list[int]) -> tuple[Batch, Markup]:
    """Return the records, with their arrays cut to the part that was written."""
    lines, elements, hints = ends[-1].tolist()
    written, tokens, hint_bytes = sizes
    return (
        batch._replace(
            data=batch.data[:written],
            line_start=batch.line_start[:lines],
            line_end=batch.line_end[:lines],
            page_line=ends[:, 0].copy(),
        ),
        markup._replace(
            tag=markup.tag[:elements],
            parent=markup.parent[:elements],
            inside=markup.inside[:elements],
            element_token=markup.element_token[: elements + 1],
            token=markup.token[:tokens],
            line_element=markup.line_element[:lines],
            line_link=markup.line_link[:lines],
            page_element=ends[:, 1].copy(),
            hints=markup.hints[:hint_bytes],
            hint_end=markup.hint_end[:hints],
            hint_kind=markup.hint_kind[:hints],
            page_hint=ends[:, 2].copy(),
        ),
    )


class HtmlBatch(NamedTuple):
    """HTML pages as lines. simplified: positions of pages that were read without their formatting tags."""

    batch: Batch
    markup: Markup
    simplified: tuple[int, ...]


def html_batch(pages: Sequence[bytes]) -> tuple[Batch, Markup]:
    """Return lines, segments and markup of HTML pages, each valid UTF-8; linear in their size."""
    read = read_html(pages)
    return read.batch, read.markup


def read_html(pages: Sequence[bytes]) -> HtmlBatch:
    """Read HTML pages, each valid UTF-8; linear in their size."""
    found = [repaired(page) for page in pages]
    sources = [page.source for page in found]
    noscript = np.array([PROBED if b"<noscript" in source else NOT_THERE for source in sources], np.uint8)
    while (scanned := _scanned(sources, noscript)) is None:
        for page in np.flatnonzero(noscript == SPARSE).tolist():
            sources[page] = serialised(pages[page], scripting=False)
            noscript[page] = MARKUP
    batch, markup = scanned
    return HtmlBatch(
        segmented(batch.data, batch.line_start, batch.line_end, batch.page_line),
        markup,
        tuple(at for at, page in enumerate(found) if page.simplified),
    )


def title_of(markup: Markup | None, page: int) -> str | None:
    """Return the title from the head of a page."""
    if markup is None:
        return None
    first, last = markup.page_hint[page : page + 2].tolist()
    for hint in range(first, last):
        if markup.hint_kind[hint] == TITLE_HINT:
            start = int(markup.hint_end[hint - 1]) if hint else 0
            raw = markup.hints[start : int(markup.hint_end[hint])].tobytes().decode("utf-8", "replace")
            return " ".join(entities.unescape(raw).split())
    return None
