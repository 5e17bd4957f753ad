"""The inputs of a run: files with unique names, surveyed once before the work begins."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from detector.corpus.formats.documents import NO_PAGE, Kind, Part, Piece
from detector.corpus.formats.files import (
    begins_as_html,
    hash_of,
    listed,
    size_and_time,
    stored,
    stored_part,
    unreadable,
)
from detector.corpus.formats.kinds import KINDS, is_remote, kind_of
from detector.corpus.formats.parquet_files import arrow_errors, parquet
from detector.corpus.formats.web_archives import record_starts
from detector.corpus.run_folder import RunFolder
from detector.errors import SettingsError
from detector.files.parquet_footer import row_groups
from detector.text.compressed import COMPRESSED

BLOCK: Final = 1 << 20
# The bytes that begin each record of an archive, or each gzip or Zstandard frame.
HEAD: Final = 3
# The extension of a name, including that of a compressed file.
ENDING: Final = re.compile(r"\.\w{1,8}(\.(gz|bz2|zst|br|xz))?$", re.ASCII | re.IGNORECASE)


class Input(NamedTuple):
    """A file to read: its path, its name in ids and outputs, its kind.

    size: bytes, -1 if unknown; time: of the last change (ns), 0 if unknown
    fault: why it cannot be read; empty if it can
    site: of a page, if its folders show it (`folder_sites`)
    """

    path: str
    name: str
    kind: Kind
    size: int = -1
    time: int = 0
    fault: str = ""
    site: str = ""


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


def _longer_names(found: Mapping[str, str]) -> dict[str, str]:
    """Return a unique name for each path, with as many folders as necessary to tell files apart."""
    places = {path: path.replace("://", "/").lstrip("/") for path in found}
    # A folder that all files share is left out.
    shared = os.path.commonpath([os.path.dirname(place) for place in places.values()])  # noqa: PTH120
    longer = {path: place[len(shared) :].lstrip("/") for path, place in places.items()}
    names = dict(found)
    while clashes := {name for name, count in Counter(names.values()).items() if count > 1}:
        # A longer name may equal that of another file, which then gets a longer one too.
        names = {path: longer[path] if name in clashes else name for path, name in names.items()}
    return names


def _names(given: Sequence[str], output: Path | None) -> Mapping[str, str]:
    """Return the name of each path."""
    found: dict[str, str] = {}
    written = output if output is not None and RunFolder(output).is_used() else None
    for path in given:
        for file, name in sorted(listed(path, written), key=lambda pair: pair[1]):
            found.setdefault(file if is_remote(file) else os.path.realpath(file), name)
    return _longer_names(found) if len(set(found.values())) < len(found) else found


def _input(path: str, name: str, kind: Kind) -> Input:
    if not is_remote(path) and (fault := unreadable(path)):
        return Input(path, name, kind, fault=fault)
    return Input(path, name, kind, *size_and_time(path))


def inputs_of(given: Sequence[str], output: Path) -> list[Input]:
    """Return the files of all inputs, each once, in the order of their names.

    Files of other kinds are among them, with a fault that says so.
    given: files, folders and URLs; output: the folder of the run, which is not read
    Raises `SettingsError` if there is nothing to read, or a file is of an unknown kind.
    """
    if not given:
        raise SettingsError("there are no inputs: name files, folders or URLs")
    single = [path for path in given if _is_unknown_file(path) and not begins_as_html(path)]
    if single and not Path(single[0]).exists():
        raise SettingsError(f"{single[0]} does not exist: name files, folders or URLs")
    if single:
        raise SettingsError(
            f"{single[0]} cannot be read, only {', '.join(KINDS)}, most of them also compressed "
            f"({', '.join(COMPRESSED)})"
        )
    inputs, others = _read_and_others(given, output)
    passed_over = [Input(path, name, "page", fault=f"{NO_PAGE}{_described(name)}") for path, name in others]
    return sorted([*inputs, *passed_over], key=lambda input: input.name)


def inputs_as_given(given: Sequence[str]) -> list[Input]:
    """Return the files of all inputs in the order in which they are given, those of a folder by name.

    A file of an unknown kind is a page if it is named itself, and is skipped in a folder.
    """
    return _read_and_others(given, None)[0]


def _read_and_others(given: Sequence[str], output: Path | None) -> tuple[list[Input], list[tuple[str, str]]]:
    """Return the files to read, and the path and name of files of other kinds."""
    inputs, others = [], []
    named = {path if is_remote(path) else os.path.realpath(path) for path in given}
    for path, name in _names(given, output).items():
        kind = _kind(path, name, path in named)
        if kind is None:
            others.append((path, name))
        else:
            inputs.append(_input(path, name, kind))
    if not inputs:
        passed_over = f"; {len(others)} files of other kinds were skipped" if others else ""
        raise SettingsError(f"{', '.join(given)}: nothing to read{passed_over}")
    return inputs, others


def _kind(path: str, name: str, is_named: bool) -> Kind | None:
    """Return the kind of a file by its name, or else by its beginning; None if it is not read.

    Mirrors have pages with names such as `about`, `index.php?id=3` and `news.shtml`, and JSON that is not a
    corpus.
    """
    kind = kind_of(name)
    if kind is None and not is_remote(path):
        return "page" if is_named or begins_as_html(path) else None
    return None if name.lower().endswith(".json") and not is_named else kind


def _described(name: str) -> str:
    """Return the description of a file of another kind for the report, by its extension."""
    ending = ENDING.search(name)
    return f"a file of another kind ({ending[0].lower()})" if ending else "a file without an extension"


def _is_unknown_file(path: str) -> bool:
    """Tell whether an input is a local file whose name does not show its kind."""
    return not is_remote(path) and not Path(path).is_dir() and kind_of(path.rsplit("/", 1)[-1]) is None


def _cut_lines(part: Part, shard_bytes: int) -> tuple[str, list[tuple[int, int]]]:
    """Return the hash of a file, and where it can be split between lines."""
    digest, starts = hashlib.blake2b(digest_size=16), [(0, 0)]
    read = lines = 0
    with stored_part(part) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            while True:
                end = block.find(b"\n", max(starts[-1][0] + shard_bytes - read, 0))
                if end < 0:
                    break
                starts.append((read + end + 1, lines + block.count(b"\n", 0, end + 1)))
            lines += block.count(b"\n")
            read += len(block)
    if len(starts) > 1 and starts[-1][0] == read:
        starts.pop()
    return digest.hexdigest(), starts


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
    if input.kind == "jsonl" and not input.name.lower().endswith(COMPRESSED):
        hash, starts = _cut_lines(part, equal)
    else:
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
    """Return the hash of a file, and where it can be split if it is a web archive."""
    digest, starts = hashlib.blake2b(digest_size=16), [(0, 0)]
    with stored_part(part) as file:
        hashed = Hashed(file, digest)
        if part.kind == "warc" and part.size > shard_bytes:
            starts = record_starts(hashed, shard_bytes)
        while hashed.read(BLOCK):
            pass
        if len(starts) > 1 and not _begin_alike(file, starts):
            starts = [(0, 0)]
    return digest.hexdigest(), starts
