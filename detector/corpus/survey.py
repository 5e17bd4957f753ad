"""Looks at each input once before the work begins: its hash, and where it can be split.

A file of lines is read once for both. The parts of other files are hashed when it is known where they begin.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import BinaryIO, Final, NamedTuple

from detector.corpus.formats.documents import Part, Piece
from detector.corpus.formats.files import hash_of, stored, stored_part
from detector.corpus.formats.frames import frame_starts
from detector.corpus.formats.intact_records import DAMAGE
from detector.corpus.formats.parquet_files import arrow_errors, parquet
from detector.corpus.formats.web_archives import record_starts
from detector.corpus.inputs import Input
from detector.files.parquet_footer import row_groups
from detector.text.compressed import COMPRESSED

BLOCK: Final = 1 << 20
# The bytes that begin each record of an archive, or each gzip or Zstandard frame.
HEAD: Final = 3


class Survey(NamedTuple):
    """The result of surveying a file.

    hash: BLAKE2b of its bytes; starts: where parts can begin, as (byte or row group, record)
    pieces: the bytes of each part; empty for a file that cannot be read
    """

    hash: str
    starts: tuple[tuple[int, int], ...]
    pieces: tuple[Piece, ...] = ()


# The hash of a file that cannot be read.
NOTHING_SEEN: Final = Survey("", ((0, 0),))


def _digest() -> "hashlib.blake2b":
    return hashlib.blake2b(digest_size=16)


def _survey_lines(part: Part, shard_bytes: int) -> Survey:
    """Survey a file that can be split between lines, in one pass. A second thread makes its hash."""
    whole, piece = _digest(), _digest()
    starts, pieces = [(0, 0)], list[Piece]()
    read = lines = 0
    with stored_part(part) as file, ThreadPoolExecutor(1) as thread:
        while block := file.read(BLOCK):
            hashing = thread.submit(whole.update, block)
            done = 0
            while (end := block.find(b"\n", max(starts[-1][0] + shard_bytes - read, 0)) + 1) > 0:
                piece.update(block[done:end])
                pieces.append(Piece(starts[-1][0], read + end, piece.hexdigest()))
                starts.append((read + end, lines + block.count(b"\n", 0, end)))
                piece, done = _digest(), end
            piece.update(block[done:])
            lines += block.count(b"\n")
            read += len(block)
            hashing.result()
    if pieces and starts[-1][0] == read:
        starts.pop()
        pieces[-1] = pieces[-1]._replace(end=-1)
    else:
        pieces.append(Piece(starts[-1][0], -1, piece.hexdigest()))
    return Survey(whole.hexdigest(), tuple(starts), tuple(pieces))


class Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO, digest: "hashlib.blake2b") -> None:
        self._file, self._digest = file, digest

    def read(self, size: int) -> bytes:
        """Read some bytes."""
        data = self._file.read(size)
        self._digest.update(data)
        return data

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()


class _Cuts(NamedTuple):
    """Where a file can be split: `starts` of its `Survey`, and the byte at which each part begins."""

    starts: list[tuple[int, int]]
    bytes: list[int]


# A file that is not split.
WHOLE: Final = _Cuts([(0, 0)], [0])


def _cut_row_groups(path: str, shard_bytes: int) -> _Cuts:
    with arrow_errors(), stored(path) as file:
        table = parquet().ParquetFile(file).metadata
        columns = row_groups(file, table.num_row_groups)
        starts, places, size, rows = [(0, 0)], [0], 0, 0
        for number in range(table.num_row_groups):
            group = table.row_group(number)
            if size >= shard_bytes and columns[number]:
                starts.append((number, rows))
                places.append(min(column.first_byte for column in columns[number]))
                size = 0
            size += group.total_byte_size
            rows += group.num_rows
    # Row groups that are not consecutive in the file stay together.
    return _Cuts(starts, places) if all(one < two for one, two in pairwise(places)) else WHOLE


def _pieces(part: Part, places: Sequence[int], hash: str) -> tuple[Piece, ...]:
    """Return the bytes of each part of a file.

    places: where the parts begin; hash: that of the whole file.
    """
    if len(places) == 1:
        return (Piece(0, -1, hash),)
    with stored_part(part) as file:
        runs = pairwise([*places, -1])
        return tuple(Piece(start, end, hash_of(file, start, end)) for start, end in runs)


def _begin_alike(file: BinaryIO, starts: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a file can be read from each start, because it begins there as at its beginning."""
    heads = set()
    for start, _ in starts:
        file.seek(start)
        heads.add(file.read(HEAD))
    return len(heads) == 1


def survey(input: Input, shard_bytes: int) -> Survey:
    """Return the hash of a file and where it can be split.

    Raises `ShardError` if it cannot be read, or changes meanwhile, because its hash would be of neither
    version.
    """
    if input.fault:
        return NOTHING_SEEN
    part = Part(input.path, input.name, input.kind, size=input.size, time=input.time)
    # Equal parts, so that no worker waits for a large one at the end while the others have nothing to do.
    equal = -(-input.size // max(-(-input.size // shard_bytes), 1)) if input.size > 0 else shard_bytes
    may_be_cut = not 0 <= input.size <= shard_bytes  # the size of a URL may be unknown
    if input.kind == "jsonl" and may_be_cut and not input.name.lower().endswith(COMPRESSED):
        return _survey_lines(part, equal)
    hash, starts = _cut_records(part, equal)
    cuts = _Cuts(starts, [start for start, _ in starts])
    if input.kind == "parquet":
        try:
            cuts = _cut_row_groups(input.path, shard_bytes)
        except (OSError, ValueError):
            # A damaged file is one shard; reading it reports the damage.
            cuts = WHOLE
    return Survey(hash, tuple(cuts.starts), _pieces(part, cuts.bytes, hash))


def _cut_records(part: Part, shard_bytes: int) -> tuple[str, list[tuple[int, int]]]:
    """Return the hash of a file, and where it can be split: a web archive, or compressed lines."""
    digest, starts = _digest(), [(0, 0)]
    with stored_part(part) as file:
        hashed = Hashed(file, digest)
        if part.kind == "warc" and part.size > shard_bytes:
            starts = record_starts(hashed, shard_bytes)
        elif part.kind == "jsonl" and part.size > shard_bytes:
            starts = _frame_starts(hashed, part.name, shard_bytes)
        while hashed.read(BLOCK):
            pass
        if len(starts) > 1 and not _begin_alike(file, starts):
            starts = [(0, 0)]
    return digest.hexdigest(), starts


def _frame_starts(file: Hashed, name: str, shard_bytes: int) -> list[tuple[int, int]]:
    """Return where compressed lines can be split.

    A damaged file is not split: reading it reports the damage.
    """
    try:
        return frame_starts(file, name, shard_bytes)
    except DAMAGE:
        return [(0, 0)]
