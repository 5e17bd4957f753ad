"""`detector score`: the lines of a page with scores, kinds and reasons."""

import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from detector.cli.command import INPUT, Command, or_piped
from detector.cli.options import Policy, input_options, page_of, policy_options
from detector.cli.outputs import OutputPath, overwrite_option, refuse_existing, write_whole
from detector.cli.terminal import is_terminal, print_json, printable
from detector.records import Format, ScoredLine
from detector.results.html import document_html, scored_lines_html
from detector.results.page import ScoredPage

# Scores up to GREEN are shown in green, up to YELLOW in yellow, others in red.
GREEN: Final = 0.35
YELLOW: Final = 0.65
# The width of a row without reason and text, and the least width of the text. Below it, reasons are wrapped.
BEFORE_REASON: Final = 34
LEAST_TEXT: Final = 23
WITHOUT_TERMINAL: Final = 120


def _colour(score: float) -> str:
    return "green" if score <= GREEN else "yellow" if score <= YELLOW else "red"


def _kind(line: ScoredLine) -> str:
    """Return the kind of a line, or its label if the model has no kinds."""
    return line.label if line.kind is None or line.label == "repeat" else line.kind


def _row(line: ScoredLine, reason_width: int, width: int) -> str:
    """Return a row of the table, followed by the rest of a long reason."""
    score = line.score if line.score is not None else 0.0
    mark = "cut " if line.kept and line.cuts else "keep" if line.kept else "drop"
    reason, *rest = textwrap.wrap(line.why, reason_width)
    shown = printable(" ".join((line.clean if line.kept else line.text).split()))
    shown = shown if len(shown) <= width else shown[: width - 1] + "…"
    head = f"{line.number:>5}  {mark}  {score:.3f}  {_kind(line):<10}  {reason:<{reason_width}}  "
    below = "".join(f"\n{'':{BEFORE_REASON - 2}}{part}" for part in rest)
    colour = _colour(score)
    return (
        click.style(head, fg=colour)
        + click.style(shown, dim=not line.kept)
        + (click.style(below, fg=colour) if below else "")
    )


def _widths(lines: Sequence[ScoredLine]) -> tuple[int, int]:
    """Return the widths of reasons and text that fit the terminal."""
    terminal = shutil.get_terminal_size((WITHOUT_TERMINAL, 24)).columns
    room = max(terminal - BEFORE_REASON, 2 * LEAST_TEXT)
    longest = max((len(line.why) for line in lines), default=0)
    reason = min(max(longest, len("strongest reason")), room - LEAST_TEXT)
    return reason, room - reason


def _table(page: ScoredPage) -> str:
    lines = [line for line in page.lines if line.label != "blank"]
    kept = sum(line.kept for line in lines)
    reason_width, width = _widths(lines)
    rows = [_row(line, reason_width, width) for line in lines]
    head = f" line        score  kind        {'strongest reason':<{reason_width}}  text"
    foot = (
        f"{kept} of {len(lines)} lines kept; content {page.content_share:.0%} of the words, "
        f"confidence {page.confidence:.2f}, read as {page.format}"
    )
    if page.shape not in (None, "plain"):
        foot += f" ({page.shape})"
    if page.verdict is not None:
        foot += f"; {page.verdict.text}"
    if page.replaced:
        foot += f"; {page.replaced} characters could not be read as {page.encoding}"
    if is_terminal():
        foot = textwrap.fill(foot, shutil.get_terminal_size((WITHOUT_TERMINAL, 24)).columns)
    return "\n".join([click.style(head, bold=True), *rows, foot])


@click.command(
    "score",
    cls=Command,
    common=("html", "as_json", "url", "input_format", "model", "site", "threshold", "lose_at_most"),
)
@click.argument("page", required=False, type=INPUT)
@input_options
@policy_options
@click.option("--url", help="The address of the page.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@overwrite_option
@click.option("--html", type=OutputPath(), help="Write an HTML page with the lines coloured by score.")
def command(
    page: str | None,
    input_format: Format | None,
    policy: Policy,
    **output: object,
) -> int:
    """Show every line of PAGE (a file, or - for standard input) with its score, kind and reason.

    The score is the probability that the line is not main content.

    \b
    Examples:
      detector score page.html
      detector score page.txt --json
      detector score - --html scored.html < page.html
    """  # noqa: D301 (click needs the backspace)
    page = or_piped([page] if page else [])[0]
    url, as_json, report = output["url"], output["as_json"], output["html"]
    assert url is None or isinstance(url, str)
    assert report is None or isinstance(report, Path)
    refuse_existing(report, inputs=[page])
    scored = policy.detector().score_batch([page_of(page, input_format, url)])[0]
    if report is not None:
        lines = scored_lines_html(scored.lines, scored.content_share, scored.confidence)
        write_whole(report, document_html(scored.title or Path(page).name, lines))
    if as_json:
        print_json(scored.to_json())
    elif report is None:
        click.echo(_table(scored))
    return 0
