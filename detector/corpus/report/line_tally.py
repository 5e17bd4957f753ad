"""Counts of lines for the report, made while a shard is cleaned, and added up.

A sample of lines is drawn by the smallest hashes, so that it does not depend on shards and workers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import xxhash

from detector.corpus.line_records import LineRecord
from detector.records import Bytes, Integers
from detector.results.batch import ScoredBatch

BINS: Final = 20
# Lines of a shard that the report may show: those dropped most often, and a sample.
MOST_LINES: Final = 300
SHOWN_LINES: Final = 100
DRAWN: Final = 40
# A line with a score this near to the page's threshold is a close decision.
NEAR: Final = 0.1
LONGEST_SHOWN: Final = 300


class LineTally:
    """Counts over the lines of a shard."""

    def __init__(self) -> None:
        self.lines = [0, 0]
        self.scores = np.zeros(BINS, np.int64)
        self.reasons: Counter[str] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()
        self.drawn: dict[bool, list[list[Any]]] = {True: [], False: []}

    def add(self, result: ScoredBatch, why: Bytes, records: Sequence[LineRecord]) -> None:
        """Count a batch of one format."""
        batch, kept = result.batch, result.decisions.kept
        size = batch.segment_end - batch.segment_start
        bins = np.minimum((result.scores * BINS).astype(np.int64), BINS - 1)
        self.scores += np.bincount(bins, weights=size, minlength=BINS).astype(np.int64)
        self.lines[0] += kept.size
        self.lines[1] += int(kept.sum())
        reasons = [reason for record in records for reason in record.reasons]
        gone = np.flatnonzero(~kept)
        for at in gone.tolist():
            self.reasons[reasons[at]] += int(size[at])
        page = np.repeat(np.arange(len(records)), np.diff(batch.page_segment()))
        self._count_dropped(result, gone, page, records)
        self._draw(result, page, records)

    def _count_dropped(
        self, result: ScoredBatch, gone: Integers, page: Integers, records: Sequence[LineRecord]
    ) -> None:
        data, batch = result.batch.data.tobytes(), result.batch
        starts, ends = batch.segment_start[gone].tolist(), batch.segment_end[gone].tolist()
        for at, start, end in zip(page[gone].tolist(), starts, ends, strict=True):
            self.dropped[
                records[at].site, data[start : min(end, start + LONGEST_SHOWN)].decode("utf-8", "replace")
            ] += 1
        if len(self.dropped) > MOST_LINES * 100:
            self.dropped = Counter(dict(self.dropped.most_common(MOST_LINES * 10)))

    def _draw(self, result: ScoredBatch, page: Integers, records: Sequence[LineRecord]) -> None:
        batch, data, segments = result.batch, result.batch.data.tobytes(), result.batch.page_segment()
        near = np.flatnonzero(np.abs(result.scores - result.decisions.threshold[page]) <= NEAR)
        for at in near.tolist():
            start, end = int(batch.segment_start[at]), int(batch.segment_end[at])
            text = data[start : min(end, start + LONGEST_SHOWN)].decode("utf-8", "replace")
            record, kept = records[int(page[at])], bool(result.decisions.kept[at])
            place = f"{record.id}\0{at - int(segments[page[at]])}".encode("utf-8", "replace")
            rank = xxhash.xxh3_64_intdigest(place)
            self.drawn[kept].append([rank, record.site, text, round(float(result.scores[at]), 3)])
        for kept in self.drawn:
            self.drawn[kept] = sorted(self.drawn[kept])[:DRAWN]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        top = sorted(self.dropped.items(), key=lambda item: (-item[1], item[0]))[:MOST_LINES]
        return {
            "lines": self.lines,
            "scores": self.scores.tolist(),
            "reasons": dict(sorted(self.reasons.items())),
            "dropped": [[count, site, text] for (site, text), count in top],
            "drawn": {"kept": self.drawn[True], "dropped": self.drawn[False]},
        }


def added_up(tallies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the tallies of all shards as one."""
    total = LineTally()
    for tally in tallies:
        total.lines = [one + more for one, more in zip(total.lines, tally["lines"], strict=True)]
        total.scores += np.array(tally["scores"], np.int64)
        total.reasons.update(tally["reasons"])
        for count, site, text in tally["dropped"]:
            total.dropped[site, text] += count
        for kept in (True, False):
            drawn = total.drawn[kept] + tally["drawn"]["kept" if kept else "dropped"]
            total.drawn[kept] = sorted(drawn)[:DRAWN]
    found = total.as_dict()
    return {**found, "dropped": found["dropped"][:SHOWN_LINES]}
