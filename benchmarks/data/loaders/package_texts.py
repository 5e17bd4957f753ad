"""Real texts from packages of PyPI, npm and Debian: PDF, OCR, mail, statutes, verse, chat, logs, Markdown.

training_data/labels/kinds/package_texts.json says of each which package, version and file it comes
from, and its hash; of mails and OCR texts also the licence and how they were made into text. The texts
stand outside the repository, in ../texts or $DETECTOR_TEXTS.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.data.pages import Page
from benchmarks.data.shared import MissingDataError
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT

PACKAGE_TEXTS: Final = "package-texts"
INDEX: Final = ROOT / "training_data" / "labels" / "kinds" / "package_texts.json"
VARIABLE: Final = "DETECTOR_TEXTS"


def package_texts() -> Iterator[Page]:
    """Yield the texts, a package in one language a site; refuses files that are not those of the index."""
    folder = Path(os.environ.get(VARIABLE) or ROOT.parent / "texts")
    for row in json.loads(INDEX.read_text("utf-8")):
        is_html = row["format"] == "html"
        path = folder / f"{row['page']}.{'html' if is_html else 'txt'}"
        if not path.is_file():
            raise MissingDataError(f"{path} does not exist: take {row['path']} from {row['package']}")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            raise BenchmarkError(f"{path} is not the text that was labelled: its hash is another")
        yield Page(
            PACKAGE_TEXTS,
            row["page"],
            f"package:{row['page'].split('/', 1)[0]}:{row['language']}",
            row["language"],
            row["kind"],
            html=data if is_html else None,
            text=None if is_html else data.decode("utf-8"),
        )
