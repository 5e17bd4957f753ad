"""From labelled pages to examples: lines as arrays, with truth and weight.

The truth of a segment is the share of its words that are main content, or -1 if it is unknown or neither.
Each page has the same weight, divided mostly by words and partly by lines, so that long pages do not outweigh
short ones and short lines still count.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import PageError
from detector.records import Batch, Format, Integers, Markup, Words
from detector.sites.profile import SiteProfile
from detector.sites.recurrence import Sites
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.read import read_texts
from detector.text.words import words_of
from detector.training.data.alignment import content_shares
from detector.training.data.labelled_pages import CONTENT_LABELS, NEITHER, LabelledPage
from detector.training.data.line_kinds import allowed_kinds

FORMATS: Final[tuple[Format, ...]] = ("html", "text")
FOLDS: Final = 5
# The least share of content words of a segment that counts as content in training.
CONTENT: Final = 0.5
# The share of a page's weight that is divided by words. Of .5, .7 and .9, .7 was best by .002.
BY_WORDS: Final = 0.7


@dataclass(frozen=True)
class Examples:
    """Pages of one format, ready for training.

    share: float64 (S,), the share of content, or -1; weight: float64 (S,), 0 if unknown
    page: int64 (S,), the page of each segment; fold: int64 (P,)
    allowed: uint16 (S,), a bit for each kind that the segment may have (`training.data.line_kinds`)
    gold: the keys of each page's gold words (uint64), or None if its lines are labelled
    sites: what is known about the site, if the pages were read with its profile
    """

    pages: Sequence[LabelledPage]
    batch: Batch
    words: Words
    markup: Markup | None
    share: NDArray[np.float64]
    weight: NDArray[np.float64]
    page: Integers
    fold: Integers
    allowed: NDArray[np.uint16]
    gold: Sequence[NDArray[np.uint64] | None]
    sites: Sites | None = None

    @property
    def barred(self) -> NDArray[np.bool_]:
        """Return bool (P, FOLDS): the folds whose models must not learn from a page."""
        found: NDArray[np.bool_] = self.fold[:, None] == np.arange(FOLDS)
        for number, page in enumerate(self.pages):
            found[number, list(page.kept_from)] = True
        return found

    def of_fold(self, fold: int) -> "Examples":
        """Return the pages of a fold. The pages must be in the order of their folds."""
        first, last = (int(np.searchsorted(self.fold, fold, side)) for side in ("left", "right"))
        segments = self.batch.page_segment()
        rows = slice(int(segments[first]), int(segments[last]))
        return Examples(
            self.pages[first:last],
            pages_of_batch(self.batch, first, last),
            words_of_rows(self.words, rows.start, rows.stop),
            None if self.markup is None else pages_of_markup(self.markup, self.batch, first, last),
            self.share[rows],
            self.weight[rows],
            self.page[rows] - first,
            self.fold[first:last],
            self.allowed[rows],
            self.gold[first:last],
        )


def for_lines(sets: Sequence[Examples], of_page: Integers) -> Integers:
    """Return int64 (S,): for each line of all sets, the value of its page; of_page: those of all pages."""
    start = np.cumsum([0, *(len(examples.pages) for examples in sets)])
    return np.concatenate([of_page[at + one.page] for at, one in zip(start, sets, strict=False)])


def fold_of(page: LabelledPage) -> int:
    """Return the fold of a page: as given, or by a hash of its group."""
    return page.fold if page.fold is not None else zlib.crc32(page.group.encode()) % FOLDS


def words_of_rows(words: Words, first: int, last: int) -> Words:
    """Return the words of some segments, counted from zero."""
    start, end = int(words.segment_word[first]), int(words.segment_word[last])
    return Words(
        words.key[start:end],
        words.start[start:end],
        words.end[start:end],
        words.shape[start:end],
        words.segment_word[first : last + 1] - start,
        words.counts[first:last],
        words.edges[first:last],
    )


def pages_of_batch(batch: Batch, first: int, last: int) -> Batch:
    """Return some pages of a batch, with the same buffer."""
    lines = slice(int(batch.page_line[first]), int(batch.page_line[last]))
    start, end = int(batch.line_segment[lines.start]), int(batch.line_segment[lines.stop])
    return Batch(
        batch.data,
        batch.line_start[lines],
        batch.line_end[lines],
        batch.segment_start[start:end],
        batch.segment_end[start:end],
        batch.line_segment[lines.start : lines.stop + 1] - start,
        batch.page_line[first : last + 1] - lines.start,
    )


def pages_of_markup(markup: Markup, batch: Batch, first: int, last: int) -> Markup:
    """Return the markup of some pages of a batch."""
    lines = slice(int(batch.page_line[first]), int(batch.page_line[last]))
    start, end = int(markup.page_element[first]), int(markup.page_element[last])
    token = slice(int(markup.element_token[start]), int(markup.element_token[end]))
    hint = slice(int(markup.page_hint[first]), int(markup.page_hint[last]))
    ends = np.concatenate(([0], markup.hint_end))
    parent, element = markup.parent[start:end], markup.line_element[lines]
    return Markup(
        tag=markup.tag[start:end],
        parent=np.where(parent < 0, parent, parent - start),
        inside=markup.inside[start:end],
        element_token=markup.element_token[start : end + 1] - token.start,
        token=markup.token[token],
        line_element=np.where(element < 0, element, element - start),
        line_link=markup.line_link[lines],
        page_element=markup.page_element[first : last + 1] - start,
        hints=markup.hints[int(ends[hint.start]) : int(ends[hint.stop])],
        hint_end=markup.hint_end[hint] - int(ends[hint.start]),
        hint_kind=markup.hint_kind[hint],
        page_hint=markup.page_hint[first : last + 1] - hint.start,
    )


def _labelled_shares(page: LabelledPage, line_segment: Integers) -> NDArray[np.float64]:
    """Return the truth of a page with labelled lines; all -1 if nothing is known."""
    if page.labels is None:
        return np.full(int(line_segment[-1] - line_segment[0]), -1.0)
    labels = page.labels
    filled = np.flatnonzero(np.diff(line_segment) > 0)
    if filled.size != len(labels):
        raise PageError(
            f"the page {page.id!r} has {len(labels)} labels, and {filled.size} lines that are not blank: "
            'give a label to each line that `detector score` shows, "unknown" if you do not know it'
        )
    shares = np.full(int(line_segment[-1] - line_segment[0]), -1.0)
    for line, label in zip(filled, labels, strict=True):
        rows = slice(int(line_segment[line] - line_segment[0]), int(line_segment[line + 1] - line_segment[0]))
        shares[rows] = -1.0 if label in NEITHER else float(label in CONTENT_LABELS)
    return shares


def _with_headline(page: LabelledPage, words: Words, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the truth with the headline as content, if the gold text leaves it out.

    Of several copies it is the last one before the content begins.
    """
    title = gold_keys(page.title or "")
    content = np.flatnonzero(shares >= CONTENT)
    if title.size < 2 or not content.size:
        return shares
    same = [
        row
        for row in range(shares.size)
        if words.segment_word[row + 1] - words.segment_word[row] == title.size
        and (words.key[words.segment_word[row] : words.segment_word[row + 1]] == title).all()
    ]
    if not same or (shares[same] >= CONTENT).any():
        return shares
    shares = shares.copy()
    shares[max((row for row in same if row <= content[0]), default=same[0])] = 1.0
    return shares


def gold_keys(gold: str) -> NDArray[np.uint64]:
    """Return the keys of the words of a gold text."""
    return words_of(text_batch([utf8(gold)])).key


def _weights(share: NDArray[np.float64], page: Integers, words: Words) -> NDArray[np.float64]:
    size = np.diff(words.segment_word).astype(np.float64)
    by_words = size / np.maximum(np.bincount(page, size), 1)[page]
    by_lines = 1 / np.bincount(page)[page]
    return np.where(share < 0, 0.0, BY_WORDS * by_words + (1 - BY_WORDS) * by_lines)


def line_weights(examples: Examples) -> NDArray[np.float64]:
    """Return float64 (S,): the weight of every line in its page, whether its truth is known or not."""
    return _weights(np.zeros(examples.share.size), examples.page, examples.words)


def examples_by_format(
    pages: Sequence[LabelledPage], profile: SiteProfile | None = None
) -> dict[Format, Examples]:
    """Return the examples of HTML pages, then of text pages, if there are any."""
    parts = {format: [page for page in pages if page.format == format] for format in FORMATS}
    return {format: examples_of(part, profile) for format, part in parts.items() if part}


def examples_of(pages: Sequence[LabelledPage], profile: SiteProfile | None = None) -> Examples:
    """Return the examples of labelled pages of one format, and of one site if a profile is given."""
    formats: set[Format] = {page.format for page in pages}
    if len(formats) != 1:
        raise ValueError("examples are of one format")
    batch, words, markup, _ = read_texts([page.page for page in pages], formats.pop())
    sites = None
    if profile is not None:
        batch, words, sites = profile.look_at(batch, words)
    segments = batch.page_segment()
    shares: list[NDArray[np.float64]] = []
    for number, page in enumerate(pages):
        first, last = int(segments[number]), int(segments[number + 1])
        if page.gold is None:
            lines = batch.line_segment[batch.page_line[number] : batch.page_line[number + 1] + 1]
            shares.append(_labelled_shares(page, lines))
        else:
            own = words_of_rows(words, first, last)
            shares.append(_with_headline(page, own, content_shares(own, page.gold)))
    share = np.concatenate(shares)
    of_page = np.repeat(np.arange(len(pages)), np.diff(segments))
    return Examples(
        pages=pages,
        batch=batch,
        words=words,
        markup=markup,
        share=share,
        weight=_weights(share, of_page, words) * np.array([page.weight for page in pages])[of_page],
        page=of_page,
        fold=np.array([fold_of(page) for page in pages], np.int64),
        allowed=allowed_kinds(pages, batch, markup, share),
        gold=[gold_keys(page.gold) if page.gold is not None else None for page in pages],
        sites=sites,
    )


def gathered(pages: Sequence[LabelledPage]) -> dict[Format, Examples]:
    """Return the examples of training pages, in the order of their folds and without text.

    The arrays have everything that training needs, and the texts would take much memory.
    """
    found = examples_by_format(sorted(pages, key=fold_of))
    return {
        format: replace(examples, pages=[replace(page, page="") for page in examples.pages])
        for format, examples in found.items()
    }
