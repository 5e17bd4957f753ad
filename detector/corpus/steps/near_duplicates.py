"""Near-duplicates among the clean texts, found like in `find_duplicates`.

Clean texts are compared, not pages. So pages are not near-duplicates because they share a template, and
a story that two sites print is found under both templates. `keep` in the rules says which stays; by
containment, it is the longest.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.corpus.formats.documents import Shard
from detector.corpus.run_folder import RunFolder, new_folder, read_array
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
from detector.near_duplicates.keep_policy import Keep
from detector.near_duplicates.lsh.bands import Bands, bands_for
from detector.near_duplicates.minhash.sketches import Sketches
from detector.near_duplicates.pairs import Removed
from detector.near_duplicates.texts import Spans, SpilledTexts, normalised
from detector.near_duplicates.workspace import Workspace
from detector.progress import Progress, no_progress
from detector.records import Integers
from detector.settings import DuplicateSettings

# The number of the verdict.
ARTICLE: Final = KINDS.index("article")
# Share of content from which a page is its text and little else.
MOSTLY: Final = 0.5
LEAST_MEMORY: Final = 10_000_000
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


class CleanTexts:
    """The clean texts of all shards, in the files that cleaning wrote; converted to NFC on reading."""

    def __init__(self, run: RunFolder, shards: Sequence[int]) -> None:
        folders = [run.of("clean", shard) for shard in shards]
        self._files = [SpilledTexts(folder / TEXTS, _offsets(folder)) for folder in folders]
        # Where in the corpus each shard begins, and the end of it.
        self.first: Integers = np.cumsum([0, *map(len, self._files)])

    def __len__(self) -> int:
        return int(self.first[-1])

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        for file, begin in zip(self._files, self.first.tolist(), strict=False):
            for spans in file.batches(min(max(first - begin, 0), len(file))):
                yield normalised(spans)

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at rising positions."""
        cuts = np.searchsorted(positions, self.first).tolist()
        found = [
            file.fetch(positions[start:end] - begin)
            for file, begin, start, end in zip(self._files, self.first, cuts, cuts[1:], strict=False)
            if start < end
        ]
        return normalised(_joined(found))


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
    texts = CleanTexts(run, [shard.number])
    with new_folder(target) as folder, Workspace(None, SETTINGS.memory, {}) as work:
        for name, array in sketch_all(texts, _bands(spec), SETTINGS, work, no_progress)._asdict().items():
            np.save(folder / f"{name}.npy", array)


def _gathered(spec: RunSpec, shards: Sequence[int], first: Integers, work: Workspace) -> Sketches:
    """Return the sketches of all shards."""
    found = empty_sketches(int(first[-1]), _bands(spec), work)
    for shard, begin in zip(shards, first.tolist(), strict=False):
        for name, array in found._asdict().items():
            part = read_array(spec.folder().of("sketches", shard) / f"{name}.npy", mapped=True)
            array[begin : begin + len(part)] = part
        work.release()
    return found


def _policy(spec: RunSpec, shards: Sequence[int]) -> tuple[Keep, list[float] | None]:
    """Return the policy of `find_duplicates`, and the values that it goes by."""
    keep = spec.corpus.keep
    if keep in ("first", "longest"):
        return keep, None
    pages = [CleanPages.load(spec.folder().of("clean", shard)) for shard in shards]
    share = np.concatenate([np.zeros(0, np.float32), *(one.share for one in pages)])
    if keep == "best":
        return "best", share.tolist()
    verdict = np.concatenate([np.zeros(0, np.uint8), *(one.verdict for one in pages)])
    # An archive page may hold a whole story, and be taken for an article itself.
    return "best", ((verdict == ARTICLE) * 1.0 + (share >= MOSTLY)).tolist()


def _with_words(found: Removed, words: NDArray[np.int32]) -> Removed:
    """Return what is removed without texts that have no words: they are empty, not copies of each other."""
    stay = words[found.position] > 0
    return Removed(found.position[stay], found.kept[stay], found.similarity[stay])


def _removed(
    spec: RunSpec, shards: Sequence[int], texts: CleanTexts, memory: int, progress: Progress
) -> Removed:
    """Return which documents repeat one that stays."""
    settings = DuplicateSettings(memory=max(memory, LEAST_MEMORY))
    with Workspace(None, settings.memory // WORKSPACE_SHARE, {}) as work:
        sketches = _gathered(spec, shards, texts.first, work)
        if spec.corpus.near_duplicates == "containment":
            _refuse_too_many(int(sketches.shingles.sum(dtype=np.int64)), settings.memory)
            return contained_among(texts, sketches, spec.corpus.duplicates, settings).removed
        found = duplicates_among(
            texts, sketches, spec.corpus.duplicates, _policy(spec, shards), (settings, work, progress)
        )
        return _with_words(found.removed, sketches.words)


def _refuse_too_many(shingles: int, memory: int) -> None:
    """Raise `SettingsError` if the shingles of all texts do not fit into memory."""
    if shingles * SHINGLE_BYTES > memory:
        needed, given = shingles * SHINGLE_BYTES / 1e9, memory / 1e9
        raise SettingsError(
            f"containment keeps all {shingles:,} shingles in memory, about {needed:.2f} GB, but the limit is "
            f"{given:.2f} GB: give more --memory, or clean the sites one by one"
        )


def group(spec: RunSpec, shards: Sequence[int], memory: int, progress: Progress) -> None:
    """Find which documents repeat one that stays, unless that is finished.

    Written are `removed.npy`, int64 (n, 2): the document and the one that stays, as
    positions in the corpus, `similarity.npy`, float64 (n,), and `first.npy`, int64, each
    shard's first position.
    """
    target = spec.folder().step("groups")
    if target.is_dir():
        return
    with new_folder(target) as folder:
        texts = CleanTexts(spec.folder(), shards)
        np.save(folder / "first.npy", texts.first)
        removed, similarity = np.zeros((0, 2), np.int64), np.zeros(0)
        if spec.corpus.duplicates:
            found = _removed(spec, shards, texts, memory, progress)
            removed = np.column_stack((found.position, found.kept))
            similarity = found.similarity
        np.save(folder / "removed.npy", removed)
        np.save(folder / "similarity.npy", similarity)
