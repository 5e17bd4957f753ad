"""A pipeline in plain Python, as people write it: lines on six pages of a site go, and equal texts.

Six is the number of the rule that Llama 3's report describes.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

MOST_PAGES = 6


def _rows(path: Path):  # noqa: ANN202
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield row, urlsplit(row["url"]).hostname, row["text"].split("\n")


def run(path: Path, folder: Path) -> None:
    """Count, then filter."""
    counts: Counter[tuple[str | None, str]] = Counter()
    for _, site, lines in _rows(path):
        counts.update({(site, line) for line in lines})
    seen = set()
    with (folder / "clean.jsonl").open("w", encoding="utf-8") as out:
        for row, site, lines in _rows(path):
            text = "\n".join(line for line in lines if counts[site, line] < MOST_PAGES)
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if text.strip() and digest not in seen:
                seen.add(digest)
                out.write(json.dumps({**row, "text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
