"""Pages drawn by Hypothesis, weights, and what the oracles take from a batch."""

import itertools
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from detector.features.markup import BUCKETS as MARKUP_BUCKETS
from detector.features.markup import MarkupWeights
from detector.features.phrases import BUCKETS, KNOWN_BITS, PhraseWeights
from detector.text.decoding import text_of
from tests.oracles.words import Word, words_of

RNG = np.random.default_rng(7)
PHRASES = PhraseWeights(
    RNG.normal(size=BUCKETS).astype(np.float32),
    np.array([0.25], np.float32),
    RNG.integers(0, 2**63, 1 << (KNOWN_BITS - 6)).astype(np.uint64),
)
MARKUP = MarkupWeights(RNG.normal(size=MARKUP_BUCKETS).astype(np.float32), np.array([-0.5], np.float32))
# Weights of zero.
NO_PHRASES = PhraseWeights(*(np.zeros_like(array) for array in PHRASES))
NO_MARKUP = MarkupWeights(*(np.zeros_like(array) for array in MARKUP))

HEAD = "Village council opens the new bridge over the river Tarn"
LINES = st.sampled_from(
    [
        HEAD, HEAD.upper() + "!", HEAD.replace("council", "board"), HEAD + ". The mayor cut the ribbon on Monday.", "Home", "x",
        HEAD.replace("new ", "") + ": the mayor came.", "乡镇议会昨日宣布新桥正式通车", "乡镇议会昨日宣布新桥正式通车。他们来了，是的。",
        "The mayor cut the ribbon on 3 May 2024.", "The mayor cut the ribbon on 4 June 2023.", "12 comments", "13 comments", "© 2024 ACME",
        "  • an item of a list", "1. First", "…", "Ça va? Voilà l’été.", "e\u0301te\u0301 ÉTÉ", "a b c d e f g h i j k l m n o p q r s t u",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES | st.text(alphabet="ab AB1.,中é\n", max_size=40) | st.just(""), max_size=12).map(
    "\n".join
)


class Page(NamedTuple):
    """The segments of a page, the words of each, its line, and whether it is one sentence of a long line."""

    rows: slice
    segments: list[str]
    words: list[list[Word]]
    line: list[int]
    is_sentence: list[bool]


def pages_of(batch):
    """The pages of a batch, as the oracles take them."""
    line = np.repeat(np.arange(batch.line_start.size), np.diff(batch.line_segment)).tolist()
    together = np.diff(batch.line_segment)
    bounds = batch.page_segment().tolist()
    for first, last in itertools.pairwise(bounds):
        rows = range(first, last)
        segments = [
            text_of(bytes(batch.data[batch.segment_start[row] : batch.segment_end[row]])) for row in rows
        ]
        words = [words_of(segment) for segment in segments]
        parts = [bool(together[line[row]] > 1) for row in rows]
        yield Page(slice(first, last), segments, words, line[first:last], parts)


def columns_of(table, names):
    """The columns of a table by their names."""
    return {name: table[:, at] for at, name in enumerate(names)}


def check_row(columns, row, wanted, names, tolerance=1e-4):
    """Compare the columns of a row with those of an oracle, which must have exactly the given names."""
    assert set(wanted) == set(names)
    found = {name: (float(columns[name][row]), float(value)) for name, value in wanted.items()}
    wrong = {
        name: pair for name, pair in found.items() if abs(pair[0] - pair[1]) > tolerance * (1 + abs(pair[1]))
    }
    assert not wrong, f"found and wanted: {wrong}"


MARKUP_PIECES = st.sampled_from(
    [
        "<div class=card>", "<div class='side box'>", "</div>", "<p>", "<p>", "<p class=text>", "<b>", "<i><u>", "</b>", "<ul><li>", "<li>",
        "</ul>", "<nav>", "</nav>", "<main id=main>", "<a href=/news>", "</a>", "<h1>", "<h3>", "</h1>", "<table><tr><td>", "<td>",
        "</table>", "<noscript>", "<article>", "Bridge opens", "the new bridge", "Home", "more text, and more", "a", HEAD,
    ]
)  # fmt: skip
HEADS = st.sampled_from(
    [
        "", "<title>Bridge opens</title>", f"<title>{HEAD}</title><meta name=description content='the new bridge opens'>",
        "<title>!</title><meta property=og:title content='Home'><script type=application/ld+json>{\"a\": \"the new bridge\"}</script>",
    ]
)  # fmt: skip
HTML = st.builds(lambda head, body: head + "".join(body), HEADS, st.lists(MARKUP_PIECES, max_size=25))
