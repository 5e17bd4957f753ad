"""Which pages a model may be trained on: the groups and folds of training_data/splits.json.

    splits = load()
    check_split(splits, train=[...], test=[...])   # raises LeakError on a leak

The name of a page is SET/PAGE. A group is never on both sides of a split.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT

PATH: Final = ROOT / "training_data" / "splits.json"
# Pages labelled by kind. Those of the lot "locked" are opened once, when the kinds are finished.
BY_KIND: Final = ROOT / "training_data" / "labels" / "kinds" / "drawn.json"
FORMAT: Final = 1


class LeakError(BenchmarkError):
    """A test page, or one of its group, was trained on."""


class UnknownPageError(BenchmarkError):
    """A page that is not in the splits: make them again."""


@dataclass(frozen=True)
class Splits:
    """Groups of pages and their folds. never_train, locked: pages as SET/PAGE.

    A locked page locks its whole group: no page of that site is ever trained on.
    """

    group_of_page: dict[str, str]
    fold_of_group: dict[str, int]
    folds: int
    never_train: frozenset[str]
    locked: frozenset[str]

    def group(self, page: str) -> str:
        """Return the group of a page."""
        if page not in self.group_of_page:
            raise UnknownPageError(f"{page} is in no group: run `python -m benchmarks data splits`")
        return self.group_of_page[page]

    def fold(self, page: str) -> int:
        """Return the fold of a page, 0 to folds - 1."""
        return self.fold_of_group[self.group(page)]

    @cached_property
    def locked_groups(self) -> frozenset[str]:
        """Return the groups of the locked pages."""
        return frozenset(self.group(page) for page in self.locked)

    def may_train(self, page: str) -> bool:
        """Tell whether a page may be trained on."""
        return page not in self.never_train and self.group(page) not in self.locked_groups

    def parts(self, fold: int, pages: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the pages to train on and to test on if a fold is left out."""
        train, test = [], []
        for page in pages:
            if self.fold(page) == fold:
                test.append(page)
            elif self.may_train(page):
                train.append(page)
        return train, test


def load(path: Path = PATH) -> Splits:
    """Read the splits; refuses a file in another format, or one that contradicts itself."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored["format"] != FORMAT:
        raise BenchmarkError(f"{path}: format {stored['format']}, this program reads {FORMAT}")
    groups = {
        f"{name}/{page}": group
        for name, pages in stored["page_group"].items()
        for page, group in pages.items()
    }
    splits = Splits(
        groups,
        stored["group_fold"],
        stored["folds"],
        frozenset(stored["never_train"]),
        frozenset(stored["locked"]) | (_locked_by_kind() & groups.keys()),
    )
    check_whole(splits, path)
    return splits


def _locked_by_kind() -> frozenset[str]:
    """Return the pages of the set that is locked until the kinds are finished."""
    pages = json.loads(BY_KIND.read_text(encoding="utf-8"))["pages"]
    return frozenset(row["page"] for row in pages if row["lot"] == "locked")


def check_whole(splits: Splits, path: Path = PATH) -> None:
    """Refuse splits in which a group has no fold, or a fold does not exist."""
    for page, group in splits.group_of_page.items():
        if not 0 <= splits.fold_of_group.get(group, -1) < splits.folds:
            raise LeakError(f"{path}: {page} is in group {group}, which has no fold")


def check_split(splits: Splits, train: Iterable[str], test: Iterable[str]) -> None:
    """Refuse a split with a group on both sides, or with a page that must never be trained on."""
    train_pages, test_pages = set(train), set(test)
    if kept_out := {page for page in train_pages if not splits.may_train(page)}:
        raise LeakError(f"never to be trained on: {_some(kept_out)}")
    train_groups = {splits.group(page) for page in train_pages}
    test_groups = {splits.group(page) for page in test_pages}
    if shared := train_groups & test_groups:
        raise LeakError(f"groups on both sides of the split: {_some(shared)}")


def _some(names: set[str], most: int = 5) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(sorted(names)[:most]) + rest
