"""Sites with pages of known truth, and other pages to learn a profile from."""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.labels.weak_labels import hand_labelled
from detector.text.decoding import decode
from detector.training.data.labelled_pages import LabelledPage

LEAST_OTHERS: Final = 10
MOST_TARGETS: Final = 10


class BenchSite(NamedTuple):
    """A site: its name, pages with truth (`targets`), the id of each, and the HTML of all pages by id."""

    name: str
    targets: list[LabelledPage]
    pages: dict[str, str]


def drawn(names: list[str], target: str) -> list[str]:
    """Return the other pages in a random order that is always the same."""
    return sorted((name for name in names if name != target), key=lambda name: _crc(f"{target} {name}"))


def _crc(text: str) -> int:
    return zlib.crc32(text.encode())


def _html(page: Page) -> str:
    return decode(page.html or b"").text


def labelled_sites(split: splits.Splits, locked: bool = False) -> Iterator[BenchSite]:
    """Yield the sites of `sites` with pages that we labelled; a book in one language is a site.

    locked: the sites with locked pages, which no model learns from
    """
    labelled = {record["id"]: record for record in hand_labelled(split, locked)}
    sites: dict[str, list[Page]] = defaultdict(list)
    for page in dataset("sites").pages():
        sites[page.id.split("/", 1)[0]].append(page)
    for name, pages in sorted(sites.items()):
        targets = [
            LabelledPage(page.key, record["page"], "html", None, tuple(record["labels"]), record["group"],
                         fold=record["fold"])
            for page in pages
            if (record := labelled.get(page.key)) is not None
        ]  # fmt: skip
        if targets and len(pages) > LEAST_OTHERS:
            yield BenchSite(name, targets, {page.key: _html(page) for page in pages})


def gold_sites(split: splits.Splits) -> Iterator[BenchSite]:
    """Yield the hosts of DAnIEL with more than ten pages; at most ten random pages of each are scored."""
    hosts: dict[str, list[Page]] = defaultdict(list)
    for page in dataset("daniel").pages():
        if page.gold is not None and split.may_train(page.key):
            hosts[page.domain].append(page)
    for name, pages in sorted(hosts.items()):
        if len(pages) > LEAST_OTHERS:
            chosen = sorted(pages, key=lambda page: _crc(page.key))[:MOST_TARGETS]
            targets = [
                LabelledPage(page.key, _html(page), "html", page.gold, None, split.group(page.key),
                             title=page.title, fold=split.fold(page.key))
                for page in chosen
            ]  # fmt: skip
            yield BenchSite(name, targets, {page.key: _html(page) for page in pages})


def bench_sites() -> Iterator[BenchSite]:
    """Yield all sites, without locked pages and their sites."""
    split = splits.load()
    yield from labelled_sites(split)
    yield from gold_sites(split)
