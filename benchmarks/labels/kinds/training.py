"""Lines labelled by kind as training data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from benchmarks.data.folds.splits import Splits
from benchmarks.labels.kinds.records import FOLDER, KindLabels, check_lines, drawn, read
from benchmarks.labels.kinds.single_lines import kinds_of_lines, read_single_lines
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.lines import lines_of, lines_of_html
from benchmarks.labels.weak_labels import page_record
from detector.text.page import Page as Decoded

# The lots of pages that were read whole: new ones, and those that had coarser labels before.
NEW: Final = "new"
LEARNED: Final = (NEW, "refined")


def _read_whole() -> dict[str, KindLabels]:
    """Return the labels of the pages that were read whole and may be learned from."""
    lots = {row["page"] for row in drawn() if row["lot"] in LEARNED}
    readings = [row for name in ("refined", "first") for row in read(FOLDER / f"{name}.jsonl")]
    return {row.page: row for row in readings if row.page in lots}


class KnownKinds:
    """The kinds of lines that readers gave, by page."""

    def __init__(self) -> None:
        self._whole, self._lines = _read_whole(), read_single_lines()

    def added_to(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield records of HTML pages with the kinds of their lines, if readers gave any."""
        for record in records:
            kinds = self.of(record["source"], record["page"])
            yield record if kinds is None else {**record, "kinds": kinds}

    def of(self, key: str, html: str) -> list[str | None] | None:
        """Return the kind of each non-blank line of a page, None for unlabelled lines.

        The whole result is None if no line is labelled.

        Raises `LabelError` if the lines of the page differ from those that were read.
        """
        if key not in self._whole and key not in self._lines:
            return None
        texts = [line.text for line in lines_of_html(Decoded(html, "html"))]
        if row := self._whole.get(key):
            check_lines(row, texts)
            return list(row.kinds)
        return kinds_of_lines(key, self._lines[key], texts)


def labelled_by_kind(split: Splits, without: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the new pages that were read whole and may be trained on, except those of some sets."""
    wanted = {
        row["page"] for row in drawn() if row["lot"] == NEW and row["page"].split("/", 1)[0] not in without
    }
    known = {name for name in wanted if name in split.group_of_page and split.may_train(name)}
    labels: Mapping[str, KindLabels] = {
        row.page: row for row in read(FOLDER / "first.jsonl") if row.page in known
    }
    pages = pages_named(set(labels))
    for name, row in sorted(labels.items()):
        page = pages[name]
        check_lines(row, [line.text for line in lines_of(page)])
        record = page_record(page, split)
        text = {} if page.html is not None else {"format": "text", "page": page.text}
        yield {**record, **text, "set": "by-kind", "id": name, "labels": list(row.kinds), "weight": 1.0}
