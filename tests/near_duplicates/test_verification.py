"""Candidates become pairs: each once, in order, with its exact similarity, in little memory."""

import numpy as np
import pytest

from benchmarks.data.planted.documents import jaccard, shingles
from detector import DuplicateSettings
from detector.near_duplicates.jaccard.verification import PairArrays, Queue, Verifier, together
from detector.near_duplicates.texts import joined

LITTLE = DuplicateSettings(memory=10_000_000)
WORDS = [f"word{at}" for at in range(60)]
# Two families whose texts alternate; texts of one family share most words.
TEXTS = [" ".join([*WORDS[30 * (at % 2) : 30 * (at % 2) + 30 - at // 2], f"own{at}"]) for at in range(6)]


class Held:
    """Texts, and how many were read again."""

    def __init__(self, texts):
        self.texts, self.read = [text.encode() for text in texts], []

    def __len__(self):
        return len(self.texts)

    def fetch(self, positions):
        self.read.extend(positions.tolist())
        return joined([self.texts[at] for at in positions.tolist()])


def numbers(*values):
    return np.array(values, np.int64)


def verifier(texts, bound=100, threshold=0.5, **owner):
    bounds = np.full(len(texts.texts), bound, np.int32)
    return Verifier(texts, bounds, threshold, LITTLE, **owner)


def pairs_of(found):
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def test_pairs_of_all_parts_come_once_in_order():
    parts = [
        PairArrays(numbers(2, 0), numbers(3, 9), np.array([0.8, 0.9])),
        PairArrays(numbers(1, 2, 0), numbers(4, 3, 5), np.array([0.7, 0.8, 0.6])),
    ]
    found = together(parts)
    assert pairs_of(found) == [(0, 5), (0, 9), (1, 4), (2, 3)]
    assert found.similarity.tolist() == [0.6, 0.9, 0.7, 0.8]
    assert [column.tolist() for column in together([])] == [[], [], []]


def test_pairs_are_as_alike_as_their_shingles():
    left, right = numbers(4, 1, 0, 0), numbers(0, 3, 1, 2)
    found = verifier(Held(TEXTS)).pairs(left, right)
    sets = [shingles(text) for text in TEXTS]
    wanted = {(0, 4), (1, 3), (0, 2)}
    assert set(pairs_of(found)) == wanted  # 0 and 1 are from two families
    for one, two, similarity in zip(*map(np.ndarray.tolist, found), strict=True):
        assert similarity == pytest.approx(jaccard(sets[one], sets[two]))


def test_texts_of_one_owner_are_no_pair():
    owner = numbers(0, 1, 0, 1, 2, 2)
    found = verifier(Held(TEXTS), owner=owner).pairs(numbers(0, 0, 3), numbers(2, 4, 1))
    assert pairs_of(found) == [(0, 4)]
    assert pairs_of(verifier(Held(TEXTS), owner=owner).pairs(numbers(0), numbers(2))) == []


def test_families_are_read_once_where_not_all_fit():
    """By the bounds, three texts fill the memory; in the given order, each half would need both families."""
    one, two = numbers(0, 1, 2, 3), numbers(2, 3, 4, 5)
    for left, right in ((one, two), (two, one)):
        texts = Held(TEXTS)
        found = verifier(texts, bound=60_000).pairs(left, right)
        assert {(0, 2), (1, 3), (2, 4), (3, 5)} == set(pairs_of(found))
        assert sorted(texts.read) == [0, 1, 2, 3, 4, 5]


def test_a_pair_that_does_not_fit_is_compared_all_the_same():
    found = verifier(Held(TEXTS), bound=2_000_000).pairs(numbers(0, 1), numbers(2, 3))
    assert set(pairs_of(found)) == {(0, 2), (1, 3)}


@pytest.mark.parametrize(("bound", "parts"), [(100, 1), (10_000, 2), (30_000, 5)])
def test_parts_of_shingles_are_all_of_them(bound, parts):
    subject, positions = verifier(Held(TEXTS), bound), np.arange(6)
    whole = sorted(zip(*map(np.ndarray.tolist, verifier(Held(TEXTS)).shingles_of(positions, 0)), strict=True))
    found = []
    for number in range(parts):
        found += zip(*map(np.ndarray.tolist, subject.shingles_of(positions, number)), strict=True)
    assert sorted(found) == whole
    assert len(whole) == sum(len(shingles(text)) for text in TEXTS)


@pytest.mark.parametrize("most", [1, 3, 100])
def test_a_queue_gives_what_one_call_gives(most):
    left, right = numbers(0, 1, 2, 3, 0, 0), numbers(2, 3, 4, 5, 4, 2)
    queue = Queue(verifier(Held(TEXTS)), most)
    queue.add((left[at : at + 1], right[at : at + 1]) for at in range(6))
    wanted = together([verifier(Held(TEXTS)).pairs(left, right)])
    assert [column.tolist() for column in queue.pairs()] == [column.tolist() for column in wanted]
    assert pairs_of(wanted) == [(0, 2), (0, 4), (1, 3), (2, 4), (3, 5)]
