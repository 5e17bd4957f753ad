"""Filter planted corpora with us and the peers: `python -m benchmarks.run_corpus 10000`.

Writes results/corpus-COUNT.json: time, memory of all processes together, and what was
found. With --kills N a run of ours is killed N times at random moments, continued, and
compared byte for byte with an undisturbed one.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.corpus_scoring import scored_files
from benchmarks.environment import made
from benchmarks.planted_corpus import write
from benchmarks.process_tree import Used, measured
from benchmarks.setup_peers import python_of

RESULTS: Final = Path(__file__).parent / "results"
OURS: Final = "detector"
REFERENCE: Final = "plain-python"
DATATROVE: Final = "datatrove"
DOLMA: Final = "dolma"
RULES: Final = "least_pages = 1000000000\n"


def _commands(pages: Path, out: Path, memory: str, rules: Path) -> dict[str, list[str]]:
    peers = "benchmarks.corpus_peers"
    ours = [sys.executable, "-m", "detector", "clean", str(pages), "--output", str(out / OURS)]
    return {
        OURS: [*ours, "--memory", memory, "--rules", str(rules)],
        REFERENCE: [sys.executable, "-m", f"{peers}.plain", str(pages), str(out / REFERENCE)],
        **{
            peer: [str(python_of(peer)), "-m", f"{peers}.{peer}_pipeline", str(pages), str(out / peer)]
            for peer in (DATATROVE, DOLMA)
        },
    }


def _row(name: str, used: Used, size: int, out: Path, truth: Path) -> dict[str, Any]:
    if used.code:
        return {"system": name, "failed": f"exit code {used.code}"}
    return {
        "system": name,
        "seconds": round(used.seconds, 1),
        "cpu_s": round(used.cpu, 1),
        "mb_per_s": round(size / 1e6 / used.seconds, 2),
        "mb_per_cpu_s": round(size / 1e6 / used.cpu, 2),
        "peak_mb": round(used.peak / 1e6),
        **scored_files(truth, out / "data" if name == OURS else out),
    }


@contextmanager
def _corpus(count: int, folder: Path | None) -> Iterator[Path]:
    """Give a folder with a corpus: what is there stays; without a name, a temporary one."""
    with tempfile.TemporaryDirectory(prefix="corpus-") as name:
        found = folder or Path(name)
        if not (found / "pages.jsonl").exists():
            unfinished = found / "unfinished"
            write(unfinished, count)
            for file in ("truth.jsonl", "pages.jsonl"):
                (unfinished / file).replace(found / file)
            unfinished.rmdir()
        yield found


def compare(count: int, systems: list[str], memory: str, folder: Path) -> dict[str, Any]:
    """Run the systems on the corpus of a folder, one after another."""
    pages, rules = folder / "pages.jsonl", folder / "rules.toml"
    rules.write_text(RULES)
    size = pages.stat().st_size
    rows = []
    for system, command in _commands(pages, folder, memory, rules).items():
        if system in systems:
            out = folder / system
            shutil.rmtree(out, ignore_errors=True)
            if system != OURS:
                out.mkdir()
            rows.append(_row(system, measured(command), size, out, folder / "truth.jsonl"))
            print(json.dumps(rows[-1]))
            shutil.rmtree(out, ignore_errors=True)
    with pages.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"count": count, "bytes": size, "data": digest, "memory": memory, "rows": rows}


def _bytes_of(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in files}


def kill(count: int, kills: int, seed: int) -> dict[str, Any]:
    """Kill runs at random moments, and say how many came out byte for byte the same."""
    draw, moments, equal = random.Random(seed), [], 0
    with tempfile.TemporaryDirectory(prefix="corpus-") as name:
        folder = Path(name)
        write(folder, count)
        rules = folder / "rules.toml"
        rules.write_text(RULES + "shard_bytes = 500000\n")
        command = [
            sys.executable,
            "-m",
            "detector",
            "clean",
            str(folder / "pages.jsonl"),
            "--rules",
            str(rules),
        ]
        whole = measured([*command, "--output", str(folder / "whole")])
        wanted = _bytes_of(folder / "whole")
        for number in range(kills):
            out, moment = folder / f"out-{number}", draw.uniform(0.02, 0.98) * whole.seconds
            again = [*command, "--output", str(out)]
            running = subprocess.Popen(again, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moment)
            running.kill()
            running.wait()
            workers = str(draw.choice((1, 2, 3)))
            subprocess.run([*again, "--workers", workers], check=True, capture_output=True)
            equal += _bytes_of(out) == wanted
            moments.append(round(moment, 2))
            shutil.rmtree(out)
    return {
        "count": count,
        "seconds": round(whole.seconds, 1),
        "moments": moments,
        "kills": kills,
        "equal": equal,
    }


def main() -> None:
    """Read the command line, run, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--systems", nargs="*", default=[OURS, REFERENCE, DATATROVE, DOLMA])
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--folder", type=Path, help="where the corpus is, or is to stay")
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    if options.kills:
        result, name = kill(options.count, options.kills, 1), "corpus-kills"
    else:
        with _corpus(options.count, options.folder) as folder:
            result = compare(options.count, options.systems, options.memory, folder)
        name = f"corpus-{options.count}"
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"made": made(), **result}, indent=1) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
