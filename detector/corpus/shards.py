"""Inputs to shards: which work there is, the same whatever the order of inputs and workers."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.corpus.formats.documents import Kind, Part, Shard
from detector.corpus.formats.files import COMPRESSED, listed, plain_name, size_and_time, stored
from detector.corpus.formats.readers import kind_of
from detector.corpus.formats.remote import is_remote
from detector.corpus.formats.tables import parquet
from detector.errors import SettingsError

BLOCK: Final = 1 << 20
# Pages of a shard: each is a file, and files are slow.
MOST_PAGES: Final = 2000


class Input(NamedTuple):
    """A file to read: where it is, its name in ids and outputs, its kind and size."""

    path: str
    name: str
    kind: Kind
    size: int
    time: int


class Survey(NamedTuple):
    """What one look at a file found.

    hash: BLAKE2b of its bytes; starts: where parts may begin, (byte or row group, record)
    """

    hash: str
    starts: tuple[tuple[int, int], ...]


def _names(given: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield (path, name) of all files; names of several inputs that clash are made longer."""
    found: dict[str, str] = {}
    for path in given:
        for file, name in listed(path):
            found.setdefault(file if is_remote(file) else os.path.realpath(file), name)
    clashes = {name for name, count in Counter(found.values()).items() if count > 1}
    if clashes:
        # With the folders that tell them apart; the common part of all paths says nothing.
        shared = os.path.commonpath([os.path.dirname(file) for file in found])  # noqa: PTH120
        found = {
            file: os.path.relpath(file, shared).replace(os.sep, "/") if name in clashes else name
            for file, name in found.items()
        }
    return found.items()


def inputs_of(given: Sequence[str]) -> list[Input]:
    """Return the files of all inputs in the order of their names; each file once.

    Raises `SettingsError` when there is nothing to read, or a named file is of no known kind.
    """
    inputs, unknown = [], []
    for path, name in _names(given):
        kind = kind_of(name)
        if kind is None:
            unknown.append(name)
        else:
            inputs.append(Input(path, name, kind, *size_and_time(path)))
    single = [path for path in given if not Path(path).is_dir() and kind_of(path.rsplit("/", 1)[-1]) is None]
    if single and not is_remote(single[0]):
        raise SettingsError(
            f"{single[0]} is of no kind that is read: .txt, .html, .jsonl, .csv (also .gz, .zst), "
            ".parquet, .warc, .wet (also .gz)"
        )
    if not inputs:
        looked = f"; {len(unknown)} files of other kinds were passed over" if unknown else ""
        raise SettingsError(f"{', '.join(given)}: nothing to read there{looked}")
    return sorted(inputs, key=lambda input: input.name)


def _cut_lines(path: str, shard_bytes: int) -> Survey:
    """Hash a file, and find where its lines can be cut into parts."""
    digest, starts = hashlib.blake2b(digest_size=16), [(0, 0)]
    at = lines = 0
    with stored(path) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            while True:
                place = block.find(b"\n", max(starts[-1][0] + shard_bytes - at, 0))
                if place < 0:
                    break
                starts.append((at + place + 1, lines + block.count(b"\n", 0, place + 1)))
            lines += block.count(b"\n")
            at += len(block)
    if len(starts) > 1 and starts[-1][0] == at:
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
    """Look at a file once: its hash, and where it can be cut."""
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


def output_name(name: str, to: str) -> str:
    """Return the name of an output in a format, "same" for that of the input."""
    plain = plain_name(name)
    if to != "same":
        return f"{plain[: plain.rfind('.')]}.{to}"
    # What is cleaned of a web archive is text.
    return plain.removesuffix(".warc") + ".wet" + name[len(plain) :] if plain.endswith(".warc") else name


def _outputs(inputs: Sequence[Input], to: str) -> dict[str, str]:
    """Return input name: output name; inputs that would share one keep their endings."""
    names = {input.name: output_name(input.name, to) for input in inputs if input.kind != "page"}
    count = Counter(names.values())
    return {name: output if count[output] == 1 else f"{name}.{to}" for name, output in names.items()}


def _numbered(name: str, number: int, count: int) -> str:
    """Return the name of one of several parts of an output."""
    if count == 1:
        return name
    plain = plain_name(name)
    dot = plain.rfind(".") if "." in plain else len(plain)
    return f"{name[:dot]}-{number:05d}-of-{count:05d}{name[dot:]}"


def _page_outputs(inputs: Sequence[Input]) -> dict[str, str]:
    """Return page name: name of its clean text; pages that differ in their endings keep them."""
    stems = {input.name: _stem(input.name) for input in inputs if input.kind == "page"}
    count = Counter(stems.values())
    return {name: (stem if count[stem] == 1 else plain_name(name)) + ".txt" for name, stem in stems.items()}


def _stem(name: str) -> str:
    plain = plain_name(name)
    return plain[: plain.rfind(".")]


def shards_of(inputs: Sequence[Input], surveys: Sequence[Survey], shard_bytes: int, to: str) -> list[Shard]:
    """Return the shards of all inputs, in order; small pages share one."""
    shards: list[Shard] = []
    pages: list[Part] = []
    outputs, names = _page_outputs(inputs), _outputs(inputs, to)
    ending = "jsonl" if to == "same" else to
    size = 0

    def close() -> None:
        nonlocal size
        if pages:
            shards.append(Shard(len(shards), f"pages-{len(shards):05d}.{ending}", tuple(pages), size))
        pages.clear()
        size = 0

    for input, found in zip(inputs, surveys, strict=True):
        if input.kind == "page":
            pages.append(Part(input.path, input.name, "page", output=outputs[input.name]))
            size += input.size
            if size >= shard_bytes or len(pages) == MOST_PAGES:
                close()
            continue
        close()
        starts = found.starts
        for number, (start, first) in enumerate(starts):
            last = number + 1 == len(starts)
            end = -1 if last else starts[number + 1][0]
            part = Part(input.path, input.name, input.kind, start, end, first)
            output = _numbered(names[input.name], number, len(starts))
            shards.append(Shard(len(shards), output, (part,), input.size // len(starts)))
    close()
    return shards


def as_json(shards: Sequence[Shard]) -> list[Any]:
    """Return shards as plain values."""
    return [
        [shard.number, shard.output, [list(part) for part in shard.parts], shard.bytes] for shard in shards
    ]


def from_json(rows: Sequence[Any]) -> list[Shard]:
    """Return the shards that `as_json` gave."""
    return [
        Shard(number, output, tuple(Part(*part) for part in parts), size)
        for number, output, parts, size in rows
    ]
