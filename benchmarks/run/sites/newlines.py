"""Profiles on text without newlines: the lines of every page are joined with spaces.

A profile is learned from 30 other such pages of the site (at least 15). The known page is scored by the model
of its fold without the profile, with the profile but without its runs of words, and with both, and for
comparison with its lines and without a profile. Each site counts once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.data.profile_sites import BenchSite, bench_sites, drawn
from benchmarks.data.sets import dataset
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json
from benchmarks.measures.profile_scores import scored_and_kept
from detector.model.files import Model, load
from detector.records import Batch, Words
from detector.sites.profile import SiteProfile
from detector.sites.recurrence import Sites
from detector.sites.word_runs import NO_RUNS
from detector.text.decoding import text_of
from detector.text.page import Page
from detector.text.read import read_batch
from detector.training.data.examples import FOLDS, Examples, examples_of
from detector.training.data.labelled_pages import LabelledPage
from detector.training.evaluate.judge import page_f1

OTHERS: Final = 30
LEAST_OTHERS: Final = 15
ARMS: Final = ("with its lines", "alone", "profile without runs", "profile")


def joined(html: str) -> str:
    """Return the text of a page on one line."""
    batch = read_batch([Page(html, "html")]).batch
    lines = (
        text_of(bytes(batch.data[start:end])).strip()
        for start, end in zip(batch.line_start, batch.line_end, strict=True)
    )
    return " ".join(line for line in lines if line)


def _f1(examples: Examples, model: Model, batch: Batch, words: Words, sites: Sites | None) -> float:
    """Return words F1 of a page that is split differently than in its examples. The words are the same."""
    _, kept = scored_and_kept(batch, words, None, model, sites)
    share = np.repeat(examples.share, np.diff(examples.words.segment_word))
    singles = words._replace(segment_word=np.arange(words.key.size + 1))
    of_words = replace(
        examples,
        batch=batch._replace(line_segment=np.array([0, words.key.size]), page_line=np.array([0, 1])),
        words=singles,
        share=share,
    )
    return float(page_f1(of_words, np.repeat(kept, np.diff(words.segment_word)))[0])


def measured(site: BenchSite, target: LabelledPage, model: Model, texts: dict[str, str]) -> list[float]:
    """Return words F1 of each of `ARMS`; texts: the pages joined so far, by id."""
    others = drawn(list(site.pages), target.id)[:OTHERS]
    for name in others:
        texts.setdefault(name, joined(site.pages[name]))
    profile = SiteProfile.learn([Page(texts[name], "text") for name in others], redesigned=True).pruned()
    examples = examples_of([target])
    batch, words, *_ = read_batch([Page(joined(target.page), "text")])
    return [
        _f1(examples, model, examples.batch, examples.words, None),
        _f1(examples, model, batch, words, None),
        _f1(examples, model, *replace(profile, runs=NO_RUNS).look_at(batch, words)),
        _f1(examples, model, *profile.look_at(batch, words)),
    ]


def rows(of_fold: Sequence[Model]) -> Iterator[dict[str, Any]]:
    """Yield a row for each site: its pages, and the mean of each arm."""
    for site in bench_sites():
        if len(site.pages) > LEAST_OTHERS:
            texts: dict[str, str] = {}
            found = [measured(site, page, of_fold[page.fold or 0], texts) for page in site.targets]
            means = np.round(np.mean(found, axis=0), 4).tolist()
            yield {"site": site.name, "pages": len(found), **dict(zip(ARMS, means, strict=True))}
            click.echo(f"{site.name} {means}")


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(models: Path) -> None:
    """Measure profiles on pages whose lines are joined with spaces, to newlines.json.

    MODELS is a folder of `train folds`.

    \b
    Examples:
      python -m benchmarks run newlines build/models
    """
    of_fold = [load(models / f"fold-{fold}") for fold in range(FOLDS)]
    found = list(rows(of_fold))
    table = np.array([[row[arm] for arm in ARMS] for row in found])
    summary = {
        "sites": len(found),
        "pages": sum(row["pages"] for row in found),
        "mean": dict(zip(ARMS, np.round(table.mean(axis=0), 4).tolist(), strict=True)),
        "median": dict(zip(ARMS, np.round(np.median(table, axis=0), 4).tolist(), strict=True)),
    }
    click.echo(str(summary))
    data = {name: dataset(name).files_hash() for name in ("sites", "daniel")}
    identity = ours(*(model.model_id for model in of_fold))
    result = {"data_hash": data, "made": made(), **identity, "summary": summary, "sites": found}
    write_json(RESULTS / "newlines.json", result)
