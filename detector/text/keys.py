"""Keys of lines: 64 bits, equal for two lines with the same words in the same order.

`exact` uses the case-folded words. In `masked`, all words with a digit are equal, and so are the words of a
date ("3 de mayo de 2024", "May 3, 2024"), so "Posted on May 3, 2024" is the same line on all pages of a site.
This needs no list of months: a date is found by its day and its year. In `named`, names are equal too, so
"12 photos of Ambon" is the same line as "9 photos of Raja Ampat". A name is one or more words that begin in
upper case, without the first of the segment. Keys are stored in files: increment `KEYS_VERSION` when they
change.
"""

from typing import Final, NamedTuple

import numpy as np
import xxhash

from detector import native
from detector.records import Integers, Words

KEYS_VERSION: Final = 2
# The key of a line without words. Such lines are never counted.
NO_WORDS: Final = 0
# The key of a masked word. No word has such a small key.
ANY_NUMBER: Final = np.uint64(7)


class LineKeys(NamedTuple):
    """The keys of all segments: int64 (S,) each, `NO_WORDS` for segments without words.

    For a line without masked words, all keys are the same. Names are masked only in segments of up to 15
    words that do not end like a sentence, and only if two other words stay for each name: "Die Fahrt nach
    Berlin" is another line than "Die Reise nach Wien". Otherwise `named` is the same as `masked`.
    """

    exact: Integers
    masked: Integers
    named: Integers


def line_keys(words: Words) -> LineKeys:
    """Return the keys of all segments of a batch."""
    size = words.segment_word.size - 1
    keys = LineKeys(*(np.empty(size, np.int64) for _ in LineKeys._fields))
    native.run("line_keys", words, keys)
    return keys


def site_id(name: str) -> int:
    """Return the number of a site: 64-bit xxh3 of its name as UTF-8, as a signed integer."""
    return int(np.uint64(xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))).astype(np.int64))
