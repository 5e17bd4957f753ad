"""Measure near-duplicate detection: `python -m benchmarks.run_duplicates 10000`.

Writes results/duplicates-COUNT.json: rates, memory, precision and recall on a planted
corpus. `signing` measures signatures alone, `news` the pairs of the shared data. Each run
is a process of its own on one core; systems take turns, round by round, and rates are
compared with the reference's of the same round, by CPU time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from benchmarks.duplicate_peers.corpus import SHINGLE
from benchmarks.duplicates_scoring import Truth, score_flags, score_labels, score_pairs, score_removal
from benchmarks.environment import made
from benchmarks.metrics import tokens
from benchmarks.outputs import cache_folder, versions_of
from benchmarks.peer_list import DUPLICATE_SYSTEMS, NEWS_SYSTEMS, SIGNING_SYSTEMS, Peer
from benchmarks.peer_process import ONE_THREAD
from benchmarks.planted_documents import Pair, PlantedDocuments
from benchmarks.run_quality import RESULTS
from benchmarks.setup_peers import python_of
from benchmarks.shared import ROOT, shared_data

SEED: Final = 1
LEAST_JACCARD: Final = 0.6
SECONDS: Final = 3600
# No line of a text shorter than a shingle is longer.
SHORT_LINE: Final = 300
# Systems that are not run on so many texts or more, and why.
TOO_MANY: Final = {
    "datasketch": (100_000, "7 minutes at 100,000 by its rate at 10,000, and the same results as in bulk"),
    "gaoya": (1_000_000, "10 minutes by its rate at 100,000"),
    "text-dedup": (1_000_000, "half an hour by its rate at 100,000"),
    "datatrove": (1_000_000, "an hour and a half by its rate at 100,000"),
    "rensa-dedup": (1_000_000, "as rensa at 100,000"),
    "rensa-rho": (1_000_000, "as at 100,000"),
    "detector-8-bit": (1_000_000, "as at 100,000"),
}


class Size(NamedTuple):
    """How much a corpus is."""

    texts: int
    bytes: int


def corpus_file(count: int) -> Path:
    """Return the planted corpus as a file; made once."""
    path = cache_folder() / f"planted-documents-{SEED}-{count}.jsonl"
    if not path.is_file():
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            for name, text in PlantedDocuments(count, SEED).documents():
                file.write(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n")
        unfinished.replace(path)
    return path


def truth_of(count: int) -> Truth:
    """Return the planted pairs, made once, and those of short texts that are equal by accident."""
    path = cache_folder() / f"planted-pairs-{SEED}-{count}.json"
    if not path.is_file():
        rows = [list(pair) for pair in PlantedDocuments(count, SEED).pairs(LEAST_JACCARD)]
        path.write_text(json.dumps(rows))
    planted = (Pair(*row) for row in json.loads(path.read_text()))
    return Truth.of(count, chain(planted, equal_short_texts(corpus_file(count))))


def equal_short_texts(corpus: Path) -> Iterator[Pair]:
    """Yield pairs of equal texts shorter than a shingle: two drawn words are not always others."""
    same = defaultdict(list)
    with corpus.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if len(line) < SHORT_LINE:
                words = tokens(json.loads(line)["text"])
                if len(words) < SHINGLE:
                    same[" ".join(words)].append(number)
    for members in same.values():
        yield from (Pair(left, right, 1.0) for left, right in combinations(members, 2))


def bytes_of(corpus: Path) -> int:
    """Return the bytes of UTF-8 of a corpus."""
    with corpus.open(encoding="utf-8") as file:
        return sum(len(json.loads(line)["text"].encode()) for line in file)


def run_once(system: Peer, corpus: Path, output: str, core: int) -> dict[str, float] | str:
    """Return a run's figures, or why there are none."""
    python = python_of(system.environment)
    if not python.is_file():
        return "not installed"
    command = [
        str(python),
        "-W",
        "ignore",
        "-m",
        "benchmarks.duplicates_worker",
        system.module,
        system.function,
    ]
    try:
        done = subprocess.run(
            [*command, str(corpus), output, str(core)],
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
    """Run every system, in turns; return the figures of its rounds by name.

    What the first round finds goes to a file of the folder.
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
                print(number, system.name, figures, flush=True)
    return found


def _figures(
    runs: Sequence[dict[str, float]], reference: Sequence[dict[str, float]], size: Size
) -> dict[str, Any]:
    """Return the rates of a system; those of the same round are compared."""
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
        row: dict[str, Any] = {"system": system.name, "versions": versions_of(system), "note": system.note}
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
        size = Size(count, bytes_of(corpus))
        rows = rows_of(chosen, found, truth_of(count), Path(folder), size)
    return {**size._asdict(), "seed": SEED, "reference": chosen[0].name, "rows": rows, "left_out": left_out}


def measure_signing(count: int, rounds: int) -> dict[str, Any]:
    """Return the rates of signatures alone."""
    corpus, systems = corpus_file(count), SIGNING_SYSTEMS
    size = Size(count, bytes_of(corpus))
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        every = dict.fromkeys((system.name for system in systems), rounds)
        found = take_turns(systems, corpus, every, None)
        rows = rows_of(systems, found, None, Path(folder), size)
    return {**size._asdict(), "seed": SEED, "reference": systems[0].name, "rows": rows, "left_out": {}}


def news_corpus(path: Path) -> tuple[dict[tuple[int, int], str], list[int]]:
    """Write the texts of the shared data's news pairs, each once.

    Returns the pairs' labels, and of each text the first with equal words.
    """
    rows = (shared_data() / "multilingual" / "near_dup" / "pairs.jsonl").read_text("utf-8").splitlines()
    number: dict[str, int] = {}
    labels = {}
    for row in map(json.loads, rows):
        left, right = (number.setdefault(row[side], len(number)) for side in ("a", "b"))
        labels[min(left, right), max(left, right)] = row["label"]
    texts = {row[side]: row[f"text_{side}"] for row in map(json.loads, rows) for side in ("a", "b")}
    path.write_text("".join(json.dumps({"text": texts[name]}) + "\n" for name in number))
    words = [" ".join(tokens(texts[name])) for name in number]
    return labels, [words.index(one) for one in words]


def measure_news() -> dict[str, Any]:
    """Return which of the labelled news pairs each system finds."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        corpus = Path(folder) / "news.jsonl"
        labels, first = news_corpus(corpus)
        found = take_turns(NEWS_SYSTEMS, corpus, {peer.name: 1 for peer in NEWS_SYSTEMS}, Path(folder))
        rows = []
        for system in NEWS_SYSTEMS:
            row: dict[str, Any] = {
                "system": system.name,
                "versions": versions_of(system),
                "note": system.note,
            }
            if isinstance(found[system.name][0], str):
                row["failed"] = found[system.name][0]
            else:
                said = json.loads((Path(folder) / f"{system.name}.json").read_text())
                row["labels"] = score_labels(said, labels, first)
            rows.append(row)
    return {"pairs": len(labels), "rows": rows}


def with_rows(before: dict[str, Any], again: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a result with some systems' rows measured again; those say where and when."""
    new = {row["system"]: {**row, "made": again["made"]} for row in again["rows"] if row["system"] in names}
    rows = [new.pop(row["system"], row) for row in before["rows"]]
    absent = {name: TOO_MANY[name][1] for name in before["left_out"] if name not in names}
    return {**before, "rows": [*rows, *new.values()], "left_out": absent}


def main(arguments: Sequence[str]) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", help="a number of texts, signing, or news")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", action="append", default=[], help="systems that run once")
    parser.add_argument(
        "--system",
        action="append",
        default=[],
        help="default: all; with names, their rows of a result that is there are replaced",
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    named = {DUPLICATE_SYSTEMS[0].name, *options.system} if options.system else set()
    systems = [peer for peer in DUPLICATE_SYSTEMS if not named or peer.name in named]
    if options.what == "news":
        result = measure_news()
    elif options.what == "signing":
        result = measure_signing(10_000, options.rounds)
    else:
        result = measure(int(options.what), systems, options.rounds, frozenset(options.slow))
    path = options.results / f"duplicates-{options.what}.json"
    whole = {"what": options.what, "made": made(), **result}
    if options.system and path.is_file():
        whole = with_rows(json.loads(path.read_text()), whole, options.system)
    path.write_text(json.dumps(whole, indent=1) + "\n")
    print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
