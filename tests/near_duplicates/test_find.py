"""Near-duplicates are those of brute force; each removed text is one of a kept text."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import DuplicateSettings, find_duplicates
from detector.errors import SettingsError
from detector.near_duplicates.find import sketch_all
from detector.near_duplicates.lsh.bands import bands_for
from detector.near_duplicates.minhash.shingles import reference_shingles, reference_words
from detector.near_duplicates.minhash.signatures import signatures_of
from detector.near_duplicates.texts import HeldTexts
from detector.near_duplicates.workspace import Workspace
from detector.progress import no_progress
from tests.oracles.minhash import signature_of

# A recall so high that brute force and bands differ once in a billion pairs.
SURE = DuplicateSettings(shingle=2, recall=1 - 1e-9)
WORDS = st.sampled_from(["one", "two", "three", "four", "five", "Six", "7", "été", "дом", "水", "ไทย"])
TEXT = st.lists(WORDS, max_size=12).map(" ".join)


def jaccard(left, right, size):
    one, two = reference_shingles(left, size), reference_shingles(right, size)
    return len(one & two) / len(one | two) if one | two else float(left.strip() == right.strip())


def alike(left, right, size=2):
    """The similarity by definition: texts shorter than a shingle only match equal words."""
    if min(len(reference_words(left)), len(reference_words(right))) < size:
        same = reference_words(left) == reference_words(right)
        return float(same and (bool(reference_words(left)) or left.strip() == right.strip()))
    return jaccard(left, right, size)


def check_removal(texts, found, threshold, size=2):
    """Check what holds for every result."""
    assert sorted([*found.kept.tolist(), *found.removed]) == list(range(len(texts)))
    kept = set(found.kept.tolist())
    for position, twin in found.removed.items():
        assert twin.kept in kept
        assert twin.similarity >= threshold
        assert twin.similarity == pytest.approx(alike(texts[position], texts[twin.kept], size), abs=1e-12)


@given(st.lists(TEXT, max_size=14), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_pairs_are_those_of_brute_force(texts, threshold):
    found = find_duplicates(texts, threshold, settings=SURE)
    words = [tuple(reference_words(text)) or text.strip() for text in texts]
    first = [words.index(one) for one in words]
    wanted = {}
    for a, b in combinations(range(len(texts)), 2):
        similarity = alike(texts[a], texts[b])
        both_first = first[a] == a and first[b] == b
        if similarity >= threshold and (both_first or first[b] == a):
            wanted[a, b] = similarity
    assert {(pair.a, pair.b): pair.similarity for pair in found.pairs} == pytest.approx(wanted, abs=1e-12)
    check_removal(texts, found, threshold)
    for a, b in combinations(found.kept.tolist(), 2):
        assert alike(texts[a], texts[b]) < threshold


@given(st.lists(TEXT, max_size=12, unique_by=lambda text: tuple(reference_words(text))), st.randoms())
def test_the_order_of_texts_changes_no_pair(texts, draw):
    def found(order):
        pairs = find_duplicates([texts[at] for at in order], 0.5, settings=SURE).pairs
        return {(*sorted((order[pair.a], order[pair.b])), pair.similarity) for pair in pairs}

    order = list(range(len(texts)))
    wanted = found(order)
    draw.shuffle(order)
    assert found(order) == wanted


@given(st.lists(TEXT, max_size=12), st.integers(2, 5))
def test_large_groups_keep_the_promise(texts, most):
    chosen = DuplicateSettings(shingle=2, recall=1 - 1e-9, max_group=most)
    found = find_duplicates(texts, 0.3, settings=chosen)
    check_removal(texts, found, 0.3)
    for pair in found.pairs:
        assert pair.similarity == pytest.approx(alike(texts[pair.a], texts[pair.b]), abs=1e-12)


@settings(max_examples=30)
@given(st.lists(TEXT, max_size=20))
def test_what_streams_by_gives_the_same(texts):
    held, streamed = find_duplicates(texts, 0.5), find_duplicates(iter(texts), 0.5)
    assert list(held.pairs) == list(streamed.pairs)
    assert dict(held.removed) == dict(streamed.removed)


def test_short_and_empty_texts_are_compared_exactly():
    texts = ["cat", "dog", "Cat!", "", "", "  ", "!!!", "???", "!!!", "one two three four", "one two three"]
    found = find_duplicates(texts)
    assert {position: twin.kept for position, twin in found.removed.items()} == {2: 0, 4: 3, 5: 3, 8: 6}
    assert find_duplicates([]).kept.size == 0
    assert find_duplicates(["alone"]).kept.tolist() == [0]


@pytest.mark.parametrize(
    "text",
    [
        "渡し舟は朝の六時に出て夕方まで十五分おきに川を渡る。料金は大人二百円で子どもは半額になる。",
        "เรือข้ามฟากออกตอนหกโมงเช้าและข้ามแม่น้ำทุกสิบห้านาทีจนถึงเย็น ค่าโดยสารผู้ใหญ่ยี่สิบบาท",
        "تغادر العبارة في السادسة صباحا وتعبر النهر كل ربع ساعة حتى المساء ويدفع الكبار عشرين قرشا والصغار النصف",
        "Der erste Zug fährt um sechs Uhr ab und überquert den Fluss alle fünfzehn Minuten bis zum späten Abend.",
    ],
)
def test_scripts_with_and_without_spaces(text):
    longer = text + text[: len(text) // 8]
    other = text[::-1]
    found = find_duplicates([text, longer, other, text.upper()], 0.5)
    assert [(pair.a, pair.b) for pair in found.pairs] == [(0, 1), (0, 3)]
    assert found.pairs[1].similarity == 1.0


def test_normal_forms_are_one():
    composed, parted = "ö" * 8 + " and more words", "o\u0308" * 8 + " and more words"
    assert find_duplicates([composed, parted]).removed[1].similarity == 1.0


def near(count, changed=3, words=120):
    """Texts that differ from one another in their last words."""
    draw = random.Random(count)
    body = [f"word{draw.randrange(10_000)}" for _ in range(words)]
    return [" ".join([*body, *(f"end{number}x{at}" for at in range(changed))]) for number in range(count)]


def test_a_group_beyond_the_most_is_abridged():
    texts = [*near(60), "something else that is quite another text", *near(60)]
    found = find_duplicates(texts, settings=DuplicateSettings(max_group=20))
    assert found.abridged
    (group,) = found.groups
    assert (group.representative, group.texts, group.pairs_estimated) == (0, 60, 60 * 59 // 2)
    assert found.kept.tolist() == [0, 60]
    assert len(found.pairs) < 60 * 59 // 2
    whole = find_duplicates(texts)
    assert not whole.groups
    assert len(whole.pairs) == 60 * 59 // 2 + 60


def test_twins_among_pages_of_one_template_are_found():
    """All have a similarity of .75, which overfills the buckets; each has one near-duplicate, at .81."""
    draw, template = random.Random(5), [f"word{at}" for at in range(200)]
    own = [[f"own{draw.randrange(10**9)}" for _ in range(33)] for _ in range(400)]
    texts = [" ".join(template + words) for words in own]
    texts += [" ".join([*template, *words[:10], *(f"new{word}" for word in words[10:])]) for words in own]
    assert 0.8 < jaccard(texts[0], texts[400], 5) < 0.82
    assert 0.74 < jaccard(texts[0], texts[1], 5) < 0.76
    found = find_duplicates(texts, settings=DuplicateSettings(max_group=20))
    pairs = {(pair.a, pair.b) for pair in found.pairs}
    assert len(pairs & {(at, at + 400) for at in range(400)}) >= 398
    assert not found.abridged  # no group is too large: only buckets are


def test_members_of_a_removed_representative_choose_again():
    """A chain of groups: all texts of the second are similar to its middle, which the head of the first removes."""
    draw = random.Random(3)
    body = [f"w{draw.randrange(10_000)}" for _ in range(100)]
    head = " ".join(body)
    middle = " ".join([*body[:90], *(f"m{at}" for at in range(10))])
    tails = [
        " ".join([*body[:80], *(f"n{at}" for at in range(10)), f"t{number}", *(f"m{at}" for at in range(10))])
        for number in range(30)
    ]
    texts = [head, middle, *tails]
    found = find_duplicates(texts, 0.7, settings=DuplicateSettings(max_group=4))
    check_removal(texts, found, 0.7, 5)
    assert found.kept.size <= 2


def test_identical_texts_are_linked_to_the_first():
    found = find_duplicates(["the same words in every one of these texts"] * 20_000)
    assert len(found.pairs) == 19_999
    assert found.kept.tolist() == [0]
    assert not found.groups
    assert set(found.pairs.left.tolist()) == {0}


def test_keep_policies():
    short, long = near(1, 1)[0], near(1, 6)[0]
    texts = [short, long, short + "!"]
    assert find_duplicates(texts).kept.tolist() == [0]
    assert find_duplicates(texts, keep="longest").kept.tolist() == [1]
    assert find_duplicates(
        texts, keep="newest", by=["2024-01-02", "2024-01-01", "2024-03-01"]
    ).kept.tolist() == [2]
    assert find_duplicates(texts, keep="best", by=[0.5, float("nan"), 0.5]).kept.tolist() == [0]
    assert find_duplicates(texts, keep="best", by=[None, 2, 2]).kept.tolist() == [1]
    assert find_duplicates(texts, keep="best", by=[None, 1, 2]).removed[0] == (2, 1.0)


def test_the_threshold_is_met_exactly():
    # 4 of 5 shingles are shared: exactly .8.
    one, two = "a b c d e f g h", "a b c d e f g h i"
    assert [pair.similarity for pair in find_duplicates([one, two], 0.8, settings=SURE).pairs] == [7 / 8]
    texts = ["a b c d e", "a b c d e f"]
    chosen = DuplicateSettings(shingle=2, recall=1 - 1e-9)
    assert [pair.similarity for pair in find_duplicates(texts, 0.8, settings=chosen).pairs] == [0.8]
    assert not find_duplicates(texts, 0.8000001, settings=chosen).pairs


def test_threshold_one_means_equal_sets():
    texts = ["a b a b a b a b a b a b", "b a b a b a b a b a b a b a", "a b a b a b a b a b a c"]
    found = find_duplicates(texts, 1.0)
    assert [tuple(pair) for pair in found.pairs] == [(0, 1, 1.0)]


def test_masks_of_numbers_and_dates():
    texts = [
        f"Departure {number} of the ferry was on {date}, with {number * 3} people on board and no delay at all."
        for number, date in enumerate(
            ["3 May 2024", "4.11.2023", "2022-01-30", "June 5, 2021", "5 de junio de 2020"]
        )
    ]
    assert not find_duplicates(texts).pairs
    found = find_duplicates(texts, settings=DuplicateSettings(masked=True))
    assert found.kept.tolist() == [0]
    assert len(found.pairs) == 4


@pytest.mark.parametrize("threshold", [0, 0.04, 1.1, -1, float("nan")])
def test_thresholds_that_cannot_be_served_are_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        find_duplicates(["a", "b"], threshold)


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="text 1 is int, not str"):
        find_duplicates(["a", 3])
    with pytest.raises(TypeError, match="text 5000 is NoneType"):
        find_duplicates(iter(["a"] * 5000 + [None]))
    with pytest.raises(TypeError, match="put it into a list"):
        find_duplicates("one text")
    with pytest.raises(ValueError, match="keep is one of first, longest"):
        find_duplicates(["a"], keep="last")
    with pytest.raises(ValueError, match="needs `by`"):
        find_duplicates(["a"], keep="newest")
    with pytest.raises(ValueError, match="takes no `by`"):
        find_duplicates(["a"], by=[1])
    with pytest.raises(ValueError, match="2 values for 1 texts"):
        find_duplicates(["a"], keep="best", by=[1, 2])
    with pytest.raises(ValueError, match="of several types"):
        find_duplicates(["a", "b"], keep="best", by=[1, "x"])
    with pytest.raises(SettingsError, match="slots must be at most"):
        DuplicateSettings(slots=1 << 20)


def test_results_are_frozen_and_show_themselves():
    found = find_duplicates(["a b c d e f", "a b c d e f"])
    assert repr(found.pairs) == "<1 pairs>"
    assert found.pairs[0:1] == [(0, 1, 1.0)]
    assert 1 in found.removed
    assert 0 not in found.removed
    with pytest.raises(AttributeError):
        found.kept = np.zeros(0)


ICE = "nobody walked on the thinnest ice of the lake today because it was warm"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (f"Don’t: {ICE}", f"Donʼt: {ICE}"),
        (ICE, "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in ICE)),
        (f"a fine {ICE}", f"a ﬁ\u00adne\u200b {ICE}"),
        ("قال الكاتب إن الكتاب الجديد كبير جدا في رأيه", "قالَ الكــاتب إن الکتاب الجدید كبير جدا فی رأيه"),
    ],
)
def test_forms_that_readers_take_for_equal_are_equal(one, two):
    assert [pair.similarity for pair in find_duplicates([one, two], 1.0).pairs] == [1.0]
    assert not find_duplicates([one, two], 1.0, settings=DuplicateSettings(equal_forms=False)).pairs


def test_words_with_an_underscore_are_one():
    assert not find_duplicates(
        ["read_all_the_lines of the file now", "read all the lines of the file now"], 1.0
    ).pairs


@pytest.mark.parametrize("text", ["ＦＵＬＬ_width a_b ﬃ c d e", "ق\u0640ال الکتاب الجدید كبير جدا"])
def test_keys_in_equal_forms_are_those_of_datasketch_signatures(text):
    """Plain shingles, signed by the oracle (which is datasketch), give the keys of the kernel."""
    chosen = DuplicateSettings()
    plain = " ".join(reference_words(text, True)).replace("_", "x")
    work = Workspace(None, chosen.memory, {})
    shown = sketch_all(
        HeldTexts([text.replace("_", "x"), plain]), bands_for(0.8, 128, 0.995), chosen, work, no_progress
    )
    assert np.array_equal(shown.keys[0], shown.keys[1])
    assert np.array_equal(signature_of(plain, 5, 128), signatures_of([plain.encode()])[0])
