"""What kind of page it is: a small linear model over a page's words and its shape.

So that a caller can fall back: a consent wall, a login or an error page comes back as a
success, with nothing worth keeping on it. The model sees which words the page has, and
how its expected content looks; its softmax is the probability of each kind.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.shape import words_in
from detector.records import Batch, Floats, Integers, Markup, Number, Words
from detector.text import characters as chars

KINDS: Final = (
    "article", "documentation", "service", "listing", "product", "forum", "consent wall", "login", "error",
)  # fmt: skip
# A page with fewer words is an empty shell: a script would have filled it.
LEAST_WORDS: Final = 5
EMPTY: Final = "empty"

BUCKET_BITS: Final = 13
BUCKETS: Final = 1 << BUCKET_BITS
WORD: Final = np.uint64(0xA0761D6478BD642F)
LONG: Final = 15
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


@inlined
def word_bucket(key: Number) -> Number:
    """Return the bucket of a word."""
    return np.int64((key * WORD) >> np.uint64(64 - BUCKET_BITS))


@inlined
def _look_of(
    words: Words, scores: Floats, line_link: NDArray[np.float32], rows: tuple[Number, Number], row: Floats
) -> None:
    """Write the columns of one page; `line_link` is the share of each line in links, or -1 for text."""
    row[:] = 0
    total, content, lines, long = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    digits, letters, questions, singles, linked = 0, 0, np.float32(0), 0, np.float32(0)
    for at in range(rows[0], rows[1]):
        size, share = words_in(words, at), np.float32(1) - scores[at]
        total += size
        content += size * share
        lines += share
        long += size * share if size >= LONG else np.float32(0)
        count = words.counts[at]
        digits += count[chars.DIGIT]
        letters += count[chars.LETTER] + count[chars.UPPER] + count[chars.SINGLE] + count[chars.DIGIT]
        singles += count[chars.SINGLE]
        questions += share * np.float32(count[chars.END] > 0)
        linked += size * max(line_link[at], np.float32(0))
    some, some_content = max(total, np.float32(1)), max(content, np.float32(1))
    row[0], row[1] = content / some, np.log1p(content)
    row[2], row[3] = np.log1p(content / max(lines, np.float32(0.5))), long / some_content
    row[4], row[5] = np.log1p(np.float32(rows[1] - rows[0])), np.log1p(lines)
    row[6], row[7] = digits / np.float32(max(letters, 1)), questions / max(lines, np.float32(0.5))
    row[8] = singles / np.float32(max(letters, 1))
    row[9] = linked / some
    row[10] = np.float32(rows[1] > rows[0]) * np.float32(line_link[min(rows[0], line_link.size - 1)] >= 0)


@kernel
def _looks(
    words: Words, scores: Floats, line_link: NDArray[np.float32], page_segment: Integers, looks: Floats
) -> None:
    for page in range(page_segment.size - 1):
        if page_segment[page] < page_segment[page + 1]:
            _look_of(words, scores, line_link, (page_segment[page], page_segment[page + 1]), looks[page])


@kernel
def _page_words(
    words: Words,
    page_segment: Integers,
    seen: NDArray[np.bool_],
    indptr: Integers,
    buckets: NDArray[np.int32],
) -> int:
    """Write the distinct buckets of every page's words; return their number."""
    at = 0
    for page in range(page_segment.size - 1):
        indptr[page] = at
        first, last = words.segment_word[page_segment[page]], words.segment_word[page_segment[page + 1]]
        for number in range(first, last):
            bucket = word_bucket(words.key[number])
            if not seen[bucket]:
                seen[bucket] = True
                buckets[at] = bucket
                at += 1
        for number in range(indptr[page], at):
            seen[buckets[number]] = False
    indptr[page_segment.size - 1] = at
    return at


def page_words(words: Words, page_segment: Integers) -> tuple[Integers, NDArray[np.int32]]:
    """Return row starts (P + 1,) and the distinct buckets of each page's words."""
    indptr = np.zeros(page_segment.size, np.int64)
    buckets = np.empty(words.key.size, np.int32)
    number = _page_words(words, page_segment, np.zeros(BUCKETS, np.bool_), indptr, buckets)
    return indptr, buckets[:number]


def link_shares(batch: Batch, markup: Markup | None) -> NDArray[np.float32]:
    """Return float32 (S,), the share of each line in links; -1 everywhere for text."""
    if markup is None:
        return np.full(max(batch.segment_start.size, 1), -1, np.float32)
    size = np.maximum(batch.line_end - batch.line_start, 1)
    share = np.minimum(markup.line_link / size, 1).astype(np.float32)
    return np.append(np.repeat(share, np.diff(batch.line_segment)), np.float32(0))


def page_looks(batch: Batch, words: Words, markup: Markup | None, scores: Floats) -> Floats:
    """Return float32 (P, F), the columns of `COLUMNS`."""
    page_segment = batch.page_segment()
    looks = np.zeros((page_segment.size - 1, len(COLUMNS)), np.float32)
    _looks(words, scores, link_shares(batch, markup), page_segment, looks)
    return looks


@kernel
def _kinds(
    looks: Floats,
    page_word: tuple[Integers, NDArray[np.int32]],
    weights: KindWeights,
    group: Integers,
    found: PageKinds,
) -> None:
    indptr, buckets = page_word
    for page in range(looks.shape[0]):
        signal, share = found.signal[page], found.share[page]
        signal[:] = 0
        count = indptr[page + 1] - indptr[page]
        scale = np.float32(1) / np.sqrt(np.float32(max(count, 1)))
        for kind in range(share.size):
            for number in range(indptr[page], indptr[page + 1]):
                signal[kind, 0] += weights.bucket[buckets[number], kind]
            signal[kind, 0] *= scale
            for column in range(looks.shape[1]):
                value = (looks[page, column] - weights.mean[column]) * weights.scale[column]
                value = min(max(value, np.float32(-CLIP)), np.float32(CLIP))
                signal[kind, group[column]] += value * weights.look[column, kind]
            share[kind] = weights.bias[kind]
            for number in range(signal.shape[1]):
                share[kind] += signal[kind, number]
        most, total = share[0], np.float32(0)
        for kind in range(1, share.size):
            most = max(most, share[kind])
        for kind in range(share.size):
            share[kind] = np.exp(share[kind] - most)
            total += share[kind]
        for kind in range(share.size):
            share[kind] /= total


def kinds_of(
    batch: Batch, words: Words, markup: Markup | None, scores: Floats, weights: KindWeights
) -> PageKinds:
    """Return the kinds of a batch's pages."""
    looks = page_looks(batch, words, markup, scores)
    group = np.array([number + 1 for number, (_, columns) in enumerate(LOOKS) for _ in columns], np.int64)
    found = PageKinds(
        np.empty((looks.shape[0], len(KINDS)), np.float32),
        np.empty((looks.shape[0], len(KINDS), len(SIGNALS)), np.float32),
    )
    _kinds(looks, page_words(words, batch.page_segment()), weights, group, found)
    return found
