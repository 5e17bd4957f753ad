"""Refits the networks for kinds of existing models, which takes minutes instead of an hour."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from threadpoolctl import threadpool_limits

from detector.model.files import load, save
from detector.training.data.examples import gathered
from detector.training.data.labelled_pages import read_pages
from detector.training.data.line_kinds import has_kinds
from detector.training.fit.line_kinds import with_line_kinds
from detector.training.fit.stack import ALL_MODELS


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(pages: Path, models: Path) -> None:
    """Refit the networks for kinds of MODELS, a folder written by `train folds`, on the same PAGES.

    The models are replaced. They equal what `train folds` would write with the current labels of kinds.

    \b
    Examples:
      python -m benchmarks train kinds build/training.jsonl.gz build/models
    """
    start = time.monotonic()
    every = list(read_pages([pages]))
    ids = {page.id for page in every if has_kinds(page) or page.of_site}
    chosen = gathered([page for page in every if page.id in ids])
    folders = [models / ("all" if fold is None else f"fold-{fold}") for fold in ALL_MODELS]
    *of_fold, model = (load(folder) for folder in folders)
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        model, of_fold = with_line_kinds(
            model,
            of_fold,
            {"html": [chosen["html"]], "text": list(chosen.values())},
            workers,
            log=lambda text: click.echo(f"{time.monotonic() - start:6.0f} s  {text}"),
        )
    for one, folder in zip((*of_fold, model), folders, strict=True):
        save(one, folder)
