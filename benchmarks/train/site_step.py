"""The site's step of finished models, fitted anew.

Every page is scored by the model of its fold; the step of each fold, and that of all, replaces the
one in the models' files. Two minutes, where training everything takes fifteen.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import numpy as np

from detector.features.site import LEAST_PAGES
from detector.model.files import Model, arrays_hash, arrays_of, load, save
from detector.model.network import SiteStep
from detector.model.score import score_lines
from detector.records import Floats, Format
from detector.training.data.examples import FOLDS, Examples, examples_of
from detector.training.data.labelled_pages import read_pages
from detector.training.fit.site_network import fit_site

FORMATS: Final[tuple[Format, ...]] = ("text", "html")


def odds_of(examples: Examples, format: Format, models: Sequence[Model]) -> Floats:
    """Return float32 (S,): log-odds of the second step, each page's from the model of its fold."""
    odds = np.zeros(examples.share.size, np.float32)
    markup = examples.markup if format == "html" else None
    of_row = examples.fold[examples.page]
    for fold in np.unique(examples.fold):
        found = score_lines(examples.batch, examples.words, markup, models[int(fold)]).log_odds
        odds[of_row == fold] = found[of_row == fold]
    return odds


def _with_steps(model: Model, steps: dict[Format, SiteStep | None]) -> Model:
    scorers = {format: getattr(model, format)._replace(site=step) for format, step in steps.items()}
    changed = replace(model, **scorers)
    return replace(changed, model_id=arrays_hash(arrays_of(changed)))


def refitted(pages: Path, models: Sequence[Model]) -> Iterator[Model]:
    """Yield the models (of each fold, then of all) with the step of their sites fitted anew."""
    read = [page for page in read_pages([pages]) if page.format == "html"]
    of_site = Counter(page.of_site for page in read)
    examples = examples_of([page for page in read if page.of_site and of_site[page.of_site] > LEAST_PAGES])
    steps = {format: fit_site(examples, odds_of(examples, format, models[:FOLDS])) for format in FORMATS}
    for number, model in enumerate(models):
        yield _with_steps(model, {format: found[number] for format, found in steps.items()})


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(pages: Path, models: Path) -> None:
    """Fit the site's step of finished models anew; `detector train` and `train folds` fit it, too.

    MODELS is what `train folds` wrote, from the same PAGES; its files are replaced.

    \b
    Examples:
      python -m benchmarks train site build/training.jsonl.gz build/models
    """
    folders = [*(models / f"fold-{fold}" for fold in range(FOLDS)), models / "all"]
    found = refitted(pages, [load(folder) for folder in folders])
    for folder, model in zip(folders, found, strict=True):
        save(model, folder)
        click.echo(f"{folder}: {model.model_id}")
