"""`detector clean`: clean text of pages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from detector.cli.options import Policy, input_options, page_of, policy_options, write_whole
from detector.errors import PageError
from detector.lines.formats import Format
from detector.results import ScoredPage

SUFFIX: Final = {"text": ".txt", "markdown": ".md", "json": ".json"}


def _shown(page: ScoredPage, format: str) -> str:
    if format == "json":
        return page.to_json()
    return page.to_markdown() if format == "markdown" else page.clean_text


def _target(name: str, output: Path, format: str, taken: set[Path]) -> Path:
    """Return where a page's clean text goes; raises `PageError` when two would share a file."""
    source = Path("stdin" if name == "-" else name)
    path = output / (source.stem + SUFFIX[format])
    if path.resolve() == source.resolve():
        raise PageError(f"{name}: the output would overwrite the input; choose another folder than {output}")
    if path in taken:
        path = output / (source.name + SUFFIX[format])
    if path in taken:
        raise PageError(f"{name}: {path} is another page's clean text already; clean the folders one by one")
    taken.add(path)
    return path


@click.command("clean")
@click.argument("pages", nargs=-1, required=True)
@input_options
@policy_options
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="A folder for the clean texts."
)
@click.option(
    "--format",
    "to",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="What to write; markdown keeps headings, lists and tables of HTML.",
)
def command(
    pages: Sequence[str],
    input_format: Format | None,
    policy: Policy,
    **output: object,
) -> int:
    r"""Print the clean text of PAGES (files, or - for standard input), or write it to a folder.

    Each page is judged alone, or by what a profile of its site says, too (--site). A page that
    cannot be read is reported and set aside, and the exit code is 1.

    \b
    Examples:
      detector clean page.html
      detector clean pages/*.html --output clean/ --format markdown
      curl -s https://example.org | detector clean -
    """
    folder, to = output["output"], str(output["to"])
    detector = policy.detector()
    set_aside, taken = 0, set[Path]()
    how = "alone" if detector.profile is None else f"with the profile of {detector.profile.name}"
    click.echo(f"detector: each page is judged {how}", err=True)
    for name in pages:
        try:
            target = _target(name, folder, to, taken) if isinstance(folder, Path) else None
            text = _shown(detector.score_batch([page_of(name, input_format)])[0], to)
        except PageError as error:
            click.echo(f"detector: set aside: {error}", err=True)
            set_aside += 1
            continue
        if target is None:
            click.echo(text)
        else:
            write_whole(target, text + "\n")
    if set_aside:
        click.echo(f"detector: {set_aside} of {len(pages)} pages set aside", err=True)
    return 1 if set_aside else 0
