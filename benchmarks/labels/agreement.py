"""How well two readings of the same lines agree."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from benchmarks.environment import made
from benchmarks.files import RESULTS, write_json
from benchmarks.labels.label_files import FOLDER, LABELS, LabelError, Labels, drawn, read, settled

Pair = tuple[str, str]


def pairs_of(first: Sequence[Labels], second: Sequence[Labels]) -> dict[tuple[str, int], Pair]:
    """Return both labels of every line that was read twice."""
    of_page = {row.page: row for row in first}
    found: dict[tuple[str, int], Pair] = {}
    for row in second:
        other = of_page.get(row.page)
        if other is None or other.hashes != row.hashes:
            raise LabelError(f"{row.page}: the two readings are not of the same lines")
        found |= {
            (row.page, number): pair for number, pair in enumerate(zip(other.labels, row.labels, strict=True))
        }
    return found


def kappa(pairs: Sequence[Pair], classes: Sequence[str]) -> float:
    """Return Cohen's kappa (1960): the agreement beyond chance."""
    total = len(pairs)
    agreed = sum(one == two for one, two in pairs) / total
    ones, twos = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(ones[name] * twos[name] for name in classes) / total**2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def one_against_rest(pairs: Sequence[Pair], name: str) -> float:
    """Return the kappa of one class."""
    return kappa([(str(one == name), str(two == name)) for one, two in pairs], ("True", "False"))


def unsettled(pairs: dict[tuple[str, int], Pair]) -> list[tuple[str, int]]:
    """Return the lines on which the readers differ and that settled.json does not list."""
    changes = json.loads((FOLDER / "settled.json").read_text("utf-8"))
    known = {(page, line) for change in changes for page, line, _ in change["lines"]}
    return [line for line, (one, two) in pairs.items() if one != two and line not in known]


def report() -> dict[str, Any]:
    """Return all statistics of the labels."""
    pairs = pairs_of(read(FOLDER / "first.jsonl"), read(FOLDER / "second.jsonl"))
    if left := unsettled(pairs):
        raise LabelError(f"{len(left)} disagreements are not settled, the first {left[0]}")
    both, pages = list(pairs.values()), drawn()
    final = Counter(label for row in settled() for label in row.labels)
    return {
        "pages": len(pages),
        "languages": len({page["language"] for page in pages}),
        "with_repeats": sum(page["repeats"] for page in pages),
        "locked": sum(page["locked"] for page in pages),
        "labels": dict(sorted(final.items())),
        "read_twice": {"pages": sum(page["twice"] for page in pages), "lines": len(both)},
        "disagreements": sum(one != two for one, two in both),
        "kappa": round(kappa(both, LABELS), 3),
        "kappa_by_class": {name: round(one_against_rest(both, name), 3) for name in LABELS},
        "made": made(),
    }


@click.command()
def command() -> None:
    """Measure how well the two readings agree, and write benchmarks/results/labels.json.

    Counts of the labels, and Cohen's kappa over all labels and by class (one class against the rest). Fails
    if readers differ and settled.json does not say who is right.

    \b
    Examples:
      python -m benchmarks labels agreement
    """
    found = report()
    write_json(RESULTS / "labels.json", found)
    click.echo(json.dumps({name: value for name, value in found.items() if name != "made"}, indent=1))
