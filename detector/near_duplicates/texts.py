"""Texts as the kernels take them: UTF-8 in NFC, many in one buffer.

Texts are read once from beginning to end, and then again at some positions, for verification. Texts that the
caller can give again by position stay with the caller; streamed texts are first written to a file.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from detector import native
from detector.records import Bytes, Integers
from detector.text.decoding import text_of, utf8

# The number of characters of texts that are encoded and folded together. They stay in the cache in between,
# and calling a kernel costs little in comparison.
BATCH_CHARACTERS: Final = 500_000
BATCH_TEXTS: Final = 4096


class Spans(NamedTuple):
    """Texts in one buffer: `data` uint8; `start`, `end` int64 (texts,), byte offsets into it."""

    data: Bytes
    start: Integers
    end: Integers


class Texts(Protocol):
    """Texts that can be read in order, and again by position."""

    def __len__(self) -> int:
        """Return the number of texts."""
        ...

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        ...

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at int64 (k,) ascending positions."""
        ...


def joined(parts: Sequence[bytes]) -> Spans:
    """Return UTF-8 texts, already in NFC, in one buffer."""
    offset = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offset[1:])
    return Spans(np.frombuffer(bytearray().join(parts), np.uint8), offset[:-1], offset[1:])


def normalised(spans: Spans) -> Spans:
    """Return UTF-8 texts in NFC. Those already in NFC, which most are, are not copied."""
    flags = np.empty(spans.start.size, np.bool_)
    native.run("flag_composing_texts", spans, flags)
    normal = {}
    for at in np.flatnonzero(flags).tolist():
        text = text_of(spans.data[spans.start[at] : spans.end[at]].tobytes())
        if not unicodedata.is_normalized("NFC", text):
            normal[at] = utf8(unicodedata.normalize("NFC", text))
    if not normal:
        return spans
    places = zip(spans.start.tolist(), spans.end.tolist(), strict=True)
    data = np.ascontiguousarray(spans.data).data
    return joined([normal.get(at) or bytes(data[start:end]) for at, (start, end) in enumerate(places)])


def encoded(texts: Sequence[str], first: int = 0) -> Spans:
    """Return texts as UTF-8 in NFC; `first` is the position of the first text, for messages.

    Raises `TypeError` for anything but a text. Lone surrogates are not part of any word.
    """
    try:
        return normalised(joined([utf8(text) for text in texts]))
    except (AttributeError, TypeError):
        wrong = next((at for at, text in enumerate(texts) if not isinstance(text, str)), None)
        if wrong is None:
            raise
        raise TypeError(f"text {first + wrong} is {type(texts[wrong]).__name__}, not str") from None


def _batched(texts: Iterable[str]) -> Iterator[list[str]]:
    """Split texts into batches of about `BATCH_CHARACTERS`."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text) if isinstance(text, str) else 0
        if size >= BATCH_CHARACTERS or len(batch) == BATCH_TEXTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class HeldTexts:
    """Texts that the caller holds."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        for batch in _batched(self._texts[at] for at in range(first, len(self._texts))):
            yield encoded(batch, first)
            first += len(batch)

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at ascending positions."""
        return encoded([self._texts[at] for at in positions.tolist()])


class SpanTexts:
    """Texts that are parts of one buffer, and may overlap."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def __len__(self) -> int:
        return self._spans.start.size

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        while first < len(self):
            yield self.fetch(np.arange(first, min(first + BATCH_TEXTS, len(self))))
            first += BATCH_TEXTS

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at ascending positions."""
        return normalised(Spans(self._spans.data, self._spans.start[positions], self._spans.end[positions]))


class SpilledTexts:
    """Streamed texts, concatenated in a file.

    offset: int64 (n + 1,), the beginning of each text
    """

    def __init__(self, file: Path, offset: Integers) -> None:
        self._file, self._offset = file, offset

    def __len__(self) -> int:
        return self._offset.size - 1

    def batches(self, first: int) -> Iterator[Spans]:
        """Yield all texts from `first` on, in order."""
        with self._file.open("rb") as file:
            file.seek(int(self._offset[first]) if first < len(self) else 0)
            while first < len(self):
                most = np.searchsorted(self._offset, self._offset[first] + 2 * BATCH_CHARACTERS, "right")
                end = min(max(int(most) - 1, first + 1), first + BATCH_TEXTS)
                offset = self._offset[first : end + 1] - self._offset[first]
                data = np.frombuffer(file.read(int(offset[-1])), np.uint8)
                yield Spans(data, offset[:-1], offset[1:])
                first = end

    def fetch(self, positions: Integers) -> Spans:
        """Return the texts at ascending positions."""
        begin, end = self._offset[positions], self._offset[positions + 1]
        behind = np.cumsum(end - begin)
        data = np.empty(int(behind[-1]) if positions.size else 0, np.uint8)
        start = behind - (end - begin)
        with self._file.open("rb", buffering=0) as file:
            for place, first, last in zip(begin.tolist(), start.tolist(), behind.tolist(), strict=True):
                file.seek(place)
                file.readinto(data.data[first:last])
        return Spans(data, start, behind)


def spilled(texts: Iterable[str], folder: Path) -> SpilledTexts:
    """Write texts to a folder as they arrive. The offsets are held in memory, 8 bytes per text."""
    path, lengths = folder / "texts.bin", [np.zeros(1, np.int64)]
    first = 0
    with path.open("wb") as file:
        for batch in _batched(texts):
            spans = encoded(batch, first)
            file.write(spans.data.tobytes())
            lengths.append(spans.end - spans.start)
            first += len(batch)
    offset = np.cumsum(np.concatenate(lengths))
    np.save(folder / "offset.npy", offset)
    return SpilledTexts(path, offset)


def spilled_before(texts: Iterable[str], folder: Path) -> SpilledTexts | None:
    """Return the texts that `spilled` wrote to a folder; None if these texts have other lengths."""
    offset = np.load(folder / "offset.npy", allow_pickle=False)
    first = 0
    for batch in _batched(texts):
        spans = encoded(batch, first)
        known = np.diff(offset[first : first + len(batch) + 1])
        if not np.array_equal(known, spans.end - spans.start):
            return None
        first += len(batch)
    return SpilledTexts(folder / "texts.bin", offset) if first == offset.size - 1 else None
