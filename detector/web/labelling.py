"""Labels for the pages of a folder, and a model adapted to them: the state behind the Label view."""

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from filelock import FileLock

from detector.errors import DetectorError
from detector.training.adapt.active_learning import Question
from detector.training.adapt.adaptation import Adaptation
from detector.training.adapt.holdout import Change
from detector.training.api import Training, adaptation_of
from detector.training.data.labelled_pages import LABELS
from detector.training.data.line_labels import KEYS, LineLabel, append_label, read_labels, undo_labels
from detector.training.data.page_files import read_page_files
from detector.web.folder import Folder
from detector.web.problems import Problem
from detector.web.worker import ModelChoice

FILE: Final = "labels.jsonl"
SKIPPED: Final = "unknown"
STEPS: Final = ("reading the pages", "testing on held-out pages", "adapting the model", "done")

State = Literal["none", "running", "done", "failed"]


@dataclass(frozen=True)
class Progress:
    """The progress of training."""

    state: State = "none"
    step: int = 0
    said: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the progress as plain values."""
        return {**asdict(self), "name": STEPS[self.step], "steps": len(STEPS) - 1}


def answers() -> list[dict[str, str]]:
    """Return the possible answers with their keys."""
    return [{"label": label, "key": key} for label, key in KEYS.items()]


class Labelling:
    """The labels of one folder. Only one thread at a time reads or trains."""

    def __init__(self, folder: Folder, choice: ModelChoice) -> None:
        self.path = folder.root / FILE
        self._folder, self._choice = folder, choice
        self._lock = threading.Lock()
        self._pages: Adaptation | None = None
        self.progress = Progress()
        self._trained: Training | None = None

    def _file_lock(self) -> FileLock:
        """Return the lock that keeps two windows, or two servers, from writing at the same time."""
        return FileLock(self._folder.root / f".{FILE}.lock")

    def labels(self) -> list[LineLabel]:
        """Return the labels in force."""
        return read_labels(self.path) if self.path.exists() else []

    def _material(self) -> Adaptation:
        """Return the folder's pages without labels. They are read once."""
        if self._pages is None:
            names = set(self._folder.pages())
            pages = [page for page in read_page_files([self._folder.root]) if page.id in names]
            self._pages = adaptation_of(self._choice.model, pages, [])
        return self._pages

    def questions(self, count: int) -> dict[str, Any]:
        """Return the lines whose labels would teach the model most, and the state of the labelling."""
        with self._lock:
            material = self._material()
            held = self.labels()
            labelled = material.labelled(held)
            asked = [self._asked(material, at, question) for at, question in labelled.questions(count)]
        known = labelled.counts()
        counts = {"pages": known.pages, "sites": known.sites, "recurring": known.recurring_lines}
        return {"questions": asked, "held": len(held), "counts": counts, "answers": answers()}

    @staticmethod
    def _asked(material: Adaptation, at: int, question: Question) -> dict[str, Any]:
        examples = material.materials[at].examples
        line = int(np.searchsorted(examples.batch.line_segment, question.row, side="right")) - 1
        return {
            "text": question.text,
            "site": material.sites[question.site],
            "pages": question.pages,
            "score": question.score,
            "kind": question.kind,
            "before": list(question.before),
            "after": list(question.after),
            "page": examples.pages[question.page].id,
            "line": line - int(examples.batch.page_line[question.page]),
        }

    def answer(self, label: LineLabel) -> int:
        """Write an answer, and return the number of labels in force.

        The answer is on disk when this returns.
        """
        if label.label not in LABELS:
            raise Problem(422, f"unknown label {label.label!r}; there are {', '.join(LABELS)}")
        if not label.text.strip() or (label.page is None) != (label.line is None):
            raise Problem(422, "a label needs the text of a line, and page and line together or neither")
        with self._file_lock():
            append_label(self.path, label)
            return len(self.labels())

    def take_back(self, label: LineLabel) -> int:
        """Undo an answer, even one from another window, and return the number of labels in force."""
        with self._file_lock():
            held = self.labels()
            given = [one for one in held if _key(one) == _key(label)]
            if not given or not _same(given[-1], label):
                return len(held)  # somebody has answered this again since: that answer stays
            if held[-1] is given[-1]:
                undo_labels(self.path)
            else:
                earlier = given[-2].label if len(given) > 1 else SKIPPED
                append_label(self.path, replace(label, label=earlier))
            return len(self.labels())

    def begin(self) -> None:
        """Record that training is about to start."""
        self.progress = Progress("running")

    def train(self) -> None:
        """Adapt the model; `progress` and `result` show the state."""
        try:
            with self._lock:
                adaptation = self._material().labelled(self.labels())
                adaptation.refuse_nothing()
                self.progress = Progress("running", 1)
                found, change = adaptation.held_back()
                self.progress = Progress("running", 2)
                model, counts = adaptation.adapted(), adaptation.counts()
                self._trained = Training(model, adaptation.memory, counts, change, found.by)
                self.progress = Progress("done", len(STEPS) - 1)
        except DetectorError as error:
            self.progress = Progress("failed", 0, str(error))

    def result(self) -> dict[str, Any] | None:
        """Return the result of training, if it is finished."""
        found = self._trained
        if found is None or self.progress.state != "done":
            return None
        change = None if found.held_back is None else _change(found.held_back)
        return {
            "by": found.by,
            "is_better": found.is_better,
            "change": change,
            "model_id": found.model.model_id,
        }

    def save(self, name: str) -> None:
        """Write the adapted model to a new folder beside the pages."""
        if self._trained is None:
            raise Problem(409, "there is no new model: train one first")
        if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 100:
            raise Problem(422, "a model name may contain only letters, digits, - and _")
        self._trained.save(self._folder.root / name)


def _key(label: LineLabel) -> tuple[Any, ...]:
    return label.text, label.site, label.page, label.line


def _same(one: LineLabel, other: LineLabel) -> bool:
    return _key(one) == _key(other) and one.label == other.label


def _change(change: Change) -> dict[str, Any]:
    return dict(change._asdict())
