"""What was dropped comes back: documents from the lines that a run has kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from detector.corpus.files import opened
from detector.corpus.json_lines import json_line
from detector.corpus.publishing import LINES, MANIFEST
from detector.corpus.sidecar import clean_again
from detector.detector import Detector
from detector.errors import SettingsError
from detector.scores.goals import threshold_of


def stored_rows(run: Path) -> Iterator[dict[str, Any]]:
    """Yield the stored documents of a run, in order; see `sidecar.LineRow`.

    Raises `SettingsError` if there is no finished run, or it has kept no lines.
    """
    if not (run / MANIFEST).is_file():
        raise SettingsError(f"{run} holds no finished run: {MANIFEST} is missing")
    files = sorted((run / LINES).glob("*.jsonl.zst"))
    if not files:
        raise SettingsError(f"{run} has kept no lines: it was run with --no-lines")
    for path in files:
        try:
            with opened(str(path)) as file:
                for line in file:
                    yield json.loads(line)
        except (zstandard.ZstdError, ValueError) as error:
            raise SettingsError(f"{path} is damaged: {error}") from None


def restored(run: Path, detector: Detector | None, as_decided: bool) -> Iterator[str]:
    """Yield a line of JSON for each document: its id and text.

    detector: None for whole texts; else texts are clean by its policy, or as was decided
    """
    for row in stored_rows(run):
        text = row["text"]
        if detector is not None:
            model = detector.model.text if row["format"] == "text" else detector.model.html
            policy = None if as_decided else (detector.settings, threshold_of(detector.settings, model.goals))
            text = clean_again(row, policy)
        yield json_line({"id": row["id"], "text": text}).decode()
