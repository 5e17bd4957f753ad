"""Kernels that only tests call."""

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.near_duplicates.texts import Spans


def folded_texts(spans: Spans, folding: int = 0) -> list[list[str]]:
    """Return the folded words of each text."""
    out, end = np.empty(3 * spans.data.size + 64, np.uint8), np.empty(spans.start.size, np.int64)
    native.run("fold_texts", spans, folding, out, end)
    starts = [0, *end[:-1].tolist()]
    return [
        bytes(out[start:stop]).decode().split(" ")[:-1]
        for start, stop in zip(starts, end.tolist(), strict=True)
    ]


def hashed_spans(spans: Spans) -> NDArray[np.uint32]:
    """Return the mixed hash of each text's bytes; the buffer needs 16 bytes after the last."""
    data = np.concatenate([spans.data, np.zeros(16, np.uint8)])
    out = np.empty(spans.start.size, np.uint32)
    native.run("hash_spans", Spans(data, spans.start, spans.end), out)
    return out
