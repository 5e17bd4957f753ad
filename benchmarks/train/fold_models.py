"""Trains a model on all pages, and models that know nothing about one fold each."""

import os
import time
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.train.model_info import default_info
from detector.model.files import save
from detector.training.data.labelled_pages import read_pages
from detector.training.fit.train import train


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
def command(pages: Path, output: Path) -> None:
    """Train a model and the models of its folds.

    PAGES is the file written by `data training-pages`. OUTPUT/all is what `detector train` writes.
    OUTPUT/fold-N learned from no page of fold N, and judges those pages for every out-of-fold figure.

    \b
    Examples:
      python -m benchmarks train folds build/training.jsonl.gz build/models
    """
    start = time.monotonic()
    trained = train(
        list(read_pages([pages])),
        log=lambda text: click.echo(f"{time.monotonic() - start:6.0f} s  {text}"),
        workers=os.cpu_count() or 1,
    )
    save(replace(trained.model, info=default_info()), output / "all")
    trained.memory.save(output / "all")
    for fold, model in enumerate(trained.of_fold):
        save(model, output / f"fold-{fold}")
