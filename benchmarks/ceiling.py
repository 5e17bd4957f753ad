"""How much the lines themselves allow: `python -m benchmarks.ceiling --set wcxb-dev`.

Keeps the segments of our renderer of which the gold explains at least half of the words
(the labels that models are trained on) and scores them like a system, as `gold-lines`.
What is missing to 1 is lost by lines and labels, not by any model.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from benchmarks import scoring
from benchmarks.datasets import SETS, dataset
from benchmarks.pages import Page
from benchmarks.run_quality import RESULTS, Run, write
from detector.text.decoding import decode, utf8
from detector.text.html import html_batch
from detector.text.words import words_of
from detector.training.data.alignment import content_shares

# A line is content when at least half of its words are the gold's (docs/measures.md).
CONTENT: Final = 0.5


def gold_lines(page: Page) -> str:
    """Return the page's content segments, by its gold, a line each."""
    batch, _ = html_batch([utf8(decode(page.html or b"").text)])
    shares = content_shares(words_of(batch), page.gold or "")
    data = batch.data.tobytes()
    kept = np.flatnonzero(shares >= CONTENT)
    spans = ((int(batch.segment_start[at]), int(batch.segment_end[at])) for at in kept)
    return "\n".join(data[start:end].decode("utf-8") for start, end in spans)


def _rows(run: Run) -> Iterator[dict[str, Any]]:
    yield {
        "system": "gold-lines",
        "input": "html",
        "versions": {},
        "note": "the ceiling: lines labelled by the gold itself",
        "failed": scoring.failures([]),
        "empty": 0,
        **scoring.measures([scoring.scored(page, gold_lines(page)) for page in run.pages]),
    }


def main(arguments: Sequence[str]) -> None:
    """Score the gold's own lines on sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    scorable = [record.name for record in SETS if record.truth == "gold" and record.name != "near-dup"]
    parser.add_argument("--set", action="append", choices=scorable)
    for name in parser.parse_args(arguments).set or scorable:
        write(Run(name, list(dataset(name).pages()), frozenset(), {}), RESULTS, [_rows])


if __name__ == "__main__":
    main(sys.argv[1:])
