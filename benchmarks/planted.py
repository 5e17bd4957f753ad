"""Write planted corpora: `python -m benchmarks.planted documents --count 10000 --output FOLDER`.

documents: documents.jsonl (id, text) and pairs.jsonl (left, right, jaccard).
sites: pages.jsonl (id, site, language, text) and truth.jsonl (id, lines: label, kind, cut).
Both are streams: a million documents need no more memory than a thousand.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.planted_documents import PlantedDocuments
from benchmarks.planted_sites import LARGEST, Site, sites
from benchmarks.planted_text import languages, shared_lines


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_documents(folder: Path, count: int, seed: int, least: float) -> None:
    """Write documents and their true pairs."""
    corpus = PlantedDocuments(count, seed)
    _write(folder / "documents.jsonl", ({"id": name, "text": text} for name, text in corpus.documents()))
    _write(folder / "pairs.jsonl", (pair._asdict() for pair in corpus.pairs(least)))


def write_sites(folder: Path, planned: Iterable[Site]) -> None:
    """Write sites' pages as plain text, and the truth of every line."""
    with (
        (folder / "pages.jsonl").open("w", encoding="utf-8") as pages,
        (folder / "truth.jsonl").open("w") as truth,
    ):
        for site in planned:
            for page in site.pages:
                text = "\n".join(line.text for line in page.lines)
                row = {"id": page.id, "site": site.domain, "language": site.language, "text": text}
                pages.write(json.dumps(row, ensure_ascii=False) + "\n")
                lines = [[line.label, line.kind, line.cut] for line in page.lines]
                truth.write(json.dumps({"id": page.id, "lines": lines}) + "\n")


def main(arguments: Sequence[str]) -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("documents", "sites"))
    parser.add_argument("--count", type=int, required=True, help="documents, or sites")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.8, help="lowest Jaccard of a true pair")
    parser.add_argument("--largest", type=int, default=LARGEST, help="pages of the largest site")
    parser.add_argument("--shared", action="store_true", help="paragraphs of sites from the shared data")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    if options.what == "documents":
        write_documents(options.output, options.count, options.seed, options.least)
    else:
        running = (
            {language.code: shared_lines(language.code) for language in languages()} if options.shared else {}
        )
        write_sites(options.output, sites(options.seed, options.count, options.largest, running))


if __name__ == "__main__":
    main(sys.argv[1:])
