"""HTML to lines: a well-kept parser repairs the page, a kernel scans what it serialises.

The only renderer of HTML here (contracts, "Lines"): one line per block element, `<br>`,
list item, option, button and table row; links that touch, one each; `<pre>` by its own
lines; white space collapsed. Nothing that CSS hides is left out. Scripts, styles,
templates, SVG and the head are not lines, nor is what `<iframe>`, `<noembed>` and
`<noframes>` hold, which the standard never renders; `<noscript>` is, where the rest of
the page has little text.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from turbohtml import Formatter, Html, parse

from detector.compiled import kernel
from detector.records import Batch, Bytes, Markup
from detector.text import scan_text
from detector.text.characters import LETTER, SINGLE, Characters, characters
from detector.text.decoding import without_surrogates
from detector.text.plain import segmented
from detector.text.reading import read
from detector.text.scan import room_for, scan_pages
from detector.text.tags import tag_tables

# With fewer words than this beside it, what stands in <noscript> is the page (contracts).
NOSCRIPT_WORDS: Final = 50

AS_WRITTEN: Final = Html(formatter=Formatter.MINIMAL)


def serialised(text: str, scripting: bool = True) -> bytes:
    """Return a page as the HTML standard repairs it, in normal form, as UTF-8.

    With scripting, as browsers have it, `<noscript>` holds raw text, and an element left
    open in it cannot swallow the page.
    """
    try:
        return parse(text, positions=False, scripting=scripting).encode("utf-8", AS_WRITTEN)
    except UnicodeEncodeError:
        safe = without_surrogates(text)
        return parse(safe, positions=False, scripting=scripting).encode("utf-8", AS_WRITTEN)


@kernel
def _is_sparse(batch: Batch, page: int, most: int, table: Characters) -> bool:
    """Tell whether a page has fewer than `most` words."""
    found = 0
    for line in range(batch.page_line[page], batch.page_line[page + 1]):
        at, in_word = batch.line_start[line], False
        while at < batch.line_end[line]:
            _, kind, length = read(batch.data, at, table)
            is_word = LETTER <= kind < SINGLE
            found += kind == SINGLE or (is_word and not in_word)
            in_word = is_word
            at += length
        if found >= most:
            return False
    return True


def _scanned(sources: Sequence[bytes], opened: NDArray[np.bool_]) -> tuple[Batch, Markup]:
    """Scan serialised pages; `opened` bool (P,), whether `<noscript>` is markup there.

    The batch has no segments yet.
    """
    html: Bytes = np.frombuffer(b"".join(sources), np.uint8)
    page_start = np.zeros(len(sources) + 1, np.int64)
    np.cumsum([len(source) for source in sources], out=page_start[1:])
    out, state = room_for(html, len(sources))
    ends = np.zeros((len(sources) + 1, 3), np.int64)
    scan_pages(html, (page_start, opened), (tag_tables(False), tag_tables(True)), out, ends, state)
    lines, elements, hints = (
        int(state[scan_text.LINES]),
        int(state[scan_text.ELEMENTS]),
        int(state[scan_text.HINTS]),
    )
    none, data = np.zeros(0, np.int64), out.data[: int(state[scan_text.WRITTEN])]
    batch = Batch(data, out.line_start[:lines], out.line_end[:lines], none, none, none, ends[:, 0].copy())
    return batch, Markup(
        tag=out.tag[:elements],
        parent=out.parent[:elements],
        inside=out.inside[:elements],
        element_token=out.element_token[: elements + 1],
        token=out.token[: int(state[scan_text.TOKENS])],
        line_element=out.line_element[:lines],
        line_link=out.line_link[:lines],
        page_element=ends[:, 1].copy(),
        hints=out.hints[: int(state[scan_text.HINT_BYTES])],
        hint_end=out.hint_end[:hints],
        hint_kind=out.hint_kind[:hints],
        page_hint=ends[:, 2].copy(),
    )


def html_batch(pages: Sequence[str]) -> tuple[Batch, Markup]:
    """Return lines, segments and markup of decoded HTML pages; linear in their size."""
    sources = [serialised(page) for page in pages]
    opened = np.zeros(len(pages), np.bool_)
    batch, markup = _scanned(sources, opened)
    for page, source in enumerate(sources):
        if b"<noscript" in source and _is_sparse(batch, page, NOSCRIPT_WORDS, characters()):
            sources[page] = serialised(pages[page], scripting=False)
            opened[page] = True
    if opened.any():
        batch, markup = _scanned(sources, opened)
    return segmented(batch.data, batch.line_start, batch.line_end, batch.page_line), markup
