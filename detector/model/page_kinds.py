"""The kind of a page: a small linear model over its words and its shape.

Servers return consent walls, logins and error pages as successes, with nothing on them worth keeping; the
kind lets callers notice. The model sees the words of the page and the look of its expected content, and a
softmax gives the probability of each kind.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import LINE_KINDS, Batch, Floats, Integers, Markup, Words

KINDS: Final = (
    "article", "documentation", "service", "listing", "product", "forum", "consent wall", "login", "error",
)  # fmt: skip
FORUM: Final = KINDS.index("forum")
ARTICLE: Final = KINDS.index("article")
# A page with fewer words is empty: a script would have filled it.
LEAST_WORDS: Final = 5
EMPTY: Final = "empty"

# Kinds of pages without content.
WITHOUT_CONTENT: Final = ("consent wall", "login", "error")
# The least words outside of navigation that suffice to judge a page, and their least share.
LEAST_LEFT: Final = 20
LEAST_SHARE: Final = 0.25
EVEN: Final = 0.5
_NAVIGATION: Final = [LINE_KINDS.index("navigation"), LINE_KINDS.index("teaser")]
_FORM: Final = LINE_KINDS.index("form")

BUCKET_BITS: Final = 13
BUCKETS: Final = 1 << BUCKET_BITS
CLIP: Final = 4.0

# The look of the expected content of a page. "lines" and so on are the names of signals.
LOOKS: Final = (
    ("content", ("content_share", "log_content")),
    ("lines", ("words_per_line", "long_content", "log_lines", "content_lines")),
    ("characters", ("digit_share", "sentence_lines", "single_share")),
    ("links", ("link_share", "is_html")),
)
COLUMNS: Final = tuple(column for _, columns in LOOKS for column in columns)
SIGNALS: Final = ("words", *(name for name, _ in LOOKS))


class KindWeights(NamedTuple):
    """The weights for kinds of pages (K of them).

    bucket: float32 (2^13, K), of hashed words; mean, scale: float32 (F,), of the columns of
    `COLUMNS`; look: float32 (F, K); bias: float32 (K,)
    """

    bucket: Floats
    mean: Floats
    scale: Floats
    look: Floats
    bias: Floats


class PageKinds(NamedTuple):
    """The kinds of the pages of a batch.

    share: float32 (P, K), the probability of each kind; signal: float32 (P, K, signals), what the words and
    each group of columns add to the log-odds of each kind
    form: float32 (P,), the share of the examined words that are typical of forms
    """

    share: Floats
    signal: Floats
    form: Floats


def page_words(words: Words, page_segment: Integers) -> tuple[Integers, NDArray[np.int32]]:
    """Return the starts of rows (P + 1,) and the distinct buckets of each page's words."""
    start = np.empty(page_segment.size, np.int64)
    buckets = np.empty(words.key.size, np.int32)
    number = native.run("page_words", words, page_segment, start, buckets)
    return start, buckets[:number]


def link_shares(batch: Batch, markup: Markup | None) -> NDArray[np.float32]:
    """Return float32 (S,), the share of each segment's line that is in links; -1 for text."""
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


def words_beside_navigation(words: Words, page_segment: Integers, line_kinds: Floats) -> Words:
    """Return the words except those of navigation and teasers, which are the same on all pages of a site.

    A page with hardly any other words keeps all of them. line_kinds: float32 (S, K), or no rows
    """
    number = np.diff(words.segment_word)
    if not line_kinds.size:
        return words
    stays = line_kinds[:, _NAVIGATION].sum(axis=1) < EVEN
    page = np.repeat(np.arange(page_segment.size - 1), np.diff(page_segment))
    total, left = (np.bincount(page, of, page_segment.size - 1) for of in (number, number * stays))
    stays |= ((left < LEAST_LEFT) | (left < LEAST_SHARE * total))[page]
    kept = np.repeat(stays, number)
    segment_word = np.concatenate((np.zeros(1, np.int64), np.cumsum(number * stays)))
    return words._replace(
        key=words.key[kept],
        start=words.start[kept],
        end=words.end[kept],
        shape=words.shape[kept],
        segment_word=segment_word,
    )


def form_shares(words: Words, page_segment: Integers, line_kinds: Floats) -> Floats:
    """Return float32 (P,), the expected share of each page's words that are typical of forms."""
    number = np.diff(words.segment_word)
    if not line_kinds.size:
        return np.zeros(page_segment.size - 1, np.float32)
    page = np.repeat(np.arange(page_segment.size - 1), np.diff(page_segment))
    form, total = (
        np.bincount(page, of, page_segment.size - 1) for of in (number * line_kinds[:, _FORM], number)
    )
    return (form / np.maximum(total, 1)).astype(np.float32)


def kinds_of(
    batch: Batch,
    words: Words,
    markup: Markup | None,
    scores: Floats,
    weights: KindWeights,
    line_kinds: Floats,
) -> PageKinds:
    """Return the kinds of the pages of a batch. line_kinds: float32 (S, K), or no rows if unknown."""
    words = words_beside_navigation(words, batch.page_segment(), line_kinds)
    looks = page_looks(batch, words, markup, scores)
    group = np.array([number + 1 for number, (_, columns) in enumerate(LOOKS) for _ in columns], np.int64)
    kinds = PageKinds(
        np.empty((looks.shape[0], len(KINDS)), np.float32),
        np.empty((looks.shape[0], len(KINDS), len(SIGNALS)), np.float32),
        form_shares(words, batch.page_segment(), line_kinds),
    )
    found = (kinds.share, kinds.signal)
    native.run("page_kinds", looks, page_words(words, batch.page_segment()), weights, group, found)
    return kinds
