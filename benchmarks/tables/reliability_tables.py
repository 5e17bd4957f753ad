"""The tables of docs/reliability.md: what was tried, how often, and what happened."""

from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.tables.cells import Results, Table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def runs(results: Mapping[str, Results]) -> Table:
    """Return where and when each program ran."""
    rows = [
        [
            f"`python -m benchmarks reliability {name}`",
            result["made"]["when"][:10],
            f"{result['made']['machine']['cpu']}, {result['made']['machine']['cores']} cores",
            f"`{result['made']['commit'][:10]}`",
        ]
        for name, result in results.items()
    ]
    return ["program", "date", "machine", "commit"], rows


def faults(result: Results) -> Table:
    """Return what came of each fault."""
    names = ("tries", "finished", "stopped", "killed", "same_afterwards", "refused_afterwards")
    rows = [
        [
            row["fault"],
            *(f"{row[name]}" for name in names),
            f"{len(row.get('passed_again', []))}",
            f"{len(row['failed'])}",
        ]
        for row in result["rows"]
    ]
    sums = [sum(row[name] for row in result["rows"]) for name in names]
    failed = sum(len(row["failed"]) for row in result["rows"])
    passed = sum(len(row.get("passed_again", [])) for row in result["rows"])
    rows.append(["**all**", *(f"**{number}**" for number in (*sums, passed, failed))])
    after = ["same bytes afterwards", "refused afterwards", "failed, then fixed", "fail"]
    return ["fault", "tries", "finished", "stopped", "killed", *after], rows


def fuzz(result: Results) -> Table:
    """Return how many inputs each reader was given."""
    rows = [
        [
            row["reader"],
            f"{row['seconds']:,.0f}",
            f"{row['inputs']:,}",
            _share(row["refused"], row["inputs"]),
            f"{row['outcomes']}",
            f"{len(row['faults'])}",
        ]
        for row in result["rows"]
    ]
    inputs, faults = (
        sum(row["inputs"] for row in result["rows"]),
        sum(len(r["faults"]) for r in result["rows"]),
    )
    seconds = sum(row["seconds"] for row in result["rows"])
    rows.append(["**all**", f"**{seconds:,.0f}**", f"**{inputs:,}**", "", "", f"**{faults}**"])
    return ["reader", "seconds", "inputs", "refused with a message", "different outcomes", "faults"], rows


def guided(result: Results) -> Table:
    """Return how many inputs each reader was given that coverage led to."""
    rows = [
        [row["reader"], f"{row['seconds']}", f"{row['inputs']:,}", "yes" if row["failed"] else "no"]
        for row in result["rows"]
    ]
    return ["reader", "seconds", "inputs", "failed"], rows


def soak(result: Results) -> Table:
    """Return memory and equality of long runs."""
    rows = [
        [
            row["run"],
            f"{row['count']:,}",
            " / ".join(f"{number:,}" for number in row["memory_mb"]),
            "yes" if row["equal"] else "**no**",
        ]
        for row in result["rows"]
    ]
    return ["run", "pages or requests", "MB: at 25 %, at the end", "same bytes at start and end"], rows


def mutants(result: Results) -> Table:
    """Return how many changes of the code the tests notice."""
    rows = []
    for seed in sorted({row["seed"] for row in result["rows"]}):
        drawn = [row for row in result["rows"] if row["seed"] == seed]
        found = [
            [row["mutants"], len(row["equivalent"]), row["killed"], row["mutants"] - len(row["equivalent"])]
            for row in drawn
        ]
        sums = [sum(column) for column in zip(*found, strict=True)]
        names = [f"`{row['file']}`" for row in drawn]
        for name, (count, same, killed, other) in zip([*names, "**all**"], [*found, sums], strict=True):
            cells = [f"{seed}", f"{count}", f"{same}", f"{killed}", _share(killed, other)]
            rows.append([name, *(f"**{cell}**" if name == "**all**" else cell for cell in cells)])
    return [
        "file",
        "sample",
        "changes tried",
        "without effect",
        "noticed",
        "share of the others",
    ], rows


def versions(result: Results) -> Table:
    """Return which versions of the dependencies the tests passed with."""
    rows = [
        [row["which"], ", ".join(row["packages"]), f"{row['passed']}", f"{row['failed']}"]
        for row in result["rows"]
    ]
    return ["versions", "packages", "tests passed", "failed"], rows


def advisories(result: Results) -> Table:
    """Return how many packages an offline database knows, and what it has against their versions."""
    rows = [
        [
            row["packages"],
            f"{row['looked_up']}",
            f"{row['known']}",
            row["database"],
            ", ".join(row["found"]),
        ]
        for row in result["rows"]
    ]
    for row in rows:
        row[-1] = row[-1] or "none"
    return ["packages", "looked up", "covered", "database", "advisories that apply"], rows


KINDS: Final[Mapping[str, Callable[[Results], Table]]] = {
    "faults": faults,
    "fuzz": fuzz,
    "guided": guided,
    "soak": soak,
    "mutants": mutants,
    "versions": versions,
    "advisories": advisories,
}
