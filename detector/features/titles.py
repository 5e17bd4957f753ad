"""How a line agrees with what the page says of itself in its head.

Titles (`<title>`, `og:title`), descriptions and structured data (JSON-LD, which often
holds the article or the product once more) are read as bags of words; for the
structured data also pairs of words count.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.schema import START, TITLES
from detector.records import Batch, Bytes, Floats, Integers, Markup, Number, Words
from detector.text.keys import pair_key
from detector.text.scan_tags import DATA_HINT, DESCRIPTION_HINT, TITLE_HINT
from detector.text.words import words_of

AT: Final = START["title"]
IN_TITLE, TITLE_IN_LINE, IN_DESCRIPTION, IN_DATA, PAGE_HAS_DATA = range(AT, AT + len(TITLES))

# Words of structured data that are read: some pages carry their whole catalogue there.
MOST_DATA_WORDS: Final = 20_000


class Bag(NamedTuple):
    """A hash set of keys, each with the kinds of hints that it stood in (bits).

    key: uint64 (2^k,), kinds: uint8 (2^k,); 0 kinds is a free slot
    """

    key: NDArray[np.uint64]
    kinds: Bytes


@inlined
def _find(key: Number, bag: Bag, mask: Number) -> Number:
    at = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask
    while bag.kinds[at] and bag.key[at] != key:
        at = (at + 1) & mask
    return at


@inlined
def _put(key: Number, kind: Number, bag: Bag, mask: Number) -> None:
    at = _find(key, bag, mask)
    bag.key[at] = key
    bag.kinds[at] |= kind


@inlined
def _size(hints: tuple[Number, Number], hint_words: Words) -> Number:
    """Return the table's size for a page's hints."""
    words: Number = hint_words.segment_word[hints[1]] - hint_words.segment_word[hints[0]]
    size = 64
    while size < 4 * min(words, 2 * MOST_DATA_WORDS):
        size *= 2
    return size


@inlined
def _fill(
    markup: Markup, hints: tuple[Number, Number], hint_words: Words, bag: Bag, mask: Number
) -> tuple[Number, Number]:
    """Put a page's hints into the bag; return the words of its first title and of its data."""
    title, data = 0, 0
    for hint in range(hints[0], hints[1]):
        first, last = hint_words.segment_word[hint], hint_words.segment_word[hint + 1]
        kind = np.uint8(1) << markup.hint_kind[hint]
        if markup.hint_kind[hint] == DATA_HINT:
            last = min(last, first + MOST_DATA_WORDS - data)
            data += last - first
            for number in range(first, last - 1):
                _put(pair_key(hint_words.key[number], hint_words.key[number + 1]), kind, bag, mask)
            continue
        if markup.hint_kind[hint] == TITLE_HINT and title == 0:
            title = last - first
        for number in range(first, min(last, first + MOST_DATA_WORDS // 10)):
            _put(hint_words.key[number], kind, bag, mask)
    return title, data


@inlined
def _compare(words: Words, row: Number, here: Floats, bag: Bag, mask: Number) -> Number:
    """Write the title columns of one segment; return how many of its words are in the title."""
    first, last = words.segment_word[row], words.segment_word[row + 1]
    in_title, in_description, in_data = 0, 0, 0
    for number in range(first, last):
        kinds: Number = bag.kinds[_find(words.key[number], bag, mask)]
        in_title += (kinds >> np.uint8(TITLE_HINT)) & 1
        in_description += (kinds >> np.uint8(DESCRIPTION_HINT)) & 1
        if number + 1 < last:
            pair = pair_key(words.key[number], words.key[number + 1])
            pair_kinds: Number = bag.kinds[_find(pair, bag, mask)]
            in_data += (pair_kinds >> np.uint8(DATA_HINT)) & 1
    some = np.float32(max(last - first, 1))
    here[IN_TITLE], here[IN_DESCRIPTION] = in_title / some, in_description / some
    here[IN_DATA] = in_data / np.float32(max(last - first - 1, 1))
    return in_title


@kernel
def _write(
    page_segment: Integers, words: Words, markup: Markup, hint_words: Words, bag: Bag, evidence: Floats
) -> None:
    for page in range(page_segment.size - 1):
        hints = (markup.page_hint[page], markup.page_hint[page + 1])
        size = _size(hints, hint_words)
        for at in range(size):
            bag.kinds[at] = 0
        title, data = _fill(markup, hints, hint_words, bag, size - 1)
        for row in range(page_segment[page], page_segment[page + 1]):
            here = evidence[row]
            common = _compare(words, row, here, bag, size - 1)
            here[TITLE_IN_LINE] = min(common / np.float32(max(title, 1)), np.float32(1))
            here[PAGE_HAS_DATA] = np.log1p(np.float32(data)) / np.float32(8)


def write_titles(batch: Batch, words: Words, markup: Markup, evidence: Floats) -> None:
    """Write the title columns of all segments."""
    ends = markup.hint_end
    starts = np.concatenate((np.zeros(1, np.int64), ends))[: ends.size]
    number = np.arange(ends.size + 1)
    hint_batch = Batch(markup.hints, starts, ends, starts, ends, number, np.array([0, ends.size]))
    hint_words = words_of(hint_batch)
    counts = np.diff(hint_words.segment_word[markup.page_hint])
    size = 64
    while size < 4 * min(int(counts.max(initial=0)), 2 * MOST_DATA_WORDS):
        size *= 2
    bag = Bag(np.empty(size, np.uint64), np.empty(size, np.uint8))
    _write(batch.page_segment(), words, markup, hint_words, bag, evidence)
