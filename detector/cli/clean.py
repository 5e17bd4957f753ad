"""`detector clean`: clean text of pages, or of a corpus."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import click

from detector.cli.corpus_options import CorpusOptions, corpus_options, is_corpus, is_page_address
from detector.cli.options import Policy, input_options, page_of, policy_options, write_whole
from detector.cli.terminal import print_json, print_page_text, say
from detector.corpus.formats.kinds import ENDINGS, kind_of
from detector.detector import Detector
from detector.errors import PageError, SettingsError
from detector.records import Format
from detector.results.page import ScoredPage
from detector.settings import Columns, EngineSettings, Lines

SUFFIX: Final = {
    "text": ".txt", "markdown": ".md", "json": ".json", "html": ".html", "xml": ".xml", "jsonl": ".jsonl",
}  # fmt: skip
# Where pages go that are written to one file.
TOGETHER: Final = "pages.jsonl"


def _shown(page: ScoredPage, format: str, name: str) -> str:
    """Return what is written of a page."""
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: page.clean_text,
        "markdown": page.to_markdown,
        "json": page.to_json,
        "html": page.to_html,
        "xml": page.to_tei,
        "jsonl": lambda: page.to_jsonl(name),
    }
    return writers[format]()


def _print_page(text: str, format: str, name: str, many: bool) -> None:
    """Print what is written of a page; of several, each is named as `head` does, or in its record."""
    if format in ("json", "jsonl"):
        print_json(text)
        return
    if many:
        print_page_text(f"==> {name} <==")
    print_page_text(text)


def _file_name(name: str) -> str:
    """Return a page's name as that of a file: an address has signs that no file has."""
    if not is_page_address(name):
        return name
    return re.sub(r"[^\w.-]+", "-", name.partition("://")[2]).strip("-.")[:150]


def _target(name: str, output: Path, format: str, taken: set[Path]) -> Path:
    """Return where a page's clean text goes; raises `PageError` when two would share a file."""
    source = Path("stdin" if name == "-" else _file_name(name))
    if format == "jsonl":
        return output / TOGETHER
    path = output / ((source.name if is_page_address(name) else source.stem) + SUFFIX[format])
    if path.resolve() == source.resolve():
        raise PageError(f"{name}: the output would overwrite the input; choose a folder other than {output}")
    if path in taken:
        path = output / (source.name + SUFFIX[format])
    if path in taken:
        raise PageError(f"{name}: {path} is already the output of another page; clean the folders one by one")
    taken.add(path)
    return path


@click.command("clean")
@click.argument("inputs", nargs=-1, required=True)
@input_options
@policy_options
@corpus_options
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option(
    "--format",
    type=click.Choice(list(SUFFIX)),
    default="text",
    show_default=True,
    help="Output format of single pages: markdown for language models, clean html, xml (TEI) for "
    "linguists, jsonl with one page per line.",
)
@click.option(
    "--to",
    type=click.Choice(["same", *ENDINGS]),
    default="same",
    show_default=True,
    help="Output format of a corpus.",
)
@click.option("--corpus", is_flag=True, help="Treat single pages as a corpus.")
@click.option("--dry-run", is_flag=True, help="Show what would be dropped, from a sample; write nothing.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="A TOML file with protected lines, thresholds for sites, limits.",
)
@click.option(
    "--allow", multiple=True, help="A site or source that may lose nearly everything; can be repeated."
)
@click.option(
    "--lines",
    type=click.Choice(get_args(Lines)),
    default="sidecar",
    show_default=True,
    help="Store the line records in files (for `detector restore`), also in a column, or nowhere.",
)
def command(
    inputs: Sequence[str],
    input_format: Format | None,
    policy: Policy,
    engine: EngineSettings,
    columns: Columns,
    **own: Any,  # noqa: ANN401
) -> int:
    """Print the clean text of INPUTS (files, URLs, or - for standard input), or write it to a folder.

    Single pages are judged on their own, or with a profile of their site (--site).

    Folders, URLs, JSONL, CSV, Parquet, WARC and WET are a corpus: lines that recur on a site
    count as evidence, and near-duplicates are left out. To continue a run that was stopped,
    give the same command again. A run that would drop nearly everything of a site or source
    publishes nothing (exit code 3). Records that cannot be read are reported and set aside
    (exit code 1).

    \b
    Examples:
      detector clean page.html
      detector clean pages/*.html --output clean/ --format markdown
      detector clean https://example.org/
      detector clean crawl/ more.jsonl.gz --output clean/ --to parquet
      detector clean crawl/ --dry-run
    """  # noqa: D301 (click needs the backspace)
    to, corpus = own.pop("format"), own.pop("corpus")
    options = CorpusOptions(**own)
    if corpus or is_corpus(inputs):
        if options.output is not None or options.dry_run:
            # Not for a page: what cleans a corpus takes a while to load.
            from detector.cli.corpus import clean_corpus

            return clean_corpus(inputs, options, policy, format=input_format, columns=columns, engine=engine)
        if corpus or not all(Path(name).is_dir() or kind_of(name) in (None, "page") for name in inputs):
            raise SettingsError("a corpus needs an output folder: add --output, or try --dry-run")
    return _clean_pages(inputs, policy.detector(), input_format, output=options.output, to=to)


def _clean_pages(
    names: Sequence[str], detector: Detector, format: Format | None, *, output: Path | None, to: str
) -> int:
    """Clean pages, each on its own."""
    set_aside, taken, together = 0, set[Path](), list[str]()
    how = "on its own" if detector.profile is None else f"with the profile of {detector.profile.name}"
    say(f"each page is judged {how}")
    for name in names:
        try:
            target = _target(name, output, to, taken) if output is not None else None
            text = _shown(detector.score_batch([page_of(name, format)])[0], to, name)
        except PageError as error:
            say(f"set aside: {error}")
            set_aside += 1
            continue
        if target is None:
            _print_page(text, to, name, many=len(names) > 1)
        elif to == "jsonl":
            together.append(text + "\n")
        else:
            write_whole(target, text + "\n")
    if output is not None and to == "jsonl":
        write_whole(output / TOGETHER, together)
    if set_aside:
        say(f"{set_aside} of {len(names)} pages set aside")
    return 1 if set_aside else 0
