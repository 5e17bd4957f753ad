"""`detector train`: labelled pages to a model."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from detector.errors import SettingsError
from detector.scores.model import save
from detector.settings import Settings
from detector.training.evaluate import measures
from detector.training.pages import read_pages
from detector.training.train import train


@click.command("train")
@click.argument("pages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where the model goes."
)
@click.option("--seed", default=0, show_default=True, help="Same pages and seed, same model.")
def command(pages: Sequence[Path], output: Path, seed: int) -> int:
    r"""Train a model on PAGES: JSONL files of labelled pages (see docs/training.md).

    Prints how the model does on pages of groups that it did not learn from.

    \b
    Example:
      detector train pages.jsonl --output my-model
      detector score page.html --model my-model
    """
    start = time.monotonic()

    def log(message: str) -> None:
        click.echo(f"{time.monotonic() - start:6.0f} s  {message}", err=True)

    labelled = list(read_pages(pages))
    try:
        trained = train(labelled, seed=seed, log=log)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    save(trained.model, output)
    for scored in trained.out_of_fold:
        for name, found in measures(scored.examples, scored.scores, Settings()).items():
            low, high = found["words_f1_90"]
            click.echo(
                f"{scored.format:<5} {name:<28} {found['pages']:>5} pages  words F1 {found['words_f1']:.4f} "
                f"({low:.4f} to {high:.4f})  calibration {found['calibration_by_word']:.3f}"
            )
    click.echo(f"model {trained.model.model_id} written to {output}", err=True)
    return 0
