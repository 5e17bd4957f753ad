"""The pages that the shipped model is trained on, as `detector train` reads them."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data import plain_pages
from benchmarks.data.composed_pages import composed_pages, empty_pages
from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.data.sets import SETS
from benchmarks.files import ROOT, json_lines, write_json_lines
from benchmarks.labels.weak_labels import hand_labelled, page_record, site_pages, snippet_pages
from benchmarks.peers.answers import asking, cache_folder
from benchmarks.peers.systems import RENDERINGS

GOLD_SETS: Final = ("wcxb-dev", "daniel", "fundus")
OWN_PAGES: Final = ROOT / "training_data" / "pages"
SEED: Final = 0
# Our own pages are few and mixed in kind and language; each counts double.
OWN_WEIGHT: Final = 2.0
# Text as other renderers leave it is learned from beside our own lines of the same page.
RENDERED_WEIGHT: Final = 0.5


def _gold_page(page: Page, split: splits.Splits) -> dict[str, Any]:
    first_line = next((line for line in (page.gold or "").split("\n") if line.strip()), None)
    return {**page_record(page, split), "title": page.title or first_line, "gold": page.gold}


def gold_pages(split: splits.Splits) -> Iterator[tuple[Page, dict[str, Any]]]:
    """Yield the pages with gold text that may be trained on, as they are and as records."""
    for data_set in SETS:
        if data_set.name in GOLD_SETS:
            for page in data_set.pages():
                if split.may_train(page.key):
                    yield page, _gold_page(page, split)


def rendered_pages(gold: Sequence[tuple[Page, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield each gold page once more as text, as one of the other renderers leaves it."""
    others = RENDERINGS[1:]
    changes = {"set": "rendered", "format": "text", "weight": RENDERED_WEIGHT}
    for number, renderer in enumerate(others):
        with asking(renderer, cache_folder()) as cached:
            for page, record in gold:
                if zlib.crc32(page.key.encode()) % len(others) == number:
                    text = cached.ask(page.html or b"", None).text
                    if text is not None:
                        yield {**record, **changes, "page": text}


def own_pages() -> Iterator[dict[str, Any]]:
    """Yield the pages that we wrote; the pages of a language are one group."""
    for path in sorted(OWN_PAGES.glob("*.jsonl")):
        for row in json_lines(path):
            yield {"set": "own", "group": f"own:{path.stem}", "weight": OWN_WEIGHT, **row}


def training_pages(split: splits.Splits) -> Iterator[dict[str, Any]]:
    """Yield all training pages, each with its fold."""
    gold = list(gold_pages(split))
    yield from (record for _, record in gold)
    yield from rendered_pages(gold)
    by_hand = list(hand_labelled(split))
    yield from by_hand
    yield from site_pages(split, frozenset(page["id"] for page in by_hand))
    yield from snippet_pages(split)
    folds = split.folds
    ours = chain(own_pages(), plain_pages.records(), composed_pages(SEED), empty_pages(SEED))
    for record in ours:
        # None of them is a page of a site.
        yield {"fold": zlib.crc32(record["group"].encode()) % folds, "site": "", **record}


@click.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
def command(output: Path) -> None:
    """Write the pages that the shipped model is trained on, to a JSONL file (or .jsonl.gz).

    The file holds third-party text and is not for the repository.

    \b
    Examples:
      python -m benchmarks data training-pages build/training.jsonl.gz
    """
    count = write_json_lines(output, training_pages(splits.load()))
    click.echo(f"{count} pages written to {output}")
