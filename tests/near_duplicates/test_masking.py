"""Numbers and dates are masked, in any language, and nothing else is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.minhash.shingles import reference_words
from detector.near_duplicates.texts import joined
from tests.kernels.calls import folded_texts
from tests.oracles.minhash import masked_words


def masked(text):
    return folded_texts(joined([text.encode()]), folding=1)[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("page 3 of 120", "page # of #"),
        ("on 3 May 2024 at noon", "on # at noon"),
        ("el 3 de mayo de 2024", "el #"),
        ("May 3, 2024", "#"),
        ("am 3.5.2024 um 9:30 Uhr", "am # um # # uhr"),
        ("2024-05-03T10:15", "# # # #"),
        ("2024-05-03", "#"),
        ("3 мая 2024 года", "# года"),
        ("room B12, 3rd floor, mp3", "room # # floor #"),
        ("٣ مايو", "# مايو"),
        ("2024年5月3日", "# 年 # 月 # 日"),
        ("99 bottles of beer 2024", "# bottles of beer #"),
        ("3 a b c d 2024", "# a b c d #"),
        ("", ""),
        ("1", "#"),
    ],
)
def test_what_is_masked(text, wanted):
    assert " ".join(masked(text)) == " ".join(masked_words(text)) == wanted


WORDS = st.sampled_from(
    ["3", "12", "31", "32", "2024", "1899", "05", "1st", "may", "de", "٣", "mp3", "a", "年", "123456"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(alphabet="0123456789 abc.дд年٣", max_size=40))
def test_masked_words_are_those_of_the_oracle(text):
    text = unicodedata.normalize("NFC", text)
    assert masked(text) == masked_words(text)


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Nd", "Nl", "No", "Mn", "Mc", "Me"]), max_size=40
    )
)
def test_text_without_digits_stays_as_it_is(text):
    assert masked(unicodedata.normalize("NFC", text)) == reference_words(text)


@given(st.text(alphabet="0123456789 abc.дд年", max_size=40))
def test_no_digit_is_left(text):
    assert not any(char.isdigit() for word in masked(text) for char in word)
