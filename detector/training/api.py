"""`detector.train` and `detector.evaluate`: what the two commands do, in one call each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detector.detector import profile_for
from detector.errors import PageError, SettingsError
from detector.model.files import DEFAULT, Model, load
from detector.model.files import save as save_model
from detector.records import Floats
from detector.settings import Settings
from detector.sites.profile import SiteProfile
from detector.training.adapt.adaptation import Adaptation, Counts, general_change, start
from detector.training.adapt.fisher_information import load_precision, save_precision
from detector.training.adapt.holdout import Change
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
    """A new model, and what is known of it.

    precision: float32 (buckets,), to adapt it again by; None where the old model had none
    counts: how much there was to adapt to; None for a whole new model
    held_back, by: how lines of known label on pages that were held back, by "site" or "page", are judged
        before and after; general: the same on pages of other sites
    out_of_fold: of a whole new model, the measures of pages that it did not learn from, each with its format
    """

    model: Model
    precision: Floats | None
    counts: Counts | None = None
    held_back: Change | None = None
    by: str = ""
    general: Change | None = None
    out_of_fold: tuple[tuple[str, Measures], ...] = ()

    @property
    def is_better(self) -> bool:
        """Tell whether nothing speaks against using it in place of the old one."""
        here = self.held_back is None or self.held_back.verdict in ("better", "nothing known")
        return here and (self.general is None or self.general.verdict != "worse")

    def save(self, folder: str | Path, replace: bool = False) -> None:
        """Write the model; raises `SettingsError` if something is there and may not be replaced."""
        refuse_existing(Path(folder), replace)
        save_model(self.model, Path(folder))
        if self.precision is not None:
            save_precision(self.precision, Path(folder))


class Evaluation(NamedTuple):
    """A model's judgements on labelled pages.

    judged: for each way to read the pages ("html", "html as text", "text") scores and decisions
    compared: for each the other model's figures minus the first's (`training.compare`), or None
    """

    judged: Sequence[Judged]
    compared: Sequence[dict[str, Any] | None]

    @property
    def measures(self) -> dict[str, Measures]:
        """Return the measures by way to read the pages, then by group of pages ("all" first)."""
        return {one.name: measures_of(one) for one in self.judged}


def refuse_existing(folder: Path, replace: bool) -> None:
    """Raise `SettingsError` if there is something that may not be replaced."""
    if folder.exists() and not replace:
        raise SettingsError(f"{folder} is there already: choose another --output, or say --replace")


def model_of(model: Model | str | Path | None) -> Model:
    """Return a model as given, from its folder, or the one that ships ("default")."""
    if isinstance(model, Model):
        return model
    return load(DEFAULT if model is None or str(model) == "default" else Path(model))


def _read(pages: Pages, reader: Callable[[Iterable[Path]], Iterable[LabelledPage]]) -> list[LabelledPage]:
    given: list[Source] = [pages] if isinstance(pages, str | Path | LabelledPage) else list(pages)
    files = [Path(source) for source in given if not isinstance(source, LabelledPage)]
    return [*(source for source in given if isinstance(source, LabelledPage)), *reader(files)]


def adaptation_of(
    model: Model | str | Path | None, pages: Sequence[LabelledPage], labels: Sequence[LineLabel]
) -> tuple[Adaptation, Floats | None]:
    """Return what is there to adapt a model to pages, and how surely its phrases are known, if it says so."""
    folder = DEFAULT if model is None else None if isinstance(model, Model) else Path(model)
    precision = load_precision(folder) if folder is not None else None
    return start(model_of(model), pages, labels, precision), precision


def adapted_training(
    adaptation: Adaptation,
    precision: Floats | None,
    pages: Sequence[LabelledPage],
    general: Sequence[LabelledPage],
) -> Training:
    """Return the adapted model, judged on pages held back and, if there are any, on general ones."""
    adaptation.refuse_nothing()
    found, judged = adaptation.held_back()
    new = adaptation.adapted()
    elsewhere = general_change(adaptation.model, new, general, pages) if general else None
    return Training(new, precision, adaptation.counts(), judged, found.by, elsewhere)


def whole_training(pages: Sequence[LabelledPage], seed: int, log: Log = lambda message: None) -> Training:
    """Return a whole new model; raises `PageError` for pages of fewer than three groups."""
    try:
        trained = train_anew(pages, seed=seed, log=log)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    found = tuple((one.format, measures(one.examples, one.scores, Settings())) for one in trained.out_of_fold)
    return Training(trained.model, trained.precision, out_of_fold=found)


def train(
    pages: Pages,
    model: Model | str | Path | None = None,
    labels: str | Path | Sequence[LineLabel] = (),
    general: Pages = (),
    anew: bool = False,
    seed: int = 0,
) -> Training:
    """Adapt a model to pages, or train a whole new one, as `detector train` does; see docs/training.md.

    pages: folders, HTML and text files, JSONL, CSV, or `LabelledPage` records; labelled or not
    model: the model to adapt, or its folder; the one that ships by default
    labels: labels of single lines, or a file of them
    general: labelled pages of other sites, on which the model may not get worse
    anew: train a whole model of labelled pages (JSONL or records); takes minutes
    seed: with `anew`, same pages and seed, same model

    Nothing is written: look at `is_better`, then `save(folder)`. Raises `PageError` for pages or labels that
    cannot be used, `SettingsError` for wrong arguments, `ModelFormatError` for what is no model.
    """
    if anew:
        if model is not None or labels or general:
            raise SettingsError("a whole new model (anew) takes no model, labels or general pages")
        return whole_training(_read(pages, read_pages), seed)
    read = _read(pages, read_page_files)
    given = read_labels(Path(labels)) if isinstance(labels, str | Path) else labels
    adaptation, precision = adaptation_of(model, read, given)
    return adapted_training(adaptation, precision, read, _read(general, read_pages))


def labelled(pages: Pages) -> list[LabelledPage]:
    """Read pages, those of which something is known; raises `PageError` if there are none."""
    read = _read(pages, read_page_files)
    found = [page for page in read if page.is_known]
    if not found:
        names = ", ".join(page.id for page in read[:3]) + (" and more" if len(read) > 3 else "")
        raise PageError(
            f"no labelled page among {len(read)} ({names}): a page needs a gold text "
            '(NAME.gold.txt beside NAME.html, or "gold"), or "labels" that know a line; see docs/training.md'
        )
    return found


def evaluation(
    model: Model, examples: Mapping[str, Examples], settings: Settings, other: Model | None = None
) -> Evaluation:
    """Return how a model judges examples (`examples_to_judge`), and another beside it."""
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
    """Measure a model on labelled pages, as `detector evaluate` does; see docs/training.md.

    model: a model, its folder, or "default"; compare: another, on the same pages
    pages: folders, HTML and text files, JSONL, CSV, or `LabelledPage` records; those of which
        nothing is known are left out
    settings: what decides which lines are kept
    site: a profile of the site that all pages are of, or its file

    Raises `PageError` if no page is labelled or labels do not fit, `SettingsError` and `ModelFormatError`
    as `Detector` does.
    """
    chosen = model_of(model)
    examples = examples_to_judge(labelled(pages), profile_for(chosen, site))
    other = None if compare is None else model_of(compare)
    return evaluation(chosen, examples, settings or Settings(), other)
