"""Time and memory of adapting to 1,000 pages.

The pages are files, with a folder for each site. `detector train` is called as a user would, with 100 labels
of lines. The labels are the model's own, which take as long as true ones.
"""

import random
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json, write_json_lines
from benchmarks.measures.process_tree import measured
from detector.training.api import adaptation_of
from detector.training.data.page_files import read_page_files

PAGES: Final = 1000
LABELS: Final = 100
# Questions are made for every tenth page only, to save time.
ASKED: Final = 10
SETS: Final = ("sites", "wcxb-dev")


def _site(page: Page) -> str:
    """Return the folder of a page: a book in one language is a site."""
    return f"{page.domain}-{page.language}".replace(":", "-")


def _write_pages(pages: list[Page], folder: Path) -> int:
    """Write pages as files, in a folder for each site; return their bytes."""
    for number, page in enumerate(pages):
        path = folder / _site(page) / f"{number}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.html or b"")
    return sum(len(page.html or b"") for page in pages)


def _write_labels(folder: Path, file: Path) -> None:
    adaptation = adaptation_of(None, read_page_files([folder])[::ASKED], [])
    rows = [
        {
            "text": question.text,
            "label": "template" if question.score > 0.5 else "content",
            "site": adaptation.sites[question.site],
        }
        for _, question in adaptation.questions(LABELS)
    ]
    write_json_lines(file, rows)


def _trained(folder: Path, labels: Path) -> dict[str, float]:
    """Run the command; return wall time, CPU time, which depends less on other processes, and peak memory."""
    command = [sys.executable, "-m", "detector", "train", str(folder), "--labels", str(labels)]
    used = measured([*command, "--output", str(labels.with_name("model")), "--anyway"])
    if used.code:
        raise RuntimeError(f"detector train ended with {used.code}")
    return {"seconds": used.seconds, "cpu_seconds": used.cpu, "megabytes": used.peak / 1e6}


@click.command()
def command() -> None:
    """Measure time and memory of `detector train` on 1,000 pages, to adaptation-thousand.json.

    \b
    Examples:
      python -m benchmarks run adaptation-time
    """
    rows: list[dict[str, Any]] = []
    for name in SETS:
        pages = [page for page in dataset(name).pages() if page.html]
        chosen = random.Random(0).sample(pages, PAGES)
        with tempfile.TemporaryDirectory() as place:
            folder, labels = Path(place) / "pages", Path(place) / "labels.jsonl"
            size = _write_pages(chosen, folder)
            _write_labels(folder, labels)
            found = _trained(folder, labels)
        sites = len({_site(page) for page in chosen})
        rows.append({"set": name, "pages": PAGES, "sites": sites, "megabytes_of_pages": size / 1e6, **found})
        click.echo(str(rows[-1]))
    write_json(RESULTS / "adaptation-thousand.json", {"made": made(), **ours(), "rows": rows})
