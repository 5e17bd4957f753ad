"""Checks values from files that users write.

>>> from dataclasses import dataclass
>>> from detector.errors import SettingsError
>>> from detector.files.checked import checked
>>> @dataclass
... class Cut:
...     headlines: bool
>>> checked({"headlines": True}, Cut, "careful.toml", SettingsError)
Cut(headlines=True)
>>> checked({"headlines": "no"}, Cut, "careful.toml", SettingsError)
Traceback (most recent call last):
  ...
detector.errors.SettingsError: careful.toml: "headlines" must be true or false, not a text

Not imported by what scores a page: msgspec takes 40 ms to load.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec

from detector.errors import DetectorError, SettingsError

T = TypeVar("T")

_WORDS: Final = {
    "bool": "true or false",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "array": "a list",
    "object": "a table of names and values",
    "null": "nothing",
}
_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `([^`]+)`")
_FEW: Final = re.compile(r"Expected `array` of length >= (\d+)")
_EXPECTED: Final = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_WHERE: Final = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")


def _in_words(kinds: str) -> str:
    """Return types as msgspec names them ("int | null") in words."""
    return " or ".join(_WORDS.get(kind, kind) for kind in kinds.split(" | ") if kind != "null") or "nothing"


def _said(error: msgspec.ValidationError) -> str:
    message = str(error)
    place = _WHERE.search(message)
    what = message[: place.start()] if place else message
    name = f'"{place[1]}"' if place and place[1] else "it"
    if missing := _MISSING.fullmatch(what):
        return f'"{missing[1]}" is missing'
    if found := _EXPECTED.fullmatch(what):
        got = _WORDS.get(found[2], found[2])
        return f"{name} must be {_in_words(found[1])}, not {got}"
    if unknown := _UNKNOWN.fullmatch(what):
        return f'{name} has an unknown field "{unknown[1]}"'
    if few := _FEW.fullmatch(what):
        return f"{name} must have at least {few[1]} entries" if few[1] != "1" else f"{name} is empty"
    return f"{name}: {what[0].lower()}{what[1:]}".replace("`", '"')


def refuse_wrong_patterns(patterns: Iterable[str], what: str) -> None:
    """Raise `SettingsError` for a text that is not a pattern of the package regex.

    what: what to call a pattern in the message
    """
    import regex  # slow to import, and few settings have patterns

    for pattern in patterns:
        try:
            regex.compile(pattern)
        except regex.error as error:
            raise SettingsError(f"{what} {pattern!r} is wrong: {error}") from None
        except RecursionError:
            raise SettingsError(
                f"{what} {pattern[:40]!r}... is nested too deeply: write it with fewer groups"
            ) from None


def checked(value: Any, kind: type[T], where: str, error: type[DetectorError]) -> T:  # noqa: ANN401
    """Return a value as the expected type.

    Parameters
    ----------
    value
        Plain values from JSON or TOML.
    kind
        A dataclass or another type. Unknown fields are ignored.
    where
        Where the value is from, for the message: a file and a line.
    error
        The error to raise if the value does not fit.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as found:
        raise error(f"{where}: {_said(found)}") from None
    except UnicodeEncodeError:
        raise error(f"{where}: a name holds half of a surrogate pair, which is no character") from None
