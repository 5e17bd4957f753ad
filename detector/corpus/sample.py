"""A sample of a corpus: runs of consecutive pages, spread evenly over the bytes of the input by a fixed seed.

Consecutive pages are often of one site, so the lines of a site can be counted in a sample too. Only the files
that are drawn are read.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final, NamedTuple

import numpy as np

from detector.corpus.formats.documents import Part, Shard
from detector.corpus.formats.readers import read_shard
from detector.corpus.inputs import Input
from detector.corpus.line_records import LinePiece, LineRecord, pieces
from detector.corpus.run_folder import read_array, read_json, stored_lines
from detector.corpus.run_spec import RunSpec
from detector.corpus.shards import shards_of
from detector.corpus.steps.clean import LINE_RECORDS
from detector.corpus.survey import NOTHING_SEEN, Survey
from detector.engines.engine import Engine

PAGES: Final = 1000
# The least number of runs of pages in a sample. More are drawn if small files give too few pages.
PLACES: Final = 20
SHARD_BYTES: Final = 1_000_000
SEED: Final = 1
# The most pages and near-duplicates to show.
EXAMPLES: Final = 3
MOST_PAIRS: Final = 10

Surveyor = Callable[[Sequence[Input]], list[Survey]]


class Drawn(NamedTuple):
    """A drawn sample.

    shards: to clean; places: runs of pages; pages: in them
    bytes: of the input that these pages take
    input_pages: estimated number in the whole input; input_bytes, input_shards: its size, and tasks of a step
    """

    shards: list[Shard]
    places: int
    pages: int
    bytes: int
    input_pages: int
    input_bytes: int
    input_shards: int


class Estimate(NamedTuple):
    """An estimate for a run over the whole input, from a sample.

    files, bytes: of the input; pages: in it
    seconds: with all workers; disk: bytes in the output folder while it runs
    """

    files: int
    bytes: int
    pages: int
    seconds: float
    disk: int


class ExamplePage(NamedTuple):
    """A page of a sample, and the decisions about its lines."""

    id: str
    site: str
    lines: list[LinePiece]


class Sample(NamedTuple):
    """The results of a sample. duplicates: ids of near-duplicates, each with the one that would be kept."""

    pages: int
    places: int
    estimate: Estimate
    examples: list[ExamplePage]
    duplicates: list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class _Records:
    """Counts the records of a shard."""

    spec: RunSpec

    def __call__(self, item: tuple[int, Shard]) -> tuple[int, int]:
        number, shard = item
        if shard.parts[0].kind == "page":
            return number, len(shard.parts)
        return number, sum(1 for _ in read_shard(shard, self.spec.columns, self.spec.corpus.limits()))


class _Place(NamedTuple):
    """A run of pages in a shard: where it begins in its part of the shard (0 to 1), and its pages."""

    within: float
    pages: int


# The place of a shard of the sample: its file or group of pages, and its part of that.
_Key = tuple[int, int]


class _Drawing:
    """Draws places, splits their files, and counts the records there."""

    def __init__(self, spec: RunSpec, inputs: Sequence[Input], engine: Engine, surveyor: Surveyor) -> None:
        self._spec, self._engine, self._surveyor = spec, engine, surveyor
        self._inputs = {input.name: input for input in inputs}
        self.whole = shards_of(inputs, [NOTHING_SEEN] * len(inputs), SHARD_BYTES, spec.to)
        self.parts: dict[int, list[Shard]] = {}
        self.records: dict[_Key, int] = {}

    def places(self, count: int, pages: int) -> dict[_Key, list[_Place]]:
        """Return evenly spread places for this many pages together, by shard."""
        draw = random.Random(SEED)
        drawn = _positions([shard.bytes for shard in self.whole], count, draw)
        self._cut(sorted({at for at, _ in drawn} - set(self.parts)))
        found: dict[_Key, list[_Place]] = {}
        for number, (at, within) in enumerate(drawn):
            part = int(within * len(self.parts[at]))
            quota = (number + 1) * pages // count - number * pages // count
            found.setdefault((at, part), []).append(_Place(draw.random(), quota))
        self._count([key for key in found if key not in self.records])
        return dict(sorted(found.items()))

    def _cut(self, new: Sequence[int]) -> None:
        files = [at for at in new if self.whole[at].parts[0].kind != "page"]
        inputs = [self._inputs[self.whole[at].parts[0].name] for at in files]
        self.parts |= {at: [self.whole[at]] for at in new}
        for at, input, survey in zip(files, inputs, self._surveyor(inputs), strict=True):
            self.parts[at] = shards_of([input], [survey], SHARD_BYTES, self._spec.to)

    def _count(self, new: Sequence[_Key]) -> None:
        shards = [(number, self.parts[at][part]) for number, (at, part) in enumerate(new)]
        for number, count in self._engine.run(_Records(self._spec), shards):
            self.records[new[number]] = count

    def is_all(self) -> bool:
        """Tell whether the records of all shards are counted."""
        return len(self.parts) == len(self.whole) and len(self.records) == sum(map(len, self.parts.values()))

    def input_pages(self) -> int:
        """Return the approximate number of pages in the whole input, estimated from the sample."""
        singly = sum(len(shard.parts) for shard in self.whole if shard.parts[0].kind == "page")
        of_records = [shard for shard in self.whole if shard.parts[0].kind != "page"]
        counted = {key: self.parts[key[0]][key[1]] for key in self.records}
        drawn = {key: shard for key, shard in counted.items() if shard.parts[0].kind != "page"}
        size = sum(shard.bytes for shard in drawn.values())
        here = sum(self.records[key] for key in drawn)
        return singly + round(here * sum(shard.bytes for shard in of_records) / max(size, 1))


def _positions(sizes: Sequence[int], count: int, draw: random.Random) -> list[tuple[int, float]]:
    """Return an item, and the position in it, for one place in each of `count` equal parts of all bytes."""
    ends = np.cumsum([max(size, 1) for size in sizes])
    at = np.array([(part + draw.random()) / count * ends[-1] for part in range(count)])
    items = np.minimum(np.searchsorted(ends, at, "right"), len(sizes) - 1)
    within = 1 - (ends[items] - at) / np.diff(ends, prepend=0)[items]
    return list(zip(items.tolist(), np.clip(within, 0, 1 - 1e-9).tolist(), strict=True))


def _runs(records: int, places: Sequence[_Place]) -> list[tuple[int, int]]:
    """Return runs of records, one in each of as many equal parts as there are places."""
    edges = np.linspace(0, records, len(places) + 1).astype(int).tolist()
    spans = list(pairwise(edges))
    if any(end - begin < place.pages for (begin, end), place in zip(spans, places, strict=True)):
        return [(0, min(records, sum(place.pages for place in places)))]
    firsts = [
        begin + int(place.within * (end - begin - place.pages + 1))
        for (begin, end), place in zip(spans, places, strict=True)
    ]
    return [(first, first + place.pages) for first, place in zip(firsts, places, strict=True)]


def _taken(shard: Shard, runs: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    """Return the parts of a shard, with only some runs of its records."""
    if shard.parts[0].kind == "page":
        return tuple(chain.from_iterable(shard.parts[first:end] for first, end in runs))
    (part,) = shard.parts
    return (part._replace(taken=tuple((part.first + first, part.first + end) for first, end in runs)),)


def drawn_sample(
    spec: RunSpec, inputs: Sequence[Input], pages: int, engine: Engine, surveyor: Surveyor
) -> Drawn:
    """Draw this many pages from the inputs, or all if there are fewer."""
    drawing, count = _Drawing(spec, inputs, engine, surveyor), min(PLACES, pages)
    while True:
        places = drawing.places(count, pages)
        runs = {key: _runs(drawing.records[key], of_shard) for key, of_shard in places.items()}
        taken = {key: sum(end - first for first, end in found) for key, found in runs.items()}
        if sum(taken.values()) >= pages or drawing.is_all():
            break
        count *= 4
    shards: list[Shard] = []
    for (at, part), found in runs.items():
        shard = drawing.parts[at][part]
        size = int(shard.bytes * taken[at, part] / max(drawing.records[at, part], 1))
        shards.append(shard._replace(number=len(shards), parts=_taken(shard, found), bytes=size))
    return Drawn(
        shards,
        sum(map(len, runs.values())),
        sum(taken.values()),
        sum(shard.bytes for shard in shards),
        drawing.input_pages(),
        sum(max(input.size, 0) for input in inputs),
        _tasks(spec, inputs),
    )


def _tasks(spec: RunSpec, inputs: Sequence[Input]) -> int:
    """Return how many shards a run has, about."""
    whole = shards_of(inputs, [NOTHING_SEEN] * len(inputs), spec.corpus.shard_bytes, spec.to)
    return sum(max(-(-shard.bytes // spec.corpus.shard_bytes), 1) for shard in whole)


def found_in_sample(spec: RunSpec, drawn: Drawn, inputs: Sequence[Input], seconds: float) -> Sample:
    """Return what a finished sample shows. seconds: that a whole run takes."""
    size = drawn.input_bytes
    times = size / max(drawn.bytes, 1)
    disk = sum(path.stat().st_size for path in spec.output.rglob("*") if path.is_file())
    estimate = Estimate(len(inputs), size, drawn.input_pages, seconds, int(disk * times))
    return Sample(drawn.pages, drawn.places, estimate, _examples(spec, drawn.shards), _pairs(spec, drawn))


def _examples(spec: RunSpec, shards: Sequence[Shard]) -> list[ExamplePage]:
    """Return a few pages, spread over the sample, with their lines."""
    folders = [spec.folder().of("clean", shard.number) for shard in shards]

    def stored() -> Iterator[bytes]:
        return chain.from_iterable(stored_lines(folder / LINE_RECORDS, bytes) for folder in folders)

    count = sum(1 for _ in stored())
    wanted = {part * count // EXAMPLES + count // (2 * EXAMPLES) for part in range(EXAMPLES)}
    records = (LineRecord(**json.loads(line)) for at, line in enumerate(stored()) if at in wanted)
    return [ExamplePage(record.id, record.site, pieces(record)) for record in records]


def _pairs(spec: RunSpec, drawn: Drawn) -> list[tuple[str, str]]:
    """Return some near-duplicates, each with the document that would be kept, if it is in the sample."""
    names: dict[str, str] = {}
    for shard in drawn.shards:
        names |= read_json(spec.folder().of("out", shard.number) / "paired.json")
    pairs = read_array(spec.folder().step("groups") / "removed.npy")[:MOST_PAIRS].tolist()
    return [(names[str(gone)], names[str(stays)]) for gone, stays in pairs if str(stays) in names]
