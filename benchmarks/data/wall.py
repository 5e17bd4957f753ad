"""The wall between training and evaluation: compares texts, not file names.

    wall = Wall.around(evaluated(splits.load()))
    wall.holds(pages)             # which evaluated pages' text each page holds
    wall.refuse(records)          # raises LeakError at the first record that holds what it may not

What counts as the same text:

- *Content* is the same if 8 consecutive words are equal, ignoring case and punctuation: inside one line of
  the evaluated page, anywhere in the training page. Without spaces, two characters of Chinese or Japanese
  count as a word, or four of Thai, Lao, Khmer and Burmese.
- A line of content with 4 to 7 words is the same if the whole line is. This applies to pages that we write
  or compose; two real pages may both have a heading "What to do next".
- A line of template of golden pages and cases, which we wrote, is the same if the whole line is, and it has 4
  words or more. This applies to the pages that we write or compose.
- Shorter lines are labels that are the same everywhere: "Home", "Log in", "Leave a comment".
- Eight words that are content on pages of more than 5 sites are a phrase of software, licences or
  agencies, and belong to no one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data.evaluated import NEVER, Evaluated
from benchmarks.data.folds.splits import LeakError
from detector.records import Batch, Format, Integers, Words
from detector.text.decoding import utf8
from detector.text.keys import line_keys
from detector.text.plain import text_batch
from detector.text.read import read_texts
from detector.text.words import words_of

# The number of consecutive words.
WORDS: Final = 8
LEAST_WORDS: Final = 4
# Text on more sites than this belongs to none of them.
SITES: Final = 5
# Sets that we write or compose. Their lines must not be lines of evaluated pages.
OURS: Final = ("own", "composed")
# Pages and lines that are read together. This bounds memory and does not change the result.
TOGETHER: Final = 64
LINES_TOGETHER: Final = 4096
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(29)
# First bytes in UTF-8: of three-byte characters, of those after the scripts of South East Asia, of four-byte
# ones.
_THREE, _FAR_EAST, _FOUR = 0xE0, 0xE2, 0xF0


class _Shingles(NamedTuple):
    """Shingles by the word that they begin at. key: uint64 (W,); size: int64 (W,), words, 0 for none."""

    key: NDArray[np.uint64]
    size: Integers


def _per_word(batch: Batch, words: Words) -> Integers:
    """Return int64 (W,): how many such tokens make a word: 1, or 2 or 4 for single characters."""
    if not words.key.size:
        return np.zeros(0, np.int64)
    first, size = batch.data[words.start], words.end - words.start
    is_character = (first >= _THREE) & (size == np.where(first >= _FOUR, 4, 3))
    return np.where(is_character, np.where(first >= _FAR_EAST, 2, 4), 1)


def _rolled(keys: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Return the hash of each run of `size` words, by its first word."""
    hashes = np.zeros(max(keys.size - size + 1, 0), np.uint64)
    for at in range(size if hashes.size else 0):
        hashes = (hashes ^ keys[at : at + hashes.size]) * _MIX
        hashes ^= hashes >> _SHIFT
    return hashes


def _shingles(keys: NDArray[np.uint64], per_word: Integers) -> _Shingles:
    """Return the shingle that begins at each word. It is longer if most of the next words are characters."""
    key, size = np.zeros(keys.size, np.uint64), np.zeros(keys.size, np.int64)
    times = np.ones(keys.size, np.int64)
    for count in (2, 4) if keys.size >= WORDS else ():
        found = np.concatenate(([0], np.cumsum(per_word >= count)))
        times[: keys.size - WORDS + 1][found[WORDS:] - found[:-WORDS] > WORDS // 2] = count
    for count in (1, 2, 4):
        hashes = _rolled(keys, WORDS * count)
        part = np.flatnonzero(times[: hashes.size] == count)
        key[part], size[part] = hashes[part], WORDS * count
    return _Shingles(key, size)


def _inside(found: _Shingles, place: Integers) -> NDArray[np.bool_]:
    """Return bool (W,): where a shingle begins whose first and last word are in the same line."""
    if not place.size:
        return np.zeros(0, np.bool_)
    last = np.minimum(np.arange(place.size) + found.size - 1, place.size - 1)
    inside: NDArray[np.bool_] = (found.size > 0) & (place == place[last])
    return inside


def _sizes(words: Words, per_word: Integers) -> NDArray[np.float64]:
    """Return float64 (S,): the number of words of each line."""
    counted = np.concatenate(([0.0], np.cumsum(1 / per_word)))
    return np.diff(counted[words.segment_word])


class _Index(NamedTuple):
    """Sorted keys, and the owner of each (the number of the evaluated page)."""

    key: NDArray[Any]
    owner: Integers

    def owners(self, keys: NDArray[Any], page: Integers) -> dict[int, list[int]]:
        """Return the owners of the keys that are on a page, for each page that has any."""
        low, high = (np.searchsorted(self.key, keys, side) for side in ("left", "right"))
        found: dict[int, set[int]] = defaultdict(set)
        for at in np.flatnonzero(low < high):
            found[int(page[at])].update(self.owner[low[at] : high[at]].tolist())
        return {number: sorted(owners) for number, owners in found.items()}


def _index(parts: Sequence[tuple[NDArray[Any], int]], site: Sequence[int] | None = None) -> _Index:
    """Return an index; with sites, without the keys of more than `SITES` sites."""
    dtype = parts[0][0].dtype if parts else np.uint64
    key = np.concatenate([part for part, _ in parts]) if parts else np.zeros(0, dtype)
    owner = np.repeat(np.array([number for _, number in parts], np.int64), [part.size for part, _ in parts])
    order = np.argsort(key, kind="stable")
    key, owner = key[order], owner[order]
    if site is not None and key.size:
        _, of_key = np.unique(key, return_inverse=True)
        pairs = np.unique(np.stack([of_key, np.asarray(site)[owner]]), axis=1)
        known = np.bincount(pairs[0])[of_key] <= SITES
        key, owner = key[known], owner[known]
    return _Index(key, owner)


class Held(NamedTuple):
    """Evaluated pages whose content a page has, and those of which it has a whole line."""

    content: Sequence[int]
    lines: Sequence[int]


class Wall(NamedTuple):
    """The index of all evaluated texts, by their shingles and by their short lines."""

    pages: Sequence[Evaluated]
    shingles: _Index
    lines: _Index

    @classmethod
    def around(cls, pages: Iterable[Evaluated]) -> "Wall":
        """Return the wall around evaluated pages."""
        every, shingles, lines = list(pages), [], []
        site = {name: number for number, name in enumerate(dict.fromkeys(page.site for page in every))}
        for number, page in enumerate(every):
            words, per_word = _read_lines(page.content)
            found = _shingles(words.key, per_word)
            line = np.repeat(np.arange(words.segment_word.size - 1), np.diff(words.segment_word))
            shingles.append((np.unique(found.key[_inside(found, line)]), number))
            size = _sizes(words, per_word)
            short = (size >= LEAST_WORDS) & (size < WORDS)
            lines.append((np.unique(line_keys(words).exact[short]), number))
            words, per_word = _read_lines(page.template)
            lines.append((np.unique(line_keys(words).exact[_sizes(words, per_word) >= LEAST_WORDS]), number))
        return cls(every, _index(shingles, [site[page.site] for page in every]), _index(lines))

    def holds(self, pages: Sequence[str], format: Format) -> Iterator[Held]:
        """Yield the evaluated texts that each page has."""
        batch, words, *_ = read_texts(list(pages), format)
        segments = batch.page_segment()
        page = np.repeat(np.arange(len(pages)), np.diff(words.segment_word[segments]))
        found = _shingles(words.key, _per_word(batch, words))
        whole = _inside(found, page)
        content = self.shingles.owners(found.key[whole], page[whole])
        line_page = np.repeat(np.arange(len(pages)), np.diff(segments))
        lines = self.lines.owners(line_keys(words).exact, line_page)
        for number in range(len(pages)):
            yield Held(content.get(number, []), lines.get(number, []))

    def stand_in(self, lines: Sequence[str]) -> NDArray[np.bool_]:
        """Tell for each line of text whether it has any evaluated text, in any fold."""
        held = [held for part in _parts(lines, LINES_TOGETHER) for held in self.holds(part, "text")]
        return np.array([bool(one.content or one.lines) for one in held], np.bool_)

    def refuse(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the records; raises `LeakError` at the first with text that it must not have."""
        for record, held in self.matched(records):
            allowed = {record["fold"], *record.get("kept_from", ())}
            for number in self._of_record(record, held):
                page = self.pages[number]
                if page.fold == NEVER or page.fold not in allowed:
                    name = f"{record['set']}/{record['id']}"
                    who = "no model" if page.fold == NEVER else f"the model of fold {page.fold} not"
                    raise LeakError(f"{name} holds text of {page.page}, from which {who} may learn")
            yield record

    def kept_apart(
        self, records: Iterable[Mapping[str, Any]], left_out: Counter[str]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield pages of others, each with the folds whose models must not see it.

        A page with text from which no model may learn is left out, and counted by its set.
        """
        for record, held in self.matched(records):
            folds = {self.pages[number].fold for number in held.content}
            if NEVER in folds:
                left_out[record["set"]] += 1
            else:
                yield {**record, "kept_from": sorted(folds - {record["fold"]})}

    def matched(self, records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Held]]:
        """Yield each record with the evaluated text that it has, in order."""
        for part in _parts(records, TOGETHER):
            found: dict[int, Held] = {}
            formats: tuple[Format, ...] = ("html", "text")
            for format in formats:
                of_format = [at for at, record in enumerate(part) if record["format"] == format]
                texts = [part[at]["page"] for at in of_format]
                if texts:
                    found |= zip(of_format, self.holds(texts, format), strict=True)
            yield from ((record, found[at]) for at, record in enumerate(part))

    def _of_record(self, record: Mapping[str, Any], held: Held) -> Sequence[int]:
        return [*held.content, *held.lines] if record["set"] in OURS else held.content


def _read_lines(lines: Sequence[str]) -> tuple[Words, Integers]:
    """Return the words of lines of text, and how many such tokens make a word."""
    batch = text_batch([utf8("\n".join(lines))])
    words = words_of(batch)
    return words, _per_word(batch, words)


def _parts(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    every = iter(things)
    while part := list(islice(every, size)):
        yield part
