"""A corpus of planted sites with near-duplicates, and the truth: `python -m benchmarks.planted_corpus`.

pages.jsonl (id, url, text) and truth.jsonl (id, copy_of, lines: label and text). Every 25th
page has a copy on its site in which a word is changed. A stream, the same for a seed.
"""

import argparse
import json
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.planted_sites import PlantedPage, Site, sites

COPY_EVERY: Final = 25
PAGES_A_SITE: Final = 60


def _changed(text: str, number: int) -> str:
    """Return a paragraph with a word, or in scripts without spaces a character, changed."""
    parts = text.split(" ")
    if len(parts) < 3:
        return text[:5] + "々" + text[6:]
    parts[len(parts) // 2] = f"copy{number}"
    return " ".join(parts)


def _copy(page: PlantedPage, number: int) -> PlantedPage:
    longest = max((line for line in page.lines if line.label == "content"), key=lambda line: len(line.text))
    lines = tuple(
        line._replace(text=_changed(line.text, number)) if line is longest else line for line in page.lines
    )
    return PlantedPage(f"{page.id}/print", lines)


def _pages(site: Site, first: int) -> Iterator[tuple[PlantedPage, str | None]]:
    for number, page in enumerate(site.pages, first):
        yield page, None
        if number % COPY_EVERY == 0:
            yield _copy(page, number), page.id


def _all(count: int, seed: int) -> Iterator[tuple[Site, PlantedPage, str | None]]:
    number = max(count // PAGES_A_SITE, 5)
    largest = math.ceil(count / (math.log(number) + 0.5))
    first = 0
    for site in sites(seed, number, largest):
        for page, copy_of in _pages(site, first):
            yield site, page, copy_of
        first += len(site.pages)


def write(folder: Path, count: int, seed: int = 1) -> None:
    """Write a corpus of `count` pages."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "pages.jsonl").open("w", encoding="utf-8") as pages,
        (folder / "truth.jsonl").open("w", encoding="utf-8") as truth,
    ):
        for site, page, copy_of in islice(_all(count, seed), count):
            text = "\n".join(line.text for line in page.lines)
            row: dict[str, Any] = {"id": page.id, "url": f"https://www.{site.domain}/{page.id}", "text": text}
            pages.write(json.dumps(row, ensure_ascii=False) + "\n")
            lines = [[line.label, line.text] for line in page.lines]
            truth.write(
                json.dumps({"id": page.id, "copy_of": copy_of, "lines": lines}, ensure_ascii=False) + "\n"
            )


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.output, options.count, options.seed)


if __name__ == "__main__":
    main()
