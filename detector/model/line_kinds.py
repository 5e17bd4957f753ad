"""What each line is: the network that gives every line a probability for each kind.

It sees what the score's networks see, their log-odds, and more of the words and the markup than one number
for each: hashed n-grams and tokens have eight numbers each, which are added up (Joulin et al. 2017, "Bag of
tricks for efficient text classification"), for the line itself and, fading, for the lines before and after
it. The kernel is kernels/model/line_kinds.h; it runs with the scores, in kernels/score.cpp.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from detector.features.schema import (
    ALIKE,
    COHESION,
    ELEMENT,
    FROM_TITLE,
    GUESS,
    GUESSES_ON_PAGE,
    HTML_COLUMNS,
    HTML_CONTEXT,
    INSIDE_WHAT,
    LINKS,
    MARKUP,
    PAGE,
    PHRASES,
    PLACE,
    PLACE_IN_CONTENT,
    REPEATS,
    SHAPE,
    TEXT_COLUMNS,
    TEXT_CONTEXT,
    TITLES,
    names,
)
from detector.records import LINE_KINDS, Bytes, Floats, Format, Integers

# Numbers that stand for an n-gram or a token.
EMBEDDING: Final = 8
NGRAM_BITS: Final = 16
TOKEN_BITS: Final = 14
# The columns of the two tables that it sees. What stands around a line, it sees by words and markup.
SEEN: Final = (*SHAPE, *PHRASES, *PLACE, *PAGE, *REPEATS, *MARKUP, *ELEMENT, *INSIDE_WHAT, *LINKS, *TITLES)
SEEN_IN_CONTEXT: Final = (*GUESS, *GUESSES_ON_PAGE, *PLACE_IN_CONTENT, *COHESION, *ALIKE, *FROM_TITLE)


class LineKindNetwork(NamedTuple):
    """A trained network (D dense columns, H hidden units, K kinds).

    ngram: uint8 (2^16, 8); token: uint8 (2^14, 8), or (0, 8) for text: less 128, times the scale of the
        column, they are the numbers that stand for an n-gram or a token
    ngram_scale, token_scale: float32 (8,)
    first_columns, second_columns: int64, the columns of the two tables that it sees: D with the log-odds
    mean, scale: float32 (D,); hidden: float32 (H, D + 3 * 8 or 3 * 16): own, before, after
    hidden_bias: float32 (H,); out: float32 (K, H); out_bias: float32 (K,)
    """

    ngram: Bytes
    ngram_scale: Floats
    token: Bytes
    token_scale: Floats
    first_columns: Integers
    second_columns: Integers
    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


def columns_of(format: Format) -> tuple[Integers, Integers]:
    """Return the columns of the two tables that the network of a format sees."""
    first, second = (
        (HTML_COLUMNS, names(HTML_CONTEXT)) if format == "html" else (TEXT_COLUMNS, names(TEXT_CONTEXT))
    )
    return _places(SEEN, first), _places(SEEN_IN_CONTEXT, second)


def _places(seen: Sequence[str], table: Sequence[str]) -> Integers:
    """Return where the columns that are seen stand in a table, those that it has."""
    return np.array([table.index(column) for column in seen if column in table], np.int64)


def no_kinds() -> LineKindNetwork:
    """Return what stands in place of a network in a model that knows no kinds."""
    none, columns = np.zeros(0, np.float32), np.zeros(0, np.int64)
    row, table = np.zeros((0, EMBEDDING), np.uint8), np.zeros((0, EMBEDDING), np.float32)
    return LineKindNetwork(row, none, row, none, columns, columns, none, none, table, none, table, none)


def in_bytes(rows: Floats) -> tuple[Bytes, Floats]:
    """Return rows of numbers as bytes, and the scale of each column: a byte less 128, times the scale."""
    scale = np.maximum(np.abs(rows).max(axis=0, initial=0), 1e-9) / 127
    return (np.rint(rows / scale) + 128).astype(np.uint8), scale.astype(np.float32)


def new_kinds(network: LineKindNetwork, size: int) -> Floats:
    """Return float32 (S, K), the probabilities that are yet to be written: no row if there is no network."""
    return np.empty((size if network.out_bias.size else 0, len(LINE_KINDS)), np.float32)
