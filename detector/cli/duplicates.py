"""`detector duplicates`: near-duplicates among many texts, or of texts in an index."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, get_args

import click

from detector.cli.command import INPUT, Command, or_piped
from detector.cli.corpus_options import Size
from detector.cli.options import Share
from detector.cli.outputs import (
    OutputPath,
    overwrite_option,
    refuse_existing,
    refuse_other_formats,
    write_whole,
)
from detector.cli.terminal import cell, counted, note, print_json, print_page_text
from detector.cli.text_records import FIELDS, TextInput, parts_of
from detector.corpus.formats.documents import Part
from detector.errors import SettingsError
from detector.files.sparse import refuse_holes
from detector.near_duplicates.containment import find_contained
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.index.files import INDEX_FILE
from detector.near_duplicates.index.index import DuplicateIndex, Match
from detector.near_duplicates.keep_policy import Keep
from detector.near_duplicates.lsh.bands import LEAST_THRESHOLD
from detector.near_duplicates.pairs import Duplicates
from detector.progress import ShownProgress
from detector.settings import Columns, DuplicateSettings

STANDARD_INPUT: Final = "-"
# Not on Windows.
STDIN: Final = Path("/dev/stdin")
DEFAULT_THRESHOLD: Final = 0.8
COLUMN_OPTION: Final = "--column"


def _as_json(found: Duplicates, ids: Sequence[str]) -> str:
    content = {
        "texts": len(ids),
        "kept": [ids[at] for at in found.kept],
        "removed": {
            ids[at]: {"kept": ids[twin.kept], "similarity": twin.similarity}
            for at, twin in found.removed.items()
        },
        "pairs": [
            {"a": ids[pair.a], "b": ids[pair.b], "similarity": pair.similarity} for pair in found.pairs
        ],
        "abridged": found.abridged,
        "groups": [{**asdict(group), "representative": ids[group.representative]} for group in found.groups],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _rows(found: Duplicates, ids: Sequence[str]) -> Iterator[str]:
    for at, twin in found.removed.items():
        yield f"{cell(ids[at])}\t{cell(ids[twin.kept])}\t{twin.similarity:.3f}"


def _match_rows(matches: Sequence[Match]) -> Iterator[str]:
    for match in matches:
        if match.earlier is not None:
            yield f"{cell(match.id)}\t{cell(match.earlier)}\t{match.similarity:.3f}"


def _write_kept(path: Path, given: TextInput, kept: set[str]) -> None:
    """Write the kept records, all or none."""
    write_whole(path, (record.line() for record in given.again() if record.id in kept))


def _parts(names: Sequence[str], columns: Columns, stack: ExitStack) -> list[Part]:
    """Return the files of all inputs. Standard input is saved to a file, because it is read twice."""
    if STANDARD_INPUT not in names:
        return parts_of(names, columns, COLUMN_OPTION)
    if sys.stdin is None:
        raise SettingsError("standard input is closed: name a file")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="detector-")))
    spooled = folder / "stdin.jsonl"
    if STDIN.exists():
        refuse_holes(STDIN)
    with spooled.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    given = [str(spooled) if name == STANDARD_INPUT else name for name in names]
    return [
        part._replace(name="stdin") if Path(part.path) == spooled else part
        for part in parts_of(given, columns, COLUMN_OPTION)
    ]


def _indices(names: Sequence[str]) -> list[Path]:
    """Return the folders among the inputs that are indexes."""
    return [Path(name) for name in names if (Path(name) / INDEX_FILE).exists()]


def _find(given: TextInput, least: float, settings: DuplicateSettings, containment: bool) -> Duplicates:
    if containment:
        return find_contained(given.texts(), least, settings=settings)
    values = given.by if given.keep in FIELDS else None
    keep: Keep = given.keep  # type: ignore[assignment]
    with ShownProgress() as progress:
        found = find_duplicates(given.texts(), least, keep, by=values, settings=settings, progress=progress)
    given.refuse_no_values()
    return found


def _refuse_useless(index: Path | None, keep: str, *, add: bool, work: bool, containment: bool) -> None:
    """Refuse options that have no effect together with others."""
    if containment and (keep != "first" or work):
        raise SettingsError(
            "--containment keeps the longer text, or in an index the earlier: leave out --keep and --work"
        )
    if add and index is None:
        raise SettingsError("--add needs --index: name the index to add to")
    if index is not None and (keep != "first" or work):
        raise SettingsError("an index keeps the earlier text and cannot resume: leave out --keep and --work")


def _ask_index(
    folder: Path,
    given: TextInput,
    others: Sequence[Path],
    *,
    add: bool,
    threshold: float | None,
    containment: bool,
    settings: DuplicateSettings,
) -> tuple[list[Match], bool]:
    """Match the texts with an index; create it to add to it. others: indexes to merge into it.

    Returns the matches, and whether the index compares by containment.
    """
    if add and not (folder / INDEX_FILE).exists():
        least = DEFAULT_THRESHOLD if threshold is None else threshold
        index = DuplicateIndex.create(folder, least, settings, containment=containment)
    else:
        index = DuplicateIndex.open(folder, settings)
    if containment and not index.containment:
        raise SettingsError(
            f"{folder} compares by Jaccard similarity: leave out --containment, or create another index"
        )
    if settings.masked and not index.settings.masked:
        raise SettingsError(f"{folder} compares numbers: leave out --mask, or create another index")
    if others and not add:
        raise SettingsError(f"{others[0]} is an index: add --add to merge it into {folder}")
    for path in others:
        for rejected in index.merge(DuplicateIndex.open(path, settings, check=True)):
            given.set_aside(f"{path}: the id {rejected!r} is already in the index")
    # `texts` notes the id of a text before it yields the text.
    matches = index.match(((given.ids[-1], text) for text in given.texts()), add, threshold)
    for match in matches:
        if match.rejected:
            given.set_aside(f"the id {match.id!r} is already in the index")
    return matches, index.containment


@click.command(
    "duplicates",
    cls=Command,
    common=("threshold", "keep", "column", "index", "add", "output", "overwrite", "as_json"),
)
@click.argument("inputs", nargs=-1, type=INPUT, metavar="INPUT...")
@click.option(
    "--threshold",
    type=Share("similarity", LEAST_THRESHOLD, "0.8 or 80%"),
    help="Jaccard similarity of near-duplicates, 5% to 1.  [default: 0.8]",
)
@click.option(
    COLUMN_OPTION,
    "--text-column",
    "column",
    default="text",
    show_default=True,
    help="The field with the text or HTML of a record.",
)
@click.option("--id-column", default="id", show_default=True, help="The field with its id.")
@click.option(
    "--keep",
    type=click.Choice(get_args(Keep)),
    default="first",
    show_default=True,
    help='Which near-duplicate to keep; newest and best compare the fields "date" and "score".',
)
@click.option(
    "--containment",
    is_flag=True,
    help="Find texts inside longer ones; the longer text is kept. With --index: inside earlier ones.",
)
@click.option("--mask", is_flag=True, help="Treat all numbers and dates as equal.")
@click.option("--index", type=OutputPath(), help="Find near-duplicates of the texts in this index.")
@click.option("--add", is_flag=True, help="Add the texts to the index; create it if needed.")
@click.option("--memory", type=Size(), default="200MB", show_default=True, help="Memory for working arrays.")
@click.option(
    "--work",
    type=OutputPath(),
    help="A folder for intermediate files, to resume an interrupted run.",
)
@click.option("-o", "--output", type=OutputPath(), help="Write the records to keep, as JSONL.")
@overwrite_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print all pairs, and what to keep and remove, as JSON."
)
def command(inputs: Sequence[str], threshold: float | None, keep: str, **options: Any) -> int:  # noqa: ANN401
    """Find near-duplicates among the texts of INPUT... and decide which to remove.

    INPUT is a page (text or HTML), a folder of pages, JSONL, CSV, TSV, Parquet, WARC or WET; or
    JSONL from a pipe. HTML is compared by its text. Prints a line for each text to remove: its id
    (or the name of its file), the id of the text to keep, and their similarity. Records that
    cannot be read are reported and set aside (exit code 1).

    \b
    Examples:
      detector duplicates pages.jsonl --output unique.jsonl
      detector duplicates table.parquet --column body --threshold 90%
      detector duplicates folder/ --threshold 0.7 --json
      detector duplicates folder/ --containment
      detector duplicates monday.jsonl --index seen/ --add
      detector duplicates other-index/ --index seen/ --add
    """  # noqa: D301 (click needs the backspace)
    inputs, index, output = or_piped(inputs), options["index"], options["output"]
    add, containment = options["add"], options["containment"]
    _refuse_useless(index, keep, add=add, work=options["work"] is not None, containment=containment)
    refuse_existing(output, inputs=inputs)
    refuse_other_formats(output, "the records to keep")
    settings = DuplicateSettings(masked=options["mask"], memory=options["memory"], folder=options["work"])
    columns = Columns(text=options["column"], id=options["id_column"])
    with ExitStack() as stack:
        others = [] if index is None else _indices(inputs)
        texts = [name for name in inputs if Path(name) not in others]
        given = TextInput(_parts(texts, columns, stack), columns, keep)
        if index is None:
            least = DEFAULT_THRESHOLD if threshold is None else threshold
            found = _find(given, least, settings, containment)
            rows = list(_rows(found, given.ids))
            kept = {given.ids[at] for at in found.kept} if output else set()
            shown = _as_json(found, given.ids) if options["as_json"] else ""
        else:
            matches, containment = _ask_index(
                index,
                given,
                others,
                add=add,
                threshold=threshold,
                containment=containment,
                settings=settings,
            )
            rows = list(_match_rows(matches))
            kept = {match.id for match in matches if match.earlier is None}
            shown = json.dumps([asdict(match) for match in matches], ensure_ascii=False, indent=1)
        if output:
            _write_kept(output, given, kept)
            note(f"{counted(len(kept), 'record')} written to {output}")
    if options["as_json"]:
        print_json(shown)
    else:
        for line in rows:
            print_page_text(line)
    holder = "a longer one" if index is None else "an earlier one"
    what = f"are inside {holder}" if containment else "have an earlier near-duplicate"
    note(f"{len(rows):,} of {len(given.ids):,} texts {what}")
    return 1 if given.aside else 0
