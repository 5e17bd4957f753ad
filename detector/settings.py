"""Every knob once, with its unit, its default and the reason for it.

What a score is made of is not a setting: scores come from the model alone. Settings say
what is kept, and how work is cut into batches.
"""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from detector.errors import SettingsError

# Settings that ask for a threshold by what it does on pages that the model has not seen.
GOALS: Final = ("lose_at_most", "recall", "precision")


@dataclass(frozen=True, slots=True)
class Settings:
    """One immutable set of settings.

    threshold: score above which a line is dropped, 0 to 1. None (the default) chooses it
        for each page so that the expected F1 of the kept words is greatest; that was
        worth .01 to .015 words F1 over the best single threshold on WCXB dev.
    lose_at_most: instead, the share of content words that may be lost, 0 to 1: the lowest
        threshold that lost no more on pages of sites that the model had not seen.
    recall: the same as `lose_at_most`, said the other way: the share to keep.
    precision: instead, the least share of kept words that are to be content, 0 to 1.
    cut_headlines: cut a headline that returns as the beginning of a longer line.
    least_content: drop the whole page when its best expected F1 is below this, 0 to 1:
        a page that is all template comes out empty rather than as its least bad lines.
    mostly_content: of a page with a larger expected share of content than this, 0 to 1, only
        lines with a score above this are dropped: there is hardly a template to drop.
    batch_bytes: bytes of pages that are scored together. More is not faster: evidence
        of a batch should fit the processor's cache.
    """

    threshold: float | None = None
    lose_at_most: float | None = None
    recall: float | None = None
    precision: float | None = None
    cut_headlines: bool = True
    least_content: float = 0.2
    mostly_content: float = 0.9
    batch_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        for name in ("threshold", *GOALS, "least_content", "mostly_content"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise SettingsError(f"{name} is a number from 0 to 1, not {value}")
        given = [name for name in ("threshold", *GOALS) if getattr(self, name) is not None]
        if len(given) > 1:
            raise SettingsError(
                f"{' and '.join(given)} are given, and only one can decide: leave out the rest"
            )
        if self.batch_bytes < 1:
            raise SettingsError(f"batch_bytes must be at least 1, not {self.batch_bytes}")

    @classmethod
    def read(cls, path: Path, **changes: Any) -> "Settings":  # noqa: ANN401
        """Read a TOML file of settings; `changes` that are not None come on top."""
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"the settings file {path} is not TOML: {error}") from None
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(table) - known):
            raise SettingsError(
                f"{path} has unknown settings {', '.join(unknown)}; known: {', '.join(sorted(known))}"
            )
        try:
            return replace(
                cls(**table), **{name: value for name, value in changes.items() if value is not None}
            )
        except TypeError as error:
            raise SettingsError(f"{path} holds a value of the wrong type: {error}") from None
