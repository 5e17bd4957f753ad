"""Train a model and the models of its folds: `python -m benchmarks.train_folds PAGES OUTPUT`.

OUTPUT/all is what `detector train` writes; OUTPUT/fold-N learned from no page of fold N,
and judges those pages for every figure that is said to be out of fold.
"""

import sys
import time
from pathlib import Path

from detector.model.files import save
from detector.training.data.labelled_pages import read_pages
from detector.training.fit.train import train


def main(pages: str, output: str) -> None:
    """Train and write."""
    start = time.monotonic()
    trained = train(
        list(read_pages([Path(pages)])), log=lambda text: print(f"{time.monotonic() - start:6.0f} s  {text}")
    )
    save(trained.model, Path(output) / "all")
    for fold, model in enumerate(trained.of_fold):
        save(model, Path(output) / f"fold-{fold}")


if __name__ == "__main__":
    main(*sys.argv[1:])
