"""The keys of the lines that a shard keeps, for finding passages that pages of a site share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from detector.corpus.formats.documents import Document
from detector.corpus.run_folder import read_array
from detector.corpus.steps.count import is_alone
from detector.records import Integers
from detector.results.batch import ScoredBatch
from detector.sites.recurrence import site_line_key
from detector.text.keys import NO_WORDS, line_keys, site_id

# The least words of a passage: about two sentences. Headings, refrains and captions that recur are shorter.
LEAST_WORDS: Final = 24
# Of one of its lines: lists of names that pages share are no passage, for they would be cut to pieces where
# they differ from page to page.
LEAST_LINE_WORDS: Final = 8


class LineWords(NamedTuple):
    """The segments of a page, both int64 (S,).

    key: of the line on its site; 0 if it is not kept, has no words, or its page belongs to no site
    words: number of its words
    """

    key: Integers
    words: Integers


class KeptLines(NamedTuple):
    """The kept lines of a shard, all int64 (K,), by key, page and segment.

    key: see `LineWords`; page: the document's position in the shard; segment: in the page; words: its number
    of words
    """

    key: Integers
    page: Integers
    segment: Integers
    words: Integers

    @classmethod
    def load(cls, folder: Path, mapped: bool = False) -> "KeptLines":
        """Read the lines of a shard's folder."""
        return cls(*(read_array(folder / f"line_{name}.npy", mapped) for name in cls._fields))

    def save(self, folder: Path) -> None:
        """Write one file per array."""
        for name, array in self._asdict().items():
            np.save(folder / f"line_{name}.npy", array)


def words_of_lines(result: ScoredBatch, documents: Sequence[Document]) -> list[LineWords]:
    """Return the segments of each page of a batch."""
    border = result.batch.page_segment()
    sizes = np.diff(border)
    site = np.array([site_id(document.site) for document in documents], np.int64)
    alone = np.array([is_alone(document) for document in documents], np.bool_)
    exact = line_keys(result.words).exact
    key = site_line_key(np.repeat(site, sizes), exact)
    key[~result.decisions.kept | (exact == NO_WORDS) | np.repeat(alone, sizes)] = 0
    words = np.diff(result.words.segment_word)
    return [
        LineWords(key[start:end], words[start:end])
        for start, end in zip(border[:-1].tolist(), border[1:].tolist(), strict=True)
    ]


def kept_lines(pages: Sequence[LineWords]) -> KeptLines:
    """Return the kept lines of the pages of a shard."""
    none = np.zeros(0, np.int64)
    sizes = [page.key.size for page in pages]
    key = np.concatenate([none, *(page.key for page in pages)])
    words = np.concatenate([none, *(page.words for page in pages)])
    place = np.repeat(np.arange(len(pages)), sizes)
    segment = np.concatenate([none, *(np.arange(size) for size in sizes)])
    rows = np.flatnonzero(key)
    rows = rows[np.lexsort((segment[rows], place[rows], key[rows]))]
    return KeptLines(key[rows], place[rows], segment[rows], words[rows])
