"""Near-duplicates: rates, memory, precision and recall of systems that find them.

Each run is a process on one core. Systems take turns, round by round, and CPU times are compared with those
of the reference in the same round.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.files import RESULTS, ROOT, write_json
from benchmarks.measures.near_duplicate_scores import (
    Truth,
    score_flags,
    score_labels,
    score_pairs,
    score_removal,
)
from benchmarks.peers.answers import cache_folder
from benchmarks.peers.environments import calling, identity_of, python_of
from benchmarks.peers.near_duplicates.texts import THRESHOLD
from benchmarks.peers.process import ONE_THREAD
from benchmarks.peers.systems import (
    CONTAINMENT_SYSTEMS,
    NEAR_DUPLICATE_SYSTEMS,
    NEWS_SYSTEMS,
    SIGNING_SYSTEMS,
    Peer,
)
from benchmarks.run.near_duplicate_corpora import (
    SEED,
    Size,
    contained_pairs,
    containment_file,
    corpus_file,
    news_corpus,
    size_of,
    truth_of,
)

SECONDS: Final = 3600
SIGNED_TEXTS: Final = 10_000
ARCHIVED_TEXTS: Final = 3_000
# Systems that are not run on this many texts or more, and why.
TOO_MANY: Final = {
    "datasketch": (100_000, "7 minutes at 100,000 by its rate at 10,000, and the same results as in bulk"),
    "gaoya": (1_000_000, "10 minutes by its rate at 100,000"),
    "text-dedup": (1_000_000, "half an hour by its rate at 100,000"),
    "datatrove": (1_000_000, "an hour and a half by its rate at 100,000"),
    "rensa-dedup": (1_000_000, "as rensa at 100,000"),
    "rensa-rho": (1_000_000, "as at 100,000"),
}


def run_once(system: Peer, corpus: Path, output: str, core: int) -> dict[str, float] | str:
    """Return the figures of a run, or why there are none."""
    if not python_of(system.environment).is_file():
        return "not installed"
    given = [system.module, system.function, str(corpus), output, str(core)]
    try:
        done = subprocess.run(
            calling(system.environment, "benchmarks.peers.near_duplicates_worker:main", *given),
            cwd=ROOT,
            capture_output=True,
            env=os.environ | ONE_THREAD,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"took over {SECONDS} s"
    if done.returncode:
        return f"failed: {done.stderr.decode(errors='replace').strip().splitlines()[-1][:200]}"
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def take_turns(
    systems: Sequence[Peer], corpus: Path, rounds: dict[str, int], folder: Path | None
) -> dict[str, list[Any]]:
    """Run the systems in turns; return the figures of all rounds by name.

    The findings of the first round are written to the folder.
    """
    core = max(os.sched_getaffinity(0))
    found: dict[str, list[Any]] = {system.name: [] for system in systems}
    for number in range(max(rounds.values())):
        for system in systems:
            runs = found[system.name]
            if number < rounds[system.name] and not (runs and isinstance(runs[0], str)):
                output = str(folder / f"{system.name}.json") if folder and number == 0 else "-"
                figures = run_once(system, corpus, output, core)
                runs.append(figures)
                click.echo(f"{number} {system.name} {figures}")
    return found


def _figures(
    runs: Sequence[dict[str, float]], reference: Sequence[dict[str, float]], size: Size
) -> dict[str, Any]:
    """Return the rates of a system, compared with those of the reference in the same round."""
    seconds = median(run["cpu"] for run in runs)
    ratios = [other["cpu"] / run["cpu"] for run, other in zip(runs, reference, strict=False)]
    figures = {
        "texts_per_s": size.texts / seconds,
        "mb_per_s": size.bytes / seconds / 1e6,
        "wall_s": median(run["wall"] for run in runs),
        "cpu_s": seconds,
        "ratio": median(ratios),
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
        "rise_mb": max(run["rise_mb"] for run in runs),
    }
    return {name: float(f"{figure:.4g}") for name, figure in figures.items()}


def rows_of(
    systems: Sequence[Peer], found: dict[str, list[Any]], truth: Truth | None, folder: Path, size: Size
) -> list[dict[str, Any]]:
    """Return a row for each system."""
    rows = []
    for system in systems:
        runs = found[system.name]
        row: dict[str, Any] = {"system": system.name, **identity_of(system), "note": system.note}
        if isinstance(runs[0], str):
            rows.append({**row, "failed": runs[0]})
            continue
        row |= {"rounds": len(runs), **_figures(runs, found[systems[0].name], size)}
        if truth is not None:
            said = json.loads((folder / f"{system.name}.json").read_text())
            if said["pairs"] is not None:
                row["pairs"] = score_pairs([tuple(pair) for pair in said["pairs"]], truth)
            if said["removed"] is not None:
                row["removal"] = score_removal(said["removed"], truth)
            if said["flagged"] is not None:
                row["flags"] = score_flags(said["flagged"], truth)
        rows.append(row)
    return rows


def measure(count: int, systems: Sequence[Peer], most_rounds: int, slow: frozenset[str]) -> dict[str, Any]:
    """Return the result for a planted corpus."""
    chosen = [system for system in systems if count < TOO_MANY.get(system.name, (count + 1, ""))[0]]
    left_out = {system.name: TOO_MANY[system.name][1] for system in systems if system not in chosen}
    corpus = corpus_file(count)
    rounds = {system.name: 1 if system.name in slow else most_rounds for system in chosen}
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        found = take_turns(chosen, corpus, rounds, Path(folder))
        size = size_of(corpus)
        rows = rows_of(chosen, found, truth_of(count), Path(folder), size)
    return {**size._asdict(), "seed": SEED, "reference": chosen[0].name, "rows": rows, "left_out": left_out}


def measure_signing(count: int, rounds: int) -> dict[str, Any]:
    """Return the rates of signatures alone."""
    corpus, systems = corpus_file(count), SIGNING_SYSTEMS
    size = size_of(corpus)
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        every = dict.fromkeys((system.name for system in systems), rounds)
        found = take_turns(systems, corpus, every, None)
        rows = rows_of(systems, found, None, Path(folder), size)
    return {**size._asdict(), "seed": SEED, "reference": systems[0].name, "rows": rows, "left_out": {}}


def measure_news() -> dict[str, Any]:
    """Return which of the labelled news pairs each system finds."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        corpus = Path(folder) / "news.jsonl"
        labels, first = news_corpus(corpus)
        found = take_turns(NEWS_SYSTEMS, corpus, {peer.name: 1 for peer in NEWS_SYSTEMS}, Path(folder))
        rows = []
        for system in NEWS_SYSTEMS:
            row: dict[str, Any] = {"system": system.name, **identity_of(system), "note": system.note}
            if isinstance(found[system.name][0], str):
                row["failed"] = found[system.name][0]
            else:
                said = json.loads((Path(folder) / f"{system.name}.json").read_text())
                row["labels"] = score_labels(said, labels, first)
            rows.append(row)
    return {"pairs": len(labels), "rows": rows, "left_out": {}}


def measure_containment(count: int, rounds: int) -> dict[str, Any]:
    """Return which texts inside longer ones each system finds."""
    corpus, systems = containment_file(count), CONTAINMENT_SYSTEMS
    size, truth = size_of(corpus), contained_pairs(corpus, THRESHOLD)
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        found = take_turns(systems, corpus, {system.name: rounds for system in systems}, Path(folder))
        rows = rows_of(systems, found, None, Path(folder), size)
        for row in (row for row in rows if "failed" not in row):
            said = json.loads((Path(folder) / f"{row['system']}.json").read_text())
            pairs = {(min(pair), max(pair)) for pair in said["pairs"]}
            right = len(pairs & truth)
            row["pairs"] = {
                "found": len(pairs),
                "recall": round(right / len(truth), 4),
                "precision": round(right / len(pairs), 4),
            }
    return {
        **size._asdict(), "seed": SEED, "reference": systems[0].name, "rows": rows, "pairs": len(truth),
        "left_out": {},
    }  # fmt: skip


def with_rows(before: dict[str, Any], again: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a result with the rows of some systems measured again. They record where and when."""
    new = {row["system"]: {**row, "made": again["made"]} for row in again["rows"] if row["system"] in names}
    rows = [new.pop(row["system"], row) for row in before["rows"]]
    absent = {
        name: TOO_MANY[name][1]
        for name in before.get("left_out", {})
        if name in TOO_MANY and name not in names
    }
    return {**before, "rows": [*rows, *new.values()], "left_out": absent}


def _measured(what: str, systems: Sequence[Peer], rounds: int, slow: frozenset[str]) -> dict[str, Any]:
    if what == "news":
        return measure_news()
    if what == "containment":
        return measure_containment(ARCHIVED_TEXTS, rounds)
    if what == "signing":
        return measure_signing(SIGNED_TEXTS, rounds)
    return measure(int(what), systems, rounds, slow)


def _what(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if value not in ("signing", "news", "containment") and not value.isdigit():
        raise click.BadParameter("a number of texts, signing, containment, or news")
    return value


@click.command()
@click.argument("what", callback=_what)
@click.option("--rounds", default=3, show_default=True, help="How often each system runs.")
@click.option("--slow", multiple=True, help="A system that runs once.")
@click.option("--system", "named", multiple=True, help="Measure this one again in a result that is there.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="The folder to write to.")
def command(what: str, rounds: int, slow: tuple[str, ...], named: tuple[str, ...], results: Path) -> None:
    """Measure systems that find near-duplicates, to duplicates-WHAT.json.

    WHAT is a number of planted texts (rates, memory, precision, recall), `signing` (signatures
    alone), `containment` (texts inside longer ones) or `news` (the labelled pairs of the shared data).

    \b
    Examples:
      python -m benchmarks run near-duplicates 10000
      python -m benchmarks run near-duplicates 100000 --slow text-dedup --slow datatrove
      python -m benchmarks run near-duplicates 10000 --system detector
      python -m benchmarks run near-duplicates signing
      python -m benchmarks run near-duplicates containment
      python -m benchmarks run near-duplicates news
    """
    wanted = {NEAR_DUPLICATE_SYSTEMS[0].name, *named} if named else set()
    systems = [peer for peer in NEAR_DUPLICATE_SYSTEMS if not wanted or peer.name in wanted]
    whole = {"what": what, "made": made(), **_measured(what, systems, rounds, frozenset(slow))}
    path = results / f"duplicates-{what}.json"
    if named and path.is_file():
        whole = with_rows(json.loads(path.read_text()), whole, named)
    write_json(path, whole)
    click.echo(str(path))
