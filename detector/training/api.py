"""`detector.train` and `detector.evaluate`: the two commands as functions."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from detector.detector import profile_for
from detector.errors import PageError, SettingsError
from detector.model.files import Model, folder_of, model_of
from detector.model.files import save as save_model
from detector.model.info import ModelInfo
from detector.settings import Settings
from detector.sites.profile import SiteProfile
from detector.training.adapt.adaptation import Adaptation, Counts, general_change, start
from detector.training.adapt.holdout import Change
from detector.training.adapt.memory import Memory, load_memory
from detector.training.data.examples import Examples
from detector.training.data.labelled_pages import LabelledPage, read_pages
from detector.training.data.line_labels import LineLabel, read_labels
from detector.training.data.page_files import read_page_files
from detector.training.evaluate.compare import compared
from detector.training.evaluate.judge import Judged, Measures, examples_to_judge, judge, measures, measures_of
from detector.training.fit.train import Log
from detector.training.fit.train import train as train_anew

Source = str | Path | LabelledPage
Pages = Source | Iterable[Source]


@dataclass(frozen=True)
class Training:
    """A new model and its test results.

    Attributes
    ----------
    model : Model
        The new model.
    memory : Memory
        What is remembered of the training, to adapt the model again: how certain each phrase weight is, and
        rows that the networks learned from. Empty if the old model was given without its folder.
    counts : Counts or None
        Numbers of pages, sites, recurring and labelled lines. None for a model trained anew.
    held_back : Change or None
        The log loss of labelled lines on held-out pages, before and after.
    by : str
        What was held out: "site" or "page".
    general : Change or None
        The same on pages of other sites.
    out_of_fold : tuple of (str, Measures)
        For a model trained anew: the cross-validated measures for each format.
    """

    model: Model
    memory: Memory
    counts: Counts | None = None
    held_back: Change | None = None
    by: str = ""
    general: Change | None = None
    out_of_fold: tuple[tuple[str, Measures], ...] = ()

    @property
    def is_better(self) -> bool:
        """Whether the tests found the model better than the old one, or could not test it."""
        here = self.held_back is None or self.held_back.verdict in ("better", "nothing known")
        return here and (self.general is None or self.general.verdict != "worse")

    def save(self, folder: str | Path, replace: bool = False) -> None:
        """Write the model; raises `SettingsError` if the folder exists and `replace` is false."""
        refuse_existing(Path(folder), replace)
        save_model(self.model, Path(folder))
        self.memory.save(Path(folder))


class Evaluation(NamedTuple):
    """The results of a model on labelled pages.

    Attributes
    ----------
    judged : sequence of Judged
        Scores and decisions for each way to read the pages: "html", "html as text", "text".
    compared : sequence of dict or None
        For each of these, the figures of the other model compared with the first.
    """

    judged: Sequence[Judged]
    compared: Sequence[dict[str, Any] | None]

    @property
    def measures(self) -> dict[str, Measures]:
        """The measures by way to read the pages, then by group of pages ("all" first)."""
        return {one.name: measures_of(one) for one in self.judged}


def refuse_existing(folder: Path, replace: bool) -> None:
    """Raise `SettingsError` if a folder exists and must not be replaced."""
    if folder.exists() and not replace:
        raise SettingsError(f"{folder} already exists: choose another --output, or add --overwrite")


def _read(pages: Pages, reader: Callable[[Iterable[Path]], Iterable[LabelledPage]]) -> list[LabelledPage]:
    given: list[Source] = [pages] if isinstance(pages, str | Path | LabelledPage) else list(pages)
    files = [Path(source) for source in given if not isinstance(source, LabelledPage)]
    return [*(source for source in given if isinstance(source, LabelledPage)), *reader(files)]


def adaptation_of(
    model: Model | str | Path | None,
    pages: Sequence[LabelledPage],
    labels: Sequence[LineLabel],
    frozen: bool = False,
) -> Adaptation:
    """Return what adapting a model to pages starts from; frozen: adapt only the phrase weights."""
    memory = Memory() if isinstance(model, Model) else load_memory(folder_of(model))
    return start(model_of(model), pages, labels, memory, frozen)


def adapted_training(
    adaptation: Adaptation,
    pages: Sequence[LabelledPage],
    general: Sequence[LabelledPage],
) -> Training:
    """Return the adapted model, tested on held-out pages and on general pages, if there are any."""
    adaptation.refuse_nothing()
    found, judged = adaptation.held_back()
    new = adaptation.adapted()
    elsewhere = general_change(adaptation.model, new, general, pages) if general else None
    changes = {
        f"log loss, pages held out by {found.by}": judged,
        "log loss, pages of other sites": elsewhere,
    }
    measured = {name: _plain(change._asdict()) for name, change in changes.items() if change is not None}
    new = replace(new, info=replace(new.info, measures=measured))
    return Training(new, adaptation.memory, adaptation.counts(), judged, found.by, elsewhere)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON values: numpy numbers become Python numbers."""
    return {
        name: _plain(value)
        if isinstance(value, Mapping)
        else value.tolist()
        if isinstance(value, np.generic | np.ndarray)
        else value
        for name, value in values.items()
    }


def whole_training(pages: Sequence[LabelledPage], seed: int, log: Log = lambda message: None) -> Training:
    """Return a model trained anew; raises `PageError` for pages of fewer than three groups."""
    trained = train_anew(pages, seed=seed, log=log)
    found = tuple((one.format, measures(one.examples, one.scores, Settings())) for one in trained.out_of_fold)
    info = ModelInfo(
        data={"pages": len(pages), "sha256": _hash_of(pages), "seed": seed},
        measures={"out_of_fold": _plain(dict(found))},
    )
    return Training(replace(trained.model, info=info), trained.memory, out_of_fold=found)


def _hash_of(pages: Sequence[LabelledPage]) -> str:
    """Return the SHA-256 of pages and what is known about them, independent of their order."""
    hashes = sorted(hashlib.sha256(repr(page).encode("utf-8", "replace")).hexdigest() for page in pages)
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def train(
    pages: Pages,
    model: Model | str | Path | None = None,
    labels: str | Path | Sequence[LineLabel] = (),
    general: Pages = (),
    anew: bool = False,
    seed: int = 0,
    freeze_networks: bool = False,
) -> Training:
    """Adapt a model to pages, or train a new one, like `detector train`; see docs/training.md.

    Nothing is written. Look at `is_better`, then call `save(folder)`.

    Parameters
    ----------
    pages : str, Path, LabelledPage or an iterable of these
        Folders, HTML and text files, JSONL, CSV, or records; labelled or not.
    model : Model, str or Path, optional
        The model to adapt, or its folder; the default model if not given.
    labels : str, Path or sequence of LineLabel
        Labels of single lines, or a file with them.
    general : as `pages`
        Labelled pages of other sites, on which the model must not get worse.
    anew : bool
        Train a new model on labelled pages (JSONL or records). This takes minutes.
    seed : int
        With `anew`: the same pages and seed give the same model.
    freeze_networks : bool
        Adapt only the phrase weights, not the networks for text.

    Returns
    -------
    Training
        The new model and its test results.

    Raises
    ------
    PageError
        If pages or labels cannot be used.
    SettingsError
        If arguments are wrong.
    ModelFormatError
        If the model cannot be read.
    """
    if anew:
        if model is not None or labels or general or freeze_networks:
            raise SettingsError(
                "anew trains a new model from pages: leave out model, labels, general and freeze_networks"
            )
        return whole_training(_read(pages, read_pages), seed)
    read = _read(pages, read_page_files)
    given = read_labels(Path(labels)) if isinstance(labels, str | Path) else labels
    adaptation = adaptation_of(model, read, given, freeze_networks)
    return adapted_training(adaptation, read, _read(general, read_pages))


def labelled(pages: Pages) -> list[LabelledPage]:
    """Read the labelled pages; raises `PageError` if there are none."""
    read = _read(pages, read_page_files)
    found = [page for page in read if page.is_known]
    if not found:
        names = ", ".join(page.id for page in read[:3]) + (" and more" if len(read) > 3 else "")
        raise PageError(
            f"no labelled page among {len(read)} ({names}): a page needs a gold text "
            '(NAME.gold.txt next to NAME.html, or "gold"), or "labels" of lines; see docs/training.md'
        )
    return found


def evaluation(
    model: Model, examples: Mapping[str, Examples], settings: Settings, other: Model | None = None
) -> Evaluation:
    """Return the results of a model on examples (`examples_to_judge`), compared with another model."""
    judged = judge(model, examples, settings)
    if other is None:
        return Evaluation(judged, [None] * len(judged))
    pairs = zip(judged, judge(other, examples, settings), strict=True)
    return Evaluation(judged, [compared(one, two) for one, two in pairs])


def evaluate(
    model: Model | str | Path,
    pages: Pages,
    settings: Settings | None = None,
    compare: Model | str | Path | None = None,
    site: SiteProfile | str | Path | None = None,
) -> Evaluation:
    """Measure a model on labelled pages, like `detector evaluate`; see docs/training.md.

    Parameters
    ----------
    model : Model, str or Path
        A model, its folder, or "default".
    pages : str, Path, LabelledPage or an iterable of these
        Folders, HTML and text files, JSONL, CSV, or records. Pages without labels are ignored.
    settings : Settings, optional
        Which lines to keep.
    compare : Model, str or Path, optional
        Another model to compare with, on the same pages.
    site : SiteProfile, str or Path, optional
        A profile of the site of all pages, or its file.

    Returns
    -------
    Evaluation
        Scores, decisions and measures.

    Raises
    ------
    PageError
        If no page is labelled, or labels do not fit their page.
    SettingsError
        If the model cannot use a profile.
    ModelFormatError
        If a model or profile cannot be read.
    """
    chosen = model_of(model)
    examples = examples_to_judge(labelled(pages), profile_for(chosen, site))
    other = None if compare is None else model_of(compare)
    return evaluation(chosen, examples, settings or Settings(), other)
