"""The rows of filtered.jsonl: documents left out by a filter, or because nothing of their text is kept."""

from collections import Counter
from typing import Final

from detector.corpus.document_numbers import Broken
from detector.corpus.line_records import LineRecord
from detector.files.json_lines import json_line
from detector.records import Integers

FILTERED: Final = "filtered.jsonl"
# In the folder of a clean shard: why documents are empty, by their numbers.
WHY_EMPTY: Final = "empty.json"
# What stands for a filter in the row of an empty document.
EMPTY_FILTER: Final = "empty"
NO_TEXT: Final = "the page has no text"
ONLY_BLANK: Final = "only white space is left"
ALL_ELSEWHERE: Final = "all that was kept is on another page of the site (passages)"


def why_empty(record: LineRecord, sizes: Integers) -> str:
    """Return why nothing is left of a page. sizes: int64 (S,), the bytes of its segments."""
    if not record.kept:
        return NO_TEXT
    if any(record.kept):
        return ONLY_BLANK
    dropped = Counter[str]()
    for reason, size in zip(record.reasons, sizes.tolist(), strict=True):
        dropped[reason] += size
    return f"all lines were dropped, most of the text for: {dropped.most_common(1)[0][0]}"


def row_of(id: str, broken: Broken | None, empty: str) -> bytes:
    """Return the row of a document, or nothing if it is not left out.

    broken: the filter that it does not pass; empty: why nothing is left of it, or ""
    """
    if empty:
        return json_line({"id": id, **Broken(EMPTY_FILTER, 0, 1)._asdict(), "reason": empty})
    return b"" if broken is None else json_line({"id": id, **broken._asdict()})
