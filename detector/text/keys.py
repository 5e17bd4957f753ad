"""Lines to keys: 64 bits that two lines share if their words are the same, in order.

`exact` is of the case-folded words. In `masked`, every word with a digit counts alike, and so do
the words of a date ("3 de mayo de 2024", "May 3, 2024"), so that "Posted on May 3, 2024" is one
line on all pages of a site. No list of months is needed: a date is known by its day and its year.
Keys are stored in files: raise `KEYS_VERSION` when any of them changes.
"""

from typing import Final, NamedTuple

import numpy as np
import xxhash

from detector import native
from detector.records import Integers, Words

KEYS_VERSION: Final = 1
# The key of a line without words: such lines are never counted.
NO_WORDS: Final = 0
# What a masked word counts as; no word has so small a key.
ANY_NUMBER: Final = np.uint64(7)


class LineKeys(NamedTuple):
    """The keys of all segments: int64 (S,) each, `NO_WORDS` where a segment has no words.

    A line in which nothing is masked has the same key twice.
    """

    exact: Integers
    masked: Integers


def line_keys(words: Words) -> LineKeys:
    """Return the keys of all segments of a batch."""
    size = words.segment_word.size - 1
    keys = LineKeys(np.empty(size, np.int64), np.empty(size, np.int64))
    native.run("line_keys", words, keys)
    return keys


def site_id(name: str) -> int:
    """Return the number of a site's name: xxh3, 64 bits, of its UTF-8, seen as signed."""
    return int(np.uint64(xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))).astype(np.int64))
