"""Texts in NFC and NFD are equal, wherever the combining mark is: eight bytes are read at a time."""

import itertools
import unicodedata

import pytest

from detector import find_duplicates
from detector.near_duplicates.texts import encoded

# Characters of one to four bytes: some are composed with the next one, others are not.
CHARACTERS = ("a", "é", "か", "\U0001d49c")
MARKS = ("e\u0301", "か\u3099", "\u1112\u1161\u11ab", "\u0928\u093c", "\U00011131\U00011127")


def in_nfc(texts):
    spans = encoded(texts)
    return [
        spans.data[start:end].tobytes().decode() for start, end in zip(spans.start, spans.end, strict=True)
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_composed_at_every_place(mark):
    texts = [
        before * n_before + mark + after * n_after
        for before, after in itertools.product(CHARACTERS, CHARACTERS)
        for n_before, n_after in itertools.product(range(18), range(10))
    ]
    wanted = [unicodedata.normalize("NFC", text) for text in texts]
    assert wanted != texts
    assert in_nfc(texts) == wanted
    assert [in_nfc([text])[0] for text in texts[::7]] == wanted[::7]


@pytest.mark.parametrize("text", ["かかが", "the last word is café", "中文字か\u3099", "x" * 8 + "e\u0301"])
def test_both_forms_are_one_text(text):
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    assert forms[0] != forms[1]
    assert in_nfc(forms) == [forms[0]] * 2
    assert len(find_duplicates(forms).pairs) == 1
