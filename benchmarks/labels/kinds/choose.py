"""Chooses the pages to label by kind, by a seeded rule, so that nobody chooses pages that suit a model.

Three lots: pages that have coarser labels (refined), new ones to learn from, and whole sites that are locked.
Locked sites are drawn first (`LOCKED`): sites without labelled pages that give little of the training gold.
Then new pages are drawn from the others (`NEW`), and a third of them is read twice. Pages with at most 120
lines are preferred, then pages of a site without any page so far. Mails and OCR texts were added later
and are not drawn: each is a new page to learn from.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import click
import numpy as np

from benchmarks.data.folds import splits
from benchmarks.data.loaders.site_sets import BOOKS
from benchmarks.data.pages import UNKNOWN
from benchmarks.files import write_json
from benchmarks.labels.kinds.candidates import Candidate, candidates, groups_of_domains
from benchmarks.labels.kinds.records import DRAWN
from benchmarks.labels.label_files import drawn as coarsely_drawn

SEED: Final = 16
PREFERRED_LINES: Final = 120
# A group with more pages with gold than this is too much training data to lock away.
LARGEST_LOCKED: Final = 12
PAGES_OF_A_LOCKED_SITE: Final = 2
MALAYIC: Final = frozenset({"id", "ms", "jv", "su", "min"})


class Quota(NamedTuple):
    """Pages for which `chosen` is true: `each` from every value of `stratum`, `most` in all."""

    each: int
    stratum: Callable[[Candidate], str]
    chosen: Callable[[Candidate], bool]
    most: int = 1000


def of_set(*names: str) -> Callable[[Candidate], bool]:
    """Return a test for the set of a page."""
    return lambda page: page.set in names


def foreign(*names: str) -> Callable[[Candidate], bool]:
    """Return a test for the set of a page, and for a language that is neither English nor unknown."""
    return lambda page: page.set in names and page.language not in ("en", UNKNOWN)


def malayic(*names: str) -> Callable[[Candidate], bool]:
    """Return a test for the set of a page, and for Indonesian or a related language."""
    return lambda page: page.set in names and page.language in MALAYIC


def is_book(page: Candidate) -> bool:
    """Tell whether a page belongs to a documentation book."""
    return any(book in page.page for book in (*BOOKS, "cppreference"))


def by_language(page: Candidate) -> str:
    """Return the stratum for quotas by language."""
    return page.language


def by_kind(page: Candidate) -> str:
    """Return the stratum for quotas by kind of page."""
    return page.kind


def by_domain(page: Candidate) -> str:
    """Return the stratum for quotas by site."""
    return page.domain


def by_set(page: Candidate) -> str:
    """Return the stratum for quotas by set."""
    return page.set


# Kinds of texts that were added after the draw. All are taken, so that the pages drawn before stay the same.
ADDED: Final = frozenset({"mail", "OCR"})
SHOPS: Final = ("woocommerce-fr", "woocommerce-vi")
NEW: Final = (
    Quota(12, by_set, malayic("idnews", "formasaurus-non-english")),
    Quota(11, by_set, lambda page: malayic("sites")(page) and not is_book(page)),
    Quota(4, by_domain, lambda page: malayic("sites")(page) and is_book(page)),
    Quota(6, by_set, malayic("scraped-text")),
    Quota(6, lambda page: page.said, lambda page: bool(page.said)),
    Quota(7, by_kind, lambda page: page.set == "wcxb-dev" and page.kind != "article"),
    Quota(3, by_language, of_set("recipes-sample"), 22),
    Quota(4, by_language, of_set("zyte-products"), 14),
    Quota(5, by_set, of_set(*SHOPS)),
    Quota(10, by_set, of_set("web-forum-52", "leogao-htmltotext"), 14),
    Quota(4, by_language, foreign("formasaurus-non-english"), 62),
    Quota(2, by_domain, lambda page: foreign("sites")(page) and not is_book(page)),
    Quota(1, by_language, lambda page: foreign("sites")(page) and is_book(page), 14),
    Quota(3, by_language, foreign("fundus"), 14),
    Quota(3, by_language, foreign("daniel", "gne-zh")),
    Quota(3, by_language, foreign("trafilatura-eval-dev"), 12),
    Quota(2, by_language, lambda page: foreign("scraped-text")(page) and page.language != "id", 14),
    Quota(10, by_set, of_set("dragnet", "l3s-gn1", "cleaneval-final"), 26),
    Quota(2, by_set, of_set("cleanportaleval")),
    Quota(40, by_set, of_set("package-texts")),
)  # fmt: skip
LOCKED: Final = (
    Quota(1, by_language, foreign("formasaurus-non-english"), 20),
    Quota(1, by_language, of_set("recipes-sample"), 8),
    Quota(1, by_language, of_set("zyte-products"), 4),
    Quota(3, by_set, of_set("web-forum-52")),
    Quota(1, by_kind, lambda page: page.set == "wcxb-dev" and page.kind != "article"),
    Quota(1, by_language, foreign("fundus"), 4),
    Quota(1, by_language, foreign("daniel", "gne-zh")),
    Quota(2, by_language, foreign("trafilatura-eval-dev"), 4),
    Quota(4, by_set, of_set("package-texts")),
    Quota(3, by_set, of_set("dragnet", "cleaneval-final")),
)
# Sites that are locked already have pages in languages that no other set has.
LOCKED_BEFORE: Final = (
    Quota(2, by_domain, lambda page: page.set == "sites" and not is_book(page)),
    Quota(1, by_language, lambda page: page.set == "sites" and is_book(page), 6),
)


def in_turn(pool: Iterable[Candidate], taken: Counter[str], rng: np.random.Generator) -> list[Candidate]:
    """Return pages in random order: suitable ones first, and sites take turns."""
    pages = sorted(pool, key=lambda page: page.page)
    order = [pages[at] for at in rng.permutation(len(pages))]
    order.sort(key=lambda page: page.lines > PREFERRED_LINES)
    seen = Counter(taken)
    turns: list[tuple[bool, int, int]] = []
    for at, page in enumerate(order):
        turns.append((page.lines > PREFERRED_LINES, seen[page.group], at))
        seen[page.group] += 1
    return [order[at] for *_, at in sorted(turns)]


def draw(
    quota: Quota, pool: Sequence[Candidate], taken: Mapping[str, Candidate], seed: int
) -> list[Candidate]:
    """Return the pages drawn for one quota from those that are still available."""
    rng = np.random.default_rng(seed)
    strata: dict[str, list[Candidate]] = defaultdict(list)
    for page in pool:
        if page.page not in taken and quota.chosen(page):
            strata[quota.stratum(page)].append(page)
    counts = Counter(page.group for page in taken.values())
    drawn = [page for name in sorted(strata) for page in in_turn(strata[name], counts, rng)[: quota.each]]
    keep = sorted(rng.permutation(len(drawn))[: quota.most])
    return [drawn[at] for at in keep]


def draw_all(quotas: Sequence[Quota], pool: Sequence[Candidate], seed: int) -> dict[str, Candidate]:
    """Return the pages of all quotas, by name."""
    taken: dict[str, Candidate] = {}
    for number, quota in enumerate(quotas):
        taken |= {page.page: page for page in draw(quota, pool, taken, seed + number)}
    return taken


def locked_pages(pool: Sequence[Candidate], split: splits.Splits) -> dict[str, Candidate]:
    """Return the pages of sites that are locked now, and of some that were locked before."""
    gold = Counter(group for page, group in split.group_of_page.items() if _has_gold(page))
    labelled = {split.group(row["page"]) for row in coarsely_drawn()}
    free = [
        page
        for page in pool
        if page.group not in labelled
        and page.group not in split.locked_groups
        and gold[page.group] <= LARGEST_LOCKED
        and not page.group.startswith(("book:", "page:"))
    ]
    drawn = draw_all(LOCKED, free, SEED)
    of_group = Counter(page.group for page in drawn.values())
    more: dict[str, Candidate] = {}
    for page in in_turn(
        (page for page in free if page.group in of_group), of_group, np.random.default_rng(SEED)
    ):
        if (
            page.page not in drawn
            and of_group[page.group] < PAGES_OF_A_LOCKED_SITE
            and page.lines <= PREFERRED_LINES
        ):
            of_group[page.group] += 1
            more[page.page] = page
    before = {row["page"] for row in coarsely_drawn()}
    old = [page for page in pool if page.group in split.locked_groups and page.page not in before]
    return drawn | more | draw_all(LOCKED_BEFORE, old, SEED)


def _has_gold(page: str) -> bool:
    return page.split("/", 1)[0] in ("wcxb-dev", "daniel", "fundus")


def read_twice(drawn: Sequence[Candidate]) -> set[str]:
    """Return a third of the pages of each kind and set."""
    rng = np.random.default_rng(SEED)
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for page in drawn:
        strata[page.set, page.kind].append(page.page)
    twice: set[str] = set()
    for key in sorted(strata):
        names = sorted(strata[key])
        twice |= {names[at] for at in rng.permutation(len(names))[: round(len(names) / 3 + rng.random() / 3)]}
    return twice


def _row(page: Candidate, lot: str, twice: bool) -> dict[str, Any]:
    return {
        "page": page.page,
        "lot": lot,
        "group": page.group,
        "language": page.language,
        "kind": page.said or page.kind,
        "lines": page.lines,
        "twice": twice,
    }


def choose(pool: Sequence[Candidate], split: splits.Splits) -> list[dict[str, Any]]:
    """Return the record of every chosen page. lot: refined, refined-locked, new or locked."""
    added = [page for page in pool if page.kind in ADDED]
    pool = [page for page in pool if page.kind not in ADDED]
    locked = locked_pages(pool, split)
    shut = {page.group for page in locked.values()} | split.locked_groups
    labelled = {row["page"] for row in coarsely_drawn()}
    open_pages = [page for page in pool if page.group not in shut and page.page not in labelled]
    new = draw_all(NEW, open_pages, SEED)
    twice = read_twice(list(new.values())) | read_twice(added)
    refined = [
        {
            **{name: row[name] for name in ("page", "language", "kind", "lines")},
            "lot": "refined-locked" if row["locked"] else "refined",
            "group": split.group(row["page"]),
            "twice": False,
        }
        for row in coarsely_drawn()
    ]
    rows = [_row(page, "new", page.page in twice) for page in (*new.values(), *added)]
    rows += [_row(page, "locked", False) for page in locked.values()]
    return [*refined, *sorted(rows, key=lambda row: (row["lot"], row["page"]))]


@click.command()
def command() -> None:
    """Choose the pages to label by kind, and write training_data/labels/kinds/drawn.json.

    The same data, splits and seed give the same pages.

    \b
    Examples:
      python -m benchmarks labels choose
    """
    split = splits.load()
    rows = choose(list(candidates(split, groups_of_domains(split))), split)
    write_json(DRAWN, {"seed": SEED, "pages": rows}, indent=0)
    for lot in dict.fromkeys(row["lot"] for row in rows):
        some = [row for row in rows if row["lot"] == lot]
        languages, kinds = (Counter(row[name] for row in some) for name in ("language", "kind"))
        lines, sites = sum(row["lines"] for row in some), len({row["group"] for row in some})
        click.echo(
            f"{lot}: {len(some)} pages of {sites} sites, {lines} lines, {sum(r['twice'] for r in some)} twice"
        )
        click.echo(f"  {dict(languages.most_common())}\n  {dict(kinds.most_common())}")
