"""Every knob once, with its unit, its default and the reason for it.

What a score is made of is not a setting: scores come from the model alone. Settings say
what is kept, and how work is cut into batches.
"""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from detector.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """One immutable set of settings.

    threshold: score above which a line is dropped, 0 to 1. None (the default) chooses it
        for each page so that the expected F1 of the kept words is greatest; that was
        worth .01 to .015 words F1 over the best single threshold on WCXB dev.
    cut_headlines: cut a headline that returns as the beginning of a longer line.
    least_content: drop the whole page when its best expected F1 is below this, 0 to 1:
        a page that is all template comes out empty rather than as its least bad lines.
    batch_bytes: bytes of pages that are scored together. More is not faster: evidence
        of a batch should fit the processor's cache.
    """

    threshold: float | None = None
    cut_headlines: bool = True
    least_content: float = 0.2
    batch_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise SettingsError(f"threshold is a score from 0 to 1, not {self.threshold}")
        if not 0 <= self.least_content <= 1:
            raise SettingsError(f"least_content is a share from 0 to 1, not {self.least_content}")
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
