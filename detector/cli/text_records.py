"""The texts to compare: records in all formats of a corpus, with ids and all fields."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.cli.terminal import say
from detector.corpus.first_records import refuse_wrong_columns
from detector.corpus.formats.documents import OTHER_TYPE, Document, Part, Rejected, in_its_file
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

# The bytes needed to tell records from a page.
HEAD = 1 << 16
# The value of a record that a keep policy compares.
FIELDS: Final = {"newest": "date", "best": "score"}


class TextRecord(NamedTuple):
    """A text with its id and its whole record."""

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

    option: the option for the text column on the command line
    Raises `SettingsError` for an input that does not exist, for a wrong column, and for a file of records
    with the name of a page.
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
    """Raise `SettingsError` for a file of JSON that is not named like one."""
    with Path(path).open("rb") as file:
        kind = records_kind(path, file.read(HEAD))
    if kind is not None:
        raise SettingsError(f"{path} is {kind}, not a page: write one record per line, and name it .jsonl")


def _compared(document: Document) -> str:
    """Return the text to compare: for HTML, the lines without markup."""
    if (document.format or found_format(document.text)) == "text":
        return document.text
    batch, _ = html_batch([utf8(document.text)])
    return text_of(batch.data.tobytes())


def read_records(parts: Sequence[Part], columns: Columns, set_aside: SetAside) -> Iterator[TextRecord]:
    """Yield the records of all files in order. Those that cannot be read are set aside.

    A record with an id that its file has used before is set aside. If an earlier file has used it, the name
    of the file is added.
    """
    used = set[str]()
    for part in parts:
        of_file = set[str]()
        for record in read_part(part, columns, whole=True):
            if isinstance(record, Rejected) and record.reason.startswith(OTHER_TYPE):
                continue  # an image in a web archive
            if isinstance(record, Rejected):
                set_aside(f"{record.file}, record {record.record}: {record.reason}")
                continue
            if record.id in of_file:
                set_aside(f"{part.name}: the id {record.id!r} was used before in this file")
                continue
            of_file.add(record.id)
            while record.id in used:
                record = in_its_file(record)
            used.add(record.id)
            try:
                yield TextRecord(record.id, _compared(record), dict(record.fields))
            except PageError as error:
                set_aside(f"{part.name}, record {record.number}: {error}")


@dataclass
class TextInput:
    """The texts to read, and what has been read so far.

    parts: the files; columns: the fields of their records with a meaning
    ids: the ids of the texts; by: the values that the keep policy compares; aside: records that were set
    aside
    """

    parts: Sequence[Part]
    columns: Columns
    keep: str
    ids: list[str] = field(default_factory=list)
    by: list[Any] = field(default_factory=list)
    aside: int = 0
    _kind: str = ""

    def set_aside(self, message: str) -> None:
        """Report a record that is left out."""
        say(f"set aside: {message}")
        self.aside += 1

    def texts(self) -> Iterator[str]:
        """Yield the texts. Record their ids and the values that the keep policy compares."""
        name = FIELDS.get(self.keep)
        for record in read_records(self.parts, self.columns, self.set_aside):
            self.ids.append(record.id)
            if name:
                self.by.append(self._value(record, name))
            yield record.text

    def _value(self, record: TextRecord, name: str) -> str | float | None:
        """Return the value of a field; raises `SettingsError` if it cannot be compared."""
        value: Any = record.fields.get(name)
        if isinstance(value, date):
            value = value.isoformat()
        if self.keep == "best" and isinstance(value, str):
            value = _number(value)
        if value is None or value == "":
            return None
        kind = "a text" if isinstance(value, str) else "a number"
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SettingsError(f'{record.id!r}: "{name}" is neither a text nor a number')
        if self._kind not in ("", kind):
            raise SettingsError(f'{record.id!r}: "{name}" is {kind}, but {self._kind} in earlier records')
        self._kind = kind
        return value

    def refuse_no_values(self) -> None:
        """Raise `SettingsError` if no record has a value that the keep policy compares."""
        name = FIELDS.get(self.keep)
        if name and self.by and all(value is None for value in self.by):
            raise SettingsError(
                f'--keep {self.keep} compares the field "{name}", which no record has: '
                "rename the field, or choose another --keep"
            )

    def again(self) -> Iterator[TextRecord]:
        """Yield the same records again."""
        return read_records(self.parts, self.columns, lambda message: None)


def _number(text: str) -> str | float:
    """Return the number in a text, because CSV has only texts, or the text."""
    try:
        return float(text)
    except ValueError:
        return text
