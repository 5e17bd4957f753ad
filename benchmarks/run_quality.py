"""Score peers and our own outputs on sets: `python -m benchmarks.run_quality --set wcxb-dev`.

Writes benchmarks/results/quality-SET.json. Rows that were not run this time are kept when
they were made from the same data, so peers can be run one by one.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks import our_outputs, scoring
from benchmarks.datasets import OWN_LABELS, SETS, dataset
from benchmarks.environment import made
from benchmarks.outputs import asking, cache_folder, versions_of
from benchmarks.pages import UNKNOWN, Page
from benchmarks.peer_list import HTML_PEERS, RENDERINGS, TEXT_PEERS, Peer
from benchmarks.peer_process import Answer, NotInstalledError
from benchmarks.shared import ROOT

RESULTS = ROOT / "benchmarks" / "results"
# Renderings whose lines are those that were labelled.
OUR_LINES: Final = (our_outputs.HTML, "detector-lines", "text")
OURS_NAME = {True: "detector-html", False: "detector-text"}


class Run(NamedTuple):
    """What to run: pages of a set, names of systems (none: all), and our outputs."""

    set: str
    pages: list[Page]
    systems: frozenset[str]
    ours: our_outputs.Outputs

    def wants(self, peer: Peer) -> bool:
        """Tell whether a peer is among the chosen systems."""
        return not self.systems or peer.name in self.systems


def _language(page: Page) -> str | None:
    return None if page.language == UNKNOWN else page.language


def _answers(peer: Peer, pages: Sequence[Page], inputs: Sequence[bytes | str | None]) -> list[Answer]:
    """Return a peer's answer for each page; a page without input has failed before the peer."""
    with asking(peer, cache_folder()) as cached:
        return [
            Answer(None, "no rendering", 0.0) if given is None else cached.ask(given, _language(page))
            for page, given in zip(pages, inputs, strict=True)
        ]


def _row(peer: Peer, pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, Any]:
    """Return a peer's row of the results; failed pages are counted, never scored."""
    pairs = zip(pages, answers, strict=True)
    good = [(page, answer.text) for page, answer in pairs if answer.text is not None]
    return {
        "system": peer.name,
        "input": peer.format,
        "versions": versions_of(peer),
        "note": peer.note,
        "failed": scoring.failures([answer.error for answer in answers if answer.error is not None]),
        "empty": sum(not text.strip() for _, text in good),
        **scoring.measures([scoring.scored(page, text) for page, text in good]),
    }


def _peer_rows(peer: Peer, pages: list[Page], inputs: Sequence[bytes | str | None]) -> dict[str, Any]:
    """Return a peer's row; one that is not installed says so and has no numbers."""
    try:
        return _row(peer, pages, _answers(peer, pages, inputs))
    except NotInstalledError as error:
        print(error, file=sys.stderr)
        return {"system": peer.name, "input": peer.format, "note": peer.note, "not_installed": str(error)}


def _html_rows(run: Run) -> Iterator[dict[str, Any]]:
    for peer in HTML_PEERS:
        if run.wants(peer) and all(page.html is not None for page in run.pages):
            yield _peer_rows(peer, run.pages, [page.html for page in run.pages])


def _renderings(run: Run) -> Iterator[tuple[str, list[str | None]]]:
    """Yield each rendering's name and the text of every page."""
    if all(page.html is None for page in run.pages):
        yield "text", [page.text for page in run.pages]
        return
    for renderer in RENDERINGS:
        answers = _answers(renderer, run.pages, [page.html for page in run.pages])
        yield renderer.name, [answer.text for answer in answers]


def _text_rows(run: Run) -> Iterator[dict[str, Any]]:
    chosen = [peer for peer in TEXT_PEERS if run.wants(peer)]
    for rendering, texts in _renderings(run) if chosen else ():
        for peer in chosen:
            yield {**_peer_rows(peer, run.pages, texts), "rendering": rendering}


def _our_rows(run: Run) -> Iterator[dict[str, Any]]:
    for (name, rendering), outputs in sorted(run.ours.items()):
        if name != run.set:
            continue
        good = [(page, outputs[page.id]) for page in run.pages if page.id in outputs]
        is_html = rendering == our_outputs.HTML
        row = {
            "system": OURS_NAME[is_html],
            "input": "html" if is_html else "text",
            "versions": {},
            "note": "out of fold",
            "failed": scoring.failures(["no output"] * (len(run.pages) - len(good))),
            "empty": sum(not output.clean_text.strip() for _, output in good),
            **scoring.measures([scoring.scored(page, output.clean_text) for page, output in good]),
            "calibration": our_outputs.calibration([output for _, output in good]),
            "decided_lines": our_outputs.on_labelled_lines(good) if rendering in OUR_LINES else {},
        }
        yield row if is_html else {**row, "rendering": rendering}


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
    """Run what was chosen and write its results after each row, so that little is lost."""
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
            path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
            print(run.set, *_identity(row), flush=True)
    return path


def main(arguments: Sequence[str]) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    scorable = [record.name for record in SETS if record.truth in ("gold", "snippets", "lines")]
    parser.add_argument(
        "--set",
        action="append",
        choices=scorable,
        help="default: every set with a truth for pages but the locked one",
    )
    parser.add_argument("--system", action="append", default=[], help="default: all peers")
    parser.add_argument("--ours", type=Path, action="append", default=[], help="our out-of-fold outputs")
    parser.add_argument("--only-ours", action="store_true", help="run no peer")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    # The locked third is opened by its name only, once per release.
    opened = options.set or [name for name in scorable if name != OWN_LABELS[True]]
    ours: our_outputs.Outputs = {}
    for path in options.ours:
        ours |= our_outputs.read(path)
    systems = frozenset({"nothing else"} if options.only_ours else options.system)
    for name in opened:
        write(Run(name, list(dataset(name).pages()), systems, ours), options.results)


if __name__ == "__main__":
    main(sys.argv[1:])
