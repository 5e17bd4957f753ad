"""Numbers and dates are masked, in any language, and nothing else is."""

import unicodedata

import numpy as np
import pytest
from detector.compiled import kernel
from detector.near_duplicates.minhash.masking import mask_words
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.minhash.shingles import fold_words, reference_words
from detector.text.characters import characters


@kernel
def masked_words(data, table, folded, word_start):
    words = fold_words(data, (0, data.size), table, folded, word_start)
    return mask_words(folded, word_start, words, table)


def masked(text):
    data = np.frombuffer(text.encode(), np.uint8)
    folded, start = np.zeros(3 * data.size + 64, np.uint8), np.zeros(data.size + 64, np.int64)
    count = masked_words(data, characters(), folded, start)
    return [bytes(folded[start[at] : start[at + 1] - 1]).decode() for at in range(count)]


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
    assert " ".join(masked(text)) == wanted


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
