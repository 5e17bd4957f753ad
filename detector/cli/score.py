"""`detector score`: the lines of a page with score, label and reason."""

import shutil
from pathlib import Path
from typing import Final

import click

from detector.cli.command import Command, or_piped
from detector.cli.options import Policy, input_options, page_of, policy_options
from detector.cli.outputs import overwrite_option, refuse_existing, write_whole
from detector.cli.terminal import print_json, printable
from detector.records import Format, ScoredLine
from detector.results.html import scored_page_html
from detector.results.page import ScoredPage

# Scores up to GREEN are shown in green, up to YELLOW in yellow, others in red.
GREEN: Final = 0.35
YELLOW: Final = 0.65
REASON_WIDTH: Final = 34


def _colour(score: float) -> str:
    return "green" if score <= GREEN else "yellow" if score <= YELLOW else "red"


def _strongest(line: ScoredLine) -> str:
    """Return the reason that says most for what was decided."""
    if line.label == "repeat":
        return f"same text as line {line.copy_of}"
    speaks = [
        reason
        for reason in line.reasons
        if reason.contribution is not None and (reason.contribution > 0) != line.kept
    ]
    return (speaks or list(line.reasons))[0].text


def _row(line: ScoredLine, width: int) -> str:
    """Return one line of the table."""
    score = line.score if line.score is not None else 0.0
    mark = "cut " if line.kept and line.cuts else "keep" if line.kept else "drop"
    reason = _strongest(line)
    shown = printable(" ".join((line.clean if line.kept else line.text).split()))
    shown = shown if len(shown) <= width else shown[: width - 1] + "…"
    head = (
        f"{line.number:>5}  {mark}  {score:.3f}  {line.label:<8}  {reason[:REASON_WIDTH]:<{REASON_WIDTH}}  "
    )
    return click.style(head, fg=_colour(score)) + click.style(shown, dim=not line.kept)


def _table(page: ScoredPage) -> str:
    width = max(shutil.get_terminal_size((120, 24)).columns - 32 - REASON_WIDTH, 20)
    lines = [line for line in page.lines if line.label != "blank"]
    kept = sum(line.kept for line in lines)
    rows = [_row(line, width) for line in lines]
    head = f" line        score  label     {'strongest reason':<{REASON_WIDTH}}  text"
    foot = (
        f"{kept} of {len(lines)} lines kept; content {page.content_share:.0%} of the words, "
        f"confidence {page.confidence:.2f}, read as {page.format}"
    )
    if page.verdict is not None:
        foot += f"; looks like: {page.verdict.kind} ({page.verdict.probability:.0%})"
    if page.replaced:
        foot += f"; {page.replaced} characters could not be read as {page.encoding}"
    return "\n".join([click.style(head, bold=True), *rows, foot])


@click.command(
    "score",
    cls=Command,
    common=("html", "as_json", "url", "input_format", "model", "site", "threshold", "lose_at_most"),
)
@click.argument("page", required=False)
@input_options
@policy_options
@click.option("--url", help="The address of the page.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@overwrite_option
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write an HTML page with the lines coloured by score."
)
def command(
    page: str | None,
    input_format: Format | None,
    policy: Policy,
    **output: object,
) -> int:
    """Show every line of PAGE (a file, or - for standard input) with its score and reason.

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
    if isinstance(report, Path):
        refuse_existing(report, inputs=[page])
    scored = policy.detector().score_batch([page_of(page, input_format, url)])[0]
    if isinstance(report, Path):
        write_whole(report, scored_page_html(scored, Path(page).name))
    if as_json:
        print_json(scored.to_json())
    elif report is None:
        click.echo(_table(scored))
    return 0
