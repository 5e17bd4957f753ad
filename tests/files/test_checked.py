"""Invalid values are named, along with what is allowed."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from detector.errors import ModelFormatError, SettingsError
from detector.files.checked import checked, refuse_wrong_patterns


@dataclass
class Inner:
    size: int = 0


@dataclass
class Fields:
    name: str
    share: float = 0.0
    sure: bool = False
    kind: Literal["a", "b"] = "a"
    sizes: list[int] = field(default_factory=list)
    table: dict[str, int] = field(default_factory=dict)
    maybe: int | None = None
    inner: Inner = field(default_factory=Inner)


def test_what_fits_comes_back():
    given = {"name": "x", "sizes": [1, 2], "maybe": None, "inner": {"size": 3}, "unknown": 1}
    assert checked(given, Fields, "a file", SettingsError) == Fields("x", sizes=[1, 2], inner=Inner(3))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, 'a file, line 3: "name" is missing'),
        ({"name": 1}, 'a file, line 3: "name" must be a text, not a whole number'),
        ({"name": "x", "share": "y"}, 'a file, line 3: "share" must be a number, not a text'),
        ({"name": "x", "sure": 1}, 'a file, line 3: "sure" must be true or false, not a whole number'),
        ({"name": "x", "sizes": 1}, 'a file, line 3: "sizes" must be a list, not a whole number'),
        ({"name": "x", "sizes": [1.5]}, 'a file, line 3: "sizes[0]" must be a whole number, not a number'),
        ({"name": "x", "table": []}, 'a file, line 3: "table" must be a table of names and values, not a list'),
        ({"name": "x", "maybe": "1"}, 'a file, line 3: "maybe" must be a whole number, not a text'),
        ({"name": "x", "inner": {"size": None}}, 'a file, line 3: "inner.size" must be a whole number, not nothing'),
        ({"name": "x", "kind": "c"}, 'a file, line 3: "kind": invalid enum value \'c\''),
        ([], "a file, line 3: it must be a table of names and values, not a list"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_reported(given, message):
    with pytest.raises(SettingsError) as found:
        checked(given, Fields, "a file, line 3", SettingsError)
    assert str(found.value) == message


def test_the_error_is_the_callers():
    with pytest.raises(ModelFormatError, match='"name" is missing'):
        checked({}, Fields, "x", ModelFormatError)


def test_a_name_that_is_no_text_is_reported():
    with pytest.raises(SettingsError, match="a file: a name holds half of a surrogate pair"):
        checked({"name": "x", "\ud800": 1}, Fields, "a file", SettingsError)


@pytest.mark.parametrize(
    ("pattern", "message"), [("(", "'(' is wrong: missing )"), ("(" * 3000, "fewer groups")]
)
def test_invalid_patterns_are_named(pattern, message):
    refuse_wrong_patterns(["a+", "(?i)b"], "the pattern")
    with pytest.raises(SettingsError) as found:
        refuse_wrong_patterns(["a+", pattern], "the pattern")
    assert str(found.value).startswith("the pattern '(")
    assert message in str(found.value)
