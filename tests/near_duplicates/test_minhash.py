"""Signatures are those of datasketch, bit for bit."""

import unicodedata

import numpy as np
import pytest
import xxhash
from datasketch import LeanMinHash, MinHash
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.datasketch import from_datasketch, to_datasketch
from detector.near_duplicates.minhash.shingles import reference_shingles
from detector.near_duplicates.minhash.signatures import SLOTS, permutations, signatures_of

TEXTS = [
    "",
    "cat",
    "The quick brown fox jumps over the lazy dog, again and again and again.",
    "Straße İstanbul ﬁn ΌΣΟΣ déjà-vu x1y2",
    "今日は良い天気です。明日も晴れるでしょう。",
    "ภาษาไทยไม่มีช่องว่าง and English",
    "नमस्ते दुनिया कैसे हो आप",
    "word " * 1000,
]


def theirs(text, size):
    sketch = MinHash(
        num_perm=SLOTS, seed=1, scheme="affine32", hashfunc=lambda data: xxhash.xxh32_intdigest(data, 0)
    )
    for shingle in reference_shingles(text, size):
        sketch.update(shingle)
    return sketch


def ours(texts, size):
    return signatures_of([unicodedata.normalize("NFC", text).encode() for text in texts], size)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_signatures_are_bit_identical(size):
    for text, signature in zip(TEXTS, ours(TEXTS, size), strict=True):
        assert (signature == theirs(text, size).hashvalues).all(), text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120))
def test_signatures_of_any_text_are_bit_identical(text):
    assert (ours([text], 3)[0] == theirs(text, 3).hashvalues).all()


def test_datasketch_takes_our_signatures():
    one, two = ours([TEXTS[2], TEXTS[2].upper() + " more"], 2)
    lean = [LeanMinHash(seed=1, hashvalues=signature, scheme="affine32") for signature in (one, two)]
    assert lean[0].jaccard(lean[1]) == pytest.approx(float((one == two).mean()))
    assert lean[0].jaccard(theirs(TEXTS[2], 2)) == 1.0


def test_permutations_are_those_of_datasketch():
    assert (
        permutations() == np.asarray(MinHash(num_perm=SLOTS, seed=1, scheme="affine32").permutations)
    ).all()


def test_short_texts_do_not_collapse_and_empty_ones_are_a_value():
    cat, dog, empty = ours(["cat", "dog", ""], 5)
    assert (cat != dog).any()
    assert (empty == 0xFFFFFFFF).all()


def test_signatures_go_to_datasketch_and_back():
    signatures = ours(TEXTS, 5)
    lean = to_datasketch(signatures)
    assert [one.jaccard(theirs(text, 5)) for one, text in zip(lean, TEXTS, strict=True)] == [1.0] * len(TEXTS)
    assert (from_datasketch(lean) == signatures).all()
    assert (from_datasketch([theirs(text, 5) for text in TEXTS]) == signatures).all()
    assert from_datasketch([]).shape == (0, 0)


def test_eight_bits_are_the_low_byte_and_stay_here():
    small = signatures_of([b"one two three", b"four five six"], 2, bits=8)
    assert small.dtype == np.uint8
    assert (small == (signatures_of([b"one two three", b"four five six"], 2) & 0xFF)).all()
    with pytest.raises(ValueError, match="32 bits a slot"):
        to_datasketch(small)
    with pytest.raises(ValueError, match="8 or 32 bits"):
        signatures_of([b""], bits=16)


def test_sketches_that_are_not_comparable_are_refused():
    with pytest.raises(ValueError, match="scheme"):
        from_datasketch([MinHash(num_perm=SLOTS, seed=2, scheme="affine32")])
    with pytest.raises(ValueError, match="number of slots"):
        from_datasketch([theirs("a", 1), MinHash(num_perm=16, seed=1, scheme="affine32")])
