"""Real pages of many sites, cleaned together, to be read beside their inputs.

The verdicts are in `read-pages.json`: for each page its lines, those that were wrongly dropped (`lost`) or
kept (`left`), and why. They count for the model named there.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from benchmarks.data.loaders.site_sets import SITE_HOSTS
from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from detector import clean_corpus
from detector.corpus.line_records import LineRecord, pieces
from detector.corpus.restore import stored_records
from detector.settings import CorpusSettings

# Sites of the set "sites" are in its folders; of these sets, all pages or those of some domains are taken.
NEWS: Final = ("express.gr", "we-dwoje.pl", "sina.com.cn", "regnum.ru", "dailymail.co.uk")
SHOPS: Final = {"woocommerce-fr": "boutique-fr.test", "woocommerce-vi": "shop-vi.test"}
SEED: Final = 21
# The pages to read of a site, and the sites of which one more is read.
EACH, WITH_MORE = 3, 6


def _pages() -> Iterator[tuple[str, Page]]:
    """Yield the pages of all sites, each with its site."""
    for page in dataset("sites").pages():
        name = page.id.split("/", 1)[0].split("__", 1)[1]
        if name in SITE_HOSTS:
            yield SITE_HOSTS[name], page
    for page in dataset("daniel").pages():
        if page.domain in NEWS:
            yield page.domain, page
    for name, site in SHOPS.items():
        for page in dataset(name).pages():
            yield site, page


def drawn(sites: dict[str, list[str]]) -> list[str]:
    """Return the names to read. sites: the names of each site's pages"""
    found = list[str]()
    for number, site in enumerate(sorted(sites)):
        count = EACH + (number < WITH_MORE)
        found += random.Random(f"{SEED}/{site}").sample(sorted(sites[site]), count)
    return found


def mirrored(folder: Path) -> dict[str, str]:
    """Write the pages as a mirror, a folder for each site; return the key of each file."""
    keys = dict[str, str]()
    for site, page in _pages():
        path = folder / site / f"{page.id.replace('/', '_')[-120:]}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.html if isinstance(page.html, bytes) else str(page.html).encode())
        keys[f"{site}/{path.name}"] = page.key
    return keys


def beside(record: LineRecord) -> Iterator[str]:
    """Yield the lines of a page: `+` if it was kept, `-` if not; with score and kind."""
    for piece in pieces(record):
        if piece.score is not None:
            cut = "" if piece.clean in ("", piece.text) else f"   [{piece.clean}]"
            yield f"{'+' if piece.kept else '-'} {piece.score:.3f} {piece.kind or ''}: {piece.text}{cut}"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Clean 18 sites of the shared data in FOLDER, and write 60 pages to read to FOLDER/read.txt.

    \b
    Examples:
      python -m benchmarks labels read-pages ../reading
    """
    keys = mirrored(folder / "pages")
    sites: dict[str, list[str]] = {}
    for name in keys:
        sites.setdefault(name.split("/", 1)[0], []).append(name)
    clean_corpus([folder / "pages"], folder / "clean", corpus=CorpusSettings(least_pages=10**9))
    lines = (folder / "clean" / "duplicates.jsonl").read_text("utf-8").splitlines()
    copies = {row["id"]: row["duplicate_of"] for row in map(json.loads, lines)}
    names = drawn(sites)
    records = {record.id: record for record in stored_records(folder / "clean") if record.id in set(names)}
    with (folder / "read.txt").open("w", encoding="utf-8") as file:
        for name in names:
            file.write(f"=== {keys[name]} ({copies.get(name, 'no near-duplicate')})\n")
            file.writelines(f"{line}\n" for line in beside(records[name]))
    click.echo(f"{len(names)} of {len(keys)} pages of {len(sites)} sites: {folder / 'read.txt'}")
