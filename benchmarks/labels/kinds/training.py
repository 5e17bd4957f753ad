"""Pages labelled by kind as pages to train on: what each kind says of whether a line is content."""

from collections.abc import Iterator
from typing import Any, Final

from benchmarks.data.folds.splits import Splits
from benchmarks.labels.kinds.records import FOLDER, check_lines, drawn, read
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.lines import lines_of
from benchmarks.labels.weak_labels import page_record

# Golds differ on these two kinds, so they say nothing.
SAYS: Final = {
    **dict.fromkeys(("title", "body", "caption"), "content"),
    "byline": "metadata",
    "comment": "comment",
}
OTHERS: Final = "template"
# New pages: those of the lot "refined" are learned from by their golds or their first labels.
LOT: Final = "new"


def labelled_by_kind(split: Splits, without: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the pages of the first reading that may be trained on, but those of some sets."""
    wanted = {
        row["page"] for row in drawn() if row["lot"] == LOT and row["page"].split("/", 1)[0] not in without
    }
    known = {name for name in wanted if name in split.group_of_page and split.may_train(name)}
    labels = {row.page: row for row in read(FOLDER / "first.jsonl") if row.page in known}
    pages = pages_named(set(labels))
    for name, row in sorted(labels.items()):
        page = pages[name]
        check_lines(row, [line.text for line in lines_of(page)])
        record = page_record(page, split)
        text = {} if page.html is not None else {"format": "text", "page": page.text}
        kinds = [SAYS.get(kind, OTHERS) for kind in row.kinds]
        yield {**record, **text, "set": "by-kind", "id": name, "labels": kinds, "weight": 1.0}
