"""A simple pipeline in plain Python: lines on six pages of a site are dropped, and equal texts.

Six is the number in the rule of the Llama 3 report.
"""

import hashlib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.files import json_line, json_lines
from benchmarks.measures.stages import Stages

MOST_PAGES = 6


def _rows(path: Path):  # noqa: ANN202
    for row in json_lines(path):
        yield row, urlsplit(row["url"]).hostname, row["text"].split("\n")


def run(pages: str, output: str) -> None:
    """Count, then filter."""
    path, folder, stages = Path(pages), Path(output), Stages()
    counts: Counter[tuple[str | None, str]] = Counter()
    for _, site, lines in _rows(path):
        counts.update({(site, line) for line in lines})
    stages.end("count lines")
    seen = set()
    with (folder / "clean.jsonl").open("w", encoding="utf-8") as out:
        for row, site, lines in _rows(path):
            text = "\n".join(line for line in lines if counts[site, line] < MOST_PAGES)
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if text.strip() and digest not in seen:
                seen.add(digest)
                out.write(json_line({**row, "text": text}))
    stages.end("filter, write")
    stages.write(folder)
