"""The networks, and the kinds of pages."""

import math
from collections.abc import Sequence

import numpy as np

from detector.model.network import CLIP, Network
from detector.model.page_kinds import BUCKET_BITS, KindWeights
from detector.text import characters as chars
from tests.oracles.words import MASK, Word, classes_of, size_of

LONG_WORDS = 15
BUCKET_MIX = 0xA0761D6478BD642F


def log_odds_of(table: np.ndarray, network: Network, without: int | None = None) -> np.ndarray:
    """Return a network's log-odds of each row, without the blocks of one code if it is given."""
    scaled = np.clip((table.astype(np.float64) - network.mean) * network.scale, -CLIP, CLIP)
    if without is not None:
        scaled[:, np.repeat(network.block_code, np.diff(network.block_start)) == without] = 0
    return np.maximum(scaled @ network.hidden.T + network.hidden_bias, 0) @ network.out + network.out_bias[0]


def page_buckets(words: Sequence[Word]) -> list[int]:
    """Return the distinct buckets of a page's words, in the order of their first use."""
    return list(dict.fromkeys((word.key * BUCKET_MIX & MASK) >> (64 - BUCKET_BITS) for word in words))


def look_columns(
    segments: Sequence[str], words: Sequence[list[Word]], scores: Sequence[float], link_share: Sequence[float]
) -> dict[str, float]:
    """Return how a page's expected content looks; `link_share`: -1 for text."""
    size, kept = np.array([size_of(line) for line in words]), 1 - np.array(scores)
    kinds = [kind for segment in segments for kind in classes_of(segment)]
    digits, singles = kinds.count(chars.DIGIT), kinds.count(chars.SINGLE)
    letters = max(kinds.count(chars.LETTER) + kinds.count(chars.UPPER) + singles + digits, 1)
    ends = np.array([chars.END in classes_of(segment) for segment in segments])
    content, some, lines = (size * kept).sum(), max(size.sum(), 1), max(kept.sum(), 0.5)
    return {
        "content_share": content / some,
        "log_content": math.log1p(content),
        "words_per_line": math.log1p(content / lines),
        "long_content": (size * kept)[size >= LONG_WORDS].sum() / max(content, 1),
        "log_lines": math.log1p(len(segments)),
        "content_lines": math.log1p(kept.sum()),
        "digit_share": digits / letters,
        "sentence_lines": kept[ends].sum() / lines,
        "single_share": singles / letters,
        "link_share": (size * np.maximum(link_share, 0)).sum() / some,
        "is_html": link_share[0] >= 0,
    }


def kind_log_odds(buckets: Sequence[int], looks: np.ndarray, weights: KindWeights) -> np.ndarray:
    """Return the log-odds of each kind of a page."""
    words = weights.bucket[list(buckets)].sum(axis=0) / math.sqrt(max(len(buckets), 1))
    scaled = np.clip((looks - weights.mean) * weights.scale, -CLIP, CLIP)
    return words + scaled @ weights.look + weights.bias
