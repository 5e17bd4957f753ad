"""Measure speed: `python -m benchmarks.run_speed html` or `text`; writes results/speed-WHAT.json.

Rounds are interleaved: every system runs once before any runs again, each in its own
process on the same core, so that a busy machine slows all of them. A system's figure is
its median round; its ratio to the reference is the median of the rounds' ratios, which
is what to trust on a shared machine.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.datasets import dataset
from benchmarks.environment import made
from benchmarks.outputs import asking, cache_folder, versions_of
from benchmarks.pages import Page
from benchmarks.peer_list import HTML_PEERS, OUR_SYSTEMS, RENDERINGS, TEXT_PEERS, Peer
from benchmarks.peer_process import ONE_THREAD
from benchmarks.setup_peers import python_of
from benchmarks.shared import ROOT, shared_data

RESULTS = ROOT / "benchmarks" / "results"
SAMPLE_SEED = 7
REFERENCES = {"html": "resiliparse", "text": "long-lines", "news": "long-lines"}
# Their rounds take minutes and say what one round says.
SLOW = frozenset({"chromerag", "newspaper4k", "goose3", "trafilatura-recall", "trafilatura-precision"})


class Sample(NamedTuple):
    """What every system is given: a file, and its size."""

    path: Path
    pages: int
    bytes: int
    lines: int


def _drawn(pages: Sequence[Page], count: int) -> list[Page]:
    chosen = np.random.default_rng(SAMPLE_SEED).permutation(len(pages))[:count]
    return [pages[at] for at in sorted(chosen.tolist())]


def _texts(pages: Sequence[Page]) -> list[str]:
    """Return the text-only lines of pages, by our renderer."""
    with asking(RENDERINGS[0], cache_folder()) as renderer:
        answers = [renderer.ask(page.html or b"", None) for page in pages]
    return [answer.text or "" for answer in answers]


def make_sample(what: str, count: int, folder: Path) -> Sample:
    """Write the sample: WCXB pages, their text-only lines, or long news text."""
    pages = _drawn(list(dataset("fundus" if what == "news" else "wcxb-dev").pages()), count)
    if what == "html":
        rows = [{"html": base64.b64encode(page.html or b"").decode()} for page in pages]
        sizes, lines = [len(page.html or b"") for page in pages], 0
    else:
        texts = [page.gold or "" for page in pages] if what == "news" else _texts(pages)
        rows = [{"text": text} for text in texts]
        sizes, lines = [len(text.encode()) for text in texts], sum(text.count("\n") + 1 for text in texts)
    path = folder / f"{what}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for page, row in zip(pages, rows, strict=True):
            file.write(json.dumps({**row, "language": page.language}) + "\n")
    return Sample(path, len(pages), sum(sizes), lines)


class Runner:
    """A system's process."""

    def __init__(self, system: Peer, sample: Sample, core: int) -> None:
        self.system, self.rounds = system, list[dict[str, Any]]()
        command = [str(python_of(system.environment)), "-W", "ignore", "-m", "benchmarks.speed_worker"]
        self._process = subprocess.Popen(
            [*command, system.module, system.function, str(sample.path), str(core)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD | {"DETECTOR_SHARED": str(shared_data())},
        )
        self.ready = bool(self._line())

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def round(self) -> None:
        """Run the sample once."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()
        self.rounds.append(json.loads(self._line()))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def _row(runner: Runner, reference: Runner, sample: Sample) -> dict[str, Any]:
    """Return a system's figures."""
    wall = [one["wall"] for one in runner.rounds]
    pairs = zip(runner.rounds, reference.rounds, strict=False)
    ratios = [one["wall"] / other["wall"] for one, other in pairs]
    middle = median(wall)
    speed = {"mb_per_s": sample.bytes / middle / 1e6, "lines_per_s": sample.lines / middle}
    figures = {
        "ms_per_page": 1000 * middle / sample.pages,
        "cpu_ms_per_page": 1000 * median(one["cpu"] for one in runner.rounds) / sample.pages,
        "ratio": median(ratios),
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
        **(speed if sample.lines else {"mb_per_s": speed["mb_per_s"]}),
    }
    return {
        "system": runner.system.name,
        "versions": versions_of(runner.system),
        "rounds": len(wall),
        "batch": runner.rounds[0]["batch"],
        "failed_pages": runner.rounds[0]["failed"],
        **{name: round(float(f"{figure:.4g}"), 6) for name, figure in figures.items()},
    }


def measure(systems: Sequence[Peer], sample: Sample, rounds: int, reference: str) -> dict[str, Any]:
    """Run all systems in turn, `rounds` times (slow ones once), and return their rows."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    runners = [Runner(system, sample, core) for system in systems]
    ready = [runner for runner in runners if runner.ready]
    try:
        for number in range(rounds):
            for runner in ready:
                if number == 0 or runner.system.name not in SLOW:
                    runner.round()
                    print(number, runner.system.name, f"{runner.rounds[-1]['wall']:.3f} s", flush=True)
    finally:
        for runner in runners:
            runner.close()
    against = next(runner for runner in ready if runner.system.name == reference)
    return {
        "not_installed": [runner.system.name for runner in runners if not runner.ready],
        "reference": reference,
        "core": core,
        "rows": [_row(runner, against, sample) for runner in ready],
    }


def main(arguments: Sequence[str]) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("html", "text", "news"))
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--system", action="append", default=[], help="default: all of the format")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    given = "html" if options.what == "html" else "text"
    every = (*OUR_SYSTEMS, *(HTML_PEERS if given == "html" else TEXT_PEERS))
    named = {*options.system, REFERENCES[options.what]} if options.system else set()
    systems = [peer for peer in every if peer.format == given and (not named or peer.name in named)]
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        sample = make_sample(options.what, options.pages, Path(folder))
        found = measure(systems, sample, options.rounds, REFERENCES[options.what])
    size = {"pages": sample.pages, "bytes": sample.bytes, "lines": sample.lines, "seed": SAMPLE_SEED}
    result = {"what": options.what, "sample": size, "made": made(), **found}
    path = options.results / f"speed-{options.what}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
