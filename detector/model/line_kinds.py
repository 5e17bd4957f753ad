"""The network that gives every line a probability for each kind.

Its input is that of the networks for scores, their log-odds, and embeddings of words and markup: eight
numbers for each hashed n-gram and token, added up (Joulin et al. 2017, "Bag of tricks for efficient text
classification") for the line itself, with fading weights for the lines before and after it, and for the page.
The kernel is kernels/model/line_kinds.h; it runs with the scores, in kernels/score.cpp.
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

# The size of the embedding of an n-gram or a token.
EMBEDDING: Final = 8
# The embeddings that are its input: of the line, of those before and after it, and of the page.
BLOCKS: Final = 4
NGRAM_BITS: Final = 16
TOKEN_BITS: Final = 14
# Its columns of the two tables. It sees the lines around a line by their words and markup.
SEEN: Final = (*SHAPE, *PHRASES, *PLACE, *PAGE, *REPEATS, *MARKUP, *ELEMENT, *INSIDE_WHAT, *LINKS, *TITLES)
SEEN_IN_CONTEXT: Final = (*GUESS, *GUESSES_ON_PAGE, *PLACE_IN_CONTENT, *COHESION, *ALIKE, *FROM_TITLE)


class LineKindNetwork(NamedTuple):
    """A trained network (D dense columns, H hidden units, K kinds).

    ngram: uint8 (2^16, 8); token: uint8 (2^14, 8), or (0, 8) for text: embeddings; subtract 128, then
    multiply by the scale of the column
    ngram_scale, token_scale: float32 (8,)
    first_columns, second_columns: int64, its columns of the two tables; D with the log-odds
    mean, scale: float32 (D,); hidden: float32 (H, D + 4 * 8 or 4 * 16): line, before, after, page
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
    """Return the columns of the two tables that are input for the network of a format."""
    first, second = (
        (HTML_COLUMNS, names(HTML_CONTEXT)) if format == "html" else (TEXT_COLUMNS, names(TEXT_CONTEXT))
    )
    return _places(SEEN, first), _places(SEEN_IN_CONTEXT, second)


def _places(seen: Sequence[str], table: Sequence[str]) -> Integers:
    """Return the positions of the input columns in a table, as far as it has them."""
    return np.array([table.index(column) for column in seen if column in table], np.int64)


def no_kinds() -> LineKindNetwork:
    """Return a placeholder for the network, for a model without kinds."""
    none, columns = np.zeros(0, np.float32), np.zeros(0, np.int64)
    row, table = np.zeros((0, EMBEDDING), np.uint8), np.zeros((0, EMBEDDING), np.float32)
    return LineKindNetwork(row, none, row, none, columns, columns, none, none, table, none, table, none)


def in_bytes(rows: Floats) -> tuple[Bytes, Floats]:
    """Return rows of numbers as bytes, and the scale of each column: (byte - 128) * scale."""
    scale = np.maximum(np.abs(rows).max(axis=0, initial=0), 1e-9) / 127
    return (np.rint(rows / scale) + 128).astype(np.uint8), scale.astype(np.float32)


def new_kinds(network: LineKindNetwork, size: int) -> Floats:
    """Return float32 (S, K) for a kernel to fill with probabilities; no rows if there is no network."""
    return np.empty((size if network.out_bias.size else 0, len(LINE_KINDS)), np.float32)
