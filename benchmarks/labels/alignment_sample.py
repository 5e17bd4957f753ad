"""Lines to check by eye how gold texts become labels.

The findings are in benchmarks/results/alignment-sample.json, line by line.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import click
import numpy as np

from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.labels.label_files import line_hash
from detector.text.decoding import text_of
from detector.text.page import Page as Decoded
from detector.text.read import read_batch
from detector.training.data.alignment import content_shares
from detector.training.data.examples import CONTENT

SEED: Final = 21
LINES: Final = 100
PAGES: Final = 60  # of each set
SETS: Final = ("wcxb-dev", "daniel", "fundus")
SHOWN: Final = 110


class Aligned(NamedTuple):
    """A line and what the gold says about it."""

    page: Page
    text: str
    share: float


def aligned(page: Page) -> Iterator[Aligned]:
    """Yield the segments of a page that have words."""
    batch, words, *_ = read_batch([Decoded.read(page.html or b"", "html")])
    for at, share in enumerate(content_shares(words, page.gold or "")):
        if share >= 0:
            span = slice(int(batch.segment_start[at]), int(batch.segment_end[at]))
            yield Aligned(page, text_of(bytes(batch.data[span])), float(share))


def drawn() -> list[Aligned]:
    """Return the lines; half of them are partly explained by the gold."""
    rng = np.random.default_rng(SEED)
    lines: list[Aligned] = []
    for name in SETS:
        pages = [page for page in dataset(name).pages() if page.gold]
        for number in sorted(rng.permutation(len(pages))[:PAGES]):
            lines += aligned(pages[number])
    part = [line for line in lines if 0 < line.share < 1]
    whole = [line for line in lines if line.share in (0.0, 1.0)]
    half = LINES // 2
    return [pool[at] for pool in (part, whole) for at in sorted(rng.permutation(len(pool))[:half])]


def nearest(text: str, gold: str) -> str:
    """Return the passage of the gold that shares the longest run of characters with a line."""
    found = SequenceMatcher(None, gold, text, autojunk=False).find_longest_match()
    start = max(0, found.a - found.b)
    return " ".join(gold[start : start + SHOWN].split())


@click.command()
def command() -> None:
    """Print 100 lines with what the gold text says about each, to be checked by eye.

    Each row has the label that the gold gives the line, the share of the line that the gold explains, the
    line, and the nearest passage of the gold. Half of the lines are drawn from those that the gold explains
    only in part, where mistakes are likely. The same seed gives the same lines.

    \b
    Examples:
      python -m benchmarks labels alignment
    """
    for number, line in enumerate(drawn()):
        label = "content" if line.share >= CONTENT else "other"
        click.echo(
            f"{number:3} {label:7} {line.share:.2f} {line.page.key[:40]} {line_hash(line.text)}\n"
            f"      line {' '.join(line.text.split())[:SHOWN]}\n"
            f"      gold {nearest(line.text[:300], (line.page.gold or '')[:60_000])}"
        )
