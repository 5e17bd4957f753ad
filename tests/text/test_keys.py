"""Keys of lines: what is equal, what is masked, and that they never change unnoticed."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.characters import END, SPACE
from detector.text.decoding import utf8
from detector.text.keys import KEYS_VERSION, line_keys, site_id
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.oracles import words as oracle

# Dates and numbers of all sorts, and words around them.
WORDS = st.sampled_from(
    [
        "3",
        "12",
        "2024",
        "1st",
        "May",
        "Ann",
        "Émile",
        "de",
        "Posted",
        "2024-05-03",
        "10:15",
        "mp3",
        "٣",
        "中",
        "é",
        "5000000",
    ]
)


def keys_of(*lines):
    return line_keys(words_of(text_batch([utf8("\n".join(lines))])))


def test_keys_of_this_version_never_change():
    keys = keys_of("Posted on May 3, 2024", "Leave a Reply", "12 photos of Raja Ampat", "…")
    assert KEYS_VERSION == 2
    assert keys.exact.tolist() == [
        -1826703116852551025,
        -7417762330711997870,
        -2182634894200764486,
        0,
    ]
    assert keys.masked.tolist() == [-1167398112882850291, -7417762330711997870, 5581304076687322768, 0]
    assert keys.named.tolist() == [-1167398112882850291, 3964046144479893088, 7389204842395429722, 0]
    assert site_id("example.org") == 4627260942063550277


def test_case_and_punctuation_make_no_difference_and_order_does():
    exact = keys_of("Leave a Reply", "LEAVE a reply!", "Reply a leave").exact
    assert exact[0] == exact[1] != exact[2]


SAME_WHEN_MASKED = [
    ("Posted on May 3, 2024 by Ann", "Posted on June 13, 2023 by Ann"),
    ("3 de mayo de 2024", "14 de junio de 2021"),
    ("1st of May 2024", "22nd of July 2019"),
    ("Page 2", "Page 33"),
    ("12 comments", "7 comments"),
    ("2024-05-03 10:15", "2023-12-31 09:02"),
]
DIFFERENT_WHEN_MASKED = [
    ("Page 2", "Site 2"),
    ("12 comments", "12 answers"),
    ("in May we went home", "in June we went home"),
    ("chapter 3 of the book", "chapter 3 of the film"),
]


@pytest.mark.parametrize(("one", "two"), SAME_WHEN_MASKED)
def test_numbers_and_dates_are_masked(one, two):
    keys = keys_of(one, two)
    assert keys.masked[0] == keys.masked[1]
    assert keys.exact[0] != keys.exact[1]


@pytest.mark.parametrize(("one", "two"), DIFFERENT_WHEN_MASKED)
def test_other_words_are_not_masked(one, two):
    assert np.unique(keys_of(one, two).masked).size == 2


SAME_WITHOUT_NAMES = [
    ("12 photos of Ambon", "9 photos of Raja Ampat"),
    ("Welcome back, Budi", "Welcome back, Siti Nurhaliza"),
    ("Plus d’articles de Léa", "Plus d’articles de Étienne Roy"),
    ("Ещё новости из Казани", "Ещё новости из Нижнего Новгорода"),
]
# A name in the first place could be any word. In a sentence, in a longer line, and beside few other words, names
# say something.
DIFFERENT_WITHOUT_NAMES = [
    ("Ambon in photos today", "Toraja in photos today"),
    ("by Ann", "by Tom"),
    ("3 photos Ambon", "3 photos Toraja"),
    (f"we met Ann {'again ' * 13}", f"we met Tom {'again ' * 13}"),
    ("more from Ann in May", "more from Ann and Tom in May"),
    ("She was born in Ambon.", "She was born in Ternate."),
    ("Die Fahrt nach Berlin", "Die Reise nach Wien"),
    ("How to Choose a Tent", "How to Clean a Stove"),
]


@pytest.mark.parametrize(("one", "two"), SAME_WITHOUT_NAMES)
def test_names_are_masked(one, two):
    keys = keys_of(one, two)
    assert keys.named[0] == keys.named[1]
    assert keys.masked[0] != keys.masked[1]


@pytest.mark.parametrize(("one", "two"), DIFFERENT_WITHOUT_NAMES)
def test_not_all_names_are_masked(one, two):
    assert np.unique(keys_of(one, two).named).size == 2


@given(
    st.lists(WORDS, max_size=9).map(" ".join)
    | st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]))
)
def test_keys_are_those_of_the_oracle(line):
    line = unicodedata.normalize("NFC", line)
    found, words = keys_of(line), oracle.words_of(line)
    if found.exact.size:
        assert found.exact.tolist() == [oracle.line_key(words)]
        assert found.masked.tolist() == [oracle.line_key(words, masked=True)]
        kinds = [kind for kind in oracle.classes_of(line) if kind != SPACE]
        assert found.named.tolist() == [oracle.named_line_key(words, kinds[-1] == END)]


@given(st.text())
def test_lines_without_words_have_no_key_and_others_have(text):
    words = words_of(text_batch([utf8(text)]))
    keys = line_keys(words)
    empty = np.diff(words.segment_word) == 0
    assert ((keys.exact == 0) == empty).all()
    assert ((keys.masked == 0) == empty).all()
    assert ((keys.named == 0) == empty).all()


def test_a_line_without_numbers_and_names_has_one_key():
    keys = keys_of("Leave a reply")
    assert keys.exact[0] == keys.masked[0] == keys.named[0]
