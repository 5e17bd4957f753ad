"""The pages of a site, one by one: the keys of their lines, and the lines as text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Batch, Integers
from detector.sites.addresses import address_of
from detector.sites.recurrence import (
    LineCounts,
    count_lines,
    counted_keys,
    is_named,
    least_of_template,
)
from detector.sites.word_runs import runs_of_pages
from detector.text.decoding import text_of
from detector.text.keys import NO_WORDS, LineKeys, line_keys
from detector.text.page import Input, Page
from detector.text.read import by_format, read_batch
from detector.text.series import as_chosen, read_series, refuse_single

# The most characters of a line that are stored.
MOST_CHARACTERS: Final = 100
# Pages that are read together.
BATCH: Final = 64
# In `place`, the length of the whole page.
PLACES: Final = 1000


class Known(NamedTuple):
    """A line as text: an example of it, and its position (the sum over its pages, of `PLACES`)."""

    text: str
    place: int
    pages: int

    @property
    def position(self) -> float:
        """Its mean position on a page, from 0 to 1."""
        return self.place / max(self.pages, 1) / PLACES


class KnownLine(NamedTuple):
    """A line that is known as text: its key in the counts, and the number of pages that have it."""

    key: int
    pages: int
    known: Known


class CountedPage(NamedTuple):
    """A page.

    own: the hash of its lines; known: the text of each line key of its counts
    runs: int64, ascending, the keys of the runs of words in its long lines
    address: the site that it names as its own; name: what to call it in messages
    """

    own: int
    counts: LineCounts
    known: dict[int, Known]
    runs: Integers
    address: str | None
    name: str


def page_hash(keys: LineKeys, page_segment: Integers) -> NDArray[np.uint32]:
    """Return uint32 (P,): a hash of each page's lines."""
    mixed = (keys.exact.astype(np.uint64) ^ np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xC2B2AE3D27D4EB4F)
    total = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed ^ (mixed >> np.uint64(31)))))
    own: NDArray[np.uint64] = total[page_segment[1:]] - total[page_segment[:-1]]
    return (own >> np.uint64(32)).astype(np.uint32)


def counted_pages(pages: Sequence[Page], site: int) -> Iterator[CountedPage]:
    """Yield the pages of a site that have words, first text, then HTML."""
    for positions in by_format(pages):
        chosen = [pages[at] for at in positions]
        batch, words, *_ = read_batch(chosen)
        keys, page_segment = line_keys(words), batch.page_segment()
        runs = runs_of_pages(batch, words)
        for number, own in enumerate(page_hash(keys, page_segment).tolist()):
            rows = slice(int(page_segment[number]), int(page_segment[number + 1]))
            one = LineKeys(*(key[rows] for key in keys))
            if (one.exact != NO_WORDS).any():
                segments = np.array([0, one.exact.size], np.int64)
                counts = count_lines(one, segments, np.array([site], np.int64))
                known, page = _known(batch, rows, one, site), chosen[number]
                name = page.name or page.url or "a page"
                yield CountedPage(own, counts, known, runs[number], address_of(page), name)


def _known(batch: Batch, rows: slice, keys: LineKeys, site: int) -> dict[int, Known]:
    """Return the texts of a page's lines by each of their keys."""
    found: dict[int, Known] = {}
    size = keys.exact.size
    sites = np.full(size, site, np.int64)
    kinds = [(key.tolist(), counted.tolist()) for key, counted in counted_keys(sites, keys)]
    for row in range(size - 1, -1, -1):
        if keys.exact[row] == NO_WORDS:
            continue
        at = rows.start + row
        span = bytes(batch.data[int(batch.segment_start[at]) : int(batch.segment_end[at])])
        text = " ".join(text_of(span).split())[:MOST_CHARACTERS]
        known = Known(text, (2 * row + 1) * PLACES // (2 * size), 1)
        found |= {key[row]: known for key, counted in kinds if counted[row]}
    return found


def all_known(parts: Iterable[dict[int, Known]]) -> dict[int, Known]:
    """Return the texts of all parts. Of two examples of a line, the one that sorts first stays."""
    found: dict[int, Known] = {}
    for part in parts:
        for key, known in part.items():
            before = found.get(key)
            if before is not None:
                text = min(before.text, known.text)
                known = Known(text, before.place + known.place, before.pages + known.pages)
            found[key] = known
    return found


def known_lines(known: dict[int, Known], counts: LineCounts) -> Iterator[KnownLine]:
    """Yield the lines of a site that are known as text, the most frequent first.

    Each text comes once: the same line may be counted as it is, masked, and as a run of words. A line with
    masked names comes only if that makes it template.
    """
    keys = np.array(list(known), np.int64)
    pages = counts.pages[np.searchsorted(counts.key, keys)]
    counted = ~is_named(keys) | (pages >= least_of_template(int(counts.site_pages.sum()) - 1))
    rows = zip(keys[counted].tolist(), pages[counted].tolist(), strict=True)
    lines = (KnownLine(key, number, known[key]) for key, number in rows)
    shown: set[str] = set()
    for line in sorted(lines, key=lambda line: (-line.pages, line.known.place, line.known.text)):
        if line.known.text not in shown:
            shown.add(line.known.text)
            yield line


def batches(pages: Iterable[Input | Page]) -> Iterator[list[Page]]:
    """Yield pages in batches, in order. Pages without a name get their number."""
    batch: list[Page] = []
    refuse_single(pages)
    for number, page in enumerate(as_chosen(read_series(pages), "raise"), start=1):
        assert isinstance(page, Page)
        batch.append(page if page.name or page.url else replace(page, name=f"page {number}"))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
