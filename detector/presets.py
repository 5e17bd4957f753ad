"""Presets: which kinds of lines to keep and to drop, whatever their scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from detector.errors import SettingsError
from detector.records import LINE_KINDS

# The kinds to keep and to drop, by the names used on the command line. For all other kinds the score decides.
# By default, the headline is main content; readers' comments and notes about authors are not.
PRESETS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "article": (("title",), ("comment", "author")),
    "scores": ((), ()),
    "body-only": ((), ("title", "byline", "comment", "author")),
    "with-comments": (("title", "comment"), ()),
    "everything-but-boilerplate": (("title", "body", "caption", "byline", "comment", "author"), ()),
}
DEFAULT_PRESET: Final = "article"


def refuse_unknown_kinds(setting: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Raise `SettingsError` for unknown kinds, or a text instead of a list."""
    if isinstance(given, str):
        raise SettingsError(f"{setting} is a list of kinds, not a text: write [{given!r}]")
    if unknown := ", ".join(sorted(set(given) - set(known))):
        raise SettingsError(f"{setting} has unknown kinds {unknown}; known: {', '.join(known)}")


def refuse_unknown_line_kinds(keep: tuple[str, ...], drop: tuple[str, ...]) -> None:
    """Raise `SettingsError` for a kind of line that is unknown, or both kept and dropped."""
    for name, kinds in (("keep", keep), ("drop", drop)):
        refuse_unknown_kinds(name, kinds, LINE_KINDS)
    if both := ", ".join(sorted(set(keep) & set(drop))):
        raise SettingsError(f"keep and drop both have {both}: choose one of them")
