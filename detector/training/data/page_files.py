"""Reads pages from folders, HTML and text files, JSON lines, and CSV.

The site of a page ("group") is that of its record, or the folder of its file. Next to `NAME.html` there may
be `NAME.gold.txt`, the main content as text. A CSV file has a page per row, in the column "page", and
optionally "gold", "id", "site", "title" and "language".
"""

import csv
import zlib
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from detector.corpus.formats.csv_files import has_tabs
from detector.corpus.formats.kinds import kind_of
from detector.errors import PageError, in_words
from detector.files.folders import files_below, refuse_special
from detector.files.limits import bytes_of_file
from detector.files.sparse import refuse_holes
from detector.files.zstd_files import ZstdError
from detector.text.compressed import LARGEST
from detector.text.decoding import decode
from detector.text.formats import found_format
from detector.training.data.labelled_pages import LabelledPage, opened, page_of_record, read_pages

PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml", ".txt")
GOLD_SUFFIX: Final = ".gold.txt"
# A field of a CSV file can be a whole page.
MOST_IN_A_FIELD: Final = 1 << 27


def _text(path: Path) -> str:
    try:
        return decode(bytes_of_file(path, LARGEST)).text
    except FileNotFoundError:
        raise PageError(f"{path} does not exist") from None
    except OSError as error:
        raise PageError(f"{path} cannot be read: {error.strerror}") from None


def _file(path: Path, name: str, site: str) -> LabelledPage:
    text, gold = _text(path), path.with_name(path.stem + GOLD_SUFFIX)
    return LabelledPage(
        id=name,
        page=text,
        format=found_format(text),
        gold=_text(gold) if gold.is_file() else None,
        labels=None,
        group=site,
    )


def _folder(folder: Path) -> Iterator[LabelledPage]:
    found = sorted(
        path
        for path in files_below(folder)
        if path.suffix.lower() in PAGE_SUFFIXES and not path.name.endswith(GOLD_SUFFIX) and not path.is_dir()
    )
    if not found:
        raise PageError(f"{folder} has no pages: no file ends in {', '.join(PAGE_SUFFIXES)}")
    for path in found:
        refuse_special(path)
        name = path.relative_to(folder)
        inside = name.parent.as_posix()
        yield _file(path, name.as_posix(), folder.resolve().name if inside == "." else inside)


def _csv(path: Path) -> Iterator[LabelledPage]:
    csv.field_size_limit(MOST_IN_A_FIELD)
    try:
        with opened(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t" if has_tabs(path.name) else ",")
            if "page" not in (reader.fieldnames or ()):
                raise PageError(f'{path}: the first row must name the columns, "page" among them')
            for row in reader:
                where = f"{path}, row {reader.line_num}"
                record = {name: value for name, value in row.items() if value and name != "labels"}
                record.setdefault("group", record.pop("site", path.stem))
                yield page_of_record({"id": where, **record}, where, need_truth=False)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error, ZstdError) as error:
        raise PageError(f"{path} cannot be read: {in_words(error)}") from None


def _pages(path: Path) -> Iterator[LabelledPage]:
    kind = kind_of(path.name)
    if path.is_dir():
        yield from _folder(path)
    elif kind == "jsonl":
        yield from read_pages([path], need_truth=False)
    elif kind == "csv":
        yield from _csv(path)
    elif kind in ("parquet", "warc"):
        refuse_holes(path)
        raise PageError(
            f"{path} is no page and no table of pages that is read here: write its pages as JSONL or CSV"
        )
    else:
        yield _file(path, path.name, path.resolve().parent.name)


def read_page_files(paths: Iterable[Path]) -> list[LabelledPage]:
    """Read pages, labelled or not, from folders and files.

    Raises `PageError` for a file that cannot be read, a folder or file without pages, and a name used twice.
    """
    pages: list[LabelledPage] = []
    names: dict[str, Path] = {}
    for path in paths:
        before = len(pages)
        for page in _pages(path):
            if page.id in names:
                raise PageError(f"the page {page.id!r} comes twice, from {names[page.id]} and from {path}")
            names[page.id] = path
            pages.append(page)
        if len(pages) == before:
            raise PageError(f"{path} has no page: give it one record per page, or name another file")
    return pages
