"""Restoring documents from the line records of a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.corpus.line_faults import fault_of
from detector.corpus.line_records import LineRecord, clean_again
from detector.corpus.run_folder import MANIFEST, read_json
from detector.corpus.steps.publish import LINES
from detector.decisions import DecisionPolicy
from detector.detector import Detector
from detector.errors import KernelError, SettingsError, in_words
from detector.files.checked import checked
from detector.files.json_lines import json_line, json_lines
from detector.files.limits import LONGEST
from detector.files.toml import settings_from
from detector.files.zstd_files import ZstdError, read_zstd
from detector.model.operating_points import threshold_of
from detector.records import Format
from detector.settings import GOALS, Columns, Settings
from detector.text.read import FORMATS

# The largest line record in bytes: a text, and the results for its lines.
LONGEST_RECORD: Final = 10 * LONGEST


@dataclass(frozen=True)
class _Total:
    documents: int


@dataclass(frozen=True)
class _Counts:
    total: _Total


@dataclass(frozen=True)
class _Manifest:
    """The fields of manifest.json that restoring needs."""

    settings_of: dict[str, Any]
    counts: _Counts


def stored_records(run: Path) -> Iterator[LineRecord]:
    """Yield the line records of a run, in order.

    Raises `SettingsError` if there is no finished run, or its lines are missing or damaged.
    """
    wanted = _manifest(run).counts.total.documents
    files = sorted((run / LINES).glob("*.jsonl.zst"))
    if not files and wanted:
        raise SettingsError(f"{run} has no line records: it was run with --lines none")
    found = 0
    for path in files:
        for record in _records_of(path):
            yield record
            found += 1
    if found != wanted:
        raise SettingsError(
            f"{run / LINES} has the lines of {found:,} documents, and the run had {wanted:,}: "
            "a file is missing or damaged"
        )


def _records_of(path: Path) -> Iterator[LineRecord]:
    """Yield the line records of a file; raises `SettingsError` if it is damaged."""
    try:
        with read_zstd(path) as file:
            for line in json_lines(file, longest=LONGEST_RECORD):
                where = f"{path} is damaged: line {line.number}"
                if line.value is None:
                    raise SettingsError(f"{where}: {line.fault}")
                record = checked(line.value, LineRecord, where, SettingsError)
                if fault := fault_of(record):
                    raise SettingsError(f"{where}: {fault}")
                yield record
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except (ZstdError, EOFError) as error:
        raise SettingsError(f"{path} is damaged: {in_words(error)}") from None


def _manifest(run: Path) -> _Manifest:
    if not (run / MANIFEST).is_file():
        raise SettingsError(f"{run} has no finished run: {MANIFEST} is missing")
    return checked(read_json(run / MANIFEST), _Manifest, f"{run / MANIFEST} is damaged", SettingsError)


def settings_of(run: Path) -> Settings:
    """Return the settings of a run without its threshold or goal.

    Raises `SettingsError` if there is no finished run, or its settings are those of another version.
    """
    given = _manifest(run).settings_of
    try:
        then = {**given["settings"], "threshold": None, **dict.fromkeys(GOALS)}
        return settings_from(then, Settings, "its manifest")
    except (SettingsError, TypeError, KeyError):
        raise SettingsError(
            f"{run} was made by version {given.get('detector')}, whose settings are not those of this one: "
            "give the settings as a file with --settings"
        ) from None


def _threshold(run: Path, detector: Detector, format: Format) -> float | None:
    """Return the threshold for the detector's goal; raises `SettingsError` if the run used another model."""
    settings, model = detector.settings, detector.model
    made_with = _manifest(run).settings_of.get("model")
    if any(getattr(settings, goal) is not None for goal in GOALS) and made_with != model.model_id:
        raise SettingsError(
            f"the scores in {run} are those of the model {made_with}, and the goal would be looked up in "
            f"{model.model_id}: name the run's with --model, or give a --threshold"
        )
    return threshold_of(settings, (model.text if format == "text" else model.html).points)


def _target(run: Path) -> str:
    """Return the column that the clean texts of a run went to."""
    columns = _manifest(run).settings_of.get("columns")
    if not isinstance(columns, dict):
        return Columns().target()
    target = columns.get("output") or columns.get("text")
    return target if isinstance(target, str) else Columns().target()


def restored(run: Path, detector: Detector | None, as_decided: bool) -> Iterator[str]:
    """Yield a line of JSON for each document: its id, all its fields, and the text.

    detector: None for whole texts; otherwise clean texts, under its policy or as decided
    Raises `SettingsError` if the run's folder is damaged.
    """
    policies = {}
    if detector is not None and not as_decided:
        policies = {
            name: DecisionPolicy(detector.settings, _threshold(run, detector, name)) for name in FORMATS
        }
    target = _target(run)
    for record in stored_records(run):
        text = record.text
        if detector is not None:
            try:
                policy = None if as_decided else policies[record.format]
                text = clean_again(record, policy, join_lines=detector.settings.join_lines)
            except (ValueError, KernelError) as error:
                raise SettingsError(f"{run / LINES} is damaged: {in_words(error)}") from None
        yield json_line({"id": record.id, **record.fields, target: text}).decode()
