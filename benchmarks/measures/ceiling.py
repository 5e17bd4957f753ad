"""The best possible result with our lines, whatever the model.

It keeps the segments of our renderer with at least half of their words in the gold, which are the labels that
models are trained on. What is missing to 1 is lost by lines and labels.
"""

from typing import Final

import numpy as np

from benchmarks.data.pages import Page
from detector.text.page import Page as Decoded
from detector.text.read import read_batch
from detector.training.data.alignment import content_shares

# A line is content when at least half of its words are the gold's (docs/measures.md).
CONTENT: Final = 0.5


def gold_lines(page: Page) -> str:
    """Return the content segments of a page, by its gold, one per line."""
    batch, words, *_ = read_batch([Decoded.read(page.html or b"", "html")])
    shares = content_shares(words, page.gold or "")
    data = batch.data.tobytes()
    kept = np.flatnonzero(shares >= CONTENT)
    spans = ((int(batch.segment_start[at]), int(batch.segment_end[at])) for at in kept)
    return "\n".join(data[start:end].decode("utf-8") for start, end in spans)
