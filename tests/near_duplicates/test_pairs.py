"""From bands to candidate pairs, from pairs to kept texts, and growing blocks: against the oracle."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector import native
from detector.near_duplicates.jaccard.verification import PairArrays
from detector.near_duplicates.keep_policy import twins_of
from detector.near_duplicates.lsh.candidates import (
    Emitted,
    buckets_of,
    joined_pairs,
    large_buckets,
    large_marks,
)
from tests.oracles.pairs import candidates, grown, representatives


@st.composite
def banded(draw):
    """Band keys of some texts, many of them equal, and their owners."""
    texts, bands = draw(st.integers(1, 12)), draw(st.integers(1, 70))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    return random.integers(0, draw(st.integers(1, 9)), (texts, bands)), random.integers(0, 1 + texts, texts)


@given(banded(), st.integers(2, 6), st.booleans())
def test_candidates_are_those_of_the_oracle(drawn, most, owned):
    keys, owner = drawn[0].astype(np.uint32), drawn[1] if owned else np.arange(drawn[1].size)
    emitted = Emitted(keys, large_marks(*keys.shape), owner if owned else np.zeros(0, np.int64))
    found = []
    for band, column in enumerate(keys.T):
        buckets = buckets_of(np.ascontiguousarray(column), np.arange(column.size))
        list(large_buckets(buckets, band, emitted, most))
        parts = list(joined_pairs(buckets, band, emitted, most))
        found.append(
            sorted(
                (one, two) for part in parts for one, two in zip(*map(np.ndarray.tolist, part), strict=True)
            )
        )
    assert found == candidates(keys.tolist(), owner.tolist(), most)


def test_pairs_go_on_where_there_was_no_room():
    members, none = np.arange(9), np.zeros(0, np.int64)
    emitted = Emitted(np.zeros((9, 1), np.uint32), large_marks(9, 1), none)
    buckets = (members, np.array([0, 4]), np.array([4, 5]))
    cursor, left, right, found = np.zeros(2, np.int64), np.empty(4, np.int64), np.empty(4, np.int64), []
    while cursor[0] < 2:
        count = native.run("join_buckets", buckets, 0, emitted, cursor, left, right)
        found += zip(left[:count].tolist(), right[:count].tolist(), strict=True)
    assert sorted(found) == [(one, two) for one in range(9) for two in range(one + 1, 4 if one < 4 else 9)]


@given(st.integers(1, 9), st.data())
def test_representatives_are_those_of_the_oracle(texts, data):
    pairs = data.draw(
        st.lists(
            st.tuples(st.integers(0, texts - 1), st.integers(0, texts - 1)).filter(
                lambda pair: pair[0] < pair[1]
            ),
            unique=True,
        )
    )
    similarity = data.draw(
        st.lists(st.sampled_from([0.8, 0.9, 1.0]), min_size=len(pairs), max_size=len(pairs))
    )
    rank = data.draw(st.permutations(range(texts)))
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    found = twins_of(PairArrays(left, right, np.array(similarity)), np.array(rank))
    triples = [(*pair, alike) for pair, alike in zip(pairs, similarity, strict=True)]
    assert (found.keeper.tolist(), found.similarity.tolist()) == representatives(triples, rank)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=14), st.data())
def test_blocks_grow_as_those_of_the_oracle(drawn, data):
    lines, page = [line for line, _ in drawn], sorted(of for _, of in drawn)
    places = st.tuples(st.integers(0, len(lines) - 1), st.integers(0, len(lines) - 1))
    blocks = [
        (first, min(first + 1, len(lines)), source)
        for first, source in data.draw(st.lists(places, max_size=4))
    ]
    first, end, source = (np.array([block[at] for block in blocks], np.int64) for at in range(3))
    digest = np.array([[line, line] for line in lines], np.uint64)
    native.run("grow_blocks", digest, np.array(page), first, end, source)
    wanted = [grown(lines, page, *block) for block in blocks]
    assert list(zip(first.tolist(), end.tolist(), source.tolist(), strict=True)) == wanted
