from hypothesis import given
from hypothesis import strategies as st

from detector.text.decoding import text_of, utf8
from detector.text.plain import LONG_LINE, text_batch
from tests.oracles.lines import lines_of, segments_of

# Marks that end or close sentences, and what surrounds them, ASCII and not.
PIECES = st.sampled_from(
    [
        " ",
        "a",
        "B1",
        ". ",
        ".",
        "!",
        "?! ",
        "。",
        "」",
        "）",
        '" ',
        ")",
        "…",
        "\u2028",
        "\xa0",
        "中",
        "x" * 60,
    ]
)
LONG = st.lists(PIECES, min_size=1, max_size=60).map(lambda pieces: "".join(pieces * 8))


def lines_with_ends(text):
    batch = text_batch([utf8(text)])
    stops = [*batch.line_start[1:].tolist(), batch.data.size][: batch.line_start.size]
    return [
        (text_of(bytes(batch.data[start:end])), text_of(bytes(batch.data[end:stop])))
        for start, end, stop in zip(batch.line_start, batch.line_end, stops, strict=True)
    ]


def segments(text):
    batch = text_batch([utf8(text)])
    return [
        text_of(bytes(batch.data[start:end]))
        for start, end in zip(batch.segment_start, batch.segment_end, strict=True)
    ]


def test_a_line_ends_at_lf_crlf_or_a_lone_cr():
    assert lines_with_ends("a\nb\r\nc\rd") == [("a", "\n"), ("b", "\r\n"), ("c", "\r"), ("d", "")]


def test_other_line_separators_are_white_space_inside_a_line():
    text = "a\x0bb\x0cc\x85d\u2028e\u2029f"
    assert lines_with_ends(text) == [(text, "")]


def test_blank_lines_are_lines_without_segments():
    batch = text_batch([b"a\n\n \t\xc2\xa0\nb\n"])
    assert batch.line_start.size == 4
    assert batch.line_segment.tolist() == [0, 1, 1, 1, 2]


def test_pages_do_not_run_into_each_other():
    batch = text_batch([b"a\r", b"\nb", b"", b"c\n"])
    assert batch.page_line.tolist() == [0, 1, 3, 3, 4]


@given(st.text(alphabet=st.characters(), max_size=300) | st.text(alphabet="a \n\r\t.。", max_size=300))
def test_lines_are_those_of_the_oracle(text):
    assert lines_with_ends(text) == lines_of(text)
    assert "".join(line + end for line, end in lines_of(text)) == text


@given(st.lists(LONG | st.text(max_size=40), max_size=3).map("\n".join))
def test_segments_are_those_of_the_oracle(text):
    assert segments(text) == [segment for line, _ in lines_of(text) for segment in segments_of(line)]


@given(st.text(alphabet="ab .!?。\n", max_size=3000))
def test_segments_of_a_line_touch_and_cover_it(text):
    batch = text_batch([utf8(text)])
    for line in range(batch.line_start.size):
        rows = range(batch.line_segment[line], batch.line_segment[line + 1])
        if not rows:
            assert not bytes(batch.data[batch.line_start[line] : batch.line_end[line]]).strip()
            continue
        assert batch.segment_start[rows[0]] == batch.line_start[line]
        assert batch.segment_end[rows[-1]] == batch.line_end[line]
        assert all(batch.segment_end[row] == batch.segment_start[row + 1] for row in rows[:-1])


def test_only_long_lines_are_cut_into_sentences():
    sentence = "A short sentence stands here. "
    short = sentence * (LONG_LINE // len(sentence))
    assert len(segments(short)) == 1
    long = sentence * (LONG_LINE // len(sentence) + 1)
    assert segments(long) == [sentence] * (len(long) // len(sentence))


def test_length_is_counted_in_characters_not_bytes():
    assert len(segments("字" * LONG_LINE)) == 1
    assert len(segments("这是一句话。" * 200)) == 200


def test_sentences_end_with_their_closing_marks():
    long = 'He said "no." Then she left (really!). ' + "x" * LONG_LINE
    assert segments(long)[:2] == ['He said "no." ', "Then she left (really!). "]


def test_abbreviations_without_space_do_not_end_sentences():
    long = "See example.org/a.html and 3.14 now " + "y " * LONG_LINE
    assert len(segments(long)) == 1
