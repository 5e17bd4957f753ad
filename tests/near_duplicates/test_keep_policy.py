"""Which near-duplicate stays, by order, length or value, and which kept text the others are assigned to."""

import math
from datetime import date

import numpy as np
import pytest

from detector.near_duplicates.jaccard.verification import NO_PAIRS, PairArrays, together
from detector.near_duplicates.keep_policy import copies_of, keep_rank, twins_of

LENGTH = np.array([5, 9, 9, 1])


def pairs(*rows):
    left, right, similarity = zip(*rows, strict=True)
    return PairArrays(np.array(left), np.array(right), np.array(similarity, np.float64))


def test_ranks():
    assert keep_rank("first", LENGTH, None).tolist() == [0, 1, 2, 3]
    assert keep_rank("longest", LENGTH, None).tolist() == [2, 0, 1, 3]
    assert keep_rank("best", LENGTH, [1.0, 3.0, 2.0, 3.0]).tolist() == [3, 0, 2, 1]


def test_texts_without_a_value_come_last_in_their_order():
    assert keep_rank("best", LENGTH, [None, 1.0, math.nan, 2.0]).tolist() == [2, 1, 3, 0]
    days = [date(2024, 1, 1), None, date(2024, 1, 3), date(2024, 1, 1)]
    assert keep_rank("newest", LENGTH, days).tolist() == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("keep", "by", "message"),
    [
        ("last", None, "keep is one of first, longest, newest, best, not 'last'"),
        ("first", [1, 2, 3, 4], "keep='first' takes no `by`"),
        ("longest", [1, 2, 3, 4], "keep='longest' takes no `by`"),
        ("newest", None, "keep='newest' needs `by`"),
        ("best", None, "keep='best' needs `by`"),
        ("best", [1, 2, 3], "`by` has 3 values for 4 texts"),
        ("best", [1, "2", 3, 4], "the values of `by` are of several types"),
    ],
)
def test_invalid_policies_are_refused(keep, by, message):
    with pytest.raises(ValueError, match=message):
        keep_rank(keep, LENGTH, by)


def test_a_text_goes_to_the_most_similar_kept_one_and_then_to_the_first():
    found = twins_of(pairs((0, 2, 0.8), (1, 2, 0.9), (0, 3, 0.85), (1, 3, 0.85)), np.arange(4))
    assert found.keeper.tolist() == [0, 1, 1, 0]
    assert found.similarity.tolist() == [1.0, 1.0, 0.9, 0.85]


def test_the_rank_decides_who_stays():
    found = twins_of(pairs((0, 1, 0.9)), np.array([1, 0]))
    assert found.keeper.tolist() == [1, 1]
    assert found.similarity.tolist() == [0.9, 1.0]


def test_no_chain_removes_a_text_that_nothing_kept_is_like():
    found = twins_of(pairs((0, 1, 0.9), (1, 2, 0.9)), np.arange(3))
    assert found.keeper.tolist() == [0, 0, 2]


def test_without_pairs_all_stay():
    found = twins_of(NO_PAIRS, np.arange(3))
    assert found.keeper.tolist() == [0, 1, 2]
    assert found.similarity.tolist() == [1.0, 1.0, 1.0]


def test_equal_texts_have_one_first_and_the_preferred_one_stays():
    digest = np.array([[7, 1], [3, 1], [7, 1], [3, 1], [7, 1]], np.uint64)
    found = copies_of(digest, np.array([2, 0, 1, 3, 0]))
    assert found.first.tolist() == [0, 1, 0, 1, 0]
    assert found.kept[[0, 1]].tolist() == [4, 1]


def test_texts_with_half_an_equal_digest_are_not_equal():
    digest = np.array([[7, 1], [7, 2], [8, 2], [7, 1]], np.uint64)
    assert copies_of(digest, np.arange(4)).first.tolist() == [0, 1, 2, 0] or (
        # Sorted by one half, positions rise within a class; a class that is split counts as separate.
        copies_of(digest, np.arange(4)).first.tolist() == [0, 1, 2, 3]
    )


def test_pairs_of_several_parts_are_each_there_once_and_in_order():
    assert together([]) == NO_PAIRS
    found = together([pairs((1, 3, 0.9), (0, 2, 0.8)), pairs((0, 2, 0.8), (0, 1, 1.0), (1, 2, 0.7))])
    assert found.left.tolist() == [0, 0, 1, 1]
    assert found.right.tolist() == [1, 2, 2, 3]
    assert found.similarity.tolist() == [1.0, 0.8, 0.7, 0.9]
