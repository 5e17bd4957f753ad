"""Fuzzes all readers, keeps the inputs that they fail on, and writes how many inputs were tried."""

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
    """Return the kept inputs of a reader, each of which was a fault once."""
    start = file_name(target, b"").rsplit("-", 1)[0]
    return sorted(path for path in KEPT.glob("*") if path.name.rsplit("-", 1)[0] == start)


def _keep(target: Target, outcome: Outcome) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for fault in outcome.faults:
        path = KEPT / file_name(target, fault.data)
        path.write_bytes(fault.data)
        click.echo(f"  {fault.what}\n    {path.relative_to(ROOT)}")


def _row(target: Target, outcome: Outcome, seconds: float, seed: int, old: dict[str, Any]) -> dict[str, Any]:
    """Return the results of fuzzing a reader. old: earlier results, which are added."""
    return {
        "reader": target.name,
        "seeds": [*old.get("seeds", ()), seed],
        "seconds": old.get("seconds", 0.0) + seconds,
        "inputs": old.get("inputs", 0) + outcome.inputs,
        "refused": old.get("refused", 0) + outcome.refused,
        "outcomes": max(old.get("outcomes", 0), outcome.kinds),
        "faults": [*old.get("faults", ()), *(fault.what for fault in outcome.faults)],
    }


def _rows(path: Path) -> dict[str, Any]:
    return {row["reader"]: row for row in read_json(path)["rows"]} if path.is_file() else {}


@click.command()
@click.argument("seconds", type=float)
@click.option("--reader", "words", multiple=True, help="Only readers with these words in their names.")
@click.option("--seed", default=1, show_default=True, help="Other inputs.")
@click.option("--add", is_flag=True, help="Add to the inputs of the result, which had other seeds.")
@click.option("--write/--no-write", default=True, help="Write the result.")
def command(seconds: float, words: tuple[str, ...], seed: int, add: bool, write: bool) -> None:
    """Give each reader changed files for SECONDS, to reliability-fuzz.json.

    A reader must give a result or one of our errors, in bounded time and memory. Inputs that it fails on are
    kept in tests/reliability/inputs, which the tests read.

    \b
    Examples:
      python -m benchmarks reliability fuzz 60
      python -m benchmarks reliability fuzz 300 --seed 2 --add
      python -m benchmarks reliability fuzz 600 --reader html --no-write
    """
    chosen = [target for target in TARGETS if not words or any(word in target.name for word in words)]
    if not chosen:
        raise BenchmarkError(f"no such reader: {', '.join(target.name for target in TARGETS)}")
    path = RESULTS / f"{NAME}.json"
    if add and any(seed in _rows(path).get(target.name, {}).get("seeds", ()) for target in chosen):
        raise BenchmarkError(f"inputs of seed {seed} are in the result already: give another --seed")
    for target in chosen:
        outcome = fuzzed(target, Budget(seconds=seconds), seed)
        click.echo(
            f"{target.name}: {outcome.inputs:,} inputs, {outcome.kinds} outcomes, "
            f"{len(outcome.faults)} faults"
        )
        _keep(target, outcome)
        if write:
            rows = _rows(path)  # another call may have written other readers in the meantime
            rows[target.name] = _row(target, outcome, seconds, seed, rows.get(target.name, {}) if add else {})
            limits = {"most_seconds": MOST_SECONDS, "most_bytes": MOST_MEMORY}
            ordered = [rows[one.name] for one in TARGETS if one.name in rows]
            write_json(path, {"made": made(), **limits, "rows": ordered})
