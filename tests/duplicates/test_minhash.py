"""Signatures are those of datasketch, bit for bit."""

import unicodedata

import numpy as np
import pytest
import xxhash
from datasketch import LeanMinHash, MinHash
from hypothesis import given
from hypothesis import strategies as st

from detector.duplicates.minhash import SLOTS, permutations, signatures_of
from detector.duplicates.shingles import reference_shingles

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
