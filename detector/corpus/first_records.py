"""Finds a wrong column name in the first records of a file, before anything is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from detector.corpus.formats.documents import Document, Part, Rejected, source_of
from detector.corpus.formats.fields import NO_COLUMN, value_of
from detector.corpus.formats.kinds import TABLES, is_remote
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import Input
from detector.errors import SettingsError
from detector.files.limits import DEFAULT_LIMITS, ReadLimits
from detector.settings import Columns

# Some records of a valid file may lack the field, but not all of these.
LOOKED_AT: Final = 20
# Whether a document has a value for a column, by the name of the column's option.
HAS: Final[Mapping[str, Callable[[Document, Columns], bool]]] = {
    "id": lambda document, columns: document.named,
    "url": lambda document, columns: document.url is not None,
    "site": lambda document, columns: value_of(document.fields, columns.site) is not None,
    "source": lambda document, columns: document.source != source_of(document.file),
}


def refuse_wrong_columns(
    inputs: Sequence[Input],
    columns: Columns,
    option: str = "--text-column",
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    other_option: str = "--{}-column",
    remote: bool = False,
) -> None:
    """Raise `SettingsError` if the first records of files do not have the named columns.

    The text must be in every file, and other columns in at least one file, unless they have their default
    names.
    option, other_option: the options for the text column and for another one, for messages
    limits: the largest size of a record or file when it is unpacked
    remote: whether to look at files at URLs, too
    """
    tables = [input for input in inputs if input.kind in TABLES and not input.fault]
    absent = {name for name in HAS if getattr(columns, name) != getattr(Columns(), name)}
    parts = [
        Part(input.path, input.name, input.kind) for input in tables if remote or not is_remote(input.path)
    ]
    for part in parts:
        first = list(islice(read_part(part, columns, limits), LOOKED_AT))
        missing = [
            record.reason
            for record in first
            if isinstance(record, Rejected) and record.reason.startswith(NO_COLUMN)
        ]
        if missing and len(missing) == len(first):
            raise SettingsError(f"{part.name}: {missing[0]}; name the one with the text: {option}")
        documents = [record for record in first if isinstance(record, Document)]
        absent -= {name for name in absent if any(HAS[name](document, columns) for document in documents)}
    if absent and len(parts) == len(inputs):
        name = min(absent)
        raise SettingsError(
            f"no record has the column {getattr(columns, name)!r} of {other_option.format(name)}; "
            f"there are: {_names(parts[0], columns)}"
        )


def _names(part: Part, columns: Columns) -> str:
    """Return the names of the fields of a file's first record; nested fields have dots."""
    found = (record for record in read_part(part, columns, whole=True) if isinstance(record, Document))
    first = next(found, None)
    return "" if first is None else ", ".join(_paths(first.fields))


def _paths(fields: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            yield from _paths(value, f"{above}{name}.")
        else:
            yield above + name
