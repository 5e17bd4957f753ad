"""Lines whose decision a site changed, to be judged by readers who do not know the decision.

The answers are in `site-decisions.json`: for each line its kind and whether it should stay, by each reader.
They count for the model named there.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from benchmarks.measures.site_decisions import FORMATS, DecidedPage, decided, of_sites
from detector.model.files import load
from detector.records import Format
from detector.training.data.examples import FOLDS, examples_of, fold_of
from detector.training.data.labelled_pages import read_pages

SEED: Final = 21
# The most lines of a site, for each format and direction.
EACH: Final = 3
# The lines to show before and after.
AROUND: Final = 5
SHOWN: Final = 160


class ChangedLine(NamedTuple):
    """A line that is decided differently with its site."""

    format: Format
    page: DecidedPage
    line: int

    @property
    def kept(self) -> bool:
        """Tell whether the line stays with the site."""
        return bool(self.page.with_site[self.line])


def drawn(lines: Sequence[ChangedLine]) -> list[ChangedLine]:
    """Return the lines to judge, in random order."""
    groups: dict[tuple[str, str, bool], list[ChangedLine]] = defaultdict(list)
    for line in lines:
        groups[line.format, str(line.page.page.of_site), line.kept].append(line)
    found = list[ChangedLine]()
    for name, group in sorted(groups.items()):
        found += random.Random(f"{SEED}/{name}").sample(group, min(EACH, len(group)))
    random.Random(SEED).shuffle(found)
    return found


def changed_lines(pages: Path, models: Path) -> Iterator[ChangedLine]:
    """Yield all changed lines of training pages."""
    of_fold = [load(models / f"fold-{fold}") for fold in range(FOLDS)]
    examples = examples_of(sorted(of_sites(list(read_pages([pages]))), key=fold_of))
    for format in FORMATS:
        for page in decided(examples, of_fold, format):
            yield from (ChangedLine(format, page, int(line)) for line in page.changed.nonzero()[0])


def shown(number: int, line: ChangedLine) -> Iterator[str]:
    """Yield a line with the page's title and the lines around it."""
    lines = line.page.lines
    yield f"=== {number} · {line.page.page.of_site} · line {line.line + 1} of {len(lines)}"
    yield f"title: {line.page.page.title or ''}"
    for at in range(max(0, line.line - AROUND), min(len(lines), line.line + AROUND + 1)):
        yield f"{'>>>' if at == line.line else '   '} {lines[at][:SHOWN]}"


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("folder", type=click.Path(path_type=Path))
def command(pages: Path, models: Path, folder: Path) -> None:
    """Draw lines that a site decides differently: FOLDER/read.txt to judge, FOLDER/lines.json the decisions.

    \b
    Examples:
      python -m benchmarks labels site-decisions build/training.jsonl.gz build/models ../judging
    """
    lines = drawn(list(changed_lines(pages, models)))
    folder.mkdir(parents=True, exist_ok=True)
    text = [row for number, line in enumerate(lines) for row in (*shown(number, line), "")]
    (folder / "read.txt").write_text("\n".join(text), encoding="utf-8")
    rows = [
        {"format": line.format, "site": line.page.page.of_site, "page": line.page.page.id, "line": line.line,
         "kept": line.kept, "right_by_gold": bool(line.page.right[line.line])}
        for line in lines
    ]  # fmt: skip
    (folder / "lines.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
