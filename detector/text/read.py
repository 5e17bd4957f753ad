"""Decoded pages to lines, words and markup: the one way in, for scoring, counting and training."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from detector.records import Batch, Format, Markup, Words
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.page import Page
from detector.text.plain import text_batch
from detector.text.words import words_of

FORMATS: Final[tuple[Format, ...]] = ("text", "html")


class ReadBatch(NamedTuple):
    """Pages of one format, read: their lines, the words of these, and for HTML the markup."""

    batch: Batch
    words: Words
    markup: Markup | None


def by_format(pages: Sequence[Page]) -> Iterator[list[int]]:
    """Yield the positions of the pages of each format that there is."""
    for format in FORMATS:
        positions = [at for at, page in enumerate(pages) if page.format == format]
        if positions:
            yield positions


def read_batch(pages: Sequence[Page]) -> ReadBatch:
    """Read pages of one format.

    Raises
    ------
    ValueError
        If the pages are of several formats, or there is none (see `by_format`).
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
        batch, markup = html_batch(pages)
        return ReadBatch(batch, words_of(batch), markup)
    batch = text_batch(pages)
    return ReadBatch(batch, words_of(batch), None)
