"""An index of texts on disk, to find the near-duplicates of new texts.

    index = DuplicateIndex.open(folder) or DuplicateIndex.create(folder, threshold=0.8)
    index.match(texts.items())               # the id of an earlier near-duplicate of each, and the similarity
    index.match(texts.items(), add=True)     # and add the texts to the index
    DuplicateIndex.create(folder, containment=True)     # finds texts that stand inside earlier ones

Bands are searched by bisection in files, so a search needs little memory even in a large index.
Similarities are exact: the index stores the sets of hashed shingles, 8 bytes per word.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import SettingsError
from detector.files.atomic import write_json
from detector.near_duplicates.find import MOST_TEXTS
from detector.near_duplicates.index import files
from detector.near_duplicates.index.containment_search import ContainmentSearch
from detector.near_duplicates.index.manifest_settings import CONTAINMENT, KEPT_SETTINGS, bands_of, settings_of
from detector.near_duplicates.index.search import Earlier, Search, sketched
from detector.near_duplicates.index.segments import combined, segment_arrays, taken_ids, without
from detector.near_duplicates.index.writing import Parts, accept, write_segment, writing
from detector.near_duplicates.lsh.bands import Bands
from detector.settings import DuplicateSettings

# The number of new texts that are compared and written together.
TOGETHER: Final = 20_000


@dataclass(frozen=True, slots=True)
class Match:
    """A new text: its id, the id of its earlier near-duplicate or None, and their similarity.

    In an index of containment: the earlier text that contains it, and the share of it that is there.
    rejected: the text was not added, because its id is already in the index
    """

    id: str
    earlier: str | None
    similarity: float
    rejected: bool


class DuplicateIndex:
    """An index on disk, in its state when it was opened or last changed through this object."""

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
        self.containment = manifest.get("measure") == CONTAINMENT

    @classmethod
    def create(
        cls,
        folder: Path,
        threshold: float = 0.8,
        settings: DuplicateSettings | None = None,
        *,
        containment: bool = False,
    ) -> "DuplicateIndex":
        """Create an empty index.

        Parameters
        ----------
        folder : Path
            A folder that is new or empty.
        threshold : float
            The least similarity, .05 to 1.
        settings : DuplicateSettings, optional
            How texts are compared.
        containment : bool
            Compare by containment, the share of a new text's shingles that an earlier text has, instead of
            Jaccard similarity. Such an index also keeps which texts have each shingle: 8 bytes more per word.

        Raises
        ------
        SettingsError
            If the folder is not empty.
        ValueError
            If the threshold is out of range.
        """
        settings = settings or DuplicateSettings()
        bands = bands_of(threshold, settings, containment)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingsError(f"{folder} is not an empty folder: name a new folder for the index")
        kept = {name: value for name, value in asdict(settings).items() if name in KEPT_SETTINGS}
        manifest = {
            "format": files.FORMAT,
            "threshold": threshold,
            "bands": list(bands),
            "settings": kept,
            "segments": [],
            **({"measure": CONTAINMENT} if containment else {}),
        }
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / files.INDEX_FILE, manifest)
        return cls(folder, manifest, (), settings)

    @classmethod
    def open(
        cls, folder: Path, settings: DuplicateSettings | None = None, check: bool = False
    ) -> "DuplicateIndex":
        """Open an index. `check` reads all files to find any damage.

        Raises `ModelFormatError` if the index is damaged or has another format number.
        """
        manifest = files.read_manifest(folder)
        made_with = settings_of(folder, manifest, settings or DuplicateSettings())
        segments = [
            files.read_segment(folder, row, manifest["bands"][0], check) for row in manifest["segments"]
        ]
        return cls(folder, manifest, segments, made_with)

    def __len__(self) -> int:
        return sum(segment.arrays["id_row"].size for segment in self._segments)

    def match(
        self, texts: Iterable[tuple[str, str]], add: bool = False, threshold: float | None = None
    ) -> list[Match]:
        """Find the most similar earlier text for each new text, or the first of several equally similar ones.

        In an index of containment, it is the text that contains most of the new one.

        Earlier texts are those of the index, and those before it in `texts`.

        Parameters
        ----------
        texts : iterable of (str, str)
            Ids and texts, such as `dict.items`.
        add : bool
            Add the texts to the index: all of them, or none if the run is interrupted. A text with an id that
            is already in the index is compared but not added.
        threshold : float, optional
            A similarity, at least the threshold of the index, which is the default.

        Returns
        -------
        list of Match
            One for each text, in order.

        Raises
        ------
        SettingsError
            If the threshold is too low, or another run is changing the index.
        """
        least = self.threshold if threshold is None else threshold
        if not self.threshold <= least <= 1:
            raise SettingsError(
                f"{self.folder} finds similarities of at least {self.threshold}, not {least}: raise the "
                "threshold, or create another index"
            )
        search = (ContainmentSearch if self.containment else Search)(self.settings, least)
        return list(self._matches(iter(texts), add, search))

    def _matches(
        self, texts: Iterator[tuple[str, str]], add: bool, search: Search | ContainmentSearch
    ) -> Iterator[Match]:
        """Yield the matches in batches; later texts are also compared with these."""
        with self._draft(add) as draft:
            while some := list(islice(texts, TOGETHER)):
                ids, contents = [name for name, _ in some], [text for _, text in some]
                new = sketched(ids, contents, self.bands, self.settings)
                earlier = search.earlier(new, draft.segments)
                taken = taken_ids(ids, draft.segments)
                yield from _told(ids, earlier, taken & add, draft.segments)
                if add or len(some) == TOGETHER:
                    draft.add(
                        segment_arrays(new, earlier, taken, self.settings, containment=self.containment)
                    )
            if add:
                self._accept(draft)

    def merge(self, other: "DuplicateIndex") -> list[str]:
        """Add all texts of another index; return the ids that are already in this one.

        Texts with equal words in both are kept once, under the id in this index.
        """
        made_with = ("threshold", "bands", "settings", "measure")
        if any(self._manifest.get(name) != other._manifest.get(name) for name in made_with):
            raise SettingsError(
                f"{other.folder} was made with another threshold or other settings than {self.folder}: "
                "create it again with the same"
            )
        rejected = list[str]()
        with self._draft(True) as draft:
            for segment in other._segments:
                ids = segment.ids()
                taken = taken_ids(ids, draft.segments) & segment.listed()
                rejected += [ids[row] for row in np.flatnonzero(taken).tolist()]
                draft.add(without(segment, taken, draft.segments))
            self._accept(draft)
        return rejected

    @contextmanager
    def _draft(self, add: bool) -> Iterator["_Draft"]:
        """Yield a draft in the locked folder of the index, or in a temporary folder."""
        if add:
            with writing(self.folder, self._manifest):
                yield _Draft(self.folder, self._manifest, self._segments, True)
        else:
            with tempfile.TemporaryDirectory(prefix="detector-") as temporary:
                yield _Draft(Path(temporary), self._manifest, self._segments, False)

    def _accept(self, draft: "_Draft") -> None:
        """Replace the index by a draft, atomically."""
        manifest = {**self._manifest, "segments": draft.rows}
        accept(self.folder, manifest, self._manifest)
        self._manifest, self._segments = manifest, tuple(draft.segments)


class _Draft:
    """The next state of an index: its segments and the new ones, which are already in files.

    With `combine`, neighbouring segments of about the same size are merged, so there are never many to
    search.
    """

    def __init__(
        self, place: Path, manifest: Mapping[str, Any], segments: Sequence[files.Segment], combine: bool
    ) -> None:
        self._place, self._bands, self._combine = place, int(manifest["bands"][0]), combine
        self.rows: list[dict[str, Any]] = list(manifest["segments"])
        self.segments = list(segments)
        self._number = max((int(row["name"][-6:]) for row in self.rows), default=0)

    def add(self, arrays: Parts) -> None:
        """Write a segment, and merge the last ones if they have about the same size; nothing for no texts."""
        if not any(part.size for part in arrays["id_end"]):
            return
        self._write(arrays)
        while self._combine and len(self.segments) > 1:
            one, two = self.segments[-2:]
            if one.texts > 2 * two.texts or one.texts + two.texts >= MOST_TEXTS:
                break
            del self.segments[-2:], self.rows[-2:]
            self._write(combined(one, two))

    def _write(self, arrays: Parts) -> None:
        self._number += 1
        self.rows.append(write_segment(self._place, f"segment-{self._number:06}", arrays))
        self.segments.append(files.read_segment(self._place, self.rows[-1], self._bands, False))


def _told(
    ids: Sequence[str], earlier: Earlier, rejected: NDArray[np.bool_], segments: Sequence[files.Segment]
) -> Iterator[Match]:
    """Yield the matches."""
    for at, name in enumerate(ids):
        number, row = int(earlier.segment[at]), int(earlier.row[at])
        found = None
        if number >= 0:  # the number after those of the segments means the new texts
            found = segments[number].id_of(row) if number < len(segments) else ids[row]
        yield Match(name, found, float(earlier.similarity[at]), bool(rejected[at]))
