"""HTML to lines: turbohtml repairs the page, a kernel scans what it serialised (kernels/html).

This is the only renderer of HTML here. There is one line per block element, `<br>`, list item,
option, button and table row; links that touch, one each; `<pre>` by its own lines. White space is
collapsed. Nothing that CSS hides is left out. Scripts, styles, templates, SVG and the head are not
lines, nor is what `<iframe>`, `<noembed>` and `<noframes>` hold, which the standard never renders;
`<noscript>` is, where the rest of the page has little text.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from turbohtml import Formatter, Html, parse

from detector import native
from detector.records import Batch, Markup
from detector.text.decoding import without_surrogates
from detector.text.formatting import refuse_explosive
from detector.text.plain import joined, segmented

# With fewer words than this beside it, what stands in <noscript> is the page.
NOSCRIPT_WORDS: Final = 50

# What a hint of the page's head is.
TITLE_HINT: Final = 1
DESCRIPTION_HINT: Final = 2
DATA_HINT: Final = 3

AS_WRITTEN: Final = Html(formatter=Formatter.MINIMAL)


def serialised(text: str, scripting: bool = True) -> bytes:
    """Return a page as the HTML standard repairs it, in normal form, as UTF-8.

    With scripting, as browsers have it, `<noscript>` holds raw text, and an element left open in
    it cannot swallow the page.
    """
    try:
        return parse(text, positions=False, scripting=scripting).encode("utf-8", AS_WRITTEN)
    except UnicodeEncodeError:
        safe = without_surrogates(text)
        return parse(safe, positions=False, scripting=scripting).encode("utf-8", AS_WRITTEN)


def _scanned(sources: Sequence[bytes], opened: NDArray[np.bool_]) -> tuple[Batch, Markup]:
    """Scan serialised pages; `opened` bool (P,), whether `<noscript>` is markup there.

    The batch has no segments yet.
    """
    html, page_start = joined(sources)
    n_tags = int(np.count_nonzero(html == ord("<"))) + 1
    ends_of_lines = np.count_nonzero(html == ord("\n")) + np.count_nonzero(html == ord("\r"))
    n_lines = n_tags + int(ends_of_lines) + len(sources)
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
    native.run("scan_html", html, lines_out, elements_out, hints_out, page_start, opened, ends, sizes, n_tags)
    return _cut(batch, markup, ends, sizes.tolist())


def _cut(batch: Batch, markup: Markup, ends: NDArray[np.int64], sizes: list[int]) -> tuple[Batch, Markup]:
    """Return the records with as much of their arrays as was written."""
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


def _is_sparse(batch: Batch, page: int) -> bool:
    """Tell whether a page has fewer than `NOSCRIPT_WORDS` words."""
    first, last = batch.page_line[page : page + 2].tolist()
    lines = (batch.data, batch.line_start, batch.line_end)
    return bool(native.run("is_sparse", lines, first, last, NOSCRIPT_WORDS))


def html_batch(pages: Sequence[str]) -> tuple[Batch, Markup]:
    """Return lines, segments and markup of decoded HTML pages; linear in their size.

    Raises `PageError` for a page that would fill the memory when it is parsed.
    """
    for text in pages:
        refuse_explosive(text)
    sources = [serialised(page) for page in pages]
    opened = np.zeros(len(pages), np.bool_)
    batch, markup = _scanned(sources, opened)
    for page, source in enumerate(sources):
        if b"<noscript" in source and _is_sparse(batch, page):
            sources[page] = serialised(pages[page], scripting=False)
            opened[page] = True
    if opened.any():
        batch, markup = _scanned(sources, opened)
    return segmented(batch.data, batch.line_start, batch.line_end, batch.page_line), markup
