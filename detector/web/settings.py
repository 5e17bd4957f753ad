"""Limits of `detector serve` for each caller."""

from dataclasses import dataclass

from detector.errors import SettingsError


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Limits of `detector serve` for each caller.

    most_body: bytes of a request; all requests together may take `most_held`
    most_pages: pages or texts of a request; most_lines: lines of a page
    most_seconds: for reading a request, and for the pages that are scored together. What takes
        longer is stopped, and its page is refused
    most_memory: bytes that a scoring process may take; 0 for no limit
    workers: scoring processes
    """

    most_body: int = 10_000_000
    most_held: int = 200_000_000
    most_pages: int = 1_000
    most_lines: int = 50_000
    most_seconds: float = 30.0
    most_memory: int = 2_000_000_000
    workers: int = 1

    def __post_init__(self) -> None:
        for name in ("most_body", "most_held", "most_pages", "most_lines", "workers"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not self.most_seconds > 0 or self.most_memory < 0:
            raise SettingsError("most_seconds must be above 0, and most_memory must not be below it")
