"""Labels without a labeller: snippets that must and must not stay, and lines that recur on a site.

On the pages of these sites that we labelled, lines called template here were template in 98 % of cases, and
lines called content were content in 99 % (not counting metadata).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import numpy as np

from benchmarks.data.folds import splits
from benchmarks.data.folds.splits import Splits
from benchmarks.data.loaders.site_sets import BOOKS
from benchmarks.data.pages import Page
from benchmarks.data.sets import OWN_LABELS, dataset
from benchmarks.labels.lines import FIRST_WIDE, Line, lines_of, plain
from detector.text.decoding import decode
from detector.training.adapt.repetition import LEAST_WORDS, SiteLines, recurring_shares

# The labels of `detector.training.adapt.repetition`.
LABEL_OF_SHARE: Final = {0.0: "template", 1.0: "content", -1.0: "unknown"}
# The weight of a wide character in words.
WIDE: Final = 0.6
# The most pages that a site counts as, and fewer for a documentation book in one language.
SITE_PAGES: Final = 12.0
BOOK_PAGES: Final = 3.0
# Only a few lines of such a page are labelled, so they get a little more weight.
SNIPPETS_WEIGHT: Final = 3.0


def snippet_labels(lines: Sequence[Line], wanted: Sequence[str], unwanted: Sequence[str]) -> list[str]:
    """Return a label per line: known for lines with a snippet, if wanted snippets occur once."""
    joined, starts = "", []
    for line in lines:
        starts.append(len(joined))
        joined += " ".join(line.text.split()) + " "
    starts.append(len(joined))
    labels = ["unknown"] * len(lines)
    for snippets, label in ((unwanted, "template"), (wanted, "content")):
        for snippet in (" ".join(text.split()) for text in snippets):
            if not snippet or (label == "content" and joined.count(snippet) != 1):
                continue
            at = joined.find(snippet)
            while at >= 0:
                for number in range(len(lines)):
                    if starts[number] < at + len(snippet) and starts[number + 1] > at + 1:
                        labels[number] = label
                at = joined.find(snippet, at + 1)
    return labels


def size_in_words(text: str) -> float:
    """Return the length of a line in words, including scripts without spaces."""
    return len(text.split()) + WIDE * sum(ord(char) >= FIRST_WIDE for char in text)


def site_labels(pages: Sequence[Sequence[Line]]) -> Iterator[list[str]]:
    """Yield the labels of each page of a site, from the number of its pages with each line."""
    number: dict[str, int] = defaultdict(lambda: len(number) + 1)
    texts = [[plain(line.text) for line in lines] for lines in pages]
    headlines = [
        {text for text, line in zip(row, lines, strict=True) if line.block == "h1"}
        for row, lines in zip(texts, pages, strict=True)
    ]
    sizes = np.array([len(row) for row in texts])
    found = recurring_shares(
        SiteLines(
            key=np.array([number[text] for row in texts for text in row], np.int64),
            page=np.repeat(np.arange(sizes.size), sizes),
            site=np.zeros(sizes.sum(), np.int64),
            long=np.array(
                [size_in_words(line.text) >= LEAST_WORDS for page in pages for line in page], np.bool_
            ),
            headline=np.array(
                [text in of_page for row, of_page in zip(texts, headlines, strict=True) for text in row],
                np.bool_,
            ),
        )
    )
    for shares in np.split(found, np.cumsum(sizes)[:-1]):
        yield [LABEL_OF_SHARE[share] for share in shares.tolist()]


def site_of(page: Page) -> str:
    """Return the key of pages that share a template: the domain, or the book in one language."""
    name = page.id.removeprefix("sites/")
    is_site = page.set == "sites" or name != page.id
    return name.split("/", 1)[0] if is_site else page.domain


def page_record(page: Page, split: Splits) -> dict[str, Any]:
    """Return an HTML page in the form that `detector train` reads, without its truth."""
    return {
        "id": page.id,
        "set": page.set,
        "source": page.key if page.set != OWN_LABELS[False] else page.id,
        "group": split.group(page.key),
        "site": site_of(page),
        "fold": split.fold(page.key),
        "language": page.language,
        "kind": page.page_type,
        "format": "html",
        "page": decode(page.html or b"").text,
    }


def _record(page: Page, labels: Sequence[str], weight: float, split: Splits) -> dict[str, Any]:
    return {**page_record(page, split), "labels": list(labels), "weight": weight}


def snippet_pages(split: Splits) -> Iterator[dict[str, Any]]:
    """Yield pages of which only snippets are known."""
    for page in dataset("trafilatura-eval-dev").pages():
        if split.may_train(page.key):
            labels = snippet_labels(lines_of(page), page.wanted, page.unwanted)
            if set(labels) != {"unknown"}:
                yield _record(page, labels, SNIPPETS_WEIGHT, split)


def site_pages(split: Splits, without: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield pages of sites, labelled by what recurs; `without` are pages labelled by hand."""
    sites: dict[str, list[Page]] = defaultdict(list)
    for page in dataset("sites").pages():
        if split.may_train(page.key):
            sites[page.id.split("/", 1)[0]].append(page)
    for name, pages in sorted(sites.items()):
        most = BOOK_PAGES if any(book in name for book in BOOKS) else SITE_PAGES
        weight = min(1.0, most / len(pages))
        for page, labels in zip(pages, site_labels([lines_of(page) for page in pages]), strict=True):
            if page.key not in without and set(labels) != {"unknown"}:
                yield _record(page, labels, weight, split)


def hand_labelled(split: Splits, locked: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the pages without a gold text that we labelled: those to train on, or the locked ones."""
    for page in dataset(OWN_LABELS[locked]).pages():
        name = page.id.split("/", 1)[0]
        if name in ("sites", "idnews", "gne-zh") and split.may_train(page.key) != locked:
            labels = [line.label for line in page.lines]
            yield {**_record(page, labels, 1.0, split), "id": page.id}


@click.command()
def command() -> None:
    """Count the labels from snippets, recurring lines and our own readings.

    \b
    Examples:
      python -m benchmarks labels weak
    """
    split = splits.load()
    kinds = {
        "snippets": snippet_pages(split),
        "sites": site_pages(split, frozenset()),
        "by hand": hand_labelled(split),
    }
    for name, pages in kinds.items():
        counts = Counter(label for page in pages for label in page["labels"])
        click.echo(f"{name}: {', '.join(f'{count} {label}' for label, count in counts.most_common())}")
