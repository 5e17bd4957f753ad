"""The pages that the default model is trained on, in the form that `detector train` reads."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data import plain_pages, text_pages
from benchmarks.data.composed_pages import composed_pages, empty_pages
from benchmarks.data.evaluated import evaluated
from benchmarks.data.folds import splits
from benchmarks.data.kinds_of_sets import said_of
from benchmarks.data.pages import Page
from benchmarks.data.sets import SETS, dataset
from benchmarks.data.wall import Wall
from benchmarks.files import ROOT, json_lines, write_json_lines
from benchmarks.labels.kinds.training import KnownKinds, labelled_by_kind
from benchmarks.labels.lines import lines_of
from benchmarks.labels.weak_labels import hand_labelled, page_record, site_pages, snippet_pages
from benchmarks.peers.answers import asking, cache_folder
from benchmarks.peers.systems import RENDERINGS
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.data.alignment import content_shares
from detector.training.data.line_kinds import IN_GOLD

GOLD_SETS: Final = ("wcxb-dev", "daniel", "fundus")
# Sets from which only kinds of lines are learned, on half of their sites. Learning from their golds too made
# plain text worse: wrong lines of golden pages 156 -> 186 of 2,510, lost parts of cases 32 -> 35 %.
KIND_SETS: Final = ("dragnet", "l3s-gn1", "cleaneval-final", "cleaneval-dev", "web-forum-52")
OWN_PAGES: Final = ROOT / "training_data" / "pages"
SEED: Final = 0
# Our own pages are few, of mixed kinds and languages, so each counts double.
OWN_WEIGHT: Final = 2.0
# Text of other renderers is also learned from, in addition to our own lines of the same page.
RENDERED_WEIGHT: Final = 0.5


def _gold_page(page: Page, split: splits.Splits) -> dict[str, Any]:
    first_line = next((line for line in (page.gold or "").split("\n") if line.strip()), None)
    said = said_of(page.set)
    return {
        **page_record(page, split),
        "title": page.title or first_line,
        "gold": page.gold,
        "inside": sorted(said.inside),
        "outside": sorted(said.outside),
    }


def gold_pages(split: splits.Splits) -> Iterator[tuple[Page, dict[str, Any]]]:
    """Yield the pages with gold text that may be trained on, as pages and as records."""
    for data_set in SETS:
        if data_set.name in GOLD_SETS:
            for page in data_set.pages():
                if split.may_train(page.key):
                    yield page, _gold_page(page, split)


def pages_of_kinds(split: splits.Splits, known: KnownKinds) -> Iterator[dict[str, Any]]:
    """Yield pages of which only the kinds of some lines are learned."""
    for name in KIND_SETS:
        for page in dataset(name).pages():
            if not split.may_train(page.key):
                continue
            record = page_record(page, split)
            kinds = _with_comments(page, known.of(page.key, record["page"]))
            if kinds is not None:
                yield {**record, "labels": ["unknown"] * len(kinds), "kinds": kinds}


def _with_comments(page: Page, kinds: list[str | None] | None) -> list[str | None] | None:
    """Return the kinds that readers gave the lines of a page, and the set, if it marks comments."""
    if not page.comments:
        return kinds
    lines = text_batch([utf8("\n".join(line.text for line in lines_of(page)))])
    in_comments = content_shares(words_of(lines), page.comments)[lines.line_segment[:-1]]
    said = ["comment" if share >= IN_GOLD else None for share in in_comments]
    return said if kinds is None else [one or other for one, other in zip(kinds, said, strict=True)]


def rendered_pages(gold: Sequence[tuple[Page, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield each gold page once more as text, rendered by one of the other renderers."""
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
    """Yield the pages that we wrote; all pages of a language are one group."""
    for path in sorted(OWN_PAGES.glob("*.jsonl")):
        for row in json_lines(path):
            yield {"set": "own", "group": f"own:{path.stem}", "weight": OWN_WEIGHT, **row}


def pages_of_others(split: splits.Splits) -> Iterator[dict[str, Any]]:
    """Yield the training pages of others; `source` is the name of each in the splits."""
    known = KnownKinds()
    by_hand = list(hand_labelled(split))
    by_kind = list(labelled_by_kind(split, frozenset(GOLD_SETS)))
    sources = frozenset(page["source"] for page in (*by_hand, *by_kind))
    gold = list(gold_pages(split))
    yield from known.added_to(record for _, record in gold)
    yield from rendered_pages(gold)
    yield from known.added_to(by_hand)
    yield from by_kind
    yield from (page for page in pages_of_kinds(split, known) if page["source"] not in sources)
    yield from known.added_to(site_pages(split, sources))
    yield from known.added_to(page for page in snippet_pages(split) if page["source"] not in sources)


def pages_of_ours(wall: Wall, folds: int) -> Iterator[dict[str, Any]]:
    """Yield the training pages that we wrote or composed."""
    parts = (
        own_pages(),
        plain_pages.records(),
        text_pages.records(),
        composed_pages(SEED, wall),
        empty_pages(SEED),
    )
    for record in chain(*parts):
        # None of them is a page of a site.
        yield {"fold": zlib.crc32(record["group"].encode()) % folds, "site": "", **record}


def check_folds(split: splits.Splits, seen: Mapping[str, frozenset[int]]) -> None:
    """Refuse training pages whose site is judged by a model that has seen them.

    seen: by page, SET/PAGE, the folds whose models learn from it
    """
    for fold in range(split.folds):
        train = [page for page, folds in seen.items() if fold in folds]
        splits.check_split(split, train, split.parts(fold, split.group_of_page)[1])


def training_pages(split: splits.Splits, left_out: Counter[str]) -> Iterator[Mapping[str, Any]]:
    """Yield all training pages, each with its fold and the other folds that must not see it.

    Raises `LeakError` at the first page with text of an evaluated page that it must not have, and at the end
    if a site is on both sides of a fold. Pages of others that are left out are counted by set.
    """
    wall = Wall.around(evaluated(split))
    apart = wall.kept_apart(pages_of_others(split), left_out)
    seen: dict[str, frozenset[int]] = {}
    for record in wall.refuse(chain(apart, pages_of_ours(wall, split.folds))):
        if "source" in record:
            kept_from = {record["fold"], *record["kept_from"]}
            seen[record["source"]] = frozenset(range(split.folds)) - kept_from
        yield record
    check_folds(split, seen)


@click.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
def command(output: Path) -> None:
    """Write the pages that the default model is trained on, to a JSONL file (or .jsonl.gz).

    If a page has text of an evaluated page that it must not have, the program names the page and writes
    nothing. The file has third-party text, so keep it out of the repository.

    \b
    Examples:
      python -m benchmarks data training-pages build/training.jsonl.gz
    """
    left_out: Counter[str] = Counter()
    count = write_json_lines(output, training_pages(splits.load(), left_out))
    click.echo(f"{count} pages written to {output}")
    for name, number in left_out.most_common():
        click.echo(f"{number} pages of {name} left out: they hold text that no model may learn")
