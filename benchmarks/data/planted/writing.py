"""Planted corpora as files: documents, sites, and sites with near-duplicates."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from benchmarks.data.planted import corpus_pages
from benchmarks.data.planted.documents import PlantedDocuments
from benchmarks.data.planted.sentences import languages, shared_lines
from benchmarks.data.planted.sites import LARGEST, PlantedPage, Site, sites
from benchmarks.files import json_line, whole_file, write_json_lines


def write_documents(folder: Path, count: int, seed: int, least: float) -> None:
    """Write documents and their true pairs."""
    corpus = PlantedDocuments(count, seed)
    documents = ({"id": name, "text": text} for name, text in corpus.documents())
    write_json_lines(folder / "documents.jsonl", documents)
    write_json_lines(folder / "pairs.jsonl", (pair._asdict() for pair in corpus.pairs(least)))


def _rows(planned: Iterable[Site]) -> Iterator[tuple[dict[str, Any], PlantedPage]]:
    for site in planned:
        for page in site.pages:
            text = "\n".join(line.text for line in page.lines)
            yield {"id": page.id, "site": site.domain, "language": site.language, "text": text}, page


def write_sites(folder: Path, planned: Iterable[Site]) -> None:
    """Write the pages of sites as plain text, and the truth of every line."""
    with whole_file(folder / "pages.jsonl") as pages, whole_file(folder / "truth.jsonl") as truth:
        for row, page in _rows(planned):
            pages.write(json_line(row))
            lines = [[line.label, line.kind, line.cut] for line in page.lines]
            truth.write(json.dumps({"id": page.id, "lines": lines}) + "\n")


@click.command()
@click.argument("what", type=click.Choice(["documents", "sites", "corpus"]))
@click.option("--count", type=int, required=True, help="Documents, sites, or pages of the corpus.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same files.")
@click.option("--least", default=0.8, show_default=True, help="documents: lowest Jaccard of a true pair.")
@click.option("--largest", default=LARGEST, show_default=True, help="sites: pages of the largest site.")
@click.option("--shared", is_flag=True, help="sites: paragraphs from the shared data.")
def command(what: str, count: int, output: Path, seed: int, least: float, largest: int, shared: bool) -> None:
    """Write a synthetic corpus, whose truth is known.

    documents: documents.jsonl (id, text) and pairs.jsonl (left, right, jaccard).
    sites: pages.jsonl (id, site, language, text) and truth.jsonl (id, lines: label, kind, cut).
    corpus: pages of sites, every 25th with a copy: pages.jsonl (id, url, text) and truth.jsonl (id, copy_of,
    lines: label and text).
    All are streams: a million documents need no more memory than a thousand.

    \b
    Examples:
      python -m benchmarks data planted documents --count 10000 --output FOLDER
      python -m benchmarks data planted sites --count 50 --largest 500 --output FOLDER
      python -m benchmarks data planted corpus --count 10000 --output FOLDER
    """
    if what == "documents":
        write_documents(output, count, seed, least)
    elif what == "sites":
        running = {one.code: shared_lines(one.code) for one in languages()} if shared else {}
        write_sites(output, sites(seed, count, largest, running))
    else:
        corpus_pages.write(output, count, seed)
