"""Scores peers, and our own outputs, on sets of pages.

Rows that are not run this time are kept if they were made from the same data, so peers can be run one by one.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from benchmarks.data.pages import Page, drawn
from benchmarks.data.sets import OWN_LABELS, SCORABLE, WITH_GOLD, dataset
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, SAMPLES, write_json
from benchmarks.measures import ceiling, out_of_fold, scoring
from benchmarks.peers.answers import answers_of, renderings_of
from benchmarks.peers.environments import identity_of
from benchmarks.peers.process import Answer, NotInstalledError
from benchmarks.peers.systems import HTML_PEERS, TEXT_PEERS, Peer

# Renderings with the same lines as the labels.
OUR_LINES: Final = (out_of_fold.HTML, "detector-lines", "text")


class Run(NamedTuple):
    """What to run: the pages of a set, names of systems (all if empty), and our outputs."""

    set: str
    pages: list[Page]
    systems: frozenset[str]
    ours: out_of_fold.Outputs

    def wants(self, peer: Peer) -> bool:
        """Tell whether a peer is among the chosen systems."""
        return not self.systems or peer.name in self.systems


def _row(peer: Peer, pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the row of a peer. Failed pages are counted, not scored."""
    pairs = zip(pages, answers, strict=True)
    good = [(page, answer.text) for page, answer in pairs if answer.text is not None]
    return {
        "system": peer.name,
        "input": peer.format,
        **identity_of(peer),
        "note": peer.note,
        "failed": scoring.failures([answer.error for answer in answers if answer.error is not None]),
        "empty": sum(not text.strip() for _, text in good),
        **scoring.measures([scoring.scored(page, text) for page, text in good]),
    }


def _peer_rows(peer: Peer, pages: list[Page], inputs: Sequence[bytes | str | None]) -> dict[str, Any]:
    """Return the row of a peer. If it is not installed, the row says so and has no numbers."""
    try:
        return _row(peer, pages, answers_of(peer, pages, inputs))
    except NotInstalledError as error:
        click.echo(str(error), err=True)
        return {"system": peer.name, "input": peer.format, "note": peer.note, "not_installed": str(error)}


def _html_rows(run: Run) -> Iterator[dict[str, Any]]:
    for peer in HTML_PEERS:
        if run.wants(peer) and all(page.html is not None for page in run.pages):
            yield _peer_rows(peer, run.pages, [page.html for page in run.pages])


def _text_rows(run: Run) -> Iterator[dict[str, Any]]:
    chosen = [peer for peer in TEXT_PEERS if run.wants(peer)]
    for rendering, texts in renderings_of(run.pages) if chosen else ():
        for peer in chosen:
            yield {**_peer_rows(peer, run.pages, texts), "rendering": rendering}


def _our_rows(run: Run) -> Iterator[dict[str, Any]]:
    for (name, rendering), outputs in sorted(run.ours.items()):
        if name != run.set:
            continue
        good = [(page, outputs[page.id]) for page in run.pages if page.id in outputs]
        is_html = rendering == out_of_fold.HTML
        commits = sorted({output.commit for _, output in good})
        row = {
            "system": out_of_fold.OUR_NAMES[is_html],
            "input": "html" if is_html else "text",
            **ours(*(output.model_id for _, output in good)),
            "commit": commits[0] if len(commits) == 1 else commits,
            "note": "out of fold",
            "failed": scoring.failures(["no output"] * (len(run.pages) - len(good))),
            "empty": sum(not output.clean_text.strip() for _, output in good),
            **scoring.measures([scoring.scored(page, output.clean_text) for page, output in good]),
            "calibration": out_of_fold.calibration([output for _, output in good]),
            "decided_lines": out_of_fold.on_labelled_lines(good) if rendering in OUR_LINES else {},
        }
        yield row if is_html else {**row, "rendering": rendering}


def _ceiling_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the row for the lines of the gold itself."""
    yield {
        "system": "gold-lines",
        "input": "html",
        "versions": {},
        "note": "the ceiling: lines labelled by the gold itself",
        "failed": scoring.failures([]),
        "empty": 0,
        **scoring.measures([scoring.scored(page, ceiling.gold_lines(page)) for page in run.pages]),
    }


Producer = Callable[[Run], Iterator[dict[str, Any]]]


def _identity(row: dict[str, Any]) -> tuple[str, str]:
    return row["system"], row.get("rendering", "")


def _kept_rows(path: Path, data_hash: str) -> list[dict[str, Any]]:
    """Return the rows of an earlier run on the same data."""
    if not path.is_file():
        return []
    earlier = json.loads(path.read_text())
    return earlier["rows"] if earlier["data_hash"] == data_hash else []


def write(run: Run, folder: Path, producers: Sequence[Producer] | None = None) -> Path:
    """Run the chosen systems and write the results after each row, so that little is lost."""
    path, data_hash = folder / f"quality-{run.set}.json", dataset(run.set).files_hash()
    rows = {_identity(row): row for row in _kept_rows(path, data_hash)}
    for produce in producers or (_html_rows, _text_rows, _our_rows):
        for row in produce(run):
            rows[_identity(row)] = {**row, "made": made()}
            result = {
                "set": run.set,
                "data_hash": data_hash,
                "pages": len(run.pages),
                "rows": list(rows.values()),
            }
            write_json(path, result)
            click.echo(" ".join((run.set, *_identity(row))))
    return path


def _sets(named: Sequence[str], with_gold: bool) -> list[str]:
    """Return the sets to score. The locked third of our labels is used only if it is named."""
    return [
        name
        for name in named or SCORABLE
        if (named or name != OWN_LABELS[True]) and (name in WITH_GOLD or not with_gold)
    ]


@click.command()
@click.option(
    "--set", "sets", type=click.Choice(SCORABLE), multiple=True, help="By default all but the locked one."
)
@click.option("--system", "systems", multiple=True, help="A peer; by default all.")
@click.option(
    "--ours",
    "outputs",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="Our out-of-fold outputs, a file of `run outputs`.",
)
@click.option("--only-ours", is_flag=True, help="Run no peer.")
@click.option(
    "--ceiling", "only_ceiling", is_flag=True, help="Score the lines that the gold itself would keep."
)
@click.option("--pages", "most", type=int, help="Only so many pages of a set; written to samples/ below.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="The folder to write to.")
def command(
    sets: tuple[str, ...],
    systems: tuple[str, ...],
    outputs: tuple[Path, ...],
    only_ours: bool,
    only_ceiling: bool,
    most: int | None,
    results: Path,
) -> None:
    """Score peers and our own outputs on sets of pages, to quality-SET.json.

    Rows that are not run this time are kept if they were made from the same data. With --pages, the pages
    are those whose names have the lowest hashes: the same for every system.

    \b
    Examples:
      python -m benchmarks run quality
      python -m benchmarks run quality --set fundus --system trafilatura
      python -m benchmarks run quality --only-ours --ours build/outputs.jsonl.gz
      python -m benchmarks run quality --ceiling --set wcxb-dev
      python -m benchmarks run quality --pages 100 --system defuddle
    """
    ours_read: out_of_fold.Outputs = {}
    for path in outputs:
        ours_read |= out_of_fold.read(path)
    chosen = frozenset({"nothing else"} if only_ours else systems)
    for name in _sets(sets, only_ceiling):
        run = Run(name, drawn(list(dataset(name).pages()), most), chosen, ours_read)
        write(run, results if most is None else results / SAMPLES, [_ceiling_rows] if only_ceiling else None)
