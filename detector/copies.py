"""Which lines of a page are copies, of what, and of what kind.

Only structure decides: the position of a line, the lines around it, and the page's title. Scores, site
profiles and goals do not matter, so a copy of the headline is found on a known site as on any other. In HTML,
the original title is the one that is marked as such (`<h1>`, the title in the head); in text, the one before
the paragraphs. The kernel is kernels/copies.cpp.
"""

import numpy as np

from detector import native
from detector.records import Batch, Copies, Markup, Repeats, Words
from detector.text.html import TITLE_HINT
from detector.text.words import no_words, words_of


def no_markup() -> Markup:
    """Return empty markup, for text."""
    numbers, none = np.zeros(0, np.int64), np.zeros(0, np.uint8)
    return Markup(
        tag=none, parent=numbers, inside=np.zeros(0, np.uint32), element_token=numbers,
        token=np.zeros(0, np.uint32), line_element=numbers, line_link=np.zeros(0, np.int32),
        page_element=numbers, hints=none, hint_end=numbers, hint_kind=none, page_hint=numbers,
    )  # fmt: skip


def comparable(batch: Batch, words: Words) -> Words:
    """Return the words with the keys by which copies are compared.

    Capitals may have lost accents and the dots of i, so `İSTANBUL'DA` equals `Istanbul'da`, and `ECOLE`
    equals `École`. This is only for copies: features and line keys use the keys of `words`.
    """
    keys = np.empty_like(words.key)
    native.run("comparable_keys", batch, words, keys)
    return words._replace(key=keys)


def _titles(markup: Markup, pages: int) -> tuple[Words, np.ndarray]:
    """Return the words of the titles in the heads of pages, and the first title of each page."""
    if not markup.hint_kind.size:
        return no_words(), np.zeros(pages + 1, np.int64)
    chosen = markup.hint_kind == TITLE_HINT
    end = markup.hint_end[chosen]
    start = np.concatenate((np.zeros(1, np.int64), markup.hint_end))[:-1][chosen]
    number = np.arange(end.size + 1)
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(chosen)))
    page_title = before[markup.page_hint]
    batch = Batch(markup.hints, start, end, start, end, number, np.array([0, end.size]))
    return comparable(batch, words_of(batch)), page_title


def find_copies(batch: Batch, words: Words, markup: Markup | None, repeats: Repeats) -> Copies:
    """Return what each segment is a copy of.

    Parameters
    ----------
    batch, words, markup
        The lines; `markup` is None for text.
    repeats
        What occurs more than once on each page, from the features.
    """
    size = batch.segment_start.size
    out = Copies(np.empty(size, np.int64), np.empty(size, np.uint8), np.empty(size, np.int32))
    known = no_markup() if markup is None else markup
    titles = _titles(known, batch.page_line.size - 1)
    native.run("find_copies", batch, comparable(batch, words), known, titles, repeats, out)
    return out
