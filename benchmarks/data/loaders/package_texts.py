"""Real texts from packages of PyPI, npm and Debian: PDF, OCR, mail, statutes, verse, chat, logs, Markdown.

training_data/labels/kinds/package_texts.json says for each text which package, version and files it comes
from, how it was made, and its hash; for mails and OCR texts also the licence. The texts are outside the
repository, in ../texts or $DETECTOR_TEXTS; `python -m benchmarks data package-texts` makes them.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.data.pages import Page
from benchmarks.data.shared import MissingDataError
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT, read_json

PACKAGE_TEXTS: Final = "package-texts"
INDEX: Final = ROOT / "training_data" / "labels" / "kinds" / "package_texts.json"
VARIABLE: Final = "DETECTOR_TEXTS"


def index() -> list[dict[str, Any]]:
    """Return the entry of each text."""
    rows: list[dict[str, Any]] = read_json(INDEX)
    return rows


def texts_folder() -> Path:
    """Return the folder of the texts: $DETECTOR_TEXTS, or ../texts beside the checkout."""
    return Path(os.environ.get(VARIABLE) or ROOT.parent / "texts")


def path_of(row: dict[str, Any], folder: Path) -> Path:
    """Return the file of a text."""
    return folder / f"{row['page']}.{'html' if row['format'] == 'html' else 'txt'}"


def package_texts() -> Iterator[Page]:
    """Yield the texts.

    A package in one language is a site. Refuses files that differ from those of the index.
    """
    folder = texts_folder()
    for row in index():
        path = path_of(row, folder)
        if not path.is_file():
            raise MissingDataError(
                f"{path} does not exist: run `python -m benchmarks data package-texts` first"
            )
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            raise BenchmarkError(f"{path} is not the text that was labelled: its hash is another")
        is_html = row["format"] == "html"
        yield Page(
            PACKAGE_TEXTS,
            row["page"],
            f"package:{row['page'].split('/', 1)[0]}:{row['language']}",
            row["language"],
            row["kind"],
            html=data if is_html else None,
            text=None if is_html else data.decode("utf-8"),
        )
