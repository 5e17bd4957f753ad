"""Near-duplicates among the clean texts, found like in `find_duplicates`.

Clean texts are compared, not pages. So pages do not become near-duplicates by sharing a template, and a story
on two sites is found in spite of their templates. `keep` in the rules says which document is kept; with
containment, it is the longest.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.corpus.earlier_runs import earlier_shards
from detector.corpus.formats.documents import Shard
from detector.corpus.run_folder import new_folder, read_array
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.clean import TEXTS, CleanPages, text_sizes
from detector.errors import SettingsError
from detector.model.page_kinds import KINDS
from detector.near_duplicates.containment import SHINGLE_BYTES, contained_among
from detector.near_duplicates.find import (
    WORKSPACE_SHARE,
    duplicates_among,
    empty_sketches,
    sketch_all,
)
from detector.near_duplicates.jaccard.verification import PairArrays
from detector.near_duplicates.keep_policy import Keep, keep_rank, twins_of
from detector.near_duplicates.lsh.bands import Bands, bands_for
from detector.near_duplicates.minhash.sketches import Sketches
from detector.near_duplicates.pairs import Duplicates, Removed
from detector.near_duplicates.texts import Spans, SpilledTexts, Texts, normalised
from detector.near_duplicates.workspace import Workspace
from detector.progress import Progress, no_progress
from detector.records import Floats64, Integers
from detector.settings import DuplicateSettings, KeepDocument

# The number of the verdict.
ARTICLE: Final = KINDS.index("article")
# From this share of content on, a page is mostly its text.
MOSTLY: Final = 0.5
LEAST_MEMORY: Final = 10_000_000
# Near-duplicates need a small part of the memory if this many times their sketches fit into it.
SMALL_PART: Final = 16
# The number of texts of an earlier run that are read together.
TOGETHER: Final = 512
# The result of a finished shard: bool (D,), which of its clean documents were kept.
STAYED: Final = "stayed.npy"
# The settings of sketches; the same for all shards.
SETTINGS: Final = DuplicateSettings()


def _joined(parts: Sequence[Spans]) -> Spans:
    """Return the texts of several buffers in one."""
    if len(parts) == 1:
        return parts[0]
    size = np.concatenate([np.zeros(0, np.int64), *(part.end - part.start for part in parts)])
    data = np.concatenate([np.zeros(0, np.uint8), *(part.data for part in parts)])
    end = np.cumsum(size)
    return Spans(data, end - size, end)


class Source(NamedTuple):
    """Clean texts of a shard: of this run, or those that an earlier run kept.

    clean, sketches: folders; rows: int64, the documents; None for all
    """

    clean: Path
    sketches: Path
    rows: Integers | None = None

    def of(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of an array with a row for each document of the shard."""
        return array if self.rows is None else array[self.rows]


def sources_of(spec: RunSpec, shards: Sequence[int]) -> list[Source]:
    """Return the texts of a run, after those of the earlier runs that it builds on."""
    run = spec.folder()
    earlier = [
        Source(shard.of("clean"), shard.of("sketches"), np.flatnonzero(read_array(shard.of("out") / STAYED)))
        for shard in earlier_shards(spec.since)
    ]
    return [*earlier, *(Source(run.of("clean", shard), run.of("sketches", shard)) for shard in shards)]


class _SomeTexts:
    """Some of the texts in a file, by their rows."""

    def __init__(self, texts: SpilledTexts, rows: Integers) -> None:
        self._texts, self._rows = texts, rows

    def __len__(self) -> int:
        return self._rows.size

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        for start in range(first, len(self), TOGETHER):
            yield self.fetch(np.arange(start, min(start + TOGETHER, len(self))))

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at ascending positions."""
        return self._texts.fetch(self._rows[positions])


class CleanTexts:
    """Clean texts in the files that cleaning wrote; converted to NFC on reading."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._files: list[Texts] = [_texts_of(source) for source in sources]
        # Where each source begins, and the end of the last.
        self.first: Integers = np.cumsum([0, *map(len, self._files)])

    def __len__(self) -> int:
        return int(self.first[-1])

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        for file, begin in zip(self._files, self.first.tolist(), strict=False):
            for spans in file.batches(min(max(first - begin, 0), len(file))):
                yield normalised(spans)

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at ascending positions."""
        cuts = np.searchsorted(positions, self.first).tolist()
        found = [
            file.fetch(positions[start:end] - begin)
            for file, begin, start, end in zip(self._files, self.first, cuts, cuts[1:], strict=False)
            if start < end
        ]
        return normalised(_joined(found))


def _texts_of(source: Source) -> Texts:
    texts = SpilledTexts(source.clean / TEXTS, _offsets(source.clean))
    return texts if source.rows is None else _SomeTexts(texts, source.rows)


def _offsets(folder: Path) -> Integers:
    return np.concatenate(([0], np.cumsum(text_sizes(folder))))


def _bands(spec: RunSpec) -> Bands:
    return bands_for(spec.corpus.duplicates, SETTINGS.slots, SETTINGS.recall)


def sketch_shard(spec: RunSpec, shard: Shard) -> None:
    """Make the sketches of a shard's clean texts, unless that is finished: one file per array."""
    run = spec.folder()
    target = run.of("sketches", shard.number)
    if target.is_dir():
        return
    texts = CleanTexts([Source(run.of("clean", shard.number), target)])
    with new_folder(target) as folder, Workspace(None, SETTINGS.memory, {}) as work:
        for name, array in sketch_all(texts, _bands(spec), SETTINGS, work, no_progress)._asdict().items():
            np.save(folder / f"{name}.npy", array)


def _gathered(spec: RunSpec, sources: Sequence[Source], first: Integers, work: Workspace) -> Sketches:
    """Return the sketches of all texts."""
    found = empty_sketches(int(first[-1]), _bands(spec), work)
    for source, begin in zip(sources, first.tolist(), strict=False):
        for name, array in found._asdict().items():
            part = source.of(read_array(source.sketches / f"{name}.npy", mapped=True))
            array[begin : begin + len(part)] = part
        work.release()
    return found


def _values(keep: KeepDocument, sources: Sequence[Source]) -> list[float] | None:
    """Return the values that the policy compares, if it needs any."""
    if keep in ("first", "longest"):
        return None
    values = list[float]()
    for source in sources:
        pages = CleanPages.load(source.clean)
        values += source.of(keep_value(keep, pages)).tolist()
    return values


def keep_value(keep: KeepDocument, pages: CleanPages) -> NDArray[Any]:
    """Return the number of each page that the policy "best" or "article" compares: the highest stays."""
    return pages.share if keep == "best" else _as_article(pages)


def _as_article(pages: CleanPages) -> Floats64:
    """Return a number for each page: the highest for an article.

    An archive page with a single story looks like an article itself, but the story is not named in its title.
    """
    like: Floats64 = (pages.verdict == ARTICLE) * 1.0 + (pages.share >= MOSTLY) + pages.titled * 0.5
    return like


def _with_words(found: Removed, words: NDArray[np.int32]) -> Removed:
    """Return the removed texts, except those without words: they are empty, not copies of each other."""
    stay = words[found.position] > 0
    return Removed(found.position[stay], found.kept[stay], found.similarity[stay])


class Found(NamedTuple):
    """Near-duplicates among new texts, and earlier texts that a run over all would remove.

    removed: of the new texts; replaced: int64 (n, 2), the earlier text and the new one that would be kept
    """

    removed: Removed
    replaced: Integers


def _found(
    spec: RunSpec, sources: Sequence[Source], texts: CleanTexts, memory: int, progress: Progress
) -> Found:
    """Return which documents repeat a kept one."""
    settings = DuplicateSettings(memory=max(memory, LEAST_MEMORY))
    settled, threshold = _settled(spec, texts.first), spec.corpus.duplicates
    with Workspace(None, settings.memory // WORKSPACE_SHARE, {}) as work:
        sketches = _gathered(spec, sources, texts.first, work)
        if spec.corpus.near_duplicates == "containment":
            _refuse_too_many(int(sketches.shingles.sum(dtype=np.int64)), settings.memory)
            found = contained_among(texts, sketches, threshold, settings, settled)
            rank = keep_rank("longest", sketches.shingles.astype(np.int64), None)
            return Found(found.removed, _replaced(found, rank, settled))
        keep = spec.corpus.keep
        values = _values(keep, sources)
        policy: Keep = keep if keep in ("first", "longest") else "best"
        of_new = None if values is None else values[settled:]
        found = duplicates_among(
            texts, sketches, threshold, (policy, of_new), (settings, work, progress), settled
        )
        removed = _with_words(found.removed, sketches.words)
        return Found(removed, _replaced(found, keep_rank(policy, sketches.length, values), settled))


def _settled(spec: RunSpec, first: Integers) -> int:
    """Return the number of texts of earlier runs."""
    return int(first[len(earlier_shards(spec.since))])


def _replaced(found: Duplicates, rank: Integers, settled: int) -> Integers:
    """Return earlier texts that would be removed, and the new texts that would be kept instead."""
    keeper = twins_of(PairArrays(found.pairs.left, found.pairs.right, found.pairs.similarity), rank).keeper
    gone = np.flatnonzero(keeper[:settled] >= settled)
    return np.column_stack((gone, keeper[gone]))


def _refuse_too_many(shingles: int, memory: int) -> None:
    """Raise `SettingsError` if the shingles of all texts do not fit into memory."""
    if shingles * SHINGLE_BYTES > memory:
        needed, given = shingles * SHINGLE_BYTES / 1e9, memory / 1e9
        raise SettingsError(
            f"containment keeps all {shingles:,} shingles in memory, about {needed:.2f} GB, but the limit is "
            f"{given:.2f} GB: give more --memory, or clean the sites one by one"
        )


def needs_room(spec: RunSpec, shards: Sequence[int], memory: int) -> bool:
    """Tell whether near-duplicates may need more than a small part of the memory."""
    folders = [source.sketches for source in sources_of(spec, shards)]
    sketches = sum(path.stat().st_size for folder in folders for path in folder.glob("*.npy"))
    return spec.corpus.near_duplicates == "containment" or SMALL_PART * sketches > memory


def group(spec: RunSpec, shards: Sequence[int], memory: int, progress: Progress) -> None:
    """Find which documents repeat a kept one, unless that is finished.

    Writes `removed.npy`, int64 (n, 2): the document and the kept one, as positions in the corpus, those of
    earlier runs first; `similarity.npy`, float64 (n,); `first.npy`, int64, each shard's first position;
    `earlier.npy`, the same for earlier runs; and `replaced.npy`, see `Found`.
    """
    target = spec.folder().step("groups")
    if target.is_dir():
        return
    with new_folder(target) as folder:
        sources = sources_of(spec, shards)
        texts = CleanTexts(sources)
        earlier = len(sources) - len(shards)
        np.save(folder / "first.npy", texts.first[earlier:])
        np.save(folder / "earlier.npy", texts.first[: earlier + 1])
        removed, similarity, replaced = np.zeros((0, 2), np.int64), np.zeros(0), np.zeros((0, 2), np.int64)
        if spec.corpus.duplicates:
            found = _found(spec, sources, texts, memory, progress)
            removed = np.column_stack((found.removed.position, found.removed.kept))
            similarity, replaced = found.removed.similarity, found.replaced
        np.save(folder / "removed.npy", removed)
        np.save(folder / "similarity.npy", similarity)
        np.save(folder / "replaced.npy", replaced)
