"""Pages on which a peer is far ahead of us, and why: words that only we lose, or only we keep."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.pages import Page, drawn
from benchmarks.data.sets import WITH_GOLD, dataset
from benchmarks.environment import made
from benchmarks.files import RESULTS, SAMPLES, write_json
from benchmarks.measures import out_of_fold
from benchmarks.measures.metrics import Overlap, overlap, overlap_f1
from benchmarks.peers.answers import answers_of
from benchmarks.peers.process import NotInstalledError
from benchmarks.peers.systems import HTML_PEERS, Peer

AHEAD: Final = 0.2


def page_row(page: Page, ours: Overlap, peers: Mapping[str, Overlap]) -> dict[str, Any]:
    """Return our F1 on a page, and that of the best peer.

    lost: how much more of the gold words we lack than the peer; left: how much more of our words than of the
    peer's are not gold words
    """
    best = max(peers, key=lambda name: overlap_f1(peers[name]))
    theirs = peers[best]
    gold = max(ours.gold, 1)
    return {
        "page": page.id,
        "type": page.page_type,
        "language": page.language,
        "ours": round(overlap_f1(ours), 3),
        "peer": best,
        "theirs": round(overlap_f1(theirs), 3),
        "lost": round((theirs.shared - ours.shared) / gold, 3),
        "left": round(_left(ours) - _left(theirs), 3),
    }


def _left(found: Overlap) -> float:
    return (found.found - found.shared) / max(found.found, 1)


def summary(rows: Sequence[Mapping[str, Any]], by: float) -> dict[str, Any]:
    """Count the pages, those on which the best peer is ahead by this much, and those on which we are."""
    behind = sorted(
        (row for row in rows if row["theirs"] - row["ours"] > by), key=lambda row: row["ours"] - row["theirs"]
    )
    return {
        "pages": len(rows),
        "behind": len(behind),
        "ahead": sum(row["ours"] - row["theirs"] > by for row in rows),
        "by_loss": sum(row["lost"] > row["left"] for row in behind),
        "rows": behind,
    }


def _texts(peer: Peer, pages: Sequence[Page]) -> dict[str, str]:
    """Return the output of a peer for each page; nothing for a peer that is not installed."""
    try:
        answers = answers_of(peer, pages, [page.html for page in pages])
    except NotInstalledError as error:
        click.echo(str(error), err=True)
        return {}
    return {
        page.id: answer.text for page, answer in zip(pages, answers, strict=True) if answer.text is not None
    }


def _rows(
    name: str, outputs: out_of_fold.Outputs, systems: frozenset[str], most: int | None
) -> Iterator[dict[str, Any]]:
    ours = outputs.get((name, out_of_fold.HTML), {})
    given = drawn(list(dataset(name).pages()), most) if ours else []
    pages = [page for page in given if page.id in ours and page.gold is not None]
    chosen = [peer for peer in HTML_PEERS if not systems or peer.name in systems]
    texts = {peer.name: _texts(peer, pages) for peer in chosen}
    for page in pages:
        gold = page.gold or ""
        peers = {peer: overlap(found[page.id], gold) for peer, found in texts.items() if page.id in found}
        if peers:
            yield page_row(page, overlap(ours[page.id].clean_text, gold), peers)


@click.command()
@click.argument("outputs", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--set", "sets", type=click.Choice(WITH_GOLD), multiple=True, help="By default all with gold.")
@click.option("--system", "systems", multiple=True, help="A peer; by default all.")
@click.option("--by", default=AHEAD, show_default=True, help="Least difference of words F1.")
@click.option("--pages", "most", type=int, help="Only so many pages of a set; written to samples/ below.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="The folder to write to.")
def command(
    outputs: Path, sets: tuple[str, ...], systems: tuple[str, ...], by: float, most: int | None, results: Path
) -> None:
    """List the pages of HTML on which a peer is ahead of us, to behind.json.

    OUTPUTS is a file of `run outputs`. For each page the best peer counts. The list has names and
    numbers, and no text.

    \b
    Examples:
      python -m benchmarks run behind build/outputs.jsonl.gz
      python -m benchmarks run behind build/outputs.jsonl.gz --set wcxb-dev --system pagesift
    """
    read = out_of_fold.read(outputs)
    chosen = frozenset(systems)
    found = {name: summary(list(_rows(name, read, chosen, most)), by) for name in sets or WITH_GOLD}
    found = {name: one for name, one in found.items() if one["pages"]}
    models = sorted({page.model_id for pages in read.values() for page in pages.values()})
    path = (results if most is None else results / SAMPLES) / "behind.json"
    write_json(path, {"by": by, "models": models, "sets": found, "made": made()})
    for name, one in found.items():
        click.echo(
            f"{name}: a peer is ahead on {one['behind']} of {one['pages']} pages, we on {one['ahead']}"
        )
