import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.decoding import decode, is_wide, text_of, utf8
from detector.text.page import Page

INDONESIAN = "Dunia politik – “sedih” dengan imbas kerja sama. "
RUSSIAN = "Россия и Корея договорились о поставках зерна на следующий год. "
CHINESE = "中国政府宣布新的经济政策，以促进增长和就业，专家表示欢迎。"
JAPANESE = "町議会は月曜日、水車小屋の階段を残し、四千冊の本を置くことを決めた。\n"
THAI = "สภาเมืองลงมติเมื่อวันจันทร์ให้เก็บบันไดไม้โอ๊กของโรงสี"
GREEK = "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία και την ανάπτυξη. "


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (INDONESIAN, "utf-8", "utf-8"),
        (INDONESIAN, "utf-8-sig", "utf-8"),
        (INDONESIAN, "utf-16", "utf-16le"),
        (INDONESIAN, "utf-16-le", "utf-16-le"),
        (INDONESIAN, "utf-16-be", "utf-16-be"),
        (INDONESIAN, "cp1252", "windows-1252"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-u"),
        (RUSSIAN, "utf-16-be", "utf-16-be"),
        (CHINESE, "gb2312", "gbk"),
        (CHINESE, "utf-16", "utf-16le"),
        (GREEK, "cp1253", "windows-1253"),
        *[
            (text, encoding, encoding)
            for text in (JAPANESE, CHINESE, THAI, RUSSIAN, INDONESIAN)
            for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
        ],
    ],
)
def test_encodings_are_found(text, encoding, found):
    decoded = decode((text * 5).encode(encoding))
    assert decoded[:3] == (text * 5, found, 0)


def test_a_declared_charset_is_taken():
    assert decode(b"<meta charset=iso-8859-1><p>caf\xe9").text.endswith("café")
    assert decode("<meta charset=gb2312>中国".encode("gb2312")).text.endswith("中国")


def test_a_page_saved_as_utf8_wins_over_its_old_declaration():
    page = f"<meta charset=gb2312><p>{CHINESE}"
    assert decode(page.encode())[:3] == (page, "utf-8", 0)


def test_an_unknown_declaration_is_no_harm():
    assert decode("<meta charset=nonsense>中国".encode()).text.endswith("中国")


def test_gb2312_behind_a_long_ascii_beginning():
    page = b"<html><head>" + b"<!-- x -->" * 1500 + b"<meta charset=gb2312></head><p>"
    assert decode(page + (CHINESE * 3).encode("gb2312")).text.endswith(CHINESE * 3)


def test_lost_characters_are_counted_but_not_those_of_the_page():
    page = "a\ufffdb" + RUSSIAN
    assert decode(page.encode() + b"\xff")[:3] == (page + "\ufffd", "utf-8", 1)
    assert decode(page.encode())[:3] == (page, "utf-8", 0)


@given(st.binary(max_size=400))
def test_any_bytes_decode(data):
    decoded = decode(data)
    assert decoded.replaced >= 0
    assert text_of(utf8(decoded.text)) == decoded.text


@given(st.text(alphabet=st.characters(), max_size=200))
def test_lone_surrogates_pass_through(text):
    assert text_of(utf8(text)) == text


def test_typographic_marks_are_evidence_of_utf8():
    page = "It’s the town’s – “the” mill."
    assert decode(page.encode()).data == page.encode()


@pytest.mark.parametrize("size", [40, 400, 4000, 40000])
def test_random_bytes_are_not_wide_text(size):
    """Programs and pictures are refused by their control characters, which wide text may have."""
    assert not any(is_wide(random.Random(seed).randbytes(size)) for seed in range(50))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("text", [JAPANESE, THAI])
def test_wide_text_without_a_mark_is_a_page(text, encoding):
    assert Page.read((text * 100).encode(encoding)).text == text * 100
