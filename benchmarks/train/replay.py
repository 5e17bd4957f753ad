"""Write the rows that a model keeps for adapting, for models that have all the rest: minutes, not an hour."""

import time
from pathlib import Path

import click

from detector.model.files import load
from detector.training.adapt.replay import save_replay
from detector.training.data.examples import FOLDS
from detector.training.data.labelled_pages import read_pages
from detector.training.fit.replay_rows import replay_rows
from detector.training.fit.train import gather


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(pages: Path, models: Path) -> None:
    """Write MODELS/all/replay.npz. MODELS is a folder that `train folds` wrote from the same PAGES.

    It is the file that `train folds` writes, too. The id of the model does not change.

    \b
    Examples:
      python -m benchmarks train replay build/training.jsonl.gz build/models
    """
    start = time.monotonic()
    found = gather(list(read_pages([pages])))
    click.echo(f"{time.monotonic() - start:6.0f} s  {found.pages} pages read")
    of_fold = [load(models / f"fold-{fold}") for fold in range(FOLDS)]
    replay = replay_rows(found.sets, of_fold)
    save_replay(replay, models / "all")
    click.echo(f"{time.monotonic() - start:6.0f} s  {len(replay.first.codes)} rows written")
