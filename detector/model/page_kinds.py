"""What kind of page it is: a small linear model over a page's words and its shape.

So that a caller can fall back: a consent wall, a login or an error page comes back as a
success, with nothing worth keeping on it. The model sees which words the page has, and
how its expected content looks; its softmax is the probability of each kind.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Batch, Floats, Integers, Markup, Words

KINDS: Final = (
    "article", "documentation", "service", "listing", "product", "forum", "consent wall", "login", "error",
)  # fmt: skip
FORUM: Final = KINDS.index("forum")
# A page with fewer words is an empty shell: a script would have filled it.
LEAST_WORDS: Final = 5
EMPTY: Final = "empty"

BUCKET_BITS: Final = 13
BUCKETS: Final = 1 << BUCKET_BITS
CLIP: Final = 4.0

# How a page's expected content looks. "lines" and so on are what its signals are called.
LOOKS: Final = (
    ("content", ("content_share", "log_content")),
    ("lines", ("words_per_line", "long_content", "log_lines", "content_lines")),
    ("characters", ("digit_share", "sentence_lines", "single_share")),
    ("links", ("link_share", "is_html")),
)
COLUMNS: Final = tuple(column for _, columns in LOOKS for column in columns)
SIGNALS: Final = ("words", *(name for name, _ in LOOKS))


class KindWeights(NamedTuple):
    """What training learned of kinds (K of them).

    bucket: float32 (2^13, K), of hashed words; mean, scale: float32 (F,), of the columns of
    `COLUMNS`; look: float32 (F, K); bias: float32 (K,)
    """

    bucket: Floats
    mean: Floats
    scale: Floats
    look: Floats
    bias: Floats


class PageKinds(NamedTuple):
    """Kinds of a batch's pages.

    share: float32 (P, K), probability of each kind; signal: float32 (P, K, signals), what the
    words and each group of columns add to each kind's log-odds
    """

    share: Floats
    signal: Floats


def page_words(words: Words, page_segment: Integers) -> tuple[Integers, NDArray[np.int32]]:
    """Return row starts (P + 1,) and the distinct buckets of each page's words."""
    start = np.empty(page_segment.size, np.int64)
    buckets = np.empty(words.key.size, np.int32)
    number = native.run("page_words", words, page_segment, start, buckets)
    return start, buckets[:number]


def link_shares(batch: Batch, markup: Markup | None) -> NDArray[np.float32]:
    """Return float32 (S,), the share of each segment's line in links; -1 everywhere for text."""
    if markup is None:
        return np.full(batch.segment_start.size, -1, np.float32)
    size = np.maximum(batch.line_end - batch.line_start, 1)
    share = np.minimum(markup.line_link / size, 1).astype(np.float32)
    return np.repeat(share, np.diff(batch.line_segment))


def page_looks(batch: Batch, words: Words, markup: Markup | None, scores: Floats) -> Floats:
    """Return float32 (P, F), the columns of `COLUMNS`."""
    page_segment = batch.page_segment()
    looks = np.empty((page_segment.size - 1, len(COLUMNS)), np.float32)
    native.run("page_looks", words, scores, link_shares(batch, markup), page_segment, looks)
    return looks


def kinds_of(
    batch: Batch, words: Words, markup: Markup | None, scores: Floats, weights: KindWeights
) -> PageKinds:
    """Return the kinds of a batch's pages."""
    looks = page_looks(batch, words, markup, scores)
    group = np.array([number + 1 for number, (_, columns) in enumerate(LOOKS) for _ in columns], np.int64)
    kinds = PageKinds(
        np.empty((looks.shape[0], len(KINDS)), np.float32),
        np.empty((looks.shape[0], len(KINDS), len(SIGNALS)), np.float32),
    )
    native.run("page_kinds", looks, page_words(words, batch.page_segment()), weights, group, kinds)
    return kinds
