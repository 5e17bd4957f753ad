"""Train two small models, one without four languages: `python -m benchmarks.adaptation_models PAGES OUTPUT`.

PAGES is what benchmarks/training_pages.py writes. OUTPUT/without learned from no page of
`LANGUAGES`; OUTPUT/with learned also from those of their sites that are not tested on.
Both learn from a part of the pages only (`SHARES`), so that the pair is trained in minutes:
the distance between them says what a language is worth, not how good the shipped model is.
"""

import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detector.scores.model import save
from detector.training.pages import LabelledPage, read_pages
from detector.training.precision import save_precision
from detector.training.train import train

LANGUAGES: Final = ("el", "pl", "ru", "zh")
# Languages by other codes, and those that would give one of the four away.
KEPT_OUT: Final = frozenset((*LANGUAGES, "ell", "pol", "rus", "cmn", "zho", "yue", "wuu", "lzh"))
# Sites of these folds are tested on; the others may be learned from.
TEST_FOLDS: Final = (0, 1)
# Share of a set's pages that is learned from, of the languages that are not kept out.
SHARES: Final = {"wcxb-dev": 0.35, "trafilatura-eval-dev": 0.4, "rendered": 0.35, "sites": 0.3, "daniel": 0.6}


def kept_out(page: LabelledPage) -> bool:
    """Tell whether a page is of a language that one of the models must not know."""
    return page.language in KEPT_OUT


def used_in_training(page: LabelledPage) -> bool:
    """Tell whether a page of another language is among those that both models learned from."""
    return zlib.crc32(page.id.encode()) % 1000 < 1000 * SHARES.get(page.set, 1.0)


def _chosen(page: LabelledPage, with_languages: bool) -> bool:
    if kept_out(page):
        return with_languages and page.fold not in TEST_FOLDS
    return used_in_training(page)


def _unlabelled_language(pages: Iterator[LabelledPage]) -> Iterator[LabelledPage]:
    """Leave out pages of unknown language: one of the four could be among them."""
    yield from (page for page in pages if page.language not in ("", "unknown"))


def main(pages: str, output: str) -> None:
    """Train and write."""
    start = time.monotonic()
    read = list(_unlabelled_language(read_pages([Path(pages)])))
    for name in ("without", "with"):
        chosen = [page for page in read if _chosen(page, name == "with")]
        trained = train(
            chosen, log=lambda text: print(f"{time.monotonic() - start:6.0f} s  {text}", flush=True)
        )
        save(trained.model, Path(output) / name)
        save_precision(trained.precision, Path(output) / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
