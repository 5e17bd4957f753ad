"""All text that figures, golden pages and cases are measured on, and that must be kept out of training.

Each page has the fold whose training must not contain it. A page of the sets is judged by the model of its
fold, so the training pages of that model must have none of its content. Pages that nobody may learn from (the
seed, the hand-labelled pages, the locked labels, golden pages, cases) are kept out of every training.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.data.folds.splits import Splits
from benchmarks.data.pages import Page
from benchmarks.data.sets import SCORABLE, SETS
from benchmarks.data.shared import shared_data
from benchmarks.files import ROOT, json_lines

# Instead of a fold: no model may learn from it.
NEVER: Final = -1
GOLDEN: Final = ROOT / "tests" / "golden" / "pages"
# The labels in a golden page that are not content.
DROPPED: Final = "drop"
# The separator of the parts of an expectation.
BETWEEN_PARTS: Final = " ¦ "


class Evaluated(NamedTuple):
    """The evaluated text of a page.

    page: SET/PAGE; site: its group
    fold: the fold whose model judges it, or `NEVER`
    content: its content, one line each; template: lines of its template, if we wrote the page
    """

    page: str
    site: str
    fold: int
    content: tuple[str, ...]
    template: tuple[str, ...] = ()


def _content(page: Page) -> tuple[str, ...]:
    gold = page.gold.split("\n") if page.gold else []
    labelled = [line.text for line in page.lines if line.label != "template"]
    comments = page.comments.split("\n") if page.comments else []
    return (*gold, *page.wanted, *labelled, *comments, *(part.text for part in page.parts))


def pages_of_sets(split: Splits) -> Iterator[Evaluated]:
    """Yield the pages of all sets that are evaluated, and the seed."""
    for data_set in SETS:
        for page in data_set.pages() if data_set.name in SCORABLE else ():
            fold = split.fold(page.key) if split.may_train(page.key) else NEVER
            yield Evaluated(page.key, split.group(page.key), fold, _content(page))


def golden_pages(folder: Path = GOLDEN) -> Iterator[Evaluated]:
    """Yield the golden pages."""
    for path in sorted(folder.glob("*.json")):
        lines = json.loads(path.read_text("utf-8"))["lines"]
        content = tuple(line[1] for line in lines if line[0] != DROPPED)
        template = tuple(line[1] for line in lines if line[0] == DROPPED)
        yield Evaluated(f"golden/{path.stem}", f"golden/{path.stem}", NEVER, content, template)


def _parts(text: str, what: str) -> tuple[str, ...]:
    """Return the parts of an expectation after "must stay" or "must go"."""
    row = next((row for row in text.splitlines() if row.startswith(f"{what}:")), "")
    return tuple(part for part in row.removeprefix(f"{what}:").strip().split(BETWEEN_PARTS) if part)


def cases(folder: Path) -> Iterator[Evaluated]:
    """Yield the cases: pages by what must be kept and dropped, and the texts of near-duplicates."""
    for path in sorted(folder.glob("pages/*.expect.txt")):
        name, text = f"cases/{path.name.removesuffix('.expect.txt')}", path.read_text("utf-8")
        yield Evaluated(name, name, NEVER, _parts(text, "must stay"), _parts(text, "must go"))
    for path in sorted(folder.glob("near_duplicates/*.jsonl")):
        for row in json_lines(path):
            name = f"cases/{path.stem}/{row['id']}"
            yield Evaluated(name, name, NEVER, tuple(row["text"].split("\n")))


def evaluated(split: Splits) -> Iterator[Evaluated]:
    """Yield everything that is evaluated."""
    yield from pages_of_sets(split)
    yield from golden_pages()
    yield from cases(shared_data().parent / "cases")
