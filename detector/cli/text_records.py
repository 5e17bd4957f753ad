"""Reading many texts: files, folders of .txt, JSONL, standard input."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from detector.errors import PageError
from detector.files.json_lines import JsonLine, json_bytes, json_lines
from detector.text.decoding import decode

JSONL: Final = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


class Source(NamedTuple):
    """An input: its name for ids and messages, and its path."""

    name: str
    path: Path


class TextRecord(NamedTuple):
    """One text with its id and its whole record."""

    id: str
    text: str
    fields: dict[str, Any]

    def line(self) -> str:
        """Return the record as a line of JSON."""
        return json_bytes(self.fields).decode() + "\n"


# Called with a message for each record that cannot be read.
SetAside = Callable[[str], None]


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _record(line: JsonLine, place: str) -> TextRecord:
    """Return the record of a line; raises `PageError` that says what is wrong with it."""
    where = f"{place}, record {line.number}"
    if line.value is None:
        raise PageError(f"{where}: {line.fault}")
    text = line.value.get("text")
    if not isinstance(text, str):
        raise PageError(f'{where}: no object with a string "text"')
    name = line.value.get("id", f"{place}#{line.number}")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise PageError(f'{where}: "id" is neither a string nor a whole number')
    return TextRecord(str(name), text, line.value)


def _jsonl(file: BinaryIO, place: str, set_aside: SetAside) -> Iterator[TextRecord]:
    for line in json_lines(file):
        try:
            yield _record(line, place)
        except PageError as error:
            set_aside(str(error))


def _text_file(path: Path, name: str) -> TextRecord:
    text = decode(path.read_bytes()).text
    return TextRecord(name, text, {"id": name, "text": text})


def _records_of(source: Source, set_aside: SetAside) -> Iterator[TextRecord]:
    """Yield the records of one input."""
    name, path = source
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield _text_file(file, file.relative_to(path).as_posix())
    elif path.name.lower().endswith(JSONL):
        with _opened(path) as lines:
            yield from _jsonl(lines, name, set_aside)
    else:
        yield _text_file(path, name)


def read_records(sources: Sequence[Source], set_aside: SetAside) -> Iterator[TextRecord]:
    """Yield the records of all inputs in order; set aside those that cannot be read.

    A .jsonl file (or .ndjson, also with .gz) has an object with "text", and optionally "id", on each line;
    a folder stands for all of its .txt files; any other file is one text. A second use of an id is set aside.
    """
    used = set[str]()
    for source in sources:
        try:
            for record in _records_of(source, set_aside):
                if record.id in used:
                    set_aside(f"{source.name}: the id {record.id!r} was used before")
                    continue
                used.add(record.id)
                yield record
        except FileNotFoundError:
            set_aside(f"{source.name} does not exist")
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            set_aside(f"{source.name} cannot be read to its end: {reason}")
