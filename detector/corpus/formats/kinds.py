"""What kind of file a name stands for; imports next to nothing, for commands that only ask."""

from collections.abc import Mapping
from typing import Final

from detector.corpus.formats.documents import Kind
from detector.text.compressed import COMPRESSED

# Kinds of input, by the end of a name.
KINDS: Final[Mapping[str, Kind]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    # C4, dolma and others call JSON Lines so, mostly .json.gz.
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
# How outputs are compressed that are written in the format of their input; those of the others are not.
TABLE_COMPRESSIONS: Final = (".gz", ".bz2", ".zst")
ARCHIVE_COMPRESSIONS: Final = (".gz",)
# Kinds of output, by what `--to` calls them.
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
    """Return a name without what says that it is compressed."""
    return next((name[: -len(end)] for end in COMPRESSED if name.lower().endswith(end)), name)


def kind_of(name: str) -> Kind | None:
    """Return what a file is by its name; None if it is no file of a corpus."""
    plain = plain_name(name).lower()
    end = plain[plain.rfind(".") :] if "." in plain else ""
    if end == ".parquet" and len(plain) < len(name):
        return None
    return KINDS.get(end)


def output_kind(to: str, kind: Kind) -> Kind:
    """Return what an output is: `to`, or for "same" what the input is."""
    return kind if to == "same" else ENDINGS[to]


def is_remote(path: str) -> bool:
    """Tell whether a path is a URL for fsspec (s3://, hf://, ...)."""
    return "://" in path
