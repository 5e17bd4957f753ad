"""Blocks of lines that appear on several pages: syndicated paragraphs, boxes of related headlines.

A window is a run of lines with enough words to rule out chance. Windows are compared like texts
(`find`), with shingles of two words, because one changed word should not hide a short window.
Consecutive matching windows form a block, which then grows by equal lines. So blocks begin and end
at line boundaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from detector import native
from detector.near_duplicates.find import all_pairs, remove, sketch_all
from detector.near_duplicates.jaccard.verification import Verifier
from detector.near_duplicates.keep_policy import copies_of
from detector.near_duplicates.lsh.bands import bands_for
from detector.near_duplicates.lsh.representatives import Links
from detector.near_duplicates.texts import Spans, SpanTexts
from detector.near_duplicates.workspace import Workspace
from detector.progress import no_progress
from detector.records import Bytes, Floats64, Integers
from detector.settings import DuplicateSettings
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.series import refuse_one

# The words of a window: about two sentences, or four headlines.
LEAST_WORDS: Final = 24
# The words of a shingle, for windows: with one of 24 words changed, the Jaccard similarity is .84.
SHINGLE: Final = 2


@dataclass(frozen=True)
class Block:
    """Lines of a page that an earlier page also has. Lines are numbered from 0 on each page.

    page, first, end: the page, its first line, and the line after its last one
    earlier_page, earlier_line: the page and the line where the first copy begins
    similarity: the lowest Jaccard similarity of its windows to those of the first copy
    """

    page: int
    first: int
    end: int
    earlier_page: int
    earlier_line: int
    similarity: float


class PageLines(NamedTuple):
    """The lines of many pages, in the form of `records.Batch`.

    data: uint8, UTF-8; line_start, line_end: int64 (lines,), byte offsets
    page_line: int64 (pages + 1,), first line of each page, and the number of lines
    """

    data: Bytes
    line_start: Integers
    line_end: Integers
    page_line: Integers


class Blocks(NamedTuple):
    """Blocks that also appear on an earlier page, ordered by page and line; all arrays are (blocks,).

    first, end: int64, lines numbered over all pages, `end` after the last
    source: int64, the line at which the first copy begins, on an earlier page
    similarity: float64, the lowest Jaccard similarity of its windows to those of the first copy
    """

    first: Integers
    end: Integers
    source: Integers
    similarity: Floats64


class _Windows(NamedTuple):
    """Windows over the lines that have words, all int64 (windows,).

    first, end: numbers of such lines, `end` after the last; page: the page of each window
    """

    first: Integers
    end: Integers
    page: Integers


def _windows(words: Integers, page: Integers) -> _Windows:
    """Return the window that begins at each line, as short as possible; words, page: int64."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(words)])
    first = np.arange(words.size)
    end = np.searchsorted(before, before[:-1] + LEAST_WORDS)
    whole = end <= words.size
    whole[whole] = page[end[whole] - 1] == page[whole]
    return _Windows(first[whole], end[whole], page[whole])


def _twins(
    spans: Spans, windows: _Windows, threshold: float, settings: DuplicateSettings
) -> tuple[Integers, Floats64]:
    """Return the kept near-duplicate of each window, or itself if it is kept, and the similarity."""
    count = windows.first.size
    texts = SpanTexts(Spans(spans.data, spans.start[windows.first], spans.end[windows.end - 1]))
    with Workspace(None, settings.memory, {}) as work:
        run = (settings, work, no_progress)
        sketches = sketch_all(
            texts, bands_for(threshold, settings.slots, settings.recall), settings, work, no_progress
        )
        copies = copies_of(sketches.digest, np.arange(count))
        active = np.flatnonzero((copies.first == np.arange(count)) & (sketches.shingles > 0))
        verifier = Verifier(texts, sketches.shingles, threshold, settings, windows.page)
        links = Links(np.full(count, -1, np.int64), np.arange(count))
        pairs = all_pairs(sketches, active, verifier, links, windows.page, run)
        _, twins = remove(pairs, links, verifier, settings)
    keeper = twins.keeper[copies.first]
    similarity = np.where(keeper == copies.first, 1.0, twins.similarity[copies.first])
    return keeper, similarity


def _runs(windows: _Windows, twin: Integers, similarity: Floats64) -> Blocks:
    """Join windows that are consecutive both here and at their near-duplicates."""
    found = np.flatnonzero(windows.page[twin] != windows.page)
    first, end, source = windows.first[found], windows.end[found], windows.first[twin[found]]
    if not found.size:
        return Blocks(first, end, source, similarity[found])
    joins = (np.diff(first - source) == 0) & (np.diff(windows.page[found]) == 0)
    joins &= (first[1:] <= end[:-1]) & (np.diff(windows.page[twin[found]]) == 0)
    start = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), ~joins]))
    last = np.append(start[1:], found.size) - 1
    return Blocks(first[start], end[last], source[start], np.minimum.reduceat(similarity[found], start))


def _apart(blocks: Blocks, page: Integers) -> Blocks:
    """Remove overlaps of blocks of a page from the same earlier page; the first block keeps the lines.

    Pages that repeat themselves make such blocks: consecutive windows have near-duplicates that are not
    consecutive. page: int64 (lines with words,), the page of each line
    """
    here, earlier = page[blocks.first], page[blocks.source]
    order = np.lexsort((-blocks.end, blocks.first, earlier, here))
    first, end, source = blocks.first[order], blocks.end[order], blocks.source[order]
    group = np.cumsum((np.diff(here[order], prepend=-1) != 0) | (np.diff(earlier[order], prepend=-1) != 0))
    # Ends increase from group to group, so the highest one before is that of the same group, or too low to
    # matter.
    apart = group * (page.size + 1)
    reached = np.maximum.accumulate(end + apart)[:-1] if end.size else end
    start = np.maximum(first, np.concatenate([np.zeros(1, np.int64), reached])[: end.size] - apart)
    last_of_earlier = np.searchsorted(page, page[source], "right") - 1
    source = np.minimum(source + start - first, last_of_earlier)
    left = np.flatnonzero(start < end)
    left = left[np.lexsort((order[left], start[left]))]
    return Blocks(start[left], end[left], source[left], blocks.similarity[order][left])


def find_blocks(
    pages: Sequence[str], threshold: float = 0.8, settings: DuplicateSettings | None = None
) -> tuple[Block, ...]:
    """Find blocks of lines that an earlier page has, exactly or nearly.

    Parameters
    ----------
    pages
        The texts of the pages, in the order in which they count as earlier.
    threshold
        The least Jaccard similarity of each window, .05 to 1.
    settings
        By default, shingles of two words.

    Returns
    -------
    tuple of Block
        Ordered by page and line. Blocks of a page overlap only if they come from different pages. Repeats
        within a page are not included.
    """
    refuse_one(pages, "pages")
    batch = text_batch([utf8(page) for page in pages])
    lines = PageLines(batch.data, batch.line_start, batch.line_end, batch.page_line)
    found = blocks_of_lines(lines, threshold, settings)
    page = np.searchsorted(batch.page_line, found.first, "right") - 1
    earlier = np.searchsorted(batch.page_line, found.source, "right") - 1
    start, earlier_start = batch.page_line[page], batch.page_line[earlier]
    columns = (page, found.first - start, found.end - start, earlier, found.source - earlier_start)
    rows = zip(*(column.tolist() for column in (*columns, found.similarity)), strict=True)
    return tuple(Block(*row) for row in rows)


def blocks_of_lines(
    lines: PageLines, threshold: float = 0.8, settings: DuplicateSettings | None = None
) -> Blocks:
    """Return the result of `find_blocks` as arrays."""
    settings = settings or DuplicateSettings(shingle=SHINGLE)
    whole = Workspace(None, settings.memory, {})
    texts = SpanTexts(Spans(*lines[:3]))
    sketches = sketch_all(texts, bands_for(1, 1, 0.5), settings, whole, no_progress)
    words = sketches.words.astype(np.int64)
    numbers = np.flatnonzero(words)
    page = np.repeat(np.arange(lines.page_line.size - 1), np.diff(lines.page_line))[numbers]
    windows = _windows(words[numbers], page)
    spans = Spans(lines.data, lines.line_start[numbers], lines.line_end[numbers])
    blocks = _runs(windows, *_twins(spans, windows, threshold, settings))
    native.run("grow_blocks", sketches.digest[numbers], page, blocks.first, blocks.end, blocks.source)
    blocks = _apart(blocks, page)
    return Blocks(
        numbers[blocks.first], numbers[blocks.end - 1] + 1, numbers[blocks.source], blocks.similarity
    )
