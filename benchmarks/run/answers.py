"""Asks peers in advance, so that `run quality` and `run behind` find their answers in the cache."""

from collections.abc import Iterator, Sequence

import click

from benchmarks.data.pages import Page, drawn
from benchmarks.data.sets import OWN_LABELS, SCORABLE, dataset
from benchmarks.peers.answers import answers_of, renderings_of
from benchmarks.peers.process import NotInstalledError
from benchmarks.peers.systems import HTML_PEERS, OURS, TEXT_PEERS, Peer

# Our own rules on lines are quicker than a cache.
ASKED = (*HTML_PEERS, *(peer for peer in TEXT_PEERS if peer.environment != OURS))


def _inputs(peer: Peer, pages: Sequence[Page]) -> Iterator[tuple[str, Sequence[bytes | str | None]]]:
    """Yield what a peer reads: HTML once, or the text of each rendering, with its name."""
    if peer.format == "text":
        yield from renderings_of(pages)
    elif any(page.html is not None for page in pages):
        yield "html", [page.html for page in pages]


def _ask(peer: Peer, name: str, pages: Sequence[Page]) -> None:
    for given, inputs in _inputs(peer, pages):
        answers = answers_of(peer, pages, inputs)
        good = sum(answer.text is not None for answer in answers)
        click.echo(f"{peer.name} on {name}, {given}: {good} of {len(pages)} pages")


@click.command()
@click.option(
    "--set", "sets", type=click.Choice(SCORABLE), multiple=True, help="By default all but the locked one."
)
@click.option(
    "--system",
    "systems",
    type=click.Choice([peer.name for peer in ASKED]),
    multiple=True,
    help="A peer; by default all. They are asked in this order.",
)
@click.option("--pages", "most", type=int, help="Ask only so many pages of a set, as `run quality --pages`.")
def command(sets: tuple[str, ...], systems: tuple[str, ...], most: int | None) -> None:
    """Ask peers for the text of pages, and keep their answers outside the repository.

    Answers in the cache are not requested again, and a stopped run continues where it stopped. Start it with
    `nice`, hours before `run behind`, which needs the answers of all peers on all pages.

    \b
    Examples:
      python -m benchmarks run answers
      python -m benchmarks run answers --set fundus --system defuddle
      python -m benchmarks run answers --pages 100
    """
    peers = {peer.name: peer for peer in ASKED}
    absent = set[str]()
    for name in sets or [name for name in SCORABLE if name != OWN_LABELS[True]]:
        pages = drawn(list(dataset(name).pages()), most)
        for system in systems or peers:
            try:
                if system not in absent:
                    _ask(peers[system], name, pages)
            except NotInstalledError as error:
                absent.add(system)
                click.echo(str(error), err=True)
