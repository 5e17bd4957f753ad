"""Runs faults. Each try is determined by a seed, so that any try can be repeated."""

import itertools
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

import detector
from benchmarks.environment import commit, made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, read_json, write_json
from benchmarks.reliability.faults.attempt import Attempt, Reference, undisturbed
from benchmarks.reliability.faults.kinds import FAULTS, Fault
from benchmarks.reliability.faults.places import Place, new_place
from benchmarks.reliability.faults.scenarios import CORPUS, Scenario, write_inputs
from detector.cli.main import COMMANDS

NAME: Final = "reliability-faults"
# The counts for the tries of a fault.
COUNTS: Final = ("tries", "finished", "stopped", "killed", "same_afterwards", "refused_afterwards")


class Faults:
    """What tries share: the place, and the undisturbed results of each command."""

    def __init__(self, place: Place, logs: Path) -> None:
        self._place, self._logs = place, logs
        self._references: dict[str, Reference] = {}

    def _reference(self, scenario: Scenario) -> Reference:
        if scenario.name not in self._references:
            self._place.fill()
            self._references[scenario.name] = undisturbed(scenario, self._place, self._logs)
        return self._references[scenario.name]

    def can_do(self, fault: Fault) -> bool:
        """Tell whether a fault is possible on this machine."""
        return self._place.is_disk or not fault.needs_disk

    def tried(self, fault: Fault, seed: str) -> Attempt:
        """Try a fault on a command; the seed determines all random choices."""
        chance = random.Random(f"{fault.name} {seed}")
        scenario = chance.choice(fault.scenarios)
        reference = self._reference(scenario)
        self._place.fill()
        attempt = Attempt(scenario, reference, self._place, self._logs, chance)
        fault.inject(attempt)
        return attempt


@contextmanager
def prepared() -> Iterator[Faults]:
    """Give a place with inputs, and with the output of a run."""
    # Imported once, for all processes that are forked from this one.
    detector.clean("<html><p>A page</p></html>", format="html")
    for name in COMMANDS:
        if name not in ("train", "evaluate", "serve"):
            __import__(f"detector.cli.{name}")
    with tempfile.TemporaryDirectory(prefix="reliability-") as name:
        work = Path(name)
        work.chmod(0o755)
        template, logs = work / "template", work / "logs"
        template.mkdir()
        logs.mkdir()
        write_inputs(template)
        with new_place(work, template) as place:
            place.fill()
            undisturbed(CORPUS, place, logs)
            shutil.copytree(place.folder / "out", template / "run")
            yield Faults(place, logs)


def _chosen(words: Sequence[str]) -> list[Fault]:
    unknown = [word for word in words if not any(word in fault.name for fault in FAULTS)]
    if unknown:
        names = "; ".join(fault.name for fault in FAULTS)
        raise BenchmarkError(f"no fault has {', '.join(unknown)} in its name: {names}")
    return [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]


def _counted(attempts: Sequence[tuple[str, Attempt]]) -> dict[str, Any]:
    """Return the results of the tries of a fault."""
    steps: dict[str, int] = {}
    for _, attempt in attempts:
        if attempt.step:
            steps[attempt.step] = steps.get(attempt.step, 0) + 1
    return {
        "tries": len(attempts),
        **{
            name: sum(attempt.disturbed == name and not attempt.problems for _, attempt in attempts)
            for name in ("finished", "stopped", "killed")
        },
        "same_afterwards": sum(
            attempt.again == "the same" and not attempt.problems for _, attempt in attempts
        ),
        "refused_afterwards": sum(
            attempt.again == "refused" and not attempt.problems for _, attempt in attempts
        ),
        "steps": steps,
        "failed": [
            {"seed": seed, "command": attempt.scenario.name, "problems": attempt.problems}
            for seed, attempt in attempts
            if attempt.problems
        ],
    }


@click.command()
@click.argument("count", type=int, default=0)
@click.option("--seed", default="1", show_default=True, help="Other tries.")
@click.option("--fault", "words", multiple=True, help="Only faults with these words in their names.")
@click.option("--failed", is_flag=True, help="Do the tries of the result that failed again, and no others.")
@click.option("--add", is_flag=True, help="Add to the tries of the result, which had other seeds.")
@click.option("--write/--no-write", default=True, help="Write the result.")
def command(count: int, seed: str, words: tuple[str, ...], failed: bool, add: bool, write: bool) -> None:
    """Run COUNT tries of faults, to reliability-faults.json.

    A command is disturbed in each try: it is killed, its disk is full, its inputs disappear, and so on. It
    must finish as usual or stop with a message, and the next call must give the same bytes as an undisturbed
    one.

    \b
    Examples:
      python -m benchmarks reliability faults 500
      python -m benchmarks reliability faults 20 --fault "disk is full" --no-write
      python -m benchmarks reliability faults 100 --seed 2 --add
      python -m benchmarks reliability faults --failed --fault "inputs change"
    """
    before = read_json(RESULTS / f"{NAME}.json") if add else None
    if before and seed in str(before["seed"]).split(", "):
        raise BenchmarkError(f"tries of seed {seed} are in the result already: give another --seed")
    if failed:
        with prepared() as faults:
            write_json(
                RESULTS / f"{NAME}.json",
                _done_again(faults, _chosen(words), read_json(RESULTS / f"{NAME}.json")),
            )
        return
    rows: dict[str, list[tuple[str, Attempt]]] = {}
    # When told to end, it removes its disk.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    with prepared() as faults:
        rounds = ((fault, number) for number in itertools.count() for fault in _chosen(words))
        possible = (
            (fault, number)
            for fault, number in rounds
            if faults.can_do(fault) and (number + 1) % fault.every == 0
        )
        for fault, number in itertools.islice(possible, count):
            name = f"{seed}-{number}"
            attempt = faults.tried(fault, name)
            rows.setdefault(fault.name, []).append((name, attempt))
            for problem in attempt.problems:
                click.echo(f"{fault.name}, try {name}, {attempt.scenario.name}: {problem}")
            if write:  # after each try, so that a stopped run of hours is not lost
                result = _result(seed, rows)
                write_json(RESULTS / f"{NAME}.json", _added(before, result) if before else result)
    count_failed = sum(len(row["failed"]) for row in _result(seed, rows)["rows"])
    click.echo(f"{sum(map(len, rows.values()))} tries, {count_failed} failed")


def _result(seed: str, rows: dict[str, list[tuple[str, Attempt]]]) -> dict[str, Any]:
    return {
        "made": made(),
        "seed": seed,
        "tries": sum(map(len, rows.values())),
        "rows": [{"fault": name, **_counted(attempts)} for name, attempts in rows.items()],
    }


def _added(before: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Return the tries of two results, combined."""
    rows = {row["fault"]: row for row in before["rows"]}
    for row in result["rows"]:
        old = rows.get(row["fault"], {})
        steps = {name: old.get("steps", {}).get(name, 0) for name in {**old.get("steps", {}), **row["steps"]}}
        rows[row["fault"]] = {
            **old,
            **{name: old.get(name, 0) + row[name] for name in COUNTS},
            "fault": row["fault"],
            "steps": {name: count + row["steps"].get(name, 0) for name, count in steps.items()},
            "failed": [*old.get("failed", []), *row["failed"]],
        }
    tries = before["tries"] + result["tries"]
    return {**result, "seed": f"{before['seed']}, {result['seed']}", "tries": tries, "rows": [*rows.values()]}


def _done_again(faults: Faults, chosen: Sequence[Fault], result: dict[str, Any]) -> dict[str, Any]:
    """Return a result in which the failed tries were repeated."""
    for row in result["rows"]:
        still, wanted = [], [fault for fault in chosen if fault.name == row["fault"]]
        for entry in row["failed"]:
            attempt = faults.tried(wanted[0], entry["seed"]) if wanted else None
            if attempt is None or attempt.problems:
                still.append({**entry, "problems": attempt.problems} if attempt else entry)
                continue
            row[attempt.disturbed] += 1
            row["same_afterwards" if attempt.again == "the same" else "refused_afterwards"] += 1
            row.setdefault("passed_again", []).append({**entry, "with": commit()})
            click.echo(f"{row['fault']}, try {entry['seed']}: passes now")
        row["failed"] = still
    return result
