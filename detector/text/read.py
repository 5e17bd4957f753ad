"""From decoded pages to lines, words and markup, for scoring, counting and training."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from detector.records import Batch, Format, Integers, Markup, Words
from detector.text.decoding import utf8
from detector.text.html import read_html
from detector.text.page import Page
from detector.text.plain import segmented, text_batch
from detector.text.words import words_of

FORMATS: Final[tuple[Format, ...]] = ("text", "html")


class ReadBatch(NamedTuple):
    """Pages of one format: lines, words, and the markup of HTML.

    simplified: positions of HTML pages that were read without their formatting tags
    """

    batch: Batch
    words: Words
    markup: Markup | None
    simplified: tuple[int, ...] = ()


def by_format(pages: Sequence[Page]) -> Iterator[list[int]]:
    """Yield the positions of the pages of each format. Raises `TypeError` for texts, bytes and paths."""
    if not all(isinstance(page, Page) for page in pages):
        raise TypeError("expected a list of Page: for texts, bytes and paths use score_pages")
    for format in FORMATS:
        positions = [at for at, page in enumerate(pages) if page.format == format]
        if positions:
            yield positions


def read_batch(pages: Sequence[Page]) -> ReadBatch:
    """Read pages of one format.

    Raises
    ------
    ValueError
        If the pages have several formats, or there are no pages (see `by_format`).
    """
    formats = {page.format for page in pages}
    if len(formats) != 1:
        raise ValueError(f"a batch has pages of one format, not of {len(formats)}")
    return _read([page.utf8() for page in pages], formats.pop())


def read_texts(texts: Sequence[str], format: Format) -> ReadBatch:
    """Read texts of a format."""
    return _read([utf8(text) for text in texts], format)


def _read(pages: Sequence[bytes], format: Format) -> ReadBatch:
    if format == "html":
        read = read_html(pages)
        return ReadBatch(read.batch, words_of(read.batch), read.markup, read.simplified)
    batch = text_batch(pages)
    return ReadBatch(batch, words_of(batch), None)


class _Rows:
    """The rows of some pages in an array of all pages."""

    def __init__(self, starts: Integers, ends: Integers) -> None:
        self.size = ends - starts
        self.start: Integers = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.size)))
        self.moved = self.start[:-1] - starts  # what is added to a row's number
        self.rows: Integers = np.repeat(-self.moved, self.size) + np.arange(self.start[-1])

    def numbers(self, values: Integers, of: "_Rows") -> Integers:
        """Return references from these rows to other rows (or -1), renumbered."""
        found = values[self.rows]
        return np.where(found >= 0, found + np.repeat(of.moved, self.size), found)


def _some_markup(markup: Markup, pages: Integers, lines: _Rows) -> Markup:
    elements = _Rows(markup.page_element[pages], markup.page_element[pages + 1])
    token_of = markup.element_token
    tokens = _Rows(token_of[markup.page_element[pages]], token_of[markup.page_element[pages + 1]])
    hints = _Rows(markup.page_hint[pages], markup.page_hint[pages + 1])
    ends = np.concatenate((np.zeros(1, np.int64), markup.hint_end))
    texts = _Rows(ends[markup.page_hint[pages]], ends[markup.page_hint[pages + 1]])
    return Markup(
        tag=markup.tag[elements.rows],
        parent=elements.numbers(markup.parent, elements),
        inside=markup.inside[elements.rows],
        element_token=np.append(elements.numbers(token_of, tokens), tokens.start[-1]),
        token=markup.token[tokens.rows],
        line_element=lines.numbers(markup.line_element, elements),
        line_link=markup.line_link[lines.rows],
        page_element=elements.start,
        hints=markup.hints[texts.rows],
        hint_end=hints.numbers(markup.hint_end, texts),
        hint_kind=markup.hint_kind[hints.rows],
        page_hint=hints.start,
    )


def some_pages(read: ReadBatch, pages: Sequence[int]) -> ReadBatch:
    """Return the batch of some of the pages, as if only these had been read.

    Parameters
    ----------
    read
        The batch.
    pages
        Positions of pages, in ascending order.
    """
    batch, chosen = read.batch, np.array(pages, np.int64)
    begin = np.append(batch.line_start, batch.data.size)[batch.page_line]
    lines = _Rows(batch.page_line[chosen], batch.page_line[chosen + 1])
    data = _Rows(begin[chosen], begin[chosen + 1])
    some = segmented(
        batch.data[data.rows],
        lines.numbers(batch.line_start, data),
        lines.numbers(batch.line_end, data),
        lines.start,
    )
    markup = None if read.markup is None else _some_markup(read.markup, chosen, lines)
    simplified = tuple(at for at, page in enumerate(pages) if page in read.simplified)
    return ReadBatch(some, words_of(some), markup, simplified)
