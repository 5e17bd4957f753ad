"""`detector duplicates`: near-duplicates among many texts, or of the texts of an index."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

import click

from detector.cli.command import INPUT, Command, or_piped
from detector.cli.corpus_options import Size
from detector.cli.options import Share
from detector.cli.outputs import overwrite_option, refuse_existing, write_whole
from detector.cli.progress import ShownProgress
from detector.cli.terminal import note, print_json, print_page_text, say
from detector.cli.text_records import TextRecord, parts_of, read_records
from detector.corpus.formats.documents import Part
from detector.corpus.formats.kinds import kind_of, plain_name
from detector.errors import SettingsError
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.index.files import INDEX_FILE
from detector.near_duplicates.index.index import DuplicateIndex, Match
from detector.near_duplicates.keep_policy import Keep
from detector.near_duplicates.lsh.bands import LEAST_THRESHOLD
from detector.near_duplicates.pairs import Duplicates
from detector.settings import Columns, DuplicateSettings

STANDARD_INPUT: Final = "-"
DEFAULT_THRESHOLD: Final = 0.8
# The field of a record that a keep policy compares.
FIELDS: Final = {"newest": "date", "best": "score"}
COLUMN_OPTION: Final = "--column"


@dataclass
class _Input:
    """The texts to read, and what was read so far.

    parts: the files; columns: the fields of their records with a meaning
    ids: ids of the texts; by: values that the keep policy compares; aside: records set aside
    """

    parts: Sequence[Part]
    columns: Columns
    keep: str
    ids: list[str] = field(default_factory=list)
    by: list[Any] = field(default_factory=list)
    aside: int = 0
    _kind: str = ""

    def set_aside(self, message: str) -> None:
        """Report a record that is left out."""
        say(f"set aside: {message}")
        self.aside += 1

    def texts(self) -> Iterator[str]:
        """Yield the texts; note their ids and the values that the keep policy compares."""
        name = FIELDS.get(self.keep)
        for record in read_records(self.parts, self.columns, self.set_aside):
            self.ids.append(record.id)
            if name:
                self.by.append(self._value(record, name))
            yield record.text

    def _value(self, record: TextRecord, name: str) -> str | float | None:
        """Return the value of a field; raises `SettingsError` if it cannot be compared."""
        value: Any = record.fields.get(name)
        if isinstance(value, date):
            value = value.isoformat()
        if self.keep == "best" and isinstance(value, str):
            value = _number(value)
        if value is None or value == "":
            return None
        kind = "a text" if isinstance(value, str) else "a number"
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SettingsError(f'{record.id!r}: "{name}" is neither a text nor a number')
        if self._kind not in ("", kind):
            raise SettingsError(f'{record.id!r}: "{name}" is {kind}, and {self._kind} in earlier records')
        self._kind = kind
        return value

    def again(self) -> Iterator[TextRecord]:
        """Yield the same records once more."""
        return read_records(self.parts, self.columns, lambda message: None)


def _number(text: str) -> str | float:
    """Return a number that stands in a text, as all of CSV are, or the text."""
    try:
        return float(text)
    except ValueError:
        return text


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
        yield f"{ids[at]}\t{ids[twin.kept]}\t{twin.similarity:.3f}"


def _match_rows(matches: Sequence[Match]) -> Iterator[str]:
    for match in matches:
        if match.earlier is not None:
            yield f"{match.id}\t{match.earlier}\t{match.similarity:.3f}"


def _refuse_other_formats(path: Path | None) -> None:
    """Raise `SettingsError` for an output whose name promises another format than JSONL."""
    if path is not None and (kind_of(path.name) not in (None, "jsonl") or plain_name(path.name) != path.name):
        raise SettingsError(f"{path}: the records to keep are written as JSONL: name it {path.stem}.jsonl")


def _write_kept(path: Path, given: _Input, kept: set[str]) -> None:
    """Write the kept records, all or none."""
    write_whole(path, (record.line() for record in given.again() if record.id in kept))


def _parts(names: Sequence[str], columns: Columns, stack: ExitStack) -> list[Part]:
    """Return the files of all inputs; standard input becomes one, because it is read twice."""
    if STANDARD_INPUT not in names:
        return parts_of(names, columns, COLUMN_OPTION)
    if sys.stdin is None:
        raise SettingsError("there is no standard input: name a file")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="detector-")))
    spooled = folder / "stdin.jsonl"
    with spooled.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    given = [str(spooled) if name == STANDARD_INPUT else name for name in names]
    return [
        part._replace(name="stdin") if Path(part.path) == spooled else part
        for part in parts_of(given, columns, COLUMN_OPTION)
    ]


def _indices(names: Sequence[str]) -> list[Path]:
    """Return the folders among the inputs that hold an index."""
    return [Path(name) for name in names if (Path(name) / INDEX_FILE).exists()]


def _find(given: _Input, threshold: float, settings: DuplicateSettings) -> tuple[Duplicates, list[str]]:
    values = given.by if given.keep in FIELDS else None
    keep: Keep = given.keep  # type: ignore[assignment]
    with ShownProgress() as progress:
        found = find_duplicates(
            given.texts(), threshold, keep, by=values, settings=settings, progress=progress
        )
    return found, list(_rows(found, given.ids))


def _ask_index(
    folder: Path,
    given: _Input,
    others: Sequence[Path],
    *,
    add: bool,
    threshold: float | None,
    settings: DuplicateSettings,
) -> list[Match]:
    """Match the texts with an index; create it if they are to be added. others: indices to merge into it."""
    if add and not (folder / INDEX_FILE).exists():
        index = DuplicateIndex.create(folder, DEFAULT_THRESHOLD if threshold is None else threshold, settings)
    else:
        index = DuplicateIndex.open(folder, settings)
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
    return matches


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
@click.option("--mask", is_flag=True, help="Treat all numbers and dates as equal.")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Find near-duplicates of the texts in this index."
)
@click.option("--add", is_flag=True, help="Add the texts to the index; create it if needed.")
@click.option("--memory", type=Size(), default="200MB", show_default=True, help="Memory for working arrays.")
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    help="A folder for intermediate files, to continue a stopped run.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the records to keep, as JSONL.")
@overwrite_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print all pairs, and what to keep and remove, as JSON."
)
def command(inputs: Sequence[str], threshold: float | None, keep: str, **options: Any) -> int:  # noqa: ANN401
    """Find near-duplicates among the texts of INPUT... and decide which to remove.

    INPUT is a page (text or HTML), a folder of pages, JSONL, CSV, TSV, Parquet, WARC or WET; or
    JSONL that is piped in. Of HTML, the text is compared. Prints a line for each text to
    remove: its id (or the name of its file), the id of the text to keep, their similarity.
    Records that cannot be read are reported and set aside (exit code 1).

    \b
    Examples:
      detector duplicates pages.jsonl --output unique.jsonl
      detector duplicates table.parquet --column body --threshold 90%
      detector duplicates folder/ --threshold 0.7 --json
      detector duplicates monday.jsonl --index seen/ --add
      detector duplicates other-index/ --index seen/ --add
    """  # noqa: D301 (click needs the backspace)
    inputs, index, output = or_piped(inputs), options["index"], options["output"]
    if options["add"] and index is None:
        raise SettingsError("--add needs --index: name the index to add to")
    if index is not None and (keep != "first" or options["work"] is not None):
        raise SettingsError("an index keeps the earlier text and cannot resume: leave out --keep and --work")
    refuse_existing(output, inputs=inputs)
    _refuse_other_formats(output)
    settings = DuplicateSettings(masked=options["mask"], memory=options["memory"], folder=options["work"])
    columns = Columns(text=options["column"], id=options["id_column"])
    with ExitStack() as stack:
        others = [] if index is None else _indices(inputs)
        texts = [name for name in inputs if Path(name) not in others]
        given = _Input(_parts(texts, columns, stack), columns, keep)
        if index is None:
            found, rows = _find(given, DEFAULT_THRESHOLD if threshold is None else threshold, settings)
            kept = {given.ids[at] for at in found.kept} if output else set()
            shown = _as_json(found, given.ids) if options["as_json"] else ""
        else:
            matches = _ask_index(
                index, given, others, add=options["add"], threshold=threshold, settings=settings
            )
            rows = list(_match_rows(matches))
            kept = {match.id for match in matches if match.earlier is None}
            shown = json.dumps([asdict(match) for match in matches], ensure_ascii=False, indent=1)
        if output:
            _write_kept(output, given, kept)
            note(f"{len(kept):,} records written to {output}")
    if options["as_json"]:
        print_json(shown)
    else:
        for line in rows:
            print_page_text(line)
    note(f"{len(rows):,} of {len(given.ids):,} texts have an earlier near-duplicate")
    return 1 if given.aside else 0
