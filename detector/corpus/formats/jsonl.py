"""JSONL: an object a line; a broken or endless line is set aside alone."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from detector.corpus.formats.documents import Part, Records, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.files import opened
from detector.settings import Columns

BOM: Final = b"\xef\xbb\xbf"
# Bytes of a record. Longer ones are no pages: the largest real ones have a tenth of it.
LONGEST: Final = 100_000_000
STEP: Final = 1 << 20


def bounded_lines(file: BinaryIO, most: int) -> Iterator[tuple[bytes | None, int]]:
    """Yield lines with their sizes; of one longer than `most` only the size: it is not held."""
    while line := file.readline(most):
        size = len(line)
        if size < most or line.endswith(b"\n"):
            yield line, size
            continue
        del line
        while more := file.readline(STEP):
            size += len(more)
            if more.endswith(b"\n"):
                break
        yield None, size


def _object(line: bytes, number: int) -> dict[str, Any] | str:
    """Return the object of a line, or what is wrong with it."""
    try:
        found = json.loads(line.removeprefix(BOM) if number == 0 else line)
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.object[error.start]:#04x} at {error.start}"
    except (ValueError, RecursionError) as error:
        return f"not JSON: {str(error)[:80]}"
    return found if isinstance(found, dict) else "JSON, but no object"


def read_jsonl(part: Part, columns: Columns, longest: int = LONGEST) -> Records:
    """Yield the records of a file, or of a run of its bytes."""
    with opened(part.path) as file:
        if part.start:
            file.seek(part.start)
        at, number = part.start, part.first - 1
        for line, size in bounded_lines(file, longest):
            at, number = at + size, number + 1
            if line is None:
                yield Rejected(part.name, number, f"a line of {size:,} bytes; {longest:,} are the most")
            elif line.strip():
                found = _object(line, number)
                if isinstance(found, str):
                    yield Rejected(part.name, number, found)
                else:
                    yield document_of(found, part, number, columns)
            if part.end >= 0 and at >= part.end:
                return
