"""Training with a configuration file and several seeds, and comparing the results.

Pages are read and aligned once and kept in the cache folder, under the hashes of the file, the seed and the
code that reads them. A finished experiment is a JSON file: for each seed and format, the parts of the figures
of every real page, by the model of its fold. Two experiments are compared page by page, with intervals over
sites, and the spread of the seeds is reported with the difference.
"""

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np

from benchmarks.environment import commit, made, sources_hash
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT, read_json, write_json
from benchmarks.peers.answers import cache_folder
from detector.decisions import DecisionPolicy, decide
from detector.records import Floats64
from detector.settings import Settings
from detector.training.data.examples import CONTENT
from detector.training.data.labelled_pages import read_pages
from detector.training.evaluate.bootstrap import Parts, interval_of, interval_of_difference, ratio
from detector.training.evaluate.judge import figures, no_copies
from detector.training.fit.configuration import Configuration, read_configuration
from detector.training.fit.page_kinds import Scored
from detector.training.fit.train import Gathered, gather, train_gathered

# The code that determines what is read and how.
READERS: Final = ("detector/text", "detector/kernels", "detector/training/data", "detector/records.py")
# Pages that we made say nothing about how good a model is.
MADE: Final = ("made", "composed", "own")
# The figures of a comparison, and whether higher is better.
FIGURES: Final = {"words_f1": True, "content_lost": False, "template_recall": True, "log_loss": False}
LEVEL: Final = 0.95
Log = Callable[[str], None]


class Page(NamedTuple):
    """A page's site and set, and the two parts of each figure."""

    site: str
    set: str
    parts: Mapping[str, Sequence[float]]


def gathered(path: Path, seed: int, share: float, log: Log) -> Gathered:
    """Return the pages of a training file, from the cache if they were read before."""
    sources = [file for name in READERS for file in _files(ROOT / name)]
    names = (hashlib.sha256(path.read_bytes()).hexdigest(), sources_hash(sources), str(seed), str(share))
    cached = cache_folder() / f"gathered-{hashlib.sha256('|'.join(names).encode()).hexdigest()[:16]}.pickle"
    if cached.is_file():
        log(f"{cached}: read before")
        with cached.open("rb") as file:
            found: Gathered = pickle.load(file)
        return found
    chosen = [page for page in read_pages([path]) if _drawn(page.group, share)]
    found = gather(chosen, seed)
    unfinished = cached.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        pickle.dump(found, file, protocol=5)
    unfinished.replace(cached)
    return found


def _files(path: Path) -> list[Path]:
    every = sorted(path.rglob("*.*")) if path.is_dir() else [path]
    return [file for file in every if file.suffix in (".py", ".cpp", ".h")]


def _drawn(group: str, share: float) -> bool:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) < share * 16**8


def _log_loss(scored: Scored) -> tuple[Floats64, Floats64]:
    """Return each page's log loss, weighted as in training, and the weights."""
    examples, pages = scored.examples, len(scored.examples.pages)
    score = np.clip(scored.scores.astype(np.float64), 0.001, 0.999)
    loss = -np.log(np.where(examples.share < CONTENT, score, 1 - score))
    weight = np.where(examples.share >= 0, examples.weight, 0.0)
    return np.bincount(examples.page, loss * weight, pages), np.bincount(examples.page, weight, pages)


def judged(scored: Scored) -> dict[str, Page]:
    """Return the parts of every figure of the real pages of a set, by page."""
    examples = scored.examples
    policy = DecisionPolicy(Settings(), None)
    segments = examples.batch.page_segment()
    kept = decide(scored.scores, examples.words, segments, no_copies(scored.scores.size), policy).kept
    parts = {name: (one.over, one.under) for name, one in figures(examples, kept).items() if name in FIGURES}
    parts["log_loss"] = _log_loss(scored)
    found = {}
    for number, page in enumerate(examples.pages):
        if page.set not in MADE and page.is_known:
            values = {
                name: (round(float(over[number]), 6), round(float(under[number]), 6))
                for name, (over, under) in parts.items()
            }
            found[f"{page.set}/{page.id}"] = Page(page.group, page.set, values)
    return found


def run(pages: Path, configuration: Configuration, seeds: int, share: float, log: Log) -> dict[str, Any]:
    """Return an experiment: the results of each seed's fold models on every page."""
    found: dict[str, dict[str, dict[str, Page]]] = {}
    for seed in range(seeds):
        trained = train_gathered(
            gathered(pages, seed, share, log), configuration, seed, log, workers=os.cpu_count() or 1
        )
        by_format: dict[str, dict[str, Page]] = {}
        for scored in trained.out_of_fold:
            by_format.setdefault(scored.format, {}).update(judged(scored))
        found[str(seed)] = by_format
        log(f"seed {seed}: {trained.model.model_id}")
    return {
        "configuration": configuration.record(),
        "pages": hashlib.sha256(pages.read_bytes()).hexdigest(),
        "share": share,
        "commit": commit(),
        "made": made(),
        "seeds": found,
    }


def _parts(experiment: Mapping[str, Any], seed: str, format: str, figure: str, pages: Sequence[str]) -> Parts:
    rows = [experiment["seeds"][seed][format][page] for page in pages]
    values = np.array([row[2][figure] for row in rows], np.float64).reshape(-1, 2)
    site = np.unique([row[0] for row in rows], return_inverse=True)[1].astype(np.int64)
    return Parts(values[:, 0], values[:, 1], site)


def _mean(
    experiment: Mapping[str, Any], format: str, figure: str, pages: Sequence[str]
) -> tuple[Parts, float]:
    """Return the parts of a figure as means over the seeds, and the spread of the seeds.

    With one seed the spread is unknown, so it is NaN.
    """
    every = [_parts(experiment, seed, format, figure, pages) for seed in experiment["seeds"]]
    over, under = (np.mean([getattr(one, name) for one in every], axis=0) for name in ("over", "under"))
    values = [ratio(one) for one in every]
    apart = max(values) - min(values) if len(values) > 1 else float("nan")
    return Parts(over, under, every[0].site), apart


def _common(one: Mapping[str, Any], two: Mapping[str, Any], format: str) -> list[str]:
    every = [set(seed.get(format, ())) for experiment in (one, two) for seed in experiment["seeds"].values()]
    return sorted(set.intersection(*every))


class Change(NamedTuple):
    """A figure of one set in one format, before and after."""

    name: str
    pages: int
    before: float
    after: float
    low: float
    high: float
    seeds: float

    @property
    def verdict(self) -> str:
        """Return better, worse or chance.

        A difference counts if it is significant over the sites and larger than the spread of the seeds.
        With one seed the result is "one seed", because the spread of trainings is unknown.
        """
        more = self.after - self.before
        if isnan(self.seeds):
            return "chance" if self.low <= 0 <= self.high else "one seed"
        if self.low <= 0 <= self.high or abs(more) <= self.seeds:
            return "chance"
        return "better" if (more > 0) == FIGURES[self.name.rsplit(" ", 1)[1]] else "worse"

    def __str__(self) -> str:
        more = self.after - self.before
        return (
            f"{self.name:<44} {self.pages:>5} {self.before:7.4f} -> {self.after:7.4f}  {more:+.4f} "
            f"({self.low:+.4f} to {self.high:+.4f})  seeds {self.seeds:.4f}  {self.verdict}"
        )


def changes(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the differences between two experiments, by format, set and figure.

    Raises `BenchmarkError` if they have no page in common.
    """
    formats = sorted({format for seed in one["seeds"].values() for format in seed})
    if not any(_common(one, two, format) for format in formats):
        raise BenchmarkError("the two experiments have no page in common")
    for format in formats:
        pages = _common(one, two, format)
        sets = sorted({page.split("/", 1)[0] for page in pages})
        for name in ("all", *sets):
            chosen = [page for page in pages if name in ("all", page.split("/", 1)[0])]
            for figure in FIGURES:
                before, first_seeds = _mean(one, format, figure, chosen)
                after, second_seeds = _mean(two, format, figure, chosen)
                low, high = interval_of_difference(before, after, LEVEL)
                known = [seeds for seeds in (first_seeds, second_seeds) if not isnan(seeds)]
                seeds = max(known, default=float("nan"))
                yield Change(
                    f"{format} {name} {figure}", len(chosen), ratio(before), ratio(after), low, high, seeds
                )


def figures_of(experiment: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of an experiment as text, by format and set, with intervals over sites."""
    for format in sorted({format for seed in experiment["seeds"].values() for format in seed}):
        pages = _common(experiment, experiment, format)
        for name in ("all", *sorted({page.split("/", 1)[0] for page in pages})):
            chosen = [page for page in pages if name in ("all", page.split("/", 1)[0])]
            for figure in FIGURES:
                parts, seeds = _mean(experiment, format, figure, chosen)
                low, high = interval_of(parts, LEVEL)
                yield (
                    f"{f'{format} {name} {figure}':<44} {len(chosen):>5} {ratio(parts):7.4f} "
                    f"({low:.4f} to {high:.4f})  seeds {seeds:.4f}"
                )


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--configuration",
    "path",
    type=click.Path(path_type=Path, exists=True),
    help="A TOML file; by default none.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="How many trainings.")
@click.option("--share", type=click.FloatRange(0, 1), default=1.0, help="Train on some of the sites only.")
@click.option(
    "--against", type=click.Path(path_type=Path, exists=True), help="An earlier experiment to compare with."
)
@click.option("--only-compare", is_flag=True, help="Train nothing: OUTPUT is there already.")
def command(
    pages: Path,
    output: Path,
    path: Path | None,
    seeds: int,
    share: float,
    against: Path | None,
    only_compare: bool,
) -> None:
    """Train with a configuration and several seeds, and report what changed.

    PAGES is the file written by `data training-pages`; OUTPUT is a JSON file. All figures are out of fold,
    from models that know nothing about the fold. A change is called better or worse if its interval over
    sites excludes zero and it is larger than the spread of the seeds.

    \b
    Examples:
      python -m benchmarks train experiment PAGES base.json
      python -m benchmarks train experiment PAGES wide.json --configuration wide.toml --against base.json
    """
    start = time.monotonic()

    def log(text: str) -> None:
        click.echo(f"{time.monotonic() - start:6.0f} s  {text}", err=True)

    configuration = read_configuration(path) if path else Configuration()
    if not only_compare:
        write_json(output, run(pages, configuration, seeds, share, log), indent=0)
    found = read_json(output)
    if against is None:
        click.echo("\n".join(figures_of(found)))
    else:
        click.echo("\n".join(map(str, changes(read_json(against), found))))
