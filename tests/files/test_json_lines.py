"""JSON Lines: read with limits, written so that any program can read them."""

import io
import json
from datetime import date

import pytest

from detector.files.json_lines import DEEPEST, JsonLine, json_bytes, json_line, json_lines


def read(data, **options):
    return list(json_lines(io.BytesIO(data), **options))


def test_a_line_that_is_wrong_does_no_harm_to_others():
    rows = [b'\xef\xbb\xbf{"a": 1}', b"{", b"", b"   ", b"[1]", b'{"a": "\xff"}', b'{"a": 2}']
    found = read(b"\n".join(rows))
    assert [line.number for line in found] == [0, 1, 4, 5, 6]
    assert [line.value for line in found] == [{"a": 1}, None, None, None, {"a": 2}]
    assert [line.fault[:8] for line in found] == ["", "not JSON", "a JSON a", "not UTF-", ""]


def test_a_byte_order_mark_is_not_a_line():
    (line,) = read(b'\xef\xbb\xbf\n{"a": 1}\n')
    assert line == JsonLine(1, {"a": 1})


def test_a_part_of_a_file_ends_with_its_last_line():
    data = b'{"a": 1}\n{"a": 2}\n{"a": 3}\n'
    assert [line.number for line in read(data, first=7, size=10)] == [7, 8]
    assert [line.number for line in read(data, first=7, size=9)] == [7]


def test_a_long_line_is_not_held():
    data = b'{"a": 1}\n' + b"x" * 5000 + b'\n{"a": 2}\n' + b"y" * 3000
    assert [(line.number, line.fault) for line in read(data, longest=100)] == [
        (0, ""),
        (1, "a line of 5,001 bytes; the limit is 100"),
        (2, ""),
        (3, "a line of 3,000 bytes; the limit is 100"),
    ]


@pytest.mark.parametrize("depth", [1, DEEPEST - 1, DEEPEST, DEEPEST + 1, 900, 1000, 100_000])
def test_the_depth_is_bounded_by_us_and_not_by_who_calls(depth):
    """Python's own limit depends on how deep the call is."""

    def called_deep(times):
        return read(data) if times == 0 else called_deep(times - 1)

    for data in (
        b'{"a": ' * depth + b"1" + b"}" * depth,
        b'{"a": ' + b"[" * (depth - 1) + b"1" + b"]" * (depth - 1) + b"}",
    ):
        (line,) = read(data)
        assert (line.value is None) == (depth > DEEPEST)
        assert called_deep(60) == [line]
        if line.value is None:
            assert line == JsonLine(0, None, f"nested more than {DEEPEST} levels deep")


@pytest.mark.parametrize(
    "value",
    [
        {"a": "é\u2028\x00"},
        {"a": "\ud800"},
        {"\udc80": ["\ud83d"]},
        {"a": 10**40, "b": 0.1, "c": None, "d": True},
        [],
    ],
)
def test_what_is_written_is_read(value):
    data = json_line(value)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert json.loads(data.decode("utf-8")) == value
    assert json.loads(json_bytes(value, indented=True)) == value


def test_what_is_written_can_be_read_by_people():
    value = {"é": ["ü", float("nan")], "a": {}}
    assert json_line(value) == '{"é": ["ü", null], "a": {}}\n'.encode()
    assert json_bytes(value, indented=True) == '{\n "é": [\n  "ü",\n  null\n ],\n "a": {}\n}'.encode()


def test_numbers_that_json_does_not_have_are_null():
    inf, nan = float("inf"), float("nan")
    others = {"d": 1.5, "e": 7, "f": "x", "g": True, "h": None, "i": [2, "y"]}
    data = json_line({"a": nan, "b": [inf, {"c": -inf}], **others})
    assert json.loads(data, parse_constant=pytest.fail) == {"a": None, "b": [None, {"c": None}], **others}
    when = json_line({"a": nan, "when": date(2024, 5, 1), "raw": b"\xff"})
    assert json.loads(when) == {"a": None, "when": "2024-05-01", "raw": "/w=="}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_is_one_fault(encoding):
    """Windows PowerShell writes it. Python guessed the encoding of each line, and read every second one."""
    (line,) = read('{"a": 1}\n{"a": 2}\n{"a": 3}\n'.encode(encoding))
    assert line.fault == "the file is UTF-16, not UTF-8: convert it (iconv -f UTF-16 -t UTF-8)"


@pytest.mark.parametrize("data", [b'[{"a": 1},\n{"a": 2}]', b'[{"a": 1}, {"a": 2}]', b'[\n{"a": 1}\n]'])
def test_an_array_is_named(data):
    assert read(data)[0].fault == "a JSON array, not JSON Lines: write one object per line (jq -c '.[]')"
