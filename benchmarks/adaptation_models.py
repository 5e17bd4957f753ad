"""Train two small models, one without four languages.

    python -m benchmarks.adaptation_models PAGES OUTPUT PAIR

PAGES is what benchmarks/training_pages.py writes, PAIR one of `PAIRS`. OUTPUT/PAIR/without
learned from no page of its languages; OUTPUT/PAIR/with also from those of their sites that are
not tested on. Both learn from a part of the pages only (`SHARES`), so that the pair is trained
in minutes: the distance between them says what a language is worth, not how good the shipped
model is.
"""

import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from detector.model.files import save
from detector.training.adapt.fisher_information import save_precision
from detector.training.data.labelled_pages import LabelledPage, read_pages
from detector.training.fit.train import train

# Sites of these folds are tested on; the others may be learned from.
TEST_FOLDS: Final = (0, 1)
# Share of a set's pages that is learned from, of the languages that are not kept out.
SHARES: Final = {"wcxb-dev": 0.35, "trafilatura-eval-dev": 0.4, "rendered": 0.35, "sites": 0.3, "daniel": 0.6}
# Pages that we wrote: few, of no site, and with the label of every line.
OWN: Final = "own"


class Pair(NamedTuple):
    """Languages that one of two models must not know.

    relatives: the same languages by other codes, and those that would give one away
    tested, adapted_to: sets whose pages are tested on and adapted to
    """

    languages: tuple[str, ...]
    relatives: frozenset[str]
    tested: frozenset[str]
    adapted_to: frozenset[str]

    def kept_out(self, page: LabelledPage) -> bool:
        """Tell whether one of the models must not know the page."""
        return page.language in self.languages or page.language in self.relatives

    def in_test(self, page: LabelledPage) -> bool:
        """Tell whether a page is tested on, or is of a site that is."""
        own = page.set == OWN and OWN in self.tested
        return own or page.fold in TEST_FOLDS


# The first four have many news sites with gold. Of the others, no set has many: they are tested on
# our own pages and what gold there is, and adapted to pages of one to three sites (German: more).
PAIRS: Final = {
    "news": Pair(
        ("el", "pl", "ru", "zh"),
        frozenset(("ell", "pol", "rus", "cmn", "zho", "yue", "wuu", "lzh")),
        frozenset(("daniel",)),
        frozenset(("daniel",)),
    ),
    "mixed": Pair(
        ("de", "fr", "id", "tr"),
        frozenset(
            ("deu", "de-1901", "de-1996", "gsw", "lb", "nds", "fra", "frp", "ind", "ms", "zlm-Latn", "tur")
        ),
        frozenset(("fundus", "wcxb-dev", OWN)),
        frozenset(("fundus", "wcxb-dev", "own-labels", "sites")),
    ),
}


def used_in_training(page: LabelledPage) -> bool:
    """Tell whether a page of another language is among those that both models learned from."""
    return zlib.crc32(page.id.encode()) % 1000 < 1000 * SHARES.get(page.set, 1.0)


def _chosen(page: LabelledPage, pair: Pair, with_languages: bool) -> bool:
    if pair.kept_out(page):
        return with_languages and not pair.in_test(page)
    return used_in_training(page)


def _unlabelled_language(pages: Iterator[LabelledPage]) -> Iterator[LabelledPage]:
    """Leave out pages of unknown language: one of the four could be among them."""
    yield from (page for page in pages if page.language not in ("", "unknown"))


def main(pages: str, output: str, name_of_pair: str) -> None:
    """Train and write."""
    start, pair = time.monotonic(), PAIRS[name_of_pair]
    read = list(_unlabelled_language(read_pages([Path(pages)])))
    for name in ("without", "with"):
        chosen = [page for page in read if _chosen(page, pair, name == "with")]
        trained = train(
            chosen, log=lambda text: print(f"{time.monotonic() - start:6.0f} s  {text}", flush=True)
        )
        save(trained.model, Path(output) / name_of_pair / name)
        save_precision(trained.precision, Path(output) / name_of_pair / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
