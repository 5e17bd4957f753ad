"""What a run reads: files, each with a name of its own, looked at once before the work begins."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detector.corpus.formats.documents import Kind
from detector.corpus.formats.files import listed, size_and_time, stored, unreadable
from detector.corpus.formats.kinds import COMPRESSED, is_remote, kind_of
from detector.corpus.formats.tables import parquet
from detector.corpus.run_folder import RunFolder
from detector.errors import SettingsError

BLOCK: Final = 1 << 20


class Input(NamedTuple):
    """A file to read: where it is, its name in ids and outputs, its kind.

    size: bytes, -1 if they are not known; time: when it changed (ns), 0 if that is not known
    fault: why it cannot be read; empty if it can
    """

    path: str
    name: str
    kind: Kind
    size: int = -1
    time: int = 0
    fault: str = ""


class Survey(NamedTuple):
    """What reading a file once has shown.

    hash: BLAKE2b of its bytes; starts: where parts may begin, (byte or row group, record)
    """

    hash: str
    starts: tuple[tuple[int, int], ...]


# Of a file that cannot be read.
NOTHING_SEEN: Final = Survey("", ((0, 0),))


def _longer_names(found: Mapping[str, str]) -> dict[str, str]:
    """Return path: name, with the folders that tell files of one name apart; no name stands twice."""
    places = {path: path.replace("://", "/").lstrip("/") for path in found}
    # What all have in common says nothing.
    shared = os.path.commonpath([os.path.dirname(place) for place in places.values()])  # noqa: PTH120
    longer = {path: place[len(shared) :].lstrip("/") for path, place in places.items()}
    names = dict(found)
    while clashes := {name for name, count in Counter(names.values()).items() if count > 1}:
        # A longer name may be that of another file: that one is made longer too.
        names = {path: longer[path] if name in clashes else name for path, name in names.items()}
    return names


def _names(given: Sequence[str], output: Path) -> Mapping[str, str]:
    """Return path: name of all files, each once."""
    found: dict[str, str] = {}
    written = output if RunFolder(output).is_used() else None
    for path in given:
        for file, name in listed(path, written):
            found.setdefault(file if is_remote(file) else os.path.realpath(file), name)
    return _longer_names(found) if len(set(found.values())) < len(found) else found


def _input(path: str, name: str, kind: Kind) -> Input:
    if not is_remote(path) and (fault := unreadable(path)):
        return Input(path, name, kind, fault=fault)
    return Input(path, name, kind, *size_and_time(path))


def inputs_of(given: Sequence[str], output: Path) -> list[Input]:
    """Return the files of all inputs in the order of their names; each file once.

    given: files, folders and URLs; output: the folder that the run writes to, which is not read
    Raises `SettingsError` when there is nothing to read, or a named file is of no known kind.
    """
    inputs, unknown = [], []
    for path, name in _names(given, output).items():
        kind = kind_of(name)
        if kind is None:
            unknown.append(name)
        else:
            inputs.append(_input(path, name, kind))
    single = [path for path in given if not Path(path).is_dir() and kind_of(path.rsplit("/", 1)[-1]) is None]
    if single and not is_remote(single[0]):
        raise SettingsError(
            f"{single[0]} is of no kind that is read: .txt, .html, .jsonl, .csv (also .gz, .zst), "
            ".parquet, .warc, .wet (also .gz)"
        )
    if not inputs:
        passed_over = f"; {len(unknown)} files of other kinds were passed over" if unknown else ""
        raise SettingsError(f"{', '.join(given)}: nothing to read there{passed_over}")
    return sorted(inputs, key=lambda input: input.name)


def _cut_lines(path: str, shard_bytes: int) -> Survey:
    """Hash a file, and find where its lines can be cut into parts."""
    digest, starts = hashlib.blake2b(digest_size=16), [(0, 0)]
    read = lines = 0
    with stored(path) as file:
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
    return Survey(digest.hexdigest(), tuple(starts))


def _cut_row_groups(path: str, shard_bytes: int) -> list[tuple[int, int]]:
    with stored(path) as file:
        table = parquet().ParquetFile(file).metadata
        starts, size, rows = [(0, 0)], 0, 0
        for group in range(table.num_row_groups):
            if size >= shard_bytes:
                starts.append((group, rows))
                size = 0
            size += table.row_group(group).total_byte_size
            rows += table.row_group(group).num_rows
    return starts


def survey(input: Input, shard_bytes: int) -> Survey:
    """Read a file once: its hash, and where it can be cut. Raises `ShardError` if it cannot be read."""
    if input.fault:
        return NOTHING_SEEN
    if input.kind == "jsonl" and not input.name.endswith(COMPRESSED):
        return _cut_lines(input.path, shard_bytes)
    digest = hashlib.blake2b(digest_size=16)
    with stored(input.path) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    starts = [(0, 0)]
    if input.kind == "parquet":
        try:
            starts = _cut_row_groups(input.path, shard_bytes)
        except (OSError, ValueError):
            # A damaged file is one shard; reading it says what is wrong.
            starts = [(0, 0)]
    return Survey(digest.hexdigest(), tuple(starts))
