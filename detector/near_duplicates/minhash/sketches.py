"""Texts to what finds candidates: a digest, the number of shingles, and a key for each band.

One pass over the bytes, several megabytes a core and 10 milliseconds. A signature itself
is gone once its band keys are known: they are a sixth of it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.loads import load64
from detector.near_duplicates.lsh.bands import Bands, band_key
from detector.near_duplicates.minhash.masking import mask_words
from detector.near_duplicates.minhash.shingles import fold_words
from detector.near_duplicates.minhash.signatures import EMPTY, permutations, sign_long
from detector.near_duplicates.minhash.xxhash import Tails, room_for_tails
from detector.near_duplicates.texts import Spans
from detector.records import Bytes, Integers, Number
from detector.settings import DuplicateSettings
from detector.text.characters import Characters, characters

# Kernels read whole numbers behind the last word.
SPARE: Final = 64
# Odd multipliers of the two halves of a digest (splitmix64's and xxh64's).
MULTIPLIERS: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x9FB21C651E98DF25))
# Texts of words and texts of none have different digests.
OF_WORDS: Final = np.uint64(0x94D049BB133111EB)
OF_NO_WORDS: Final = np.uint64(0xC2B2AE3D27D4EB4F)


class Reading(NamedTuple):
    """How a text is read into words, and room for the longest one of a batch.

    table: the characters; size: words of a shingle; masked: numbers and dates are alike
    folded: uint8, a text's folded words; word_start: int64, where they begin
    """

    table: Characters
    size: int
    masked: bool
    folded: Bytes
    word_start: Integers


class Sketches(NamedTuple):
    """Of n texts; rows are positions.

    digest: uint64 (n, 2), equal for equal words in the same order (texts without words:
        for equal bytes); two other texts share one with a chance of 2^-128
    words: int32 (n,)
    shingles: int32 (n,), words less `size` - 1: no text has more shingles; 0 if it is shorter
    length: int64 (n,), bytes of UTF-8
    keys: uint32 (n, bands), of those that have shingles
    """

    digest: NDArray[np.uint64]
    words: NDArray[np.int32]
    shingles: NDArray[np.int32]
    length: Integers
    keys: NDArray[np.uint32]


class Plan(NamedTuple):
    """What signatures are made of: uint32 (2, slots) permutations, bands, and the bits of a slot used."""

    permutation: NDArray[np.uint32]
    bands: Bands
    mask: np.uint32


def plan_of(settings: DuplicateSettings, bands: Bands) -> Plan:
    """Return the plan that settings ask for."""
    mask = np.uint32(0xFF if settings.slot_bits == 8 else 0xFFFFFFFF)
    return Plan(permutations(settings.slots), bands, mask)


def reading_of(settings: DuplicateSettings, spans: Spans) -> Reading:
    """Return room for the longest of some texts."""
    longest = int((spans.end - spans.start).max(initial=0))
    folded = np.empty(3 * longest + SPARE, np.uint8)
    return Reading(
        characters(), settings.shingle, settings.masked, folded, np.empty(longest + SPARE, np.int64)
    )


@inlined
def read_words(spans: Spans, text: Number, reading: Reading) -> Number:
    """Fold the words of one text, masked if that is wished; return their number."""
    span = (spans.start[text], spans.end[text])
    words = fold_words(spans.data, span, reading.table, reading.folded, reading.word_start)
    if reading.masked:
        words = mask_words(reading.folded, reading.word_start, words, reading.table)
    return words


@inlined
def _mixed(value: Number, word: Number, multiplier: Number) -> Number:
    value = (value ^ word) * multiplier
    return value ^ (value >> np.uint64(29))


@inlined
def _write_digest(data: Bytes, span: tuple[Number, Number], seed: Number, digest: NDArray[np.uint64]) -> None:
    """Write two independent 64-bit hashes of a span."""
    at, end = span
    one, two = seed ^ np.uint64(end - at), ~seed
    while at + 8 <= end:
        word = load64(data, at)
        one, two = _mixed(one, word, MULTIPLIERS[0]), _mixed(two, word, MULTIPLIERS[1])
        at += 8
    word = np.uint64(0)
    while at < end:
        word, at = word << np.uint64(8) | np.uint64(data[at]), at + 1
    digest[0] = _mixed(_mixed(one, word, MULTIPLIERS[0]), one, MULTIPLIERS[1])
    digest[1] = _mixed(_mixed(two, word, MULTIPLIERS[1]), two, MULTIPLIERS[0])


@inlined
def _stripped(data: Bytes, at: Number, end: Number) -> tuple[Number, Number]:
    """Return a span without ASCII white space at its ends."""
    while at < end and data[at] <= 32:
        at += 1
    while at < end and data[end - 1] <= 32:
        end -= 1
    return at, end


@kernel
def _sketch(
    spans: Spans,
    reading: Reading,
    plan: Plan,
    room: tuple[NDArray[np.uint32], Tails],
    sketches: Sketches,
    first: int,
) -> None:
    """Write the sketches of a batch of texts, from row `first` on; room: for a signature and hashes."""
    slots, tails = room
    for text in range(spans.start.size):
        row = first + text
        words = read_words(spans, text, reading)
        sketches.length[row] = spans.end[text] - spans.start[text]
        sketches.words[row] = words
        sketches.shingles[row] = max(words - reading.size + 1, 0)
        if words == 0:
            span = _stripped(spans.data, spans.start[text], spans.end[text])
            _write_digest(spans.data, span, OF_NO_WORDS, sketches.digest[row])
            continue
        written = (np.int64(0), reading.word_start[words])
        _write_digest(reading.folded, written, OF_WORDS, sketches.digest[row])
        if words < reading.size:
            continue
        slots[:] = EMPTY
        span = (words, reading.size)
        sign_long(reading.folded, reading.word_start, span, plan.permutation, slots, tails)
        for band in range(plan.bands.number):
            sketches.keys[row, band] = band_key(slots, band * plan.bands.rows, plan.bands.rows, plan.mask)


def sketch(spans: Spans, settings: DuplicateSettings, plan: Plan, sketches: Sketches, first: int) -> None:
    """Write the sketches of a batch of texts into rows from `first` on."""
    reading = reading_of(settings, spans)
    room = (np.empty(settings.slots, np.uint32), room_for_tails(reading.word_start.size))
    _sketch(spans, reading, plan, room, sketches, first)
