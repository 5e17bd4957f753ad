"""Corpus filters: time and memory of all processes, and results on synthetic pages."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.planted.corpus_pages import corpus_in, write
from benchmarks.environment import load_since, made, ours
from benchmarks.files import RESULTS, write_json
from benchmarks.measures.corpus_scores import scored_files
from benchmarks.measures.process_tree import Used, measured
from benchmarks.measures.stages import stages_in
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS as OUR_ENVIRONMENT
from detector.cli.corpus_options import Size

OURS: Final = "detector"
REFERENCE: Final = "plain-python"
DATATROVE: Final = "datatrove"
DOLMA: Final = "dolma"
# Of killed runs: several shards, and the output is published however much is dropped.
RULES: Final = "least_pages = 1000000000\nshard_bytes = 500000\n"


def _commands(pages: Path, out: Path, memory: int) -> dict[str, list[str]]:
    peers = {
        REFERENCE: (OUR_ENVIRONMENT, "plain"),
        DATATROVE: (DATATROVE, "datatrove_sentences"),
        DOLMA: (DOLMA, "dolma"),
    }
    given = [str(pages), str(out / OURS), str(memory)]
    return {
        OURS: calling(OUR_ENVIRONMENT, "benchmarks.run.corpus_stages:run", *given),
        **{
            name: calling(environment, f"benchmarks.peers.corpus.{module}:run", str(pages), str(out / name))
            for name, (environment, module) in peers.items()
        },
    }


def _row(name: str, used: Used, size: int, out: Path, truth: Path) -> dict[str, Any]:
    if used.code:
        return {"system": name, "failed": f"exit code {used.code}"}
    return {
        "system": name,
        **(ours() if name == OURS else {}),
        **used.figures(),
        "mb_per_s": round(size / 1e6 / used.seconds, 2),
        "mb_per_cpu_s": round(size / 1e6 / max(used.cpu, 0.01), 2),
        **scored_files(truth, out / "data" if name == OURS else out),
        "stages": stages_in(out),
    }


def compare(count: int, systems: list[str], memory: int, folder: Path) -> dict[str, Any]:
    """Run the systems on the corpus of a folder, one after another."""
    pages = folder / "pages.jsonl"
    size = pages.stat().st_size
    rows = []
    for system, command in _commands(pages, folder, memory).items():
        if system in systems:
            out = folder / system
            shutil.rmtree(out, ignore_errors=True)
            if system != OURS:
                out.mkdir()
            used = measured(command, folder=out)
            rows.append(_row(system, used, size, out, folder / "truth.jsonl"))
            click.echo(json.dumps(rows[-1]))
            shutil.rmtree(out, ignore_errors=True)
    with pages.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"count": count, "bytes": size, "data": digest, "memory": memory, "rows": rows}


def _bytes_of(folder: Path) -> dict[str, bytes]:
    # The log has times.
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "log.txt")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in files}


def kill(count: int, kills: int, seed: int) -> dict[str, Any]:
    """Kill runs at random moments, and count those whose output is byte for byte the same."""
    draw, moments, equal = random.Random(seed), [], 0
    with tempfile.TemporaryDirectory(prefix="corpus-") as name:
        folder = Path(name)
        write(folder, count)
        rules = folder / "rules.toml"
        rules.write_text(RULES)
        clean = [sys.executable, "-m", "detector", "clean", str(folder / "pages.jsonl")]
        command = [*clean, "--rules", str(rules)]
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


SYSTEMS: Final = (OURS, REFERENCE, DATATROVE, DOLMA)


@click.command()
@click.argument("count", type=int)
@click.option("--system", "systems", type=click.Choice(SYSTEMS), multiple=True, help="By default all.")
@click.option("--memory", type=Size(), default="1GB", show_default=True, help="What ours may take.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus is, or is to stay.")
@click.option("--kills", default=0, help="Kill a run of ours so often instead, and continue it.")
def command(count: int, systems: tuple[str, ...], memory: int, folder: Path | None, kills: int) -> None:
    """Filter a planted corpus of COUNT pages with us and the peers, to corpus-COUNT.json.

    With --kills a run of ours is killed at random moments, continued, and compared byte for byte
    with an undisturbed one, to corpus-kills.json.

    \b
    Examples:
      python -m benchmarks run corpus 10000
      python -m benchmarks run corpus 1000000 --system detector --folder ../corpus
      python -m benchmarks run corpus 2000 --kills 20
    """
    if kills:
        result, name = {**ours(), **kill(count, kills, 1)}, "corpus-kills"
    else:
        with corpus_in(folder, count) as found:
            before = os.getloadavg()[0]
            result = compare(count, list(systems or SYSTEMS), memory, found)
        result["load"] = load_since(before)
        name = f"corpus-{count}"
    path = RESULTS / f"{name}.json"
    write_json(path, {"made": made(), **result})
    click.echo(str(path))
