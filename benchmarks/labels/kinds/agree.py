"""How well two readings agree on kinds and copies."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.files import RESULTS, write_json
from benchmarks.labels.agreement import kappa, one_against_rest
from benchmarks.labels.kinds.records import COPIES, FOLDER, LETTER, KindLabels, read
from benchmarks.labels.label_files import LabelError

NO_COPY: Final = "none"

Pair = tuple[str, str]


def together(
    first: Sequence[KindLabels], second: Sequence[KindLabels]
) -> list[tuple[KindLabels, KindLabels]]:
    """Return the pages that were read twice; refuses readings of different lines, or by the same reader."""
    of_page = {row.page: row for row in first}
    found = []
    for row in second:
        if (other := of_page.get(row.page)) is None:
            continue
        if other.hashes != row.hashes:
            raise LabelError(f"{row.page}: the two readings are not of the same lines")
        if other.reader == row.reader:
            raise LabelError(f"{row.page}: both readings are by {row.reader}")
        found.append((other, row))
    if not found:
        raise LabelError("no page was read twice")
    return found


def f1(pairs: Sequence[Pair], name: str) -> float:
    """Return the F1 of one class, with either reading as the truth: the result is the same."""
    said = sum((one == name) + (two == name) for one, two in pairs)
    return 2 * sum(one == two == name for one, two in pairs) / said if said else float("nan")


def by_class(pairs: Sequence[Pair], classes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, for each class that a reader used, the lines of both readings, kappa and F1."""
    return {
        name: {
            "lines": [sum(one == name for one, _ in pairs), sum(two == name for _, two in pairs)],
            "kappa": round(one_against_rest(pairs, name), 3),
            "f1": round(f1(pairs, name), 3),
        }
        for name in classes
        if any(name in pair for pair in pairs)
    }


def report(twice: Sequence[tuple[KindLabels, KindLabels]]) -> dict[str, Any]:
    """Return all statistics of two readings."""
    kinds = [pair for one, two in twice for pair in zip(one.kinds, two.kinds, strict=True)]
    copies = [(_copy(one, line), _copy(two, line)) for one, two in twice for line in range(len(one.hashes))]
    both = [
        one.copies[line].of == two.copies[line].of
        for one, two in twice
        for line in one.copies.keys() & two.copies.keys()
    ]
    is_copy = [(str(one != NO_COPY), str(two != NO_COPY)) for one, two in copies]
    return {
        "pages": len(twice),
        "lines": len(kinds),
        "agreed": round(sum(one == two for one, two in kinds) / len(kinds), 3),
        "kappa": round(kappa(kinds, tuple(LETTER)), 3),
        "by_kind": by_class(kinds, tuple(LETTER)),
        "confused": confused(kinds),
        "copy_or_not": by_class(is_copy, ("True",)).get("True", {}),
        "same_original": round(sum(both) / len(both), 3) if both else None,
        "by_copy": by_class(copies, COPIES),
    }


def _copy(row: KindLabels, line: int) -> str:
    return row.copies[line].sort if line in row.copies else NO_COPY


def confused(pairs: Sequence[Pair], most: int = 12) -> list[tuple[str, str, int]]:
    """Return the pairs of kinds on which readers differ, the most frequent first."""
    counts: dict[Pair, int] = {}
    for one, two in pairs:
        if one != two:
            pair = (min(one, two), max(one, two))
            counts[pair] = counts.get(pair, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(one, two, count) for (one, two), count in ranked[:most]]


def table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return classes as a plain text table."""
    said = [f"{'':14}{'lines':>14}{'kappa':>8}{'F1':>8}"]
    for name, row in rows.items():
        said.append(f"{name:14}{'/'.join(map(str, row['lines'])):>14}{row['kappa']:8.3f}{row['f1']:8.3f}")
    return "\n".join(said)


@click.command()
@click.argument("first", type=click.Path(path_type=Path), default=FOLDER / "first.jsonl")
@click.argument("second", type=click.Path(path_type=Path), default=FOLDER / "second.jsonl")
def command(first: Path, second: Path) -> None:
    """Measure how well two readings agree, and write benchmarks/results/labels-kinds.json.

    Cohen's kappa over all kinds; by kind and by kind of copy, the kappa of one against the rest and F1; which
    kinds are confused; how often both readers name the same original of a copy.

    \b
    Examples:
      python -m benchmarks labels agree
      python -m benchmarks labels agree one.jsonl other.jsonl
    """
    for path in (first, second):
        if not path.is_file():
            raise LabelError(f"{path} does not exist: take the answers of its jobs first")
    found = report(together(read(first), read(second)))
    of = f"{found['pages']} pages, {found['lines']} lines"
    click.echo(f"{of}, {found['agreed']:.1%} agreed, kappa {found['kappa']}")
    click.echo(table(found["by_kind"]))
    click.echo("confused: " + json.dumps(found["confused"]))
    click.echo(f"copy or not: {json.dumps(found['copy_or_not'])}, same original {found['same_original']}")
    click.echo(table(found["by_copy"]))
    if (first, second) == (FOLDER / "first.jsonl", FOLDER / "second.jsonl"):
        write_json(RESULTS / "labels-kinds.json", found | {"made": made()})
