"""Fuzzes all readers, keeps what they fail on, and writes how many inputs were tried."""

from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, read_json, write_json
from benchmarks.reliability.fuzz.loop import MOST_MEMORY, MOST_SECONDS, Budget, Outcome, file_name, fuzzed
from benchmarks.reliability.fuzz.targets import TARGETS, Target

NAME: Final = "reliability-fuzz"
KEPT: Final = ROOT / "tests" / "reliability" / "inputs"


def kept_of(target: Target) -> list[Path]:
    """Return the kept files of a reader: each was a fault once."""
    start = file_name(target, b"").rsplit("-", 1)[0]
    return sorted(path for path in KEPT.glob("*") if path.name.rsplit("-", 1)[0] == start)


def _keep(target: Target, outcome: Outcome) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for fault in outcome.faults:
        path = KEPT / file_name(target, fault.data)
        path.write_bytes(fault.data)
        click.echo(f"  {fault.what}\n    {path.relative_to(ROOT)}")


def _row(target: Target, outcome: Outcome) -> dict[str, Any]:
    return {
        "reader": target.name,
        "inputs": outcome.inputs,
        "refused": outcome.refused,
        "outcomes": outcome.kinds,
        "faults": [fault.what for fault in outcome.faults],
    }


@click.command()
@click.argument("seconds", type=float)
@click.option("--reader", "words", multiple=True, help="Only readers with these words in their names.")
@click.option("--seed", default=1, show_default=True, help="Other inputs.")
@click.option("--write/--no-write", default=True, help="Write the result.")
def command(seconds: float, words: tuple[str, ...], seed: int, write: bool) -> None:
    """Give each reader changed files for SECONDS, to reliability-fuzz.json.

    A reader must give a result or an error of ours, in bounded time and memory. What it fails on is kept
    in tests/reliability/inputs, which the tests read.

    \b
    Examples:
      python -m benchmarks reliability fuzz 60
      python -m benchmarks reliability fuzz 600 --reader html --no-write
    """
    chosen = [target for target in TARGETS if not words or any(word in target.name for word in words)]
    if not chosen:
        raise BenchmarkError(f"no such reader: {', '.join(target.name for target in TARGETS)}")
    path, names = RESULTS / f"{NAME}.json", [target.name for target in TARGETS]
    before = read_json(path)["rows"] if path.is_file() else []
    # Those of other readers stay.
    rows = {row["reader"]: row for row in before if row["reader"] not in {target.name for target in chosen}}
    for target in chosen:
        outcome = fuzzed(target, Budget(seconds=seconds), seed)
        click.echo(
            f"{target.name}: {outcome.inputs:,} inputs, {outcome.kinds} outcomes, "
            f"{len(outcome.faults)} faults"
        )
        _keep(target, outcome)
        rows[target.name] = _row(target, outcome)
        if write:
            head = {"made": made(), "seconds": seconds, "seed": seed}
            limits = {"most_seconds": MOST_SECONDS, "most_bytes": MOST_MEMORY}
            ordered = [rows[name] for name in names if name in rows]
            write_json(path, {**head, **limits, "rows": ordered})
