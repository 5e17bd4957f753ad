"""The lines of a page as labellers see them."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.data.pages import Page
from detector.results.elements import element_names
from detector.text.decoding import text_of
from detector.text.page import Page as Decoded
from detector.text.read import read_batch

# A line with fewer words, or characters of scripts without spaces, is a label and not a repeat.
REPEAT_WORDS: Final = 4
REPEAT_CHARACTERS: Final = 10
FIRST_WIDE: Final = 0x2E80


class Line(NamedTuple):
    """A line, and the kind of its block in HTML."""

    text: str
    block: str


def lines_of(page: Page) -> list[Line]:
    """Return the lines of a page, without blank ones: those of our renderer, or the text's own."""
    if page.html is None:
        return [Line(text, "") for text in (page.text or "").split("\n") if text.strip()]
    return lines_of_html(Decoded.read(page.html, "html"))


def lines_of_html(page: Decoded) -> list[Line]:
    """Return the lines of an HTML page by our renderer, without blank ones."""
    batch, _, markup, _ = read_batch([page])
    assert markup is not None
    spans = zip(batch.line_start.tolist(), batch.line_end.tolist(), strict=True)
    blocks = element_names(markup.tag, markup.parent, markup.line_element)
    return [
        Line(text_of(bytes(batch.data[start:end])), blocks[number] or "")
        for number, (start, end) in enumerate(spans)
        if batch.line_segment[number] < batch.line_segment[number + 1]  # not a blank line
    ]


def plain(text: str) -> str:
    """Return the text by which lines are compared: without case, punctuation and white space."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def repeats_itself(lines: Sequence[Line]) -> bool:
    """Tell whether a line that is more than a label occurs on the page more than once."""
    long = [
        plain(line.text)
        for line in lines
        if len(line.text.split()) >= REPEAT_WORDS
        or sum(ord(char) >= FIRST_WIDE for char in line.text) >= REPEAT_CHARACTERS
    ]
    return any(count > 1 for count in Counter(long).values())
