"""A record's fields to a document; says what is wrong with them."""

from collections.abc import Mapping
from typing import Any

from detector.corpus.formats.documents import Document, Part, Rejected, source_of
from detector.files.json_lines import LONGEST
from detector.settings import Columns
from detector.sites.names import site_name

# How the reason begins when a record lacks the text column.
NO_COLUMN = "no column"
# What a text field of the wrong kind is called in messages.
_KINDS = {"NoneType": "null", "bool": "a truth value", "int": "a number", "float": "a number"}


def _string(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def document_of(fields: Mapping[str, Any], part: Part, number: int, columns: Columns) -> Document | Rejected:
    """Return the document of a record, or why there is none."""
    text = fields.get(columns.text)
    if not isinstance(text, str):
        if columns.text not in fields:
            names = ", ".join(map(str, list(fields)[:8]))
            return Rejected(part.name, number, f"{NO_COLUMN} {columns.text!r}; there are: {names}")
        kind = type(text).__name__
        return Rejected(part.name, number, f"{columns.text!r} is {_KINDS.get(kind, kind)}, not a text")
    if len(text) > LONGEST:
        return Rejected(part.name, number, f"more than {LONGEST:,} characters")
    name = fields.get(columns.id)
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        return Rejected(part.name, number, f"the id {columns.id!r} is neither a string nor a whole number")
    named = name is not None and name != ""
    id = str(name) if named else f"{part.name}#{number}"
    url = _string(fields, columns.url)
    return Document(
        part.name,
        number,
        id,
        named,
        text,
        None,
        url,
        site_name(fields.get(columns.site), url, "", f"{part.name}#{number}"),
        _string(fields, columns.source) or source_of(part.name),
        fields,
    )
