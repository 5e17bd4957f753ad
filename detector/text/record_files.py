"""Files of many records, which are not pages. The error says how to read them."""

import json
from pathlib import PurePath
from typing import Final

from detector.errors import PageError
from detector.text.compressed import COMPRESSED

_CORPUS: Final = "`detector clean {name} --output FOLDER` reads it as a corpus"
STDIN: Final = "standard input"
_KINDS: Final = {
    ".jsonl": "JSON Lines, a record a line", ".ndjson": "JSON Lines, a record a line", ".csv": "a CSV table",
    ".tsv": "a table with tabs", ".parquet": "a Parquet file",
    ".warc": "a web archive", ".wet": "a web archive",
}  # fmt: skip


def refuse_records(name: str, data: bytes) -> None:
    """Raise `PageError` for a file of many records.

    Parameters
    ----------
    name
        The name of the file, or where it comes from.
    data
        Its content, decompressed.
    """
    kind = records_kind(name, data)
    if kind is None:
        return
    how = _CORPUS.format(name=name)
    if name == STDIN:
        how = "save it as FILE.jsonl; " + _CORPUS.format(name="FILE.jsonl")
    elif _kind_of_name(name) is None:
        how = f"rename it to end in .jsonl, and {_CORPUS.format(name=PurePath(name).stem + '.jsonl')}"
    if kind == "JSON":
        how = "write its records a line each (JSON Lines), name the file .jsonl, and " + _CORPUS.format(
            name="that file"
        )
    raise PageError(f"{name} is {kind}, not a page: {how}; --input-format text takes it as one page of text")


def records_kind(name: str, data: bytes) -> str | None:
    """Return the type of a file of many records, by its name or the JSON in it; None for a page."""
    kind = _kind_of_name(name)
    return _json_kind(data) if kind is None and data[:1] in (b"{", b"[") else kind


def _kind_of_name(name: str) -> str | None:
    plain = name.lower()
    for end in COMPRESSED:
        plain = plain.removesuffix(end)
    return next((kind for end, kind in _KINDS.items() if plain.endswith(end)), None)


def _json_kind(data: bytes) -> str | None:
    """Return whether data is JSON lines or one JSON value; None if it is neither."""
    first, _, rest = data.partition(b"\n")
    if rest.strip() and _is_json(first) and _is_json(rest.lstrip().partition(b"\n")[0]):
        return "JSON Lines, a record a line"
    return "JSON" if _is_json(data) else None


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | list)
    except (ValueError, RecursionError):
        return False
