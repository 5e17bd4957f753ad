"""The lines of a page as Python objects, made from its arrays."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.decisions import (
    BETWEEN_KEPT,
    BLOCK_DROPPED,
    BLOCK_KEPT,
    COPY_DROPPED,
    HEADING_KEPT,
    KIND_DECIDED,
    ORIGINAL_KEPT,
)
from detector.features.phrases import PhraseWeights
from detector.records import COPY_KINDS, LINE_KINDS, Reason, ScoredLine, Words
from detector.results.batch import PageLines
from detector.results.copy_probability import copy_probabilities
from detector.results.elements import element_names
from detector.results.facts import PageFacts
from detector.results.quoted_words import page_words, with_quoted_words
from detector.results.reasons import (
    BETWEEN,
    BLOCK_GOES,
    BLOCK_STAYS,
    CUT,
    HEADING,
    NOT_SEEN,
    ORIGINAL_STAYS,
    SENTENCES_CUT,
    SeenLine,
    copy_reason,
    evidence_reasons,
    kind_reason,
    policy_reason,
    shown_codes,
)
from detector.text.blocks.free_lines import LineBlock
from detector.text.decoding import text_of

# Columns of `PageLines.line` and `PageLines.segment`.
FIRST_SEGMENT: Final = 2
ELEMENT: Final = 3
SIZE: Final = 0
ORIGINAL: Final = 3
KEPT: Final = 4

# A line that is more likely content than not.
EVEN: Final = 0.5

# Kinds of copies that count as repeats whatever their score.
SURE_COPIES: Final = ("headline", "running-head", "block")

Cuts = tuple[tuple[int, int], ...]


def line_scores(page: PageLines) -> NDArray[np.float64]:
    """Return float64 (L,): each line's score, NaN for blank lines.

    The score of a long line is the mean of its segments' scores, weighted by length; if sentences were cut
    off, the mean over the kept ones.
    """
    lines, count = page.line.shape[0], _segments_of_lines(page)
    line = np.repeat(np.arange(lines), count)
    kept = page.segment[:, KEPT] > 0
    any_kept = np.bincount(line[kept], minlength=lines) > 0
    size = page.segment[:, SIZE] * (kept | ~any_kept[line]).astype(np.float64)
    total = np.bincount(line, weights=size, minlength=lines)
    mean = np.bincount(line, weights=size * page.scores, minlength=lines)
    scores = np.full(lines, np.nan)
    np.divide(mean, total, out=scores, where=total > 0)
    one = count == 1
    scores[one] = page.scores[page.line[one, FIRST_SEGMENT]]
    return np.round(scores, 3)


def line_kinds(page: PageLines) -> list[dict[str, float]]:
    """Return for each line the probabilities of its kinds, the most likely first.

    Those of a long line are the means over its segments, weighted by length.
    """
    lines, count = page.line.shape[0], _segments_of_lines(page)
    if not page.kinds.size:
        return [{} for _ in range(lines)]
    line = np.repeat(np.arange(lines), count)
    size = np.maximum(page.segment[:, SIZE], 1).astype(np.float64)
    total = np.maximum(np.bincount(line, size, lines), 1)
    shares = [np.bincount(line, size * kind, lines) / total for kind in page.kinds.T.astype(np.float64)]
    table = np.round(np.stack(shares, axis=1), 3)
    order = np.argsort(-table, axis=1, kind="stable").tolist()
    return [
        {LINE_KINDS[kind]: row[kind] for kind in best if row[kind] > 0}
        for row, best in zip(table.tolist(), order, strict=True)
    ]


def _segments_of_lines(page: PageLines) -> NDArray[np.int32]:
    return np.diff(page.line[:, FIRST_SEGMENT], append=np.int32(page.scores.size))


def _blocks(page: PageLines, texts: list[str]) -> list[LineBlock | None]:
    # The patterns for shapes take a tenth of the import time, and workers that only clean do not need them.
    from detector.results.blocks import blocks_by_markup
    from detector.text.blocks.find import blocks_by_shape

    if not page.is_html:
        return blocks_by_shape(texts)
    return blocks_by_markup(page.element[:, 0], page.element[:, 1], page.line[:, ELEMENT], texts)


def scored_lines(page: PageLines, weights: PhraseWeights | None = None) -> tuple[ScoredLine, ...]:
    """Return all lines of a page, in order.

    weights: those of the model that scored it, to choose the words to quote; None if they are chosen already
    """
    words = page_words(page)
    return tuple(_Lines(with_quoted_words(page, weights, words), words))


class _Lines:
    """Makes the lines of a page.

    Its arrays are converted to lists, because they are read one value at a time.
    """

    def __init__(self, page: PageLines, words: Words) -> None:
        self.page = page
        self.data = page.data.tobytes()
        self.is_ascii = self.data.isascii()
        self.start, self.end, first, _ = page.line.T.tolist()
        self.segment = [*first, page.scores.size]
        self.score = line_scores(page).tolist()
        self.segment_score = page.scores.tolist()
        _, stay, stay_end, self.original, self.kept, *decided = page.segment.T.tolist()
        self.was_cut, self.kind, self.rule = decided
        self.stay = list(zip(stay, stay_end, strict=True))
        self.copy_probability = copy_probabilities(page)
        self.codes = shown_codes(page.contributions)
        self.kinds = line_kinds(page)
        line_of = np.repeat(np.arange(page.line.shape[0]), _segments_of_lines(page))
        self.original_line = line_of[np.maximum(page.segment[:, ORIGINAL], 0)].tolist()
        self.facts = PageFacts(page, words, line_of.tolist())
        spans = zip(self.start, self.end, strict=True)
        self.texts = texts = [text_of(self.data[start:end]) for start, end in spans]
        tag, parent, element = page.element[:, 0], page.element[:, 1], page.line[:, ELEMENT]
        self.blocks = _blocks(page, texts)
        self.elements = element_names(tag, parent, element) if page.is_html else [None] * len(texts)

    def __iter__(self) -> Iterator[ScoredLine]:
        after = [*self.start[1:], len(self.data)]
        for number, text in enumerate(self.texts):
            ending = text_of(self.data[self.end[number] : after[number]])
            if self.segment[number] == self.segment[number + 1]:
                yield ScoredLine(number, text, ending, None, "blank", False, (), "", (), None)
            else:
                yield self._line(number, text, ending)

    def _line(self, number: int, text: str, ending: str) -> ScoredLine:
        rows = range(self.segment[number], self.segment[number + 1])
        cuts = self._cuts(number, rows)
        kept = cuts is not None
        spoken = min(rows, key=self.segment_score.__getitem__) if kept and len(rows) > 1 else rows[0]
        seen = NOT_SEEN
        if self.page.seen.size:
            exact, varied, unsure = self.page.seen[spoken].tolist()
            seen = SeenLine(exact, varied, self.page.site_pages, bool(unsure))
        reasons = [
            *evidence_reasons(self.codes[spoken], self.facts, spoken, seen),
            *self._policy(number, rows, kept),
        ]
        original, block = self.original[rows[0]], self.blocks[number]
        return ScoredLine(
            number=number,
            text=text,
            end=ending,
            score=self.score[number],
            label=self._label(rows[0], self.score[number]),
            kept=kept,
            cuts=cuts or (),
            clean=_without(text, cuts) if cuts is not None else "",
            reasons=tuple(reasons),
            copy_of=self.original_line[rows[0]] if original >= 0 else None,
            copy_kind=COPY_KINDS[self.kind[rows[0]]] if original >= 0 else None,
            copy_probability=self.copy_probability.get(rows[0]) if original >= 0 else None,
            block=None if block is None else block.number,
            block_kind=None if block is None else block.kind,
            kind=next(iter(self.kinds[number]), None),
            kinds=self.kinds[number],
            element=self.elements[number],
        )

    def _policy(self, number: int, rows: range, kept: bool) -> Iterator[Reason]:
        """Yield the policy that decided on a line."""
        threshold = self.page.threshold
        if not kept and all(self.rule[row] == COPY_DROPPED for row in rows):
            yield copy_reason(COPY_KINDS[self.kind[rows[0]]], self.original_line[rows[0]])
        elif any(self.rule[row] == ORIGINAL_KEPT for row in rows):
            yield ORIGINAL_STAYS
        elif kept and any(self.rule[row] == BLOCK_KEPT for row in rows):
            yield BLOCK_STAYS
        elif not kept and any(self.rule[row] == BLOCK_DROPPED for row in rows):
            yield BLOCK_GOES
        elif kept and any(self.rule[row] == BETWEEN_KEPT for row in rows):
            yield BETWEEN
        elif kept and any(self.rule[row] == HEADING_KEPT for row in rows):
            yield HEADING
        elif any(self.rule[row] == KIND_DECIDED for row in rows):
            yield kind_reason(self.kinds[number], kept)
        else:
            yield policy_reason(self.page.policy, threshold, kept)
        if kept and self.was_cut[rows[0]]:
            yield CUT
        if kept and not all(self.kept[row] for row in rows):
            yield SENTENCES_CUT

    def _cuts(self, number: int, rows: range) -> Cuts | None:
        """Return the spans (code points of the line) that are cut; None if the whole line is dropped."""
        start, end = self.start[number], self.end[number]
        spans, at = [], start
        for row in rows:
            first, last = self.stay[row]
            if first < last:
                if at < first:
                    spans.append((at, first))
                at = last
        if at == start and end > at:
            return None
        if at < end:
            spans.append((at, end))
        return tuple((self._points(start, first), self._points(start, last)) for first, last in spans)

    def _points(self, start: int, byte: int) -> int:
        return byte - start if self.is_ascii else len(text_of(self.data[start:byte]))

    def _label(self, row: int, score: float) -> str:
        """Return the most likely kind; a copy is a repeat only if its text is content."""
        original = self.original[row]
        of_content = original >= 0 and self.segment_score[original] < EVEN
        if score < EVEN and not (of_content and COPY_KINDS[self.kind[row]] in SURE_COPIES):
            return "content"
        return "repeat" if of_content and COPY_KINDS[self.kind[row]] != "headline-prefix" else "template"


def _without(text: str, cuts: Cuts) -> str:
    pieces, at = [], 0
    for start, end in cuts:
        pieces.append(text[at:start])
        at = end
    return "".join([*pieces, text[at:]]) if cuts else text
