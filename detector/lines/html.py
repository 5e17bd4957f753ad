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
from detector.lines import scan_text
from detector.lines import tags as tag
from detector.lines.characters import CLASS_BITS, LETTER, SINGLE, Characters, characters
from detector.lines.decoding import without_surrogates
from detector.lines.scan import room_for, scan_pages
from detector.lines.tags import tag_tables
from detector.lines.text import segmented
from detector.lines.words import class_of, decode
from detector.records import Batch, Bytes, Integers, Markup

# With fewer words than this beside it, what stands in <noscript> is the page (contracts).
NOSCRIPT_WORDS: Final = 50

INSIDE_NOSCRIPT: Final = tag.INSIDE_BIT["noscript"]
AS_WRITTEN: Final = Html(formatter=Formatter.MINIMAL)


def serialised(text: str) -> bytes:
    """Return a page as the HTML standard repairs it, in normal form, as UTF-8."""
    try:
        return parse(text, positions=False).encode("utf-8", AS_WRITTEN)
    except UnicodeEncodeError:
        return parse(without_surrogates(text), positions=False).encode("utf-8", AS_WRITTEN)


@kernel
def _has_words(batch: Batch, page: int, left_out: NDArray[np.bool_], most: int, table: Characters) -> bool:
    """Tell whether a page has `most` words or more on lines that are not `left_out`."""
    found = 0
    for line in range(batch.page_line[page], batch.page_line[page + 1]):
        if left_out[line]:
            continue
        at, in_word = batch.line_start[line], False
        while at < batch.line_end[line]:
            code, length = np.uint32(batch.data[at]), 1
            if code >= 0x80:
                code, length = decode(batch.data, at)
            kind = class_of(code, table) & np.uint8(CLASS_BITS)
            is_word = LETTER <= kind < SINGLE
            found += kind == SINGLE or (is_word and not in_word)
            in_word = is_word
            at += length
        if found >= most:
            return True
    return False


def _visible(lines: Batch, inside: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return which lines stay: those in `<noscript>` only where there is little else."""
    in_noscript = (inside & INSIDE_NOSCRIPT) != 0
    stays = ~in_noscript
    table = characters()
    for page in np.unique(np.searchsorted(lines.page_line, np.flatnonzero(in_noscript), side="right") - 1):
        if not _has_words(lines, int(page), in_noscript, NOSCRIPT_WORDS, table):
            stays[lines.page_line[page] : lines.page_line[page + 1]] = True
    return stays


def html_batch(pages: Sequence[str]) -> tuple[Batch, Markup]:
    """Return lines, segments and markup of decoded HTML pages; linear in their size."""
    sources = [serialised(page) for page in pages]
    html: Bytes = np.frombuffer(b"".join(sources), np.uint8)
    page_start = np.zeros(len(pages) + 1, np.int64)
    np.cumsum([len(source) for source in sources], out=page_start[1:])
    out, state = room_for(html, len(pages))
    ends = np.zeros((len(pages) + 1, 3), np.int64)
    scan_pages(html, page_start, tag_tables(), out, ends, state)
    n_lines, n_elements, n_hints = (int(state[slot]) for slot in (scan_text.LINES, scan_text.ELEMENTS, scan_text.HINTS))
    no_segments: Integers = np.zeros(0, np.int64)
    lines = Batch(
        out.data, out.line_start[:n_lines], out.line_end[:n_lines], no_segments, no_segments, no_segments, ends[:, 0].copy()
    )
    element = out.line_element[:n_lines]
    stays = _visible(lines, np.where(element >= 0, out.inside[element], 0))
    page_line = np.concatenate(([0], np.cumsum(stays)))[lines.page_line]
    batch = segmented(out.data, lines.line_start[stays], lines.line_end[stays], page_line)
    return batch, Markup(
        tag=out.tag[:n_elements],
        parent=out.parent[:n_elements],
        inside=out.inside[:n_elements],
        element_token=out.element_token[: n_elements + 1],
        token=out.token[: int(state[scan_text.TOKENS])],
        line_element=element[stays],
        line_link=out.line_link[:n_lines][stays],
        page_element=ends[:, 1].copy(),
        hints=out.hints[: int(state[scan_text.HINT_BYTES])],
        hint_end=out.hint_end[:n_hints],
        hint_kind=out.hint_kind[:n_hints],
        page_hint=ends[:, 2].copy(),
    )
