"""Corpus filters on real sites: ours and the peers clean the same pages, and are compared with gold texts.

The pages of a fold are one corpus, as lines of text. Ours has the model of the fold, which learned nothing
from its sites. No system looks for near-duplicate pages, except for equal texts where it always drops them.
"""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np

from benchmarks.environment import load_since, made, ours
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, json_line, json_lines, write_json
from benchmarks.measures.metrics import Overlap, overlap, overlap_f1
from benchmarks.measures.process_tree import Used, measured
from benchmarks.measures.site_decisions import of_sites
from benchmarks.peers.environments import calling, installed
from benchmarks.peers.systems import OURS as OUR_ENVIRONMENT
from benchmarks.run.corpus import DATATROVE, DOLMA, OURS, REFERENCE
from detector import clean_corpus
from detector.model.files import load
from detector.records import Batch
from detector.run_settings import Columns, RecordSettings
from detector.settings import CorpusSettings
from detector.text.read import read_texts
from detector.training.data.examples import FOLDS, fold_of
from detector.training.data.labelled_pages import LabelledPage, read_pages

# All lines of a page.
NOTHING: Final = "nothing"
PEERS: Final = {REFERENCE: (OUR_ENVIRONMENT, "plain"), DATATROVE: (DATATROVE, "datatrove_sentences"),
                DOLMA: (DOLMA, "dolma")}  # fmt: skip


class CorpusPage(NamedTuple):
    """A page of a site, as lines of text, and what its clean text should be, if that is known."""

    id: str
    site: str
    text: str
    gold: str | None


class SiteScore(NamedTuple):
    """The mean words F1 of a site's known pages, and its words, as sums over these pages."""

    f1: float
    words: Overlap
    gone: int


def corpus_pages(pages: Sequence[LabelledPage]) -> Iterator[CorpusPage]:
    """Yield HTML pages as text, line by line. The text of a page comes from this reader for all systems."""
    batch, *_ = read_texts([page.page for page in pages], "html")
    for number, (page, text) in enumerate(zip(pages, _texts(batch), strict=True)):
        yield CorpusPage(f"{number:05d}", page.of_site, text, page.gold if page.is_complete else None)


def _texts(batch: Batch) -> Iterator[str]:
    for first, last in zip(batch.page_line[:-1], batch.page_line[1:], strict=True):
        spans = zip(batch.line_start[first:last].tolist(), batch.line_end[first:last].tolist(), strict=True)
        lines = [bytes(batch.data[start:end]).decode(errors="replace") for start, end in spans]
        yield "\n".join(line for line in lines if line.strip())


def clean(pages: str, output: str, model: str) -> None:
    """Clean a file of pages with a model, as `detector clean` does, in a process of its own."""
    corpus = CorpusSettings(duplicates=0, least_pages=1_000_000_000)
    records = RecordSettings(columns=Columns(site="site"), model=model, lines="none")
    clean_corpus([pages], output, None, corpus, records)


def clean_texts(folder: Path) -> dict[str, str]:
    """Return the clean texts in a folder by id."""
    return {row["id"]: row["text"] for path in sorted(folder.rglob("*.jsonl")) for row in json_lines(path)}


def site_scores(pages: Sequence[CorpusPage], clean: Mapping[str, str]) -> dict[str, SiteScore]:
    """Return the score of each site with known pages. A page that is gone has no words."""
    sites: dict[str, list[tuple[Overlap, bool]]] = defaultdict(list)
    for page in pages:
        if page.gold is not None:
            sites[page.site].append((overlap(clean.get(page.id, ""), page.gold), page.id not in clean))
    return {
        site: SiteScore(
            float(np.mean([overlap_f1(words) for words, _ in found])),
            Overlap(*np.sum([words for words, _ in found], axis=0).tolist()),
            sum(is_gone for _, is_gone in found),
        )
        for site, found in sites.items()
    }


def row_of(scores: Mapping[str, SiteScore]) -> dict[str, Any]:
    """Return words F1, content lost and other words kept, as means over sites."""
    lost = [1 - score.words.shared / max(score.words.gold, 1) for score in scores.values()]
    other = [1 - score.words.shared / max(score.words.found, 1) for score in scores.values()]
    means = {"words_f1": [score.f1 for score in scores.values()], "content_lost": lost, "other_kept": other}
    row = {name: round(float(np.mean(values)), 4) for name, values in means.items()}
    return {**row, "gone": sum(score.gone for score in scores.values())}


def run_systems(
    pages: Sequence[CorpusPage], model: Path, folder: Path
) -> Iterator[tuple[str, Used, dict[str, str]]]:
    """Yield each system, what it used and its clean texts of these pages."""
    path = folder / "pages.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for page in pages:
            url = f"https://{page.site.replace('_', '-')}/{page.id}"
            file.write(json_line({"id": page.id, "url": url, "site": page.site, "text": page.text}))
    for system, command in _commands(path, model).items():
        out = folder / system
        if system != OURS:
            out.mkdir()
        used = measured(command)
        if used.code:
            raise BenchmarkError(f"{system} ended with exit code {used.code}")
        yield system, used, clean_texts(out / "data" if system == OURS else out)


def measure(pages: Sequence[LabelledPage], models: Path) -> dict[str, Any]:
    """Run all systems on the pages of each fold."""
    scores: dict[str, dict[str, SiteScore]] = defaultdict(dict)
    seconds: dict[str, float] = defaultdict(float)
    known = 0
    for fold in range(FOLDS):
        found = list(corpus_pages([page for page in pages if fold_of(page) == fold]))
        known += sum(page.gold is not None for page in found)
        scores[NOTHING] |= site_scores(found, {page.id: page.text for page in found})
        with tempfile.TemporaryDirectory(prefix="sites-") as folder:
            for system, used, texts in run_systems(found, models / f"fold-{fold}", Path(folder)):
                seconds[system] += used.seconds
                scores[system] |= site_scores(found, texts)
                click.echo(f"fold {fold} {system} {used.seconds:.1f} s")
    rows = [
        {"system": system, "version": installed(system).get(system, ""), **row_of(part),
         "seconds": round(seconds[system], 1)}
        for system, part in scores.items()
    ]  # fmt: skip
    return {"count": len(pages), "sites": len(scores[NOTHING]), "known": known, "rows": rows}


def _commands(pages: Path, model: Path) -> dict[str, list[str]]:
    given = [str(pages), str(pages.with_name(OURS)), str(model)]
    return {
        OURS: calling(OUR_ENVIRONMENT, "benchmarks.run.sites.corpus:clean", *given),
        **{
            name: calling(
                environment, f"benchmarks.peers.corpus.{module}:run", str(pages), str(pages.with_name(name))
            )
            for name, (environment, module) in PEERS.items()
        },
    }


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(pages: Path, models: Path) -> None:
    """Filter the pages of real sites with us and the peers, to corpus-sites.json.

    PAGES are training pages, and MODELS is a folder that `train folds` made from them.

    \b
    Examples:
      python -m benchmarks run corpus-sites build/training.jsonl.gz build/models
    """
    before = os.getloadavg()[0]
    result = measure(of_sites(list(read_pages([pages]))), models)
    of_fold = [load(models / f"fold-{fold}").model_id for fold in range(FOLDS)]
    write_json(
        RESULTS / "corpus-sites.json",
        {"made": made(), **ours(*of_fold), **result, "load": load_since(before)},
    )
