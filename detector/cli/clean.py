"""`detector clean`: clean text of pages, or of a corpus."""

import re
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, Final, get_args

import click
from click.core import ParameterSource

from detector.cli.command import INPUT, Command, exists, is_too_long, or_piped, refuse_unused
from detector.cli.corpus_options import CorpusOptions, corpus_options, is_corpus, is_page_address
from detector.cli.options import Policy, input_options, page_of, policy_options
from detector.cli.outputs import OutputPath, overwrite_option, refuse_existing, write_whole
from detector.cli.terminal import counted, note, print_json, print_page_text, say
from detector.corpus.formats.kinds import ENDINGS, kind_of, plain_name
from detector.detector import Detector
from detector.errors import PageError, SettingsError
from detector.files.folders import files_below, refuse_special
from detector.records import Format, OutputFormat
from detector.settings import Columns, EngineSettings, Lines

SUFFIX: Final[dict[OutputFormat, str]] = {
    "text": ".txt", "markdown": ".md", "json": ".json", "html": ".html", "xml": ".xml", "jsonl": ".jsonl",
}  # fmt: skip
COMMON: Final = (
    "output",
    "format",
    "to",
    "dry_run",
    "sample",
    "text_column",
    "site",
    "threshold",
    "lose_at_most",
)
# Options that have no effect for the other kind of input.
OF_PAGES: Final = ("format",)
OF_CORPORA: Final = (
    "to", "dry_run", "sample", "rules", "allow", "lines", "csv_safe", "since", "engine", "workers", "memory",
    *(f"{name}_column" for name in Columns._fields),
)  # fmt: skip
# Formats that are not written, but whose names are no names of folders.
DOCUMENTS: Final = (".docx", ".doc", ".odt", ".rtf", ".pdf", ".epub", ".tei", ".markdown", ".text")
# The separators of pages that are written to one file.
TOGETHER: Final = "pages.jsonl"


def _print_page(text: str, format: OutputFormat, name: str, many: bool) -> None:
    """Print the output of a page. If there are several, each is named, like `head` does, or in its record."""
    if format in ("json", "jsonl"):
        print_json(text)
        return
    if many:
        print_page_text(f"==> {name} <==")
    print_page_text(text)


def _file_name(name: str) -> str:
    """Return a file name for a page: a URL has characters that file names cannot have."""
    if not is_page_address(name):
        return name
    return re.sub(r"[^\w.-]+", "-", name.partition("://")[2]).strip("-.")[:150]


def _pages_in(names: Sequence[str]) -> list[str]:
    """Return the pages in folders, and other names unchanged."""
    found: list[str] = []
    for name in names:
        if Path(name).is_dir():
            found += [str(file) for file in files_below(Path(name)) if kind_of(file.name) == "page"]
        else:
            found.append(name)
    if not found:
        raise SettingsError(f"{', '.join(names)}: no pages found; for JSONL, CSV and others add --output")
    return found


def _is_file(output: Path, names: Sequence[str], format: OutputFormat) -> bool:
    """Tell whether the output is a file, not a folder: for a single page, or JSONL."""
    together = len(names) == 1 or format == "jsonl"
    return together and output.suffix.lower() in SUFFIX.values() and not output.is_dir()


def _is_named_like_a_file(output: Path) -> bool:
    """Tell whether a folder that does not exist yet has the name of a file."""
    is_named = kind_of(output.name) is not None or output.suffix.lower() in (*SUFFIX.values(), *DOCUMENTS)
    return is_named and not output.is_dir()


def _format_of(output: Path, format: OutputFormat) -> OutputFormat:
    """Return the format by --format, or by the extension of the output."""
    if click.get_current_context().get_parameter_source("format") is not ParameterSource.DEFAULT:
        return format
    return next(name for name, suffix in SUFFIX.items() if suffix == output.suffix.lower())


def _targets(names: Sequence[str], output: Path | None, format: OutputFormat) -> list[Path | None]:
    """Return the file for the clean text of each page; raises `SettingsError` if it exists."""
    if output is None:
        refuse_existing()
        return [None] * len(names)
    if _is_file(output, names, format):
        refuse_existing(output, inputs=names)
        return [output] * len(names)
    if exists(output) and not output.is_dir():
        raise SettingsError(
            f"{output} is a file: name a folder, or for one page a new file such as page.txt"
            if len(names) == 1
            else f"{output} is a file: several pages are written to a folder"
        )
    if _is_named_like_a_file(output):
        raise SettingsError(
            f"{output} is named like a file of another format: name a folder, or a file that ends in "
            f"{', '.join(SUFFIX.values())}"
            if len(names) == 1
            else f"{output} is named like a file: several pages are written to a folder, "
            f"or with --format jsonl to {TOGETHER}"
        )
    if format == "jsonl":
        targets = [output / TOGETHER] * len(names)
    else:
        targets = [_target(name, output, format) for name in names]
        taken: set[Path] = set()
        for at, (name, path) in enumerate(zip(names, targets, strict=True)):
            if path in taken:
                targets[at] = path = output / (Path(_file_name(name)).name + SUFFIX[format])
            taken.add(path)
    refuse_existing(*targets, inputs=names)
    return list(targets)


def _target(name: str, output: Path, format: OutputFormat) -> Path:
    """Return the file for the clean text of a page in a folder."""
    source = Path("stdin" if name == "-" else _file_name(name))
    stem = source.name if is_page_address(name) else Path(plain_name(source.name)).stem
    return output / (stem + SUFFIX[format])


@click.command("clean", cls=Command, common=COMMON)
@click.argument("inputs", nargs=-1, type=INPUT)
@input_options
@policy_options
@corpus_options
@click.option(
    "-o",
    "--output",
    type=OutputPath(),
    help="The folder to write to; for one page, also a file: page.txt, page.md.",
)
@overwrite_option
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
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show the plan of a run, and what it would drop, from a sample of 1,000 pages; write nothing.",
)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Like --dry-run, from N pages.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="A TOML file with protected lines, thresholds of sites, and limits.",
)
@click.option(
    "--allow", multiple=True, help="A site or source that may lose nearly everything; can be repeated."
)
@click.option(
    "--lines",
    type=click.Choice(get_args(Lines)),
    default="sidecar",
    show_default=True,
    help="Store line records in files (for `detector restore`), also in a column, or not at all.",
)
@click.option(
    "--csv-safe",
    is_flag=True,
    help="In CSV, put an apostrophe before texts that spreadsheets would read as formulas (=, +, -, @).",
)
@click.option(
    "--since",
    type=click.Path(),
    help="The output folder of an earlier run: its pages count and stay, INPUTS are new pages only.",
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
    run the same command again. A run that would drop nearly everything from a site or source
    publishes nothing (exit code 3). Records that cannot be read are reported and set aside
    (exit code 1).

    \b
    Examples:
      detector clean page.html
      detector clean pages/*.html --output clean/ --format markdown
      detector clean https://example.org/
      detector clean crawl/ more.jsonl.gz --output clean/ --to parquet
      detector clean crawl/ --dry-run
      detector clean crawl/ --sample 200
      detector clean new/ --since clean/ --output clean-2/
    """  # noqa: D301 (click needs the backspace)
    inputs, to, corpus = or_piped(inputs), own.pop("format"), own.pop("corpus")
    options, given = CorpusOptions(**own), inputs
    if corpus or is_corpus(inputs):
        if options.output is not None or options.looks_only():
            refuse_unused(OF_PAGES, "a corpus", "single pages; a corpus takes --to")
            if options.output is not None and options.output.is_file():
                raise SettingsError(f"{options.output} is a file: a corpus is written to a folder")
            if options.output is not None and _is_named_like_a_file(options.output):
                raise SettingsError(f"{options.output} is named like a file: a corpus is written to a folder")
            # Slow to import, and not needed for a page.
            from detector.cli.corpus import clean_corpus

            return clean_corpus(inputs, options, policy, format=input_format, columns=columns, engine=engine)
        if corpus or not all(Path(name).is_dir() or kind_of(name) in (None, "page") for name in inputs):
            raise SettingsError("a corpus needs an output folder: add --output, or try --dry-run")
        inputs = _pages_in(inputs)
        note("folders with --output are a corpus: lines are counted per site, near-duplicates are left out")
    if options.output is not None and _is_file(options.output, inputs, to):
        to = _format_of(options.output, to)
    refuse_unused(OF_CORPORA, "single pages", "a corpus: JSONL, CSV, Parquet, a folder, or --corpus")
    below = set(inputs) - set(given)
    return _clean_pages(inputs, policy.detector(), input_format, output=options.output, to=to, below=below)


def _clean_pages(
    names: Sequence[str],
    detector: Detector,
    format: Format | None,
    *,
    output: Path | None,
    to: OutputFormat,
    below: Set[str],
) -> int:
    """Clean pages, each on its own.

    below: the pages that were found in folders
    """
    targets = _targets(names, output, to)
    set_aside, written, together = 0, set[Path](), list[str]()
    how = "on its own" if detector.profile is None else f"with the profile of {detector.profile.name}"
    note(f"each page is judged {how}")
    for name, target in zip(names, targets, strict=True):
        try:
            if name in below:
                refuse_special(Path(name))
            if target is not None and is_too_long(target):
                raise PageError(f"{target} cannot be written: the name is too long")
            if target in written:
                raise PageError(f"{name}: {target} is already the output of another page")
            text = detector.score_batch([page_of(name, format)])[0].to_format(to, name)
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
            written.add(target)
    if targets[0] is not None and to == "jsonl":
        write_whole(targets[0], together)
    if set_aside:
        say(f"{set_aside} of {counted(len(names), 'page')} set aside")
    return 1 if set_aside else 0
