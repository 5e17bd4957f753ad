"""What stands more than once on a page, and which copy is at its real place.

The original among the copies is the first that content follows: on HTML pages the
first copy of a headline is often a breadcrumb or a "most read" list. A headline that
returns as the beginning of a longer line is found by its words (all, or the first or
second three of them, then compared one by one). Linear in the page.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features import matching as same
from detector.features.matching import Rows, Scratch
from detector.features.phrases import PHRASES_SAY
from detector.features.position import PAGE_REPEATS, content_odds
from detector.features.schema import REPEATS, START
from detector.features.shape import words_in
from detector.near_duplicates.minhash.signatures import permutations
from detector.records import Batch, Floats, Number, Repeats, Words
from detector.text.keys import NOTHING, START_KEY, line_key, next_key
from detector.text.words import IS_SINGLE

# Lines that follow a copy, over which its surroundings are judged.
FOLLOWING: Final = 6
# A copy's surroundings are content enough if they have this share of the best copy's.
ENOUGH: Final = 0.5

# A line begins with another if it has at least so many words more.
REMAINDER: Final = 3
# Words at a headline's beginning that lead to it, and as many after them.
LEADING: Final = 3
LEADING_SINGLES: Final = 6
MOST_HEADLINE: Final = 40

AT: Final = START["repeats"]
(
    IS_COPY, COPY_SIMILARITY, COPY_WORDS, COPY_BLOCK, SHORT_IN_CONTEXT, ORIGINAL_LEADS, LOG_COPIES,
    HAS_COPIES, LOG_ALIKE, BEGINS_LIKE,
) = range(AT, AT + len(REPEATS))  # fmt: skip


@inlined
def _leads(words: Words, rows: Rows, evidence: Floats, lead: Floats) -> None:
    """Write how much content follows each row: words of the next lines that phrases call so."""
    for row in range(rows.first, rows.last):
        total = np.float32(0)
        for near in range(row + 1, min(row + 1 + FOLLOWING, rows.last)):
            total += words_in(words, near) * content_odds(evidence[near, PHRASES_SAY])
        lead[row - rows.first] = total


@inlined
def _originals(rows: Rows, scratch: Scratch, found: Repeats) -> None:
    """Choose each group's original: the first copy whose surroundings are content enough."""
    size = rows.last - rows.first
    for at in range(size):
        scratch.best[at], scratch.chosen[at] = 0, -1
    for at in range(size):
        if scratch.group[at] >= 0:
            first = scratch.group[at] - rows.first
            scratch.best[first] = max(scratch.best[first], scratch.lead[at])
            found.copies[scratch.group[at]] += 1
    for at in range(size):
        if scratch.group[at] >= 0:
            first = scratch.group[at] - rows.first
            if scratch.chosen[first] < 0 and scratch.lead[at] >= ENOUGH * scratch.best[first]:
                scratch.chosen[first] = rows.first + at
    for at in range(size - 1, -1, -1):
        group = scratch.group[at]
        found.original[rows.first + at] = scratch.chosen[group - rows.first] if group >= 0 else -1
        found.copies[rows.first + at] = found.copies[group] if group >= 0 else 0


@inlined
def _blocks(rows: Rows, found: Repeats) -> None:
    """Write for every copy how many lines in a row are copies of lines in a row."""
    row = rows.first
    while row < rows.last:
        end = row
        while (
            end < rows.last
            and found.original[end] >= 0
            and found.original[end] != end
            and (end == row or found.original[end] == found.original[end - 1] + 1)
        ):
            end += 1
        for at in range(row, end):
            found.block[at] = end - row
        row = max(end, row + 1)


@inlined
def _span(words: Words, row: Number) -> tuple[Number, Number]:
    return words.segment_word[row], words.segment_word[row + 1]


@inlined
def _leading_key(words: Words, span: tuple[Number, Number], which: Number) -> Number:
    """Return a key of the first (`which` 0) or second few words of a line; 0 if it has fewer."""
    few = LEADING_SINGLES if words.shape[span[0]] & IS_SINGLE else LEADING
    key = np.uint64(which + 1)
    if span[0] + (which + 1) * few > span[1]:
        return np.uint64(0)
    for number in range(span[0] + which * few, span[0] + (which + 1) * few):
        key = next_key(key, words.key[number])
    return key


@inlined
def _index_headlines(words: Words, rows: Rows, scratch: Scratch) -> None:
    """Put every line that might be a headline into the table, whole and by its leading words."""
    same.clear(scratch)
    for row in range(rows.first, rows.last):
        n_words = words.segment_word[row + 1] - words.segment_word[row]
        if not same.is_long_enough(words, row) or n_words > MOST_HEADLINE:
            continue
        same.first_with(line_key(words, row, NOTHING), row, rows, scratch)
        for which in range(2):
            key = _leading_key(words, _span(words, row), which)
            if key:
                same.first_with(key, row, rows, scratch)


@inlined
def _exact_beginning(words: Words, row: Number, rows: Rows, scratch: Scratch) -> tuple[Number, Number]:
    """Return the longest line whose words begin this row, and their number; -1 if none."""
    first, last = words.segment_word[row], words.segment_word[row + 1]
    headline: Number = -1
    size: Number = 0
    singles = 0
    key = START_KEY
    for number in range(first, min(last - REMAINDER, first + MOST_HEADLINE)):
        key = next_key(key, words.key[number])
        singles += (words.shape[number] & IS_SINGLE) != 0
        if same.says_enough(number + 1 - first, singles):
            found: Number = same.row_with(key, rows, scratch)
            if found >= 0 and found != row:
                headline = found
                size = number + 1 - first
    return headline, size


@inlined
def _near_beginning(words: Words, row: Number, rows: Rows, scratch: Scratch) -> tuple[Number, Number]:
    """Return a line that this row begins with but for a word or so, and where it ends here."""
    first, last = words.segment_word[row], words.segment_word[row + 1]
    headline: Number = -1
    for which in range(2):
        key = _leading_key(words, (first, last), which)
        if key and (headline < 0 or headline == row):
            headline = same.row_with(key, rows, scratch)
    if headline < 0 or headline == row:
        return -1, 0
    theirs = (words.segment_word[headline], words.segment_word[headline + 1])
    size = theirs[1] - theirs[0]
    if size + REMAINDER > last - first or size > MOST_HEADLINE:
        return -1, 0
    # The end is where the headline's last word stands, looked for one word to each side.
    best, end = 0, 0
    for candidate in (size, size + 1, size - 1):
        common = same.in_order(words, theirs, (first, first + candidate), scratch.column)
        if words.key[first + candidate - 1] == words.key[theirs[1] - 1] and common > best:
            best, end = common, candidate
    return (headline, end) if best >= same.SIMILAR * size else (-1, 0)


@inlined
def _beginnings(words: Words, rows: Rows, scratch: Scratch, found: Repeats) -> None:
    """Find the rows that begin with another line of the page."""
    _index_headlines(words, rows, scratch)
    for row in range(rows.first, rows.last):
        if words.segment_word[row + 1] - words.segment_word[row] < same.LEAST_WORDS + REMAINDER:
            continue
        headline, size = _exact_beginning(words, row, rows, scratch)
        if headline < 0:
            headline, size = _near_beginning(words, row, rows, scratch)
        if headline >= 0:
            found.begins[row], found.begins_words[row] = headline, size


@inlined
def _write(words: Words, rows: Rows, scratch: Scratch, found: Repeats, evidence: Floats) -> None:
    """Write the repeat columns of one page."""
    all_words, copied = np.float32(1e-3), np.float32(0)
    for row in range(rows.first, rows.last):
        all_words += words_in(words, row)
        if found.original[row] >= 0 and found.original[row] != row:
            copied += words_in(words, row)
    for row in range(rows.first, rows.last):
        here, original = evidence[row], found.original[row]
        here[AT : AT + len(REPEATS)] = 0
        here[PAGE_REPEATS] = copied / all_words
        here[LOG_ALIKE] = np.log1p(np.float32(found.alike[row] - 1))
        here[BEGINS_LIKE] = found.begins_words[row] / max(words_in(words, row), np.float32(1))
        if found.copies[row] < 2:
            continue
        here[LOG_COPIES] = np.log1p(np.float32(found.copies[row] - 1))
        here[HAS_COPIES] = original == row
        if original != row:
            around = np.float32(0)
            for near in range(max(row - 2, rows.first), min(row + 3, rows.last)):
                around += words_in(words, near)
            mine = words_in(words, row)
            here[IS_COPY] = same.is_long_enough(words, row)
            here[COPY_SIMILARITY] = found.similarity[row]
            here[COPY_WORDS] = np.log1p(mine)
            here[COPY_BLOCK] = np.log1p(np.float32(found.block[row]))
            here[SHORT_IN_CONTEXT] = np.float32(1) - mine / max(around - mine, mine)
            here[ORIGINAL_LEADS] = np.log1p(scratch.lead[original - rows.first]) - np.log1p(
                scratch.lead[row - rows.first]
            )


@kernel
def _repeats(
    batch: Batch,
    words: Words,
    permutation: NDArray[np.uint32],
    scratch: Scratch,
    found: Repeats,
    evidence: Floats,
) -> None:
    page_segment = batch.line_segment
    for page in range(batch.page_line.size - 1):
        first, last = page_segment[batch.page_line[page]], page_segment[batch.page_line[page + 1]]
        rows = same.page_rows(first, last)
        same.count_alike(words, rows, scratch, found.alike)
        same.group_exact(words, rows, scratch)
        for row in range(first, last):
            found.similarity[row] = 1
        same.group_near(words, rows, permutation, scratch)
        _leads(words, rows, evidence, scratch.lead)
        _originals(rows, scratch, found)
        for row in range(first, last):
            original = found.original[row]
            if (
                original >= 0
                and original != row
                and line_key(words, row, NOTHING) != line_key(words, original, NOTHING)
            ):
                found.similarity[row] = same.SIMILAR
        _blocks(rows, found)
        _beginnings(words, rows, scratch, found)
        _write(words, rows, scratch, found, evidence)


def _room(batch: Batch) -> Scratch:
    rows = int(np.diff(batch.page_segment()).max(initial=0))
    table = same.table_size(rows)
    return Scratch(
        table_key=np.empty(table, np.uint64),
        table_row=np.empty(table, np.int64),
        table_turn=np.zeros(table, np.int64),
        turn=np.zeros(1, np.int64),
        group=np.empty(rows, np.int64),
        band=np.empty((rows, same.BANDS), np.uint32),
        slots=np.empty(same.LINE_SLOTS, np.uint32),
        column=np.empty(same.MOST_WORDS + 2, np.int32),
        lead=np.empty(rows, np.float32),
        best=np.empty(rows, np.float32),
        chosen=np.empty(rows, np.int64),
    )


def find_repeats(batch: Batch, words: Words, evidence: Floats) -> Repeats:
    """Return what repeats on each page; write the repeat columns of all segments.

    Reads the phrase columns, to tell which copy content follows.
    """
    size = batch.segment_start.size
    found = Repeats(
        original=np.full(size, -1, np.int64),
        copies=np.zeros(size, np.int32),
        similarity=np.zeros(size, np.float32),
        block=np.zeros(size, np.int32),
        alike=np.zeros(size, np.int32),
        begins=np.full(size, -1, np.int64),
        begins_words=np.zeros(size, np.int32),
    )
    _repeats(batch, words, permutations(same.LINE_SLOTS), _room(batch), found, evidence)
    return found
