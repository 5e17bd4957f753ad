"""An index of texts that were seen before: what each new text is a near-duplicate of.

    index = Index.open(folder) or Index.create(folder, threshold=0.8)
    matches = index.match(texts, ids)        # the earlier id of each, and the similarity
    index.match(texts, ids, add=True)        # and have them known from now on

Bands are searched by bisection in files, so asking costs little memory however large the
index is. Similarities are exact: the sets of hashed shingles are kept, 8 bytes a word.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.duplicates import index_files as files
from detector.duplicates.bands import Bands, bands_for
from detector.duplicates.index_search import Earlier, Search, sketched
from detector.duplicates.index_segments import segment_arrays, taken_ids, without
from detector.duplicates.workspace import write_json
from detector.errors import SettingsError
from detector.settings import DuplicateSettings

# New texts that are compared and written together.
TOGETHER: Final = 50_000
# Settings that an index is made with, and that a question must share.
KEPT_SETTINGS: Final = ("shingle", "slots", "slot_bits", "recall", "masked")


@dataclass(frozen=True, slots=True)
class Match:
    """A new text: its id, the earlier id that it is like (None if none), and how closely.

    rejected: the text was not added, because its id was taken
    """

    id: str
    earlier: str | None
    similarity: float
    rejected: bool


class Index:
    """An index on disk, as it was when it was opened or last added to."""

    def __init__(
        self,
        folder: Path,
        manifest: Mapping[str, Any],
        segments: Sequence[files.Segment],
        settings: DuplicateSettings,
    ) -> None:
        self.folder, self._manifest = folder, manifest
        self._segments, self.settings = tuple(segments), settings
        self.threshold = float(manifest["threshold"])
        self.bands = Bands(*manifest["bands"])

    @classmethod
    def create(
        cls, folder: Path, threshold: float = 0.8, settings: DuplicateSettings | None = None
    ) -> "Index":
        """Make an empty index; raises `SettingsError` where there is one or another folder."""
        settings = settings or DuplicateSettings()
        bands = bands_for(threshold, settings.slots, settings.recall)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingsError(f"{folder} is not an empty folder: an index is made in a new one")
        kept = {name: value for name, value in asdict(settings).items() if name in KEPT_SETTINGS}
        manifest = {
            "format": files.FORMAT,
            "threshold": threshold,
            "bands": list(bands),
            "settings": kept,
            "segments": [],
        }
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / files.INDEX_FILE, manifest)
        return cls(folder, manifest, (), settings)

    @classmethod
    def open(cls, folder: Path, settings: DuplicateSettings | None = None, check: bool = False) -> "Index":
        """Open an index. `check` reads all of it, to find any damage.

        Raises `ModelFormatError` for a damaged index or one of another format number.
        """
        manifest = files.read_manifest(folder)
        made_with = _settings_of(folder, manifest, settings or DuplicateSettings())
        segments = [
            files.read_segment(folder, row, manifest["bands"][0], check) for row in manifest["segments"]
        ]
        return cls(folder, manifest, segments, made_with)

    def __len__(self) -> int:
        return sum(segment.texts for segment in self._segments)

    def match(
        self, texts: Sequence[str], ids: Sequence[str], add: bool = False, threshold: float | None = None
    ) -> list[Match]:
        """Tell what each new text is like: the most similar earlier one, of several the first.

        Earlier are the texts of the index, then those before it in `texts`. With `add` they
        are known from then on, all or, if the run is stopped, none; a text whose id is taken
        is compared only. threshold: at least the index's own.
        """
        if len(texts) != len(ids):
            raise ValueError(f"{len(ids)} ids for {len(texts)} texts")
        least = self.threshold if threshold is None else threshold
        if not self.threshold <= least <= 1:
            raise SettingsError(
                f"{self.folder} finds similarities from {self.threshold} on, not {least}: raise the "
                "threshold, or make an index for this one"
            )
        segments, rows = list(self._segments), list(self._manifest["segments"])
        matches: list[Match] = []
        search, number = Search(self.settings, least), self._next_number()
        with self._place(add) as place:
            for first in range(0, len(texts), TOGETHER):
                part = slice(first, first + TOGETHER)
                new = sketched(ids[part], texts[part], self.bands, self.settings)
                earlier, taken = search.earlier(new, segments), taken_ids(new.ids, segments)
                matches += _told(new.ids, earlier, taken & add, segments)
                if add or first + TOGETHER < len(texts):  # those that follow are compared with these
                    arrays = segment_arrays(new, earlier, taken, self.settings)
                    row = files.write_segment(place, f"segment-{number:06}", arrays)
                    segments.append(files.read_segment(place, row, self.bands.number, False))
                    rows, number = [*rows, row], number + 1
            if add:
                self._accept(rows, segments)
        return matches

    def merge(self, other: "Index") -> list[str]:
        """Add all that another index knows; return the ids that were taken already.

        Texts with equal words that both know are kept once, under the id of this one.
        """
        made_with = ("threshold", "bands", "settings")
        if any(self._manifest[name] != other._manifest[name] for name in made_with):
            raise SettingsError(
                f"{other.folder} was made with another threshold or other settings than {self.folder}: "
                "make it anew with the same"
            )
        segments, rows, rejected = list(self._segments), list(self._manifest["segments"]), list[str]()
        with self._place(True) as place:
            for number, segment in enumerate(other._segments, self._next_number()):
                ids = segment.ids()
                taken = taken_ids(ids, segments) & segment.listed()
                rejected += [ids[row] for row in np.flatnonzero(taken).tolist()]
                arrays = without(segment, taken, segments)
                rows.append(files.write_segment(place, f"segment-{number:06}", arrays))
                segments.append(files.read_segment(place, rows[-1], self.bands.number, False))
            self._accept(rows, segments)
        return rejected

    @contextmanager
    def _place(self, add: bool) -> Iterator[Path]:
        """Give the folder for new segments: the index's own, locked, or a temporary one."""
        if add:
            with files.writing(self.folder, self._manifest):
                yield self.folder
        else:
            with tempfile.TemporaryDirectory(prefix="detector-") as temporary:
                yield Path(temporary)

    def _next_number(self) -> int:
        return 1 + max((int(row["name"][-6:]) for row in self._manifest["segments"]), default=0)

    def _accept(self, rows: list[dict[str, Any]], segments: Sequence[files.Segment]) -> None:
        """Make written segments part of the index, all at once."""
        manifest = {**self._manifest, "segments": rows}
        files.accept(self.folder, manifest, self._manifest)
        self._manifest, self._segments = manifest, tuple(segments)


def _told(
    ids: Sequence[str], earlier: Earlier, rejected: NDArray[np.bool_], segments: Sequence[files.Segment]
) -> Iterator[Match]:
    """Yield what was found, by id."""
    for at, name in enumerate(ids):
        number, row = int(earlier.segment[at]), int(earlier.row[at])
        found = None
        if number >= 0:  # behind the segments stand the new texts themselves
            found = segments[number].id_of(row) if number < len(segments) else ids[row]
        yield Match(name, found, float(earlier.similarity[at]), bool(rejected[at]))


def _settings_of(folder: Path, manifest: Mapping[str, Any], settings: DuplicateSettings) -> DuplicateSettings:
    """Return settings with those that the index was made with; raises `ModelFormatError`."""
    path = folder / files.INDEX_FILE
    kept, threshold = manifest.get("settings"), manifest.get("threshold")
    try:
        if not isinstance(kept, dict) or set(kept) != set(KEPT_SETTINGS):
            raise ValueError("its settings are not those of an index")
        made_with = replace(settings, **kept)
        bands = bands_for(float(threshold), made_with.slots, made_with.recall)  # type: ignore[arg-type]
    except (TypeError, ValueError, SettingsError) as error:
        raise files.broken(path, f"its settings are damaged ({error})") from None
    if list(bands) != manifest.get("bands"):
        raise files.broken(path, "its bands are not those that its settings ask for")
    return made_with
