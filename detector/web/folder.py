"""The opened folder: its pages and runs can be reached, and nothing outside it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from detector.corpus.run_folder import MANIFEST, RUN
from detector.model.files import CONFIG_FILE
from detector.training.data.page_files import GOLD_SUFFIX, PAGE_SUFFIXES
from detector.web.problems import Problem

# The most files of a folder that are listed.
MOST_FILES: Final = 10_000
LONGEST_NAME: Final = 1_000
REPORT: Final = "report.json"


class Folder:
    """A folder or a single page, given when the server starts.

    Links are followed only if they stay inside the folder.
    """

    def __init__(self, path: Path) -> None:
        resolved = path.resolve()
        self._only = resolved if resolved.is_file() else None
        self.root = resolved if self._only is None else resolved.parent
        self.name = resolved.name

    @property
    def is_writable(self) -> bool:
        """Tell whether labels and rules may be written: in a folder, but not beside a single page."""
        return self._only is None

    def inside(self, name: str) -> Path:
        """Return the path for a name in the folder; raises `Problem` if it is outside."""
        try:
            path = (self.root / name).resolve()
        except (OSError, ValueError, RuntimeError):
            path = self.root.parent
        allowed = path == self._only if self._only else path.is_relative_to(self.root)
        if not allowed or "\\" in name or len(name) > LONGEST_NAME:
            raise Problem(404, f"{name[:LONGEST_NAME]!r} is not in the opened folder")
        return path

    def page(self, name: str) -> Path:
        """Return a page file; raises `Problem` if no page has this name."""
        path = self.inside(name)
        if path.suffix.lower() not in PAGE_SUFFIXES or not path.is_file():
            raise Problem(404, f"{name!r} is not a page in the opened folder")
        return path

    def pages(self) -> list[str]:
        """Return the names of the page files, up to a limit."""
        if self._only is not None:
            return [self._only.name]
        return sorted(islice(self._page_names(), MOST_FILES))

    def _page_names(self) -> Iterator[str]:
        runs = [self.root / name for name in self.runs() if name != "."]
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root)
            if (
                not any(path.is_relative_to(run) for run in runs)
                and path.suffix.lower() in PAGE_SUFFIXES
                and not path.name.endswith(GOLD_SUFFIX)
                and RUN not in name.parts
                and path.is_file()
                and path.resolve().is_relative_to(self.root)
            ):
                yield name.as_posix()

    def runs(self) -> list[str]:
        """Return the names of finished corpus runs: the folder itself ("."), or folders in it."""
        if self._only is not None:
            return []
        found = [self.root, *sorted(path for path in self.root.iterdir() if path.is_dir())]
        return [
            path.relative_to(self.root).as_posix()
            for path in found
            if (path / MANIFEST).is_file()
            and (path / REPORT).is_file()
            and path.resolve().is_relative_to(self.root)
        ]

    def models(self) -> list[str]:
        """Return the names of the folders in it that contain a model."""
        if self._only is not None:
            return []
        return sorted(path.name for path in self.root.iterdir() if (path / CONFIG_FILE).is_file())

    def model(self, name: str) -> Path:
        """Return the folder of a model; raises `Problem` if no model has this name."""
        path = self.inside(name)
        if name not in self.models():
            raise Problem(404, f"{name!r} is not a model in the opened folder")
        return path

    def run(self, name: str) -> Path:
        """Return the folder of a finished run; raises `Problem` if no finished run has this name."""
        if name not in self.runs():
            raise Problem(404, f"{name!r} is not a finished run in the opened folder")
        return self.inside(name)
