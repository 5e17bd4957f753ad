"""Signatures are those of datasketch, bit for bit."""

import unicodedata

import numpy as np
import pytest
import xxhash
from datasketch import LeanMinHash, MinHash
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.datasketch import from_datasketch, to_datasketch
from detector.near_duplicates.lsh.bands import bands_for
from detector.near_duplicates.minhash.permutations import permutations
from detector.near_duplicates.minhash.shingles import reference_shingles, reference_words
from detector.near_duplicates.minhash.signatures import SLOTS, signatures_of
from detector.near_duplicates.minhash.sketches import Sketches, sketch
from detector.near_duplicates.texts import encoded
from detector.settings import DuplicateSettings
from tests.oracles.minhash import masked_words, signature_of

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
    assert (signature_of(text, 3, SLOTS) == theirs(text, 3).hashvalues).all()


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


SETTINGS = DuplicateSettings(shingle=2)


def sketches_of(texts, settings=SETTINGS):
    spans, bands = encoded(texts), bands_for(0.8, settings.slots, settings.recall)
    count = len(texts)
    found = Sketches(
        digest=np.zeros((count, 2), np.uint64),
        words=np.zeros(count, np.int32),
        shingles=np.zeros(count, np.int32),
        length=np.zeros(count, np.int64),
        keys=np.zeros((count, bands.number), np.uint32),
    )
    sketch(spans, settings, bands, found, 0)
    return found, bands


@given(st.lists(st.sampled_from(TEXTS) | st.text(alphabet="ab 1中.", max_size=12), max_size=6), st.booleans())
def test_sketches_are_those_of_the_oracle(texts, masked):
    settings = DuplicateSettings(shingle=2, masked=masked)
    found, bands = sketches_of(texts, settings)
    words = [masked_words(text) if masked else reference_words(text) for text in texts]
    assert found.words.tolist() == [len(one) for one in words]
    assert found.shingles.tolist() == [max(len(one) - 1, 0) for one in words]
    assert found.length.tolist() == [len(unicodedata.normalize("NFC", text).encode()) for text in texts]
    # Digests are equal for equal words, keys for equal bands; only equality is compared.
    content = [tuple(one) or text.strip() for one, text in zip(words, texts, strict=True)]
    assert same(found.digest.tolist()) == same(content)
    if not masked:
        signatures = [signature_of(text, 2, settings.slots) for text in texts]
        for band in range(bands.number):
            slots = [one[band * bands.rows : (band + 1) * bands.rows].tolist() for one in signatures]
            long = [at for at in range(len(texts)) if found.shingles[at]]
            assert same([found.keys[at, band] for at in long]) == same([slots[at] for at in long])


def same(values):
    """Which of some values are equal."""
    return [[one == two for two in values] for one in values]


def test_sketches_of_this_version_never_change():
    """Indexes store them in files."""
    found, _ = sketches_of(["The ferry leaves at six.", "…"])
    assert found.digest.tolist() == [
        [11867302225107316805, 12201195147562007679],
        [10374423473855682827, 1415684533568901824],
    ]
    assert found.keys[0, :3].tolist() == [2901764787, 1828075511, 1506504081]


def test_sketches_that_are_not_comparable_are_refused():
    with pytest.raises(ValueError, match="scheme"):
        from_datasketch([MinHash(num_perm=SLOTS, seed=2, scheme="affine32")])
    with pytest.raises(ValueError, match="number of slots"):
        from_datasketch([theirs("a", 1), MinHash(num_perm=16, seed=1, scheme="affine32")])
