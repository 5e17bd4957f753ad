"""Which kinds of lines stay and which go, whatever their scores: sets of them by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from detector.errors import SettingsError
from detector.records import LINE_KINDS

# What to keep and drop by kind, under the names of the command line. Of the other kinds scores decide.
# Of the default: readers' comments and notes about authors are not the main content, and the headline is.
PRESETS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "article": (("title",), ("comment", "author")),
    "scores": ((), ()),
    "body-only": ((), ("title", "byline", "comment", "author")),
    "with-comments": (("title", "comment"), ()),
    "everything-but-boilerplate": (("title", "body", "caption", "byline", "comment", "author"), ()),
}
DEFAULT_PRESET: Final = "article"


def refuse_unknown_kinds(setting: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Raise `SettingsError` for kinds that there are not."""
    if unknown := ", ".join(sorted(set(given) - set(known))):
        raise SettingsError(f"{setting} has unknown kinds {unknown}; known: {', '.join(known)}")


def refuse_unknown_line_kinds(keep: tuple[str, ...], drop: tuple[str, ...]) -> None:
    """Raise `SettingsError` for a kind of line that there is not, or that is both kept and dropped."""
    for name, kinds in (("keep", keep), ("drop", drop)):
        refuse_unknown_kinds(name, kinds, LINE_KINDS)
    if both := ", ".join(sorted(set(keep) & set(drop))):
        raise SettingsError(f"keep and drop both have {both}: choose one of them")
