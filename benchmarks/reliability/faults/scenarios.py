"""The commands that faults are tried on: what they read, what they write, and how they are called."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.data.planted.corpus_pages import write as write_planted
from benchmarks.files import json_lines
from detector.corpus.run_log import LOG

PAGES: Final = 60
MANY: Final = 90
HTML: Final = "<html><head><title>{title}</title></head><body><nav>Home<br>News</nav>{body}</body></html>"
RULES: Final = "least_pages = 1000000000\nshard_bytes = 12000\n"
# Files that are not part of the result: the lock of a folder, and the log of a run.
NOT_COMPARED: Final = ("lock", LOG)


@dataclass(frozen=True)
class Scenario:
    """A command.

    arguments: PLACE is replaced by the folder that it works in
    reads: files and folders that may disappear or change; writes: files to compare
    code: its exit code if nothing disturbs it
    once: called again after it has finished, it would do more
    fresh: it starts workers; stdin: a file for standard input
    """

    name: str
    arguments: tuple[str, ...]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    code: int = 0
    once: bool = False
    fresh: bool = False
    stdin: str | None = None

    def command(self, place: Path) -> list[str]:
        """Return its arguments in a folder."""
        return [word.replace("PLACE", str(place)) for word in self.arguments]

    def result(self, place: Path) -> dict[str, bytes]:
        """Return all files that it wrote: names and bytes."""
        found = {}
        for name in self.writes:
            path = place / name
            files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
            compared = [file for file in files if file.name not in NOT_COMPARED]
            found.update({str(file.relative_to(place)): file.read_bytes() for file in compared})
        return found


def _corpus(name: str, inputs: str, *options: str, fresh: bool = False) -> Scenario:
    command = ("clean", "-q", f"PLACE/{inputs}", "--output", "PLACE/out", "--rules", "PLACE/rules.toml")
    return Scenario(name, (*command, *options), reads=(inputs,), writes=("out",), fresh=fresh)


CORPUS: Final = _corpus("clean a corpus", "in", "--workers", "1")
PARQUET: Final = _corpus("clean a corpus to Parquet", "in", "--workers", "1", "--to", "parquet")
COLUMN: Final = _corpus(
    "clean a corpus, lines as a column", "in", "--workers", "1", "--lines", "column", "--to", "jsonl"
)
WORKERS: Final = _corpus("clean a corpus with two workers", "in", "--workers", "2", fresh=True)
MANY_FILES: Final = _corpus("clean a corpus of many files", "many", "--workers", "1")
DUPLICATES: Final = Scenario(
    "duplicates to a file",
    ("duplicates", "-q", "PLACE/pages.jsonl", "--output", "PLACE/unique.jsonl", "--overwrite"),
    reads=("pages.jsonl",),
    writes=("unique.jsonl",),
)
INDEX: Final = Scenario(
    "duplicates to an index",
    ("duplicates", "-q", "PLACE/pages.jsonl", "--index", "PLACE/index", "--add"),
    reads=("pages.jsonl",),
    writes=("index",),
    once=True,
)
PIPED: Final = Scenario("duplicates from a pipe", ("duplicates", "-q", "-"), stdin="pages.jsonl")
PROFILE: Final = Scenario(
    "profile",
    ("profile", "-q", "PLACE/site", "--output", "PLACE/site.profile", "--overwrite"),
    reads=("site",),
    writes=("site.profile",),
)
RESTORE: Final = Scenario(
    "restore to a file",
    ("restore", "-q", "PLACE/run", "--output", "PLACE/whole.jsonl", "--overwrite"),
    reads=("run",),
    writes=("whole.jsonl",),
)
RESTORE_PRINTED: Final = Scenario("restore to a pipe", ("restore", "-q", "PLACE/run"), reads=("run",))
RESTORE_POLICY: Final = Scenario(
    "restore with a threshold",
    ("restore", "-q", "PLACE/run", "--threshold", "0.4", "--output", "PLACE/gentler.jsonl", "--overwrite"),
    reads=("run",),
    writes=("gentler.jsonl",),
)
SCORE: Final = Scenario(
    "score to JSON", ("score", "-q", "PLACE/site/0.html", "--json"), reads=("site/0.html",)
)
REPORT: Final = Scenario(
    "score to HTML",
    ("score", "-q", "PLACE/site/0.html", "--html", "PLACE/scored.html", "--overwrite"),
    reads=("site/0.html",),
    writes=("scored.html",),
)
CLEAN: Final = Scenario("clean a page", ("clean", "-q", "PLACE/site/1.html"), reads=("site/1.html",))
CLEAN_PIPED: Final = Scenario("clean a page from a pipe", ("clean", "-q", "-"), stdin="site/1.html")
CLEAN_PAGES: Final = Scenario(
    "clean pages to a folder",
    (
        "clean",
        "-q",
        *(f"PLACE/site/{number}.html" for number in range(6)),
        "--output",
        "PLACE/clean",
        "--overwrite",
    ),
    reads=("site",),
    writes=("clean",),
)
CORPORA: Final = (CORPUS, CORPUS, COLUMN, PARQUET)
# All commands that write files; corpus runs, where most can go wrong, as often as the others together.
WRITERS: Final = (*CORPORA, DUPLICATES, INDEX, PROFILE, RESTORE, RESTORE_POLICY, REPORT, CLEAN_PAGES)
PRINTERS: Final = (SCORE, CLEAN, RESTORE_PRINTED, CLEAN_PIPED, PIPED)
ALL: Final = tuple(dict.fromkeys((*WRITERS, *PRINTERS)))


def write_inputs(folder: Path) -> None:
    """Write what the commands read, except the output of a run that `restore` reads."""
    planted = folder / "planted"
    write_planted(planted, PAGES)
    rows = list(json_lines(planted / "pages.jsonl"))
    shutil.rmtree(planted)
    _write_rows(folder / "pages.jsonl", rows)
    for number in range(4):
        _write_rows(folder / "in" / f"{number}.jsonl", rows[number * 10 : number * 10 + 10])
    for number, row in enumerate(rows[40:50]):
        (folder / "in" / f"page-{number}.txt").write_text(row["text"], encoding="utf-8")
    for number in range(MANY):
        _write_rows(folder / "many" / f"{number}.jsonl", [{**rows[number % PAGES], "id": str(number)}])
    (folder / "site").mkdir()
    for number, row in enumerate(rows[:12]):
        body = "".join(f"<p>{line}</p>" for line in row["text"].split("\n"))
        page = HTML.format(title=row["text"].split("\n", 1)[0], body=body)
        (folder / "site" / f"{number}.html").write_text(page, encoding="utf-8")
    (folder / "rules.toml").write_text(RULES)
    # Old enough not to look as if written during a run.
    for path in folder.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def _write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
