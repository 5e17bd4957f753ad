"""The samples of pages for measuring speed."""

import base64
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from benchmarks.data.pages import Page
from benchmarks.data.planted.sites import site
from benchmarks.data.sets import dataset
from benchmarks.files import whole_file
from benchmarks.peers.answers import asking, cache_folder
from benchmarks.peers.systems import RENDERINGS

SEED: Final = 7
# The size of the synthetic sites that small pages are from.
PAGES_A_SITE: Final = 64


class Sample(NamedTuple):
    """A file, and its size; lines: 0 if they are not counted."""

    path: Path
    pages: int
    bytes: int
    lines: int


def _drawn(pages: Sequence[Page], count: int) -> list[Page]:
    chosen = np.random.default_rng(SEED).permutation(len(pages))[:count]
    return [pages[at] for at in sorted(chosen.tolist())]


def _texts(pages: Sequence[Page]) -> list[str]:
    """Return the lines of pages as text, by our renderer."""
    with asking(RENDERINGS[0], cache_folder()) as renderer:
        answers = [renderer.ask(page.html or b"", None) for page in pages]
    return [answer.text or "" for answer in answers]


def _small_pages(count: int) -> Iterator[Page]:
    """Yield pages of synthetic sites as HTML, with a paragraph for each line."""
    for number in range(-(-count // PAGES_A_SITE)):
        planted = site(SEED, number, min(PAGES_A_SITE, count - number * PAGES_A_SITE))
        for page in planted.pages:
            body = "".join(f"<p>{escape(line.text)}</p>" for line in page.lines)
            html = f"<!DOCTYPE html><html><body>{body}</body></html>"
            yield Page("planted", page.id, planted.domain, planted.language, html=html.encode())


def pages_of(what: str, count: int) -> list[Page]:
    """Return the pages of a sample: from WCXB, long news texts, or small synthetic ones."""
    if what == "lines":
        return list(_small_pages(count))
    return _drawn(list(dataset("fundus" if what == "news" else "wcxb-dev").pages()), count)


def make_sample(what: str, count: int, folder: Path) -> Sample:
    """Write the pages of a sample as HTML, or as text: their lines, or their gold."""
    pages = pages_of(what, count)
    if what in ("html", "lines"):
        rows = [{"html": base64.b64encode(page.html or b"").decode()} for page in pages]
        sizes, lines = [len(page.html or b"") for page in pages], 0
    else:
        texts = [page.gold or "" for page in pages] if what == "news" else _texts(pages)
        rows = [{"text": text} for text in texts]
        sizes, lines = [len(text.encode()) for text in texts], sum(text.count("\n") + 1 for text in texts)
    path = folder / f"{what}.jsonl"
    with whole_file(path) as file:
        for page, row in zip(pages, rows, strict=True):
            file.write(json.dumps({**row, "language": page.language}) + "\n")
    return Sample(path, len(pages), sum(sizes), lines)
