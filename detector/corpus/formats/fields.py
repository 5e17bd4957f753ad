"""From a record's fields to a document, or to a message about what is wrong with them."""

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from detector.corpus.formats.documents import Document, Part, Rejected, SiteWay, source_of
from detector.errors import PageError
from detector.files.limits import ReadLimits
from detector.settings import Columns
from detector.sites.names import LONE, site_name
from detector.text.decoding import decode
from detector.text.page import page_bytes

# How a web archive begins, and what is said about one in a column.
WARC: Final = b"WARC/"
IS_ARCHIVE: Final = "is a web archive, not a page: give the file itself as an input"
# How the reason begins if a record lacks the text column.
NO_COLUMN = "no column"
# The names of wrong types of a text field in messages.
_KINDS = {
    "NoneType": "null", "bool": "a truth value", "int": "a number", "float": "a number", "list": "a list",
    "dict": "an object",
}  # fmt: skip


# A missing field.
_ABSENT: Final = object()


def value_of(fields: Mapping[str, Any], name: str, absent: object = None) -> Any:  # noqa: ANN401
    """Return a field; `page.html` is the field `html` of `page`, unless a field has exactly this name."""
    if name in fields:
        return fields[name]
    value: Any = fields
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return absent
        value = value[part]
    return value


def _string(fields: Mapping[str, Any], name: str) -> str | None:
    value = value_of(fields, name)
    return value if isinstance(value, str) and value else None


def _whole(id: Any) -> Any:  # noqa: ANN401
    """Return an id; a float that is a whole number as one, and NaN as none.

    pandas stores whole numbers as floats if any of them is missing.
    """
    if not isinstance(id, float):
        return id
    return None if math.isnan(id) else int(id) if id.is_integer() else id


def way_of(given: str | None, site: str) -> SiteWay:
    """Return how the site of a record was found: in a column, by its URL, or not at all."""
    if given is not None and given.strip():
        return "column"
    return "none" if site.startswith(LONE) else "url"


def document_of(
    fields: Mapping[str, Any], part: Part, number: int, columns: Columns, limits: ReadLimits
) -> Document | Rejected:
    """Return the document of a record, or why there is none."""
    text = value_of(fields, columns.text, _ABSENT)
    if isinstance(text, bytes):
        try:
            data = page_bytes(text, limit=limits.record_bytes)
            if data.startswith(WARC):
                return Rejected(part.name, number, f"{columns.text!r} {IS_ARCHIVE}")
            text = decode(data).text
        except PageError as error:
            return Rejected(part.name, number, f"{columns.text!r}: {error}")
    if not isinstance(text, str):
        if text is _ABSENT:
            shown = (name if name.strip() == name and name else repr(name) for name in map(str, fields))
            names = ", ".join(islice(shown, 8)) or "none"
            return Rejected(part.name, number, f"{NO_COLUMN} {columns.text!r}; there are: {names}")
        kind = type(text).__name__
        return Rejected(part.name, number, f"{columns.text!r} is {_KINDS.get(kind, kind)}, not a text")
    if len(text) > limits.record_bytes:
        return Rejected(part.name, number, f"more than {limits.record_bytes:,} characters")
    name = _whole(value_of(fields, columns.id))
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        return Rejected(part.name, number, f"the id {columns.id!r} is neither a string nor a whole number")
    named = name is not None and name != ""
    id = str(name) if named else f"{part.name}#{number}"
    url, given = _string(fields, columns.url), _string(fields, columns.site)
    site = site_name(given, url, "", f"{part.name}#{number}")
    return Document(
        part.name,
        number,
        id,
        named,
        text,
        None,
        url,
        site,
        _string(fields, columns.source) or source_of(part.name),
        fields,
        site_way=way_of(given, site),
    )
