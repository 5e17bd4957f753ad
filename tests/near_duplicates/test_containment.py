"""Texts inside longer ones, against the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import DuplicateSettings, find_contained, find_duplicates
from detector.errors import SettingsError
from detector.near_duplicates import containment

STORY = (
    "The ferry between the two islands will run all winter for the first time the harbour office said on Monday "
    "because a second boat was bought from a lake in the north"
)
ARCHIVE = f"All that was written in March about boats and bridges. {STORY}. Next month we write about the mill again."


def shingles(text, size):
    words = text.casefold().split()
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def test_a_story_in_an_archive_is_removed():
    texts = [STORY, ARCHIVE, "Something else that nobody wrote before, of a mill that stands in the hills"]
    assert len(find_duplicates(texts).pairs) == 0
    found = find_contained(texts)
    assert found.kept.tolist() == [1, 2]
    assert dict(found.removed) == {0: (1, 1.0)}
    assert [tuple(pair) for pair in found.pairs] == [(0, 1, 1.0)]


def test_the_share_is_that_of_the_shorter_text():
    changed = ARCHIVE.replace("harbour office", "port office")
    (pair,) = find_contained([STORY, changed], 0.5).pairs
    own, other = shingles(STORY, 5), shingles(changed.replace(".", ""), 5)
    assert pair.similarity == len(own & other) / len(own)
    assert not find_contained([STORY, changed], pair.similarity + 0.01).pairs
    assert find_contained([STORY, changed], pair.similarity).pairs


def test_copies_and_texts_without_shingles():
    texts = ["", STORY, "two words", STORY.upper(), "Two words", ARCHIVE, ""]
    found = find_contained(texts)
    assert dict(found.removed) == {1: (5, 1.0), 3: (5, 1.0), 4: (2, 1.0), 6: (0, 1.0)}
    assert find_contained([]).kept.tolist() == []


def test_what_is_refused():
    with pytest.raises(TypeError, match="not one str"):
        find_contained("text")
    with pytest.raises(TypeError, match="text 1 is int"):
        find_contained(["a", 1])
    with pytest.raises(SettingsError, match=r"from 0\.05 to 1"):
        find_contained([], 0)


WORDS = st.lists(st.sampled_from("abcdef"), min_size=0, max_size=14)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=12), st.sampled_from([0.05, 0.3, 0.5, 0.8, 1.0]), st.sampled_from([1, 2, 3]))
def test_all_pairs_are_found_and_no_other(lists, threshold, size):
    texts = [" ".join(words) for words in lists]
    found = find_contained(texts, threshold, settings=DuplicateSettings(shingle=size))
    sets = [shingles(text, size) for text in texts]
    first = [texts.index(text) for text in texts]
    wanted = {}
    for one in range(len(texts)):
        for other in range(one):
            if first[one] != one or first[other] != other or not sets[one] or not sets[other]:
                continue
            part = min(sets[one], sets[other], key=len)
            share = len(sets[one] & sets[other]) / len(part)
            if share >= threshold:
                wanted[other, one] = share
    pairs = {(pair.a, pair.b): pair.similarity for pair in found.pairs if first[pair.b] != pair.a}
    assert pairs == wanted
    kept = set(found.kept.tolist())
    assert not any(one in kept and other in kept for one, other in wanted)
    for gone, twin in found.removed.items():
        assert twin.kept in kept
        assert (
            first[gone] == first[twin.kept]
            or wanted[tuple(sorted((first[gone], twin.kept)))] == twin.similarity
        )
        assert len(sets[twin.kept]) >= len(sets[gone])


def test_the_result_does_not_depend_on_how_much_is_verified_together(monkeypatch):
    generator = np.random.default_rng(7)
    texts = [" ".join(map(str, generator.integers(0, 30, generator.integers(5, 40)))) for _ in range(60)]
    chosen = DuplicateSettings(shingle=2)
    whole = list(find_contained(texts, 0.3, settings=chosen).pairs)
    monkeypatch.setattr(containment, "TOGETHER", 7)
    assert list(find_contained(texts, 0.3, settings=chosen).pairs) == whole


def test_shingles_of_many_texts_lead_to_the_longest_only():
    texts = [f"{STORY} {' '.join(f'w{number}x{at}' for at in range(number))}" for number in range(40)]
    found = find_contained(texts, settings=DuplicateSettings(max_group=5))
    assert len(found.pairs) < 40 * 39 / 2
    assert 39 in found.kept.tolist()
    assert all(twin.kept > gone for gone, twin in found.removed.items())
