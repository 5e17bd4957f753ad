"""The texts to compare: records of all formats of a corpus, with their ids and all their fields."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from detector.corpus.first_records import refuse_wrong_columns
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.kinds import kind_of
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import inputs_as_given
from detector.errors import PageError, SettingsError
from detector.files.json_lines import json_bytes
from detector.settings import Columns
from detector.text.decoding import text_of, utf8
from detector.text.formats import found_format
from detector.text.html import html_batch
from detector.text.record_files import records_kind

# Bytes that tell records from a page.
HEAD = 1 << 16


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


def parts_of(names: Sequence[str], columns: Columns, option: str) -> list[Part]:
    """Return the files of all inputs, in the order in which they are given.

    option: what names the text column on the command line
    Raises `SettingsError` for what does not exist, for a wrong column, and for a file of records whose
    name does not say so.
    """
    if not names:
        return []
    inputs = inputs_as_given(names)
    for input in inputs:
        if kind_of(input.name) is None:
            _refuse_records(input.path)
    refuse_wrong_columns(inputs, columns, option)
    return [
        Part(input.path, input.name, input.kind, size=input.size, time=input.time, fault=input.fault)
        for input in inputs
    ]


def _refuse_records(path: str) -> None:
    """Raise `SettingsError` for a file with JSON in it whose name does not say so."""
    with Path(path).open("rb") as file:
        kind = records_kind(path, file.read(HEAD))
    if kind is not None:
        raise SettingsError(f"{path} is {kind}, not a page: write a record a line, and name it .jsonl")


def _compared(document: Document) -> str:
    """Return the text that is compared: of HTML, the lines without the markup."""
    if (document.format or found_format(document.text)) == "text":
        return document.text
    batch, _ = html_batch([utf8(document.text)])
    return text_of(batch.data.tobytes())


def read_records(parts: Sequence[Part], columns: Columns, set_aside: SetAside) -> Iterator[TextRecord]:
    """Yield the records of all files in order; set aside those that cannot be read.

    A second use of an id in a file is set aside. If an earlier file used it, it is written after its file.
    """
    used = set[str]()
    for part in parts:
        of_file = set[str]()
        for record in read_part(part, columns, whole=True):
            if isinstance(record, Rejected):
                set_aside(f"{record.file}, record {record.record}: {record.reason}")
                continue
            if record.id in of_file:
                set_aside(f"{part.name}: the id {record.id!r} was used before in this file")
                continue
            of_file.add(record.id)
            name = record.id
            while name in used:
                name = f"{part.name}:{name}"
            used.add(name)
            try:
                yield TextRecord(name, _compared(record), dict(record.fields))
            except PageError as error:
                set_aside(f"{part.name}, record {record.number}: {error}")
