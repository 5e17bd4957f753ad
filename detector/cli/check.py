"""`detector check`: boilerplate and duplicates in text data, reported like a linter."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from detector.cli.command import INPUT, Command
from detector.cli.options import Policy, Share, input_options, policy_options
from detector.cli.terminal import cell, counted, note, print_json, print_page_text, say
from detector.cli.text_records import parts_of
from detector.corpus.formats.documents import Document, Part
from detector.corpus.formats.readers import read_part
from detector.detector import Detector
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.lsh.bands import LEAST_THRESHOLD
from detector.records import Format, ScoredLine
from detector.results.page import ScoredPage
from detector.settings import Columns
from detector.text.formats import found_format
from detector.text.page import Page

FOUND: Final = 1
# The most characters of a line to show.
SHOWN: Final = 60
# What has to be escaped in a message for GitHub, and additionally in a property.
_ESCAPED: Final = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_ESCAPED_TOO: Final = ((":", "%3A"), (",", "%2C"))


class Finding(NamedTuple):
    """Something in a file that should not be in text data.

    line: of the file, from 1; of a record in CSV or Parquet, as if each were a line; of HTML, always 1
    rule: "boilerplate", "repeat" (in the same text) or "near-duplicate" (of another text)
    """

    file: str
    line: int
    rule: str
    message: str


def _text_line(finding: Finding) -> str:
    return cell(f"{finding.file}:{finding.line}: {finding.rule}: {finding.message}")


def _escaped(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for sign, code in pairs:
        text = text.replace(sign, code)
    return text


def _github_line(finding: Finding) -> str:
    file = _escaped(finding.file, (*_ESCAPED, *_ESCAPED_TOO))
    message = _escaped(finding.message, _ESCAPED)
    return f"::warning file={file},line={finding.line},title={finding.rule}::{message}"


REPORTS: Final[dict[str, Callable[[Finding], str]]] = {
    "text": _text_line,
    "github": _github_line,
    "jsonl": lambda finding: json.dumps(finding._asdict(), ensure_ascii=False),
}


def _file_of(part: Part) -> str:
    """Return the name of a file relative to the current folder, as annotations need it."""
    path = Path(part.path)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else part.path


def _line_of(document: Document, part: Part) -> int:
    """Return the line of its file at which a record begins."""
    if part.kind == "page":
        return 1
    return document.number + (2 if part.kind == "csv" else 1)


def _message(line: ScoredLine) -> str:
    text = " ".join(line.text.split())
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    kind = "" if line.kind is None else f"{line.kind}, "
    return f"“{shown}” ({kind}score {line.score:.2f}: {line.why})"


def _in_page(document: Document, part: Part, page: ScoredPage, least: float) -> Iterator[Finding]:
    """Yield the lines of a page that are clearly not content, and those that repeat others."""
    start = _line_of(document, part)
    for line in page.lines:
        is_sure = line.score is not None and line.score >= least
        if line.kept or not (is_sure or line.label == "repeat"):
            continue
        at = start + line.number if part.kind == "page" and page.format == "text" else start
        yield Finding(
            _file_of(part), at, "repeat" if line.label == "repeat" else "boilerplate", _message(line)
        )


class Check:
    """What to look for, and what could not be read."""

    def __init__(self, detector: Detector, columns: Columns, least: float, similarity: float) -> None:
        self.detector, self.columns, self.least, self.similarity = detector, columns, least, similarity
        self.aside = self.texts = 0

    def _set_aside(self, message: str) -> None:
        say(f"set aside: {message}")
        self.aside += 1

    def scored(
        self, parts: Sequence[Part], format: Format | None
    ) -> Iterator[tuple[Part, Document, ScoredPage]]:
        """Yield the readable records with their scores. They are scored in batches."""
        read = deque[tuple[Part, Document]]()

        def pages() -> Iterator[Page]:
            for part in parts:
                for record in read_part(part, self.columns, whole=True):
                    if isinstance(record, Document):
                        read.append((part, record))
                        kind = format or record.format or found_format(record.text)
                        yield Page(record.text, kind, url=record.url)
                    else:
                        self._set_aside(f"{record.file}, record {record.record}: {record.reason}")

        for page in self.detector.score_pages(pages(), errors="return"):
            part, record = read.popleft()
            if isinstance(page, ScoredPage):
                self.texts += 1
                yield part, record, page
            else:
                self._set_aside(f"{record.file}, record {record.number}: {page}")

    def findings(self, parts: Sequence[Part], format: Format | None) -> Iterator[Finding]:
        """Yield the findings in each file, and near-duplicates at the end."""
        texts: list[str] = []
        places: list[tuple[str, int]] = []
        for part, document, page in self.scored(parts, format):
            yield from _in_page(document, part, page, self.least)
            text = "\n".join(line.text for line in page.lines)
            if text.strip():
                texts.append(text)
                places.append((_file_of(part), _line_of(document, part)))
        if self.similarity:
            for at, twin in find_duplicates(texts, self.similarity).removed.items():
                file, line = places[twin.kept]
                message = f"similarity {twin.similarity:.2f} to {file}:{line}"
                yield Finding(*places[at], "near-duplicate", message)


@click.command("check", cls=Command, common=("report", "least_score", "duplicates", "column"))
@click.argument("inputs", nargs=-1, type=INPUT)
@input_options
@policy_options
@click.option(
    "--report",
    type=click.Choice(list(REPORTS)),
    default="text",
    show_default=True,
    help="How to print findings; github prints annotations for a workflow.",
)
@click.option(
    "--least-score",
    type=Share(),
    default=0.9,
    show_default=True,
    help="Report dropped lines with at least this score; repeats are always reported.",
)
@click.option(
    "--duplicates",
    type=Share("similarity", LEAST_THRESHOLD, "0.8 or 80%", or_none=True),
    default=0.8,
    show_default=True,
    help="Report texts with at least this similarity to an earlier text; 0 reports none.",
)
@click.option(
    "--column",
    "--text-column",
    "column",
    default=Columns().text,
    show_default=True,
    help="The field with the text.",
)
def command(
    inputs: Sequence[str],
    input_format: Format | None,
    policy: Policy,
    **options: Any,  # noqa: ANN401
) -> int:
    """Report boilerplate, repeats and near-duplicates in INPUTS: text files, JSONL, CSV, Parquet, folders.

    The exit code is 1 if there are any, 0 if not. Nothing is changed; use `detector clean` for that.

    \b
    Examples:
      detector check data/
      detector check data/train.jsonl --duplicates 0.9
      detector check data/ --report github
    """  # noqa: D301 (click needs the backspace)
    columns = Columns(text=options["column"])
    if not inputs or "-" in inputs:
        raise click.UsageError("`check` reads files, not standard input: name a file or a folder")
    parts = parts_of(inputs, columns, "--column")
    check = Check(policy.detector(), columns, options["least_score"], options["duplicates"])
    found = 0
    for finding in check.findings(parts, input_format):
        line = REPORTS[options["report"]](finding)
        (print_json if options["report"] == "jsonl" else print_page_text)(line)
        found += 1
    note(f"{counted(found, 'finding')} in {counted(check.texts, 'text')}")
    return FOUND if found or check.aside else 0
