"""Two small models, one of which does not know some languages.

Both learn from only some of the pages (`SHARES`, and `--share` of these), so that the pair is trained in
minutes. The difference between them shows what knowing a language is worth, not how good the default model
is. `data.json` in the folder of each model says what it learned from.
"""

import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from detector.model.files import save
from detector.model.info import ModelInfo
from detector.training.data.labelled_pages import LabelledPage, read_pages
from detector.training.fit.train import train

# Sites of these folds are used for testing; the others may be learned from.
TEST_FOLDS: Final = (0, 1)
# The share of a set's pages to learn from, for languages that are not held out.
SHARES: Final = {"wcxb-dev": 0.35, "trafilatura-eval-dev": 0.4, "rendered": 0.35, "sites": 0.3, "daniel": 0.6}
# Pages that we wrote: few, of no site, and with a label for every line.
OWN: Final = "own"
SEED: Final = 0


class Pair(NamedTuple):
    """Languages that one of two models must not know.

    relatives: the same languages under other codes, and languages that would reveal them
    tested, adapted_to: sets whose pages are used for testing and for adapting
    """

    languages: tuple[str, ...]
    relatives: frozenset[str]
    tested: frozenset[str]
    adapted_to: frozenset[str]

    def kept_out(self, page: LabelledPage) -> bool:
        """Tell whether one of the models must not know the page."""
        return page.language in self.languages or page.language in self.relatives

    def in_test(self, page: LabelledPage) -> bool:
        """Tell whether a page is used for testing, or belongs to a site that is."""
        own = page.set == OWN and OWN in self.tested
        return own or page.fold in TEST_FOLDS


# The first four have many news sites with gold. For the others no set has many: they are tested on our own
# pages and the available gold, and adapted to pages of one to three sites (German: more).
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


def used_in_training(page: LabelledPage, share: float = 1.0) -> bool:
    """Tell whether a page in another language is among those that both models learned from."""
    return zlib.crc32(page.id.encode()) % 1000 < 1000 * share * SHARES.get(page.set, 1.0)


def _chosen(page: LabelledPage, pair: Pair, share: float, with_languages: bool) -> bool:
    if pair.kept_out(page):
        return with_languages and not pair.in_test(page)
    return used_in_training(page, share)


def _data(pages: Sequence[LabelledPage], share: float) -> dict[str, Any]:
    """Return what a model learned from, for its folder."""
    sets = dict(sorted(Counter(page.set for page in pages).items()))
    return {"share": share, "seed": SEED, "pages": len(pages), "pages_of_sets": sets}


def _unlabelled_language(pages: Iterator[LabelledPage]) -> Iterator[LabelledPage]:
    """Leave out pages of unknown language, because they could be in one of the four languages."""
    yield from (page for page in pages if page.language not in ("", "unknown"))


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
@click.argument("pair", type=click.Choice(list(PAIRS)))
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Learn other languages from a smaller share of their pages, to save time.",
)
def command(pages: Path, output: Path, pair: str, share: float) -> None:
    """Train two small models, one without the languages of PAIR.

    PAGES is the file written by `data training-pages`. OUTPUT/PAIR/without learned from no page in the
    languages. OUTPUT/PAIR/with also learned from pages of their sites that are not used for testing.

    \b
    Examples:
      python -m benchmarks train adaptation build/training.jsonl.gz build/adaptation news --share 0.4
      python -m benchmarks train adaptation build/training.jsonl.gz build/adaptation mixed
    """
    start, chosen_pair = time.monotonic(), PAIRS[pair]
    read = list(_unlabelled_language(read_pages([pages])))
    for name in ("without", "with"):
        chosen = [page for page in read if _chosen(page, chosen_pair, share, name == "with")]
        trained = train(
            chosen, seed=SEED, log=lambda text: click.echo(f"{time.monotonic() - start:6.0f} s  {text}")
        )
        model = replace(trained.model, info=ModelInfo(data=_data(chosen, share)))
        save(model, output / pair / name)
        trained.memory.save(output / pair / name)
