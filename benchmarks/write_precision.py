"""Write how surely a trained model's phrases are known: `python -m benchmarks.write_precision PAGES MODEL`.

`detector train --anew` writes the same beside the model; this is for a model that was trained
before it did. PAGES are those that MODEL was trained on.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sparse

from detector.records import Floats
from detector.scores.model import Model, load
from detector.training.adaptation import examples_by_format
from detector.training.examples import CONTENT
from detector.training.fit import phrase_matrix
from detector.training.made import made_pages
from detector.training.pages import LabelledPage, read_pages
from detector.training.precision import save_precision
from detector.training.refit import Lines, precision_of

SEED: Final = 0


def precision_on(pages: list[LabelledPage], model: Model) -> Floats:
    """Return the precisions that training on these pages gives."""
    sets = examples_by_format(pages)
    made = made_pages(sets[0], SEED) if sets[0].markup is not None else []
    sets += examples_by_format(made)
    weight = np.concatenate([one.weight for one in sets])
    ngrams = sparse.vstack([phrase_matrix(one) for one in sets]).tocsr()
    truth = np.concatenate([one.share for one in sets]) < CONTENT
    rows = weight > 0
    return precision_of(Lines(ngrams[rows], truth[rows].astype(np.float64), weight[rows]), model.phrases)


def main(pages: str, folder: str) -> None:
    """Read, compute and write."""
    save_precision(precision_on(list(read_pages([Path(pages)])), load(Path(folder))), Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
