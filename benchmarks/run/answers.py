"""Asks peers in advance, so that `run quality` and `run behind` find their answers in the cache."""

import click

from benchmarks.data.sets import SCORABLE, WITH_GOLD, dataset
from benchmarks.peers.answers import answers_of
from benchmarks.peers.process import NotInstalledError
from benchmarks.peers.systems import HTML_PEERS


@click.command()
@click.option("--set", "sets", type=click.Choice(SCORABLE), multiple=True, help="By default all with gold.")
@click.option(
    "--system",
    "systems",
    type=click.Choice([peer.name for peer in HTML_PEERS]),
    multiple=True,
    help="A peer; by default all. They are asked in this order.",
)
def command(sets: tuple[str, ...], systems: tuple[str, ...]) -> None:
    """Ask peers for the text of all HTML pages, and keep their answers outside the repository.

    Answers in the cache are not requested again, and a stopped run continues where it stopped. Start it with
    `nice`, hours before `run behind`, which needs the answers of all peers on all pages.

    \b
    Examples:
      python -m benchmarks run answers
      python -m benchmarks run answers --set fundus --system defuddle
    """
    peers = {peer.name: peer for peer in HTML_PEERS}
    for system in systems or peers:
        for name in sets or WITH_GOLD:
            pages = [page for page in dataset(name).pages() if page.html is not None]
            try:
                answers = answers_of(peers[system], pages, [page.html for page in pages])
            except NotInstalledError as error:
                click.echo(str(error), err=True)
                break
            good = sum(answer.text is not None for answer in answers)
            click.echo(f"{system} on {name}: {good} of {len(pages)} pages")
