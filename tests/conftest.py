"""Shared fixtures: the shared data next to the checkout, the detector, and small builders."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from detector import Detector
from detector.records import Batch
from detector.text.decoding import text_of, utf8
from detector.text.html import html_batch
from detector.text.plain import text_batch

# No time limit for single examples: machines are busy, and first calls load files.
settings.register_profile("detector", deadline=None)
settings.load_profile("detector")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; tests that need it are skipped if there is none."""
    folder = Path(os.environ.get("DETECTOR_SHARED", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder


@pytest.fixture(scope="session")
def seed_page(shared: Path) -> str:
    """The page that the project started with."""
    (path,) = (shared / "seed").glob("*.txt")
    return path.read_bytes().decode()


@pytest.fixture(scope="session")
def detector() -> Detector:
    """A detector with the default model."""
    return Detector()


def lines_of(batch: Batch) -> list[str]:
    """The texts of all lines of a batch."""
    return [
        text_of(bytes(batch.data[start:end]))
        for start, end in zip(batch.line_start, batch.line_end, strict=True)
    ]


@pytest.fixture(scope="session")
def text_lines() -> Callable[[str], list[str]]:
    """A function from plain text to its lines."""
    return lambda text: lines_of(text_batch([utf8(text)]))


@pytest.fixture(scope="session")
def html_lines() -> Callable[[str], list[str]]:
    """A function from HTML to its lines."""
    return lambda page: lines_of(html_batch([utf8(page)])[0])
