"""Every set of the shared data as a record with a loader, which yields pages with their truth.

The loaders are in loaders/ (sites, lines, pairs).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from benchmarks.data.loaders import gold_sets, page_sets, site_sets
from benchmarks.data.pages import LabelledLine, Page
from benchmarks.data.shared import shared_data
from benchmarks.files import ROOT
from benchmarks.labels.kinds.copy_groups import copy_groups
from benchmarks.labels.kinds.records import check_lines
from benchmarks.labels.kinds.records import read as read_kinds
from benchmarks.labels.label_files import FOLDER, drawn, settled
from benchmarks.labels.lines import lines_of

# train: in the folds. held: never trained on for a reported figure. half: half of its sites are in the folds,
# and the others are never trained on (make_splits.py draws them).
Split = Literal["train", "held", "half"]
Truth = Literal["gold", "snippets", "lines", "parts", "pairs", "none"]


@dataclass(frozen=True)
class DataSet:
    """A set: its source, its terms, its files, and who may see it when.

    folder: relative to the shared data, or to this repository for our own data;
    truth: what is known about its pages; "parts" are texts that must stay.
    """

    name: str
    source: str
    licence: str
    folder: str
    truth: Truth
    split: Split
    load: Callable[[Path], Iterator[Page]]
    ours: bool = False

    def path(self) -> Path:
        """Return the folder of the set."""
        return (ROOT if self.ours else shared_data()) / self.folder

    def pages(self) -> Iterator[Page]:
        """Yield the set's pages, in the order of their names."""
        yield from self.load(self.path())

    def files_hash(self) -> str:
        """Return the SHA-256 of the names and contents of all files, compressed or not, as they are."""
        return _files_hash(self.path())


@lru_cache(maxsize=32)
def _files_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    if folder.is_file():
        return hashlib.sha256(folder.read_bytes()).hexdigest()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# The second readings of our own labels, by kind and with copies.
REFINED: Final = ("refined", "refined-locked")


def _own_labels(folder: Path, locked: bool) -> Iterator[Page]:
    """Yield the pages that we labelled: pages of the sets above, with a label for every line."""
    wanted = {row["page"] for row in drawn(folder) if row["locked"] == locked}
    labels = {row.page: row.labels for row in settled(folder) if row.page in wanted}
    kinds = {row.page: row for name in REFINED for row in read_kinds(folder / "kinds" / f"{name}.jsonl")}
    names = {page.split("/", 1)[0] for page in wanted}
    for page in (page for record in SETS if record.name in names for page in record.pages()):
        if page.key in labels:
            known = lines_of(page)
            pairs = zip(known, labels[page.key], strict=True)
            lines = tuple(LabelledLine(line.text, label) for line, label in pairs)
            check_lines(kinds[page.key], [line.text for line in known])
            copies = copy_groups(kinds[page.key], [line.block for line in known])
            own = replace(page, set=OWN_LABELS[locked], id=page.key, lines=lines, copies=copies)
            yield replace(own, gold=None, wanted=(), unwanted=())


# The names of our own labels: those to work with, and those of the final test.
OWN_LABELS: Final = {False: "own-labels", True: "own-labels-locked"}
LABELS_FOLDER: Final = FOLDER.relative_to(ROOT).as_posix()
LABELS_LICENCE: Final = "labels: ours; pages: as their sets"
PUBLISHERS: Final = "pages are their publishers'"


def _of_pages(
    name: str, source: str, licence: str, truth: Truth, split: Split, load: Callable[[Path], Iterator[Page]]
) -> DataSet:
    """Return a set of data/pages, which has one file per page."""
    return DataSet(name, source, licence, f"pages/{name.replace('-', '_')}.jsonl.gz", truth, split, load)


OF_PAGES: Final = (
    _of_pages("dragnet", "dragnet, news and blogs of 2012", PUBLISHERS, "gold", "half", page_sets.dragnet),
    _of_pages("l3s-gn1", "L3S-GN1, news of 2007", PUBLISHERS, "gold", "half", page_sets.l3s_gn1),
    _of_pages("cleaneval-final", "CleanEval, final part", PUBLISHERS, "gold", "half", page_sets.cleaneval),
    _of_pages("cleaneval-dev", "CleanEval, development part", PUBLISHERS, "gold", "half",
              page_sets.cleaneval),
    _of_pages("cleanportaleval", "CleanPortalEval", PUBLISHERS, "gold", "held", page_sets.cleaneval),
    _of_pages("web-forum-52", "threads of 50 forums", "Apache-2.0; posts are their authors'",
              "gold", "half", page_sets.forums),
    _of_pages("recipes-sample", "recipe-scrapers, a sample", f"MIT; {PUBLISHERS}", "parts", "held",
              page_sets.recipes),
    _of_pages("zyte-products", "products of 60 shops", f"MIT; {PUBLISHERS}", "parts", "held",
              page_sets.products),
    _of_pages("leogao-htmltotext", "html-to-text, gold by hand", PUBLISHERS, "gold", "held",
              page_sets.leogao),
    _of_pages("formasaurus-non-english", "Formasaurus, pages that are not English", f"MIT; {PUBLISHERS}",
              "none", "train", page_sets.formasaurus),
    _of_pages("woocommerce-fr", "a French shop", PUBLISHERS, "none", "held", page_sets.woocommerce),
    _of_pages("woocommerce-vi", "a Vietnamese shop", PUBLISHERS, "none", "held", page_sets.woocommerce),
)  # fmt: skip

SETS: Final = (
    DataSet(
        "wcxb-dev", "WCXB development pages (M. Foley, 2026)", "CC-BY-4.0",
        "wcxb-dev", "gold", "train", gold_sets.wcxb,
    ),
    DataSet(
        "trafilatura-eval-dev", "trafilatura's evaluation data, development part",
        f"Apache-2.0; {PUBLISHERS}",
        "trafilatura-eval-dev", "snippets", "train", gold_sets.trafilatura_eval,
    ),
    DataSet(
        "daniel", "DAnIEL 2.1, news pages of 2011 and 2012",
        f"GPL-3.0 repository; {PUBLISHERS}",
        "multilingual/daniel", "gold", "train", gold_sets.daniel,
    ),
    DataSet(
        "fundus", "test pages of fundus (flairNLP), 2023 to 2026", f"MIT repository; {PUBLISHERS}",
        "multilingual/fundus", "gold", "train", gold_sets.fundus,
    ),
    DataSet(
        "sites", "10 sites on GitHub, documentation in 18 languages, one wiki",
        "by site: see the shared data's README", "multilingual/sites", "none", "train", site_sets.sites,
    ),
    DataSet(
        "idnews", "fixtures of indonesian-news-scraper, 2015 to 2017", f"MIT repository; {PUBLISHERS}",
        "multilingual/idnews", "none", "train", site_sets.idnews,
    ),
    DataSet(
        "gne-zh", "test pages of gne 0.4.3", f"GPL-3.0 repository; {PUBLISHERS}",
        "multilingual/gne_zh", "none", "train", site_sets.gne_zh,
    ),
    DataSet(
        "scraped-text", "plain text of sites, idnews and fundus, by html2lines.py", "as those sets",
        "multilingual/scraped_text", "none", "train", site_sets.scraped_text,
    ),
    DataSet(
        "near-dup", "pairs of DAnIEL articles", "as daniel",
        "multilingual/near_dup", "pairs", "train", site_sets.near_dup,
    ),
    DataSet(
        "labelled", "22 pages labelled line by line, the seed among them", "as their sets",
        "multilingual/labelled", "lines", "held", site_sets.labelled,
    ),
    DataSet(
        OWN_LABELS[False], "pages of these sets, labelled line by line by us", LABELS_LICENCE,
        LABELS_FOLDER, "lines", "train", lambda folder: _own_labels(folder, locked=False), ours=True,
    ),
    DataSet(
        OWN_LABELS[True], "the locked third of these labels, opened once per release", LABELS_LICENCE,
        LABELS_FOLDER, "lines", "held", lambda folder: _own_labels(folder, locked=True), ours=True,
    ),
    DataSet(
        "seed", "the page that the project was made from", "unknown",
        "seed", "none", "held", site_sets.seed,
    ),
    *OF_PAGES,
)  # fmt: skip


# The sets that figures are computed on.
WITH_GOLD: Final = tuple(record.name for record in SETS if record.truth == "gold")
SCORABLE: Final = tuple(record.name for record in SETS if record.truth not in ("pairs", "none"))


def dataset(name: str) -> DataSet:
    """Return the set with this name."""
    for record in SETS:
        if record.name == name:
            return record
    raise ValueError(f"no set is called {name!r}; there are {', '.join(record.name for record in SETS)}")
