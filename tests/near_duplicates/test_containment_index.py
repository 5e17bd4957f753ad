"""A containment index finds the earlier text that contains a new one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import DuplicateSettings
from detector.errors import ModelFormatError, SettingsError
from detector.near_duplicates.index import containment_search
from detector.near_duplicates.index import index as index_module
from detector.near_duplicates.index.index import DuplicateIndex
from tests.near_duplicates.made import ask
from tests.near_duplicates.test_containment import ARCHIVE, STORY, WORDS, shingles


def holder(at, texts, threshold, size):
    """Brute force: the first earlier text that is equal, or else the first that has most of a text's shingles."""
    if texts[at] in texts[:at]:
        return texts.index(texts[at]), 1.0
    own = shingles(texts[at], size)
    shares = (
        [(len(own & shingles(text, size)) / len(own), -other) for other, text in enumerate(texts[:at])]
        if own
        else []
    )
    share, other = max(shares, default=(0, 0))
    return (-other, share) if share >= threshold else (None, 0.0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=12),
    st.sampled_from([0.05, 0.3, 0.5, 0.8, 1.0]),
    st.sampled_from([1, 2, 3]),
    st.integers(1, 12),
)
def test_matches_are_those_of_brute_force_however_the_texts_come(
    tmp_path_factory, lists, threshold, size, cut
):
    texts = [" ".join(words) for words in lists]
    ids = [str(at) for at in range(len(texts))]
    folder = tmp_path_factory.mktemp("index") / "index"
    chosen = DuplicateSettings(shingle=size)
    index = DuplicateIndex.create(folder, threshold, chosen, containment=True)
    found = ask(index, texts[:cut], ids[:cut], add=True)
    index = DuplicateIndex.open(folder, check=True)
    found += ask(index, texts[cut:], ids[cut:], add=True)
    wanted = [holder(at, texts, threshold, size) for at in range(len(texts))]
    assert [(match.earlier, match.similarity) for match in found] == [
        (None if other is None else str(other), pytest.approx(share)) for other, share in wanted
    ]


def test_batches_and_parts_change_nothing(tmp_path, monkeypatch):
    texts = [
        ARCHIVE,
        STORY,
        STORY.upper(),
        f"{STORY} and more",
        "Something else that nobody wrote before us",
    ] * 3
    ids = [str(at) for at in range(len(texts))]
    whole = ask(DuplicateIndex.create(tmp_path / "one", containment=True), texts, ids, add=True)
    monkeypatch.setattr(index_module, "TOGETHER", 4)
    monkeypatch.setattr(containment_search, "TEXTS_TOGETHER", 2)
    monkeypatch.setattr(containment_search, "PAIRS_TOGETHER", 1)
    assert ask(DuplicateIndex.create(tmp_path / "two", containment=True), texts, ids, add=True) == whole
    assert [match.earlier for match in whole[:5]] == [None, "0", "1", "0", None]


def test_a_longer_text_is_new_even_if_an_earlier_one_stands_in_it(tmp_path):
    index = DuplicateIndex.create(tmp_path / "index", containment=True)
    found = ask(index, [STORY, ARCHIVE], ["story", "archive"], add=True)
    assert [match.earlier for match in found] == [None, None]
    (again,) = ask(index, [STORY.replace("first", "second")], ["again"], threshold=0.8)
    assert (again.earlier, again.similarity) == ("story", pytest.approx(23 / 28))


def test_indexes_of_containment_merge(tmp_path):
    one, two = (DuplicateIndex.create(tmp_path / name, containment=True) for name in ("one", "two"))
    ask(one, ["A mill that stands in the hills of the north"], ["mill"], add=True)
    ask(two, [ARCHIVE], ["archive"], add=True)
    assert one.merge(two) == []
    (match,) = ask(DuplicateIndex.open(tmp_path / "one", check=True), [STORY], ["story"])
    assert (match.earlier, match.similarity) == ("archive", 1.0)
    with pytest.raises(SettingsError, match="other settings"):
        one.merge(DuplicateIndex.create(tmp_path / "three"))


def test_an_unknown_measure_is_refused(tmp_path):
    DuplicateIndex.create(tmp_path / "index", containment=True)
    path = tmp_path / "index" / "index.json"
    manifest = json.loads(path.read_text("utf-8"))
    for measure in ("cosine", 1, None):
        path.write_text(json.dumps(manifest | {"measure": measure}), "utf-8")
        with pytest.raises(ModelFormatError, match="unknown measure"):
            DuplicateIndex.open(tmp_path / "index")
    with pytest.raises(ValueError, match=r"from 0\.05 to 1"):
        DuplicateIndex.create(tmp_path / "other", 0.01, containment=True)
