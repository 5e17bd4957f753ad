"""Draws the pages to label line by line, by a seeded rule, so that nobody chooses pages that suit a model.

A number of pages from each part of the shared data (`QUOTAS`), none with fewer than 12 or more than 260
lines, and none that is never trained on. Half of each quota prefers pages with repeated lines, because there
must be enough of those. A third of the pages is read twice, and a third of the pages, in whole groups, is
locked as a final test.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import click
import numpy as np

from benchmarks.data.folds import splits
from benchmarks.data.loaders.site_sets import BOOKS
from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.files import write_json
from benchmarks.labels.label_files import FOLDER
from benchmarks.labels.lines import Line, lines_of, repeats_itself

DRAWN: Final = FOLDER / "drawn.json"
SEED: Final = 11
LEAST_LINES, MOST_LINES = 12, 260
# Hosts with several labelled pages must have other pages left to learn a profile from.
LARGE_HOST: Final = 12
# A group with more pages than this is too much training data to lock away.
LARGEST_LOCKED: Final = 12


class Quota(NamedTuple):
    """A part of the data: pages of a set for which `chosen` is true, `each` from every value of `stratum`."""

    set: str
    each: int
    stratum: Callable[[Page], str]
    chosen: Callable[[Page], bool] = lambda page: True
    most: int = 1000


class Candidate(NamedTuple):
    """A page that may be drawn."""

    page: Page
    lines: int
    repeats: bool


def _site(page: Page) -> str:
    return page.id.split("/", 1)[0]


def _is_book(page: Page) -> bool:
    return any(book in page.id for book in (*BOOKS, "cppreference"))


# Large hosts of daniel, one per language: the largest one whose pages are not too long.
HOSTS: Final = ("express.gr", "we-dwoje.pl", "newsru.com", "chinanews.com")

QUOTAS: Final = (
    Quota("sites", 6, _site, lambda page: not _is_book(page)),
    Quota("sites", 1, lambda page: page.language, _is_book),
    Quota("daniel", 6, lambda page: page.domain, lambda page: page.domain in HOSTS),
    Quota("daniel", 3, lambda page: page.language, lambda page: page.domain not in HOSTS),
    Quota("fundus", 2, lambda page: page.language, most=20),
    Quota("wcxb-dev", 7, lambda page: page.page_type, most=45),
    Quota("idnews", 8, lambda page: "id"),
    Quota("gne-zh", 12, lambda page: "zh"),
)


def _candidates(quota: Quota, split: splits.Splits) -> Iterator[Candidate]:
    for page in dataset(quota.set).pages():
        if page.key in split.never_train or not quota.chosen(page):
            continue
        lines: Sequence[Line] = lines_of(page)
        if LEAST_LINES <= len(lines) <= MOST_LINES:
            yield Candidate(page, len(lines), repeats_itself(lines))


def _draw(quota: Quota, split: splits.Splits, rng: np.random.Generator) -> list[Candidate]:
    """Return the pages drawn for one quota: no domain a second time before every domain had its turn."""
    strata: dict[str, list[Candidate]] = {}
    for candidate in _candidates(quota, split):
        strata.setdefault(quota.stratum(candidate.page), []).append(candidate)
    drawn: list[Candidate] = []
    for name in sorted(strata):
        pool = sorted(strata[name], key=lambda candidate: candidate.page.key)
        order = [pool[at] for at in rng.permutation(len(pool))]
        half = sorted(order, key=lambda candidate: not candidate.repeats)[: quota.each // 2]
        rest = [candidate for candidate in order if candidate not in half]
        seen = Counter(candidate.page.domain for candidate in half)
        turn: dict[int, int] = {}
        for at, candidate in enumerate(rest):
            turn[at] = seen[candidate.page.domain]
            seen[candidate.page.domain] += 1
        others = [rest[at] for at in sorted(turn, key=lambda at: (turn[at], at))]
        drawn.extend([*half, *others][: quota.each])
    keep = sorted(rng.permutation(len(drawn))[: quota.most])
    return [drawn[at] for at in keep]


def _read_twice(drawn: Sequence[Candidate], rng: np.random.Generator) -> set[str]:
    """Return a third of the pages of each set."""
    twice: set[str] = set()
    for name in sorted({candidate.page.set for candidate in drawn}):
        keys = sorted(candidate.page.key for candidate in drawn if candidate.page.set == name)
        twice |= {keys[at] for at in rng.permutation(len(keys))[: -(-len(keys) // 3)]}
    return twice


def _locked(drawn: Sequence[Candidate], split: splits.Splits, rng: np.random.Generator) -> set[str]:
    """Return a third of the pages of each set, in whole groups."""
    gold = Counter(split.group_of_page[page] for page in split.group_of_page if _has_gold(page))
    locked: set[str] = set()
    for name in sorted({candidate.page.set for candidate in drawn}):
        keys = [candidate.page.key for candidate in drawn if candidate.page.set == name]
        groups = Counter(split.group(key) for key in keys)
        order = sorted(groups)
        taken, count = set[str](), 0
        for at in rng.permutation(len(order)):
            group = order[at]
            if gold[group] <= LARGEST_LOCKED and count + groups[group] <= -(-len(keys) // 3):
                taken.add(group)
                count += groups[group]
        locked |= {key for key in keys if split.group(key) in taken}
    # A group that is locked in one set is locked in all.
    shut = {split.group(key) for key in locked}
    return {candidate.page.key for candidate in drawn if split.group(candidate.page.key) in shut}


def _has_gold(page: str) -> bool:
    return page.split("/", 1)[0] in ("wcxb-dev", "daniel", "fundus")


def draw() -> list[dict[str, Any]]:
    """Return the record of every drawn page."""
    split, rng = splits.load(), np.random.default_rng(SEED)
    drawn: dict[str, Candidate] = {}
    for quota in QUOTAS:
        for candidate in _draw(quota, split, rng):
            drawn.setdefault(candidate.page.key, candidate)
    chosen = [drawn[key] for key in sorted(drawn)]
    twice, locked = _read_twice(chosen, rng), _locked(chosen, split, rng)
    return [
        {
            "page": candidate.page.key,
            "language": candidate.page.language,
            "kind": candidate.page.page_type,
            "lines": candidate.lines,
            "repeats": candidate.repeats,
            "twice": candidate.page.key in twice,
            "locked": candidate.page.key in locked,
        }
        for candidate in chosen
    ]


@click.command()
def command() -> None:
    """Draw the pages to label, and write training_data/labels/drawn.json.

    The same data, folds and seed give the same pages.

    \b
    Examples:
      python -m benchmarks labels draw
    """
    rows = draw()
    write_json(DRAWN, {"seed": SEED, "pages": rows}, indent=0)
    sums = {name: sum(bool(row[name]) for row in rows) for name in ("repeats", "twice", "locked")}
    languages = Counter(row["language"] for row in rows)
    lines = sum(row["lines"] for row in rows)
    click.echo(f"{len(rows)} pages, {lines} lines, {len(languages)} languages, {sums}")
    click.echo(f"{dict(Counter(row['page'].split('/', 1)[0] for row in rows))} {dict(languages)}")
