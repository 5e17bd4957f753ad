"""The kind of a file by its name. Imports hardly anything, for commands that only ask."""

from collections.abc import Mapping
from typing import Final

from detector.corpus.formats.documents import Kind
from detector.text.compressed import COMPRESSED

# Kinds of input, by file extension.
KINDS: Final[Mapping[str, Kind]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    # C4, dolma and others use this extension for JSON Lines, mostly as .json.gz.
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "warc",
    ".txt": "page",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
}
# Compressions of outputs that are written in the format of their input.
TABLE_COMPRESSIONS: Final = (".gz", ".bz2", ".zst")
ARCHIVE_COMPRESSIONS: Final = (".gz",)
# Kinds of output, by their names for `--to`.
ENDINGS: Final[Mapping[str, Kind]] = {
    "jsonl": "jsonl",
    "jsonl.gz": "jsonl",
    "jsonl.zst": "jsonl",
    "csv": "csv",
    "csv.gz": "csv",
    "csv.zst": "csv",
    "parquet": "parquet",
    "warc.gz": "warc",
    "text": "page",
}
# Files whose records have columns.
TABLES: Final = ("jsonl", "csv", "parquet")


def plain_name(name: str) -> str:
    """Return a name without the extension of a compressed file."""
    return next((name[: -len(end)] for end in COMPRESSED if name.lower().endswith(end)), name)


def kind_of(name: str) -> Kind | None:
    """Return the kind of a file by its name; None if it is not a file of a corpus."""
    plain = plain_name(name).lower()
    end = plain[plain.rfind(".") :] if "." in plain else ""
    if end == ".parquet" and len(plain) < len(name):
        return None
    return KINDS.get(end)


def output_kind(to: str, kind: Kind) -> Kind:
    """Return the kind of an output: `to`, or for "same" that of the input."""
    return kind if to == "same" else ENDINGS[to]


def is_remote(path: str) -> bool:
    """Tell whether a path is a URL for fsspec (s3://, hf://, ...)."""
    return "://" in path
