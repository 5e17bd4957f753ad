"""What was dropped comes back: documents from the lines that a run has kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from detector.corpus.formats.files import opened
from detector.corpus.formats.json_lines import json_line
from detector.corpus.line_records import clean_again
from detector.corpus.run_folder import read_json
from detector.corpus.steps.publish import LINES, MANIFEST
from detector.decisions import DecisionPolicy
from detector.detector import Detector
from detector.errors import SettingsError
from detector.model.operating_points import threshold_of
from detector.records import Format
from detector.settings import GOALS, Settings
from detector.text.read import FORMATS


def stored_rows(run: Path) -> Iterator[dict[str, Any]]:
    """Yield the stored documents of a run, in order; see `sidecar.LineRow`.

    Raises `SettingsError` if there is no finished run, or it has kept no lines.
    """
    _manifest(run)
    files = sorted((run / LINES).glob("*.jsonl.zst"))
    if not files:
        raise SettingsError(f"{run} has kept no lines: it was run with --lines none")
    for path in files:
        try:
            with opened(str(path)) as file:
                for line in file:
                    yield json.loads(line)
        except (zstandard.ZstdError, ValueError) as error:
            raise SettingsError(f"{path} is damaged: {error}") from None


def _manifest(run: Path) -> dict[str, Any]:
    if not (run / MANIFEST).is_file():
        raise SettingsError(f"{run} holds no finished run: {MANIFEST} is missing")
    found = read_json(run / MANIFEST).get("settings_of")
    if not isinstance(found, dict):
        raise SettingsError(f"{run / MANIFEST} is damaged")
    return found


def settings_of(run: Path) -> Settings:
    """Return a run's settings without its threshold or goal, for another to be put there.

    Raises `SettingsError` if there is no finished run, or one of another version of this package.
    """
    given = _manifest(run)
    try:
        return Settings(**{**given["settings"], "threshold": None, **dict.fromkeys(GOALS)})
    except (TypeError, KeyError):
        raise SettingsError(
            f"{run} was made by version {given.get('detector')}, whose settings are not those of this one: "
            "give the settings as a file with --settings"
        ) from None


def _threshold(run: Path, detector: Detector, format: Format) -> float | None:
    """Return what the detector's goal stands for; raises `SettingsError` if it is not the run's model."""
    settings, model = detector.settings, detector.model
    made_with = _manifest(run).get("model")
    if any(getattr(settings, goal) is not None for goal in GOALS) and made_with != model.model_id:
        raise SettingsError(
            f"the scores in {run} are those of the model {made_with}, and the goal would be looked up in "
            f"{model.model_id}: name the run's with --model, or give a --threshold"
        )
    return threshold_of(settings, (model.text if format == "text" else model.html).points)


def restored(run: Path, detector: Detector | None, as_decided: bool) -> Iterator[str]:
    """Yield a line of JSON for each document: its id and text.

    detector: None for whole texts; else texts are clean by its policy, or as was decided
    """
    policies = {}
    if detector is not None and not as_decided:
        policies = {
            name: DecisionPolicy(detector.settings, _threshold(run, detector, name)) for name in FORMATS
        }
    for row in stored_rows(run):
        text = row["text"]
        if detector is not None:
            text = clean_again(row, None if as_decided else policies[row["format"]])
        yield json_line({"id": row["id"], "text": text}).decode()
