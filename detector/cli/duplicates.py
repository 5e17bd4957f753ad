"""`detector duplicates`: near-duplicates among many texts, or of the texts of an index."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

import click

from detector.cli.command import Command
from detector.cli.outputs import overwrite_option, refuse_existing, write_whole
from detector.cli.progress import ShownProgress
from detector.cli.terminal import note, print_json, print_page_text, say
from detector.cli.text_records import Source, TextRecord, read_records
from detector.errors import SettingsError
from detector.near_duplicates.containment import find_contained
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.index.files import INDEX_FILE
from detector.near_duplicates.index.index import DuplicateIndex, Match
from detector.near_duplicates.keep_policy import Keep
from detector.near_duplicates.lsh.bands import LEAST_THRESHOLD
from detector.near_duplicates.pairs import Duplicates
from detector.settings import DuplicateSettings

STANDARD_INPUT: Final = "-"
DEFAULT_THRESHOLD: Final = 0.8
# The field of a record that a keep policy compares.
FIELDS: Final = {"newest": "date", "best": "score"}


@dataclass
class _Input:
    """The texts to read, and what was read so far.

    ids: ids of the texts; by: values that the keep policy compares; aside: records set aside
    """

    sources: Sequence[Source]
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
        for record in read_records(self.sources, self.set_aside):
            self.ids.append(record.id)
            if name:
                self.by.append(self._value(record, name))
            yield record.text

    def _value(self, record: TextRecord, name: str) -> str | float | None:
        """Return the value of a field; raises `SettingsError` if it cannot be compared."""
        value: Any = record.fields.get(name)
        if value is None:
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
        return read_records(self.sources, lambda message: None)


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


def _write_kept(path: Path, given: _Input, kept: set[str]) -> None:
    """Write the kept records, all or none."""
    write_whole(path, (record.line() for record in given.again() if record.id in kept))


def _source(name: str, stack: ExitStack) -> Source:
    """Return an input; standard input becomes a file, because it is read twice."""
    if name != STANDARD_INPUT:
        return Source(name, Path(name))
    if sys.stdin is None:
        raise SettingsError("there is no standard input: name a file")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="detector-")))
    with (folder / "stdin.jsonl").open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return Source("stdin", folder / "stdin.jsonl")


def _find(given: _Input, threshold: float, settings: DuplicateSettings) -> tuple[Duplicates, list[str]]:
    values = given.by if given.keep in FIELDS else None
    keep: Keep = given.keep  # type: ignore[assignment]
    with ShownProgress() as progress:
        found = find_duplicates(
            given.texts(), threshold, keep, by=values, settings=settings, progress=progress
        )
    return found, list(_rows(found, given.ids))


def _contained(given: _Input, least: float, settings: DuplicateSettings) -> tuple[Duplicates, list[str]]:
    found = find_contained(given.texts(), least, settings=settings)
    return found, list(_rows(found, given.ids))


def _ask_index(
    folder: Path, given: _Input, add: bool, threshold: float | None, settings: DuplicateSettings
) -> list[Match]:
    """Match the texts with an index; create it if they are to be added."""
    if add and not (folder / INDEX_FILE).exists():
        index = DuplicateIndex.create(folder, DEFAULT_THRESHOLD if threshold is None else threshold, settings)
    else:
        index = DuplicateIndex.open(folder, settings)
    others = [source for source in given.sources if (source.path / INDEX_FILE).exists()]
    if others and not add:
        raise SettingsError(f"{others[0].name} is an index: add --add to merge it into {folder}")
    for name, path in others:
        for rejected in index.merge(DuplicateIndex.open(path, settings, check=True)):
            given.set_aside(f"{name}: the id {rejected!r} is already in the index")
    given.sources = [source for source in given.sources if source not in others]
    # `texts` notes the id of a text before it yields the text.
    matches = index.match(((given.ids[-1], text) for text in given.texts()), add, threshold)
    for match in matches:
        if match.rejected:
            given.set_aside(f"the id {match.id!r} is already in the index")
    return matches


@click.command(
    "duplicates", cls=Command, common=("threshold", "keep", "mask", "index", "add", "output", "as_json")
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--threshold", type=float, help="Jaccard similarity of near-duplicates, .05 to 1.  [default: 0.8]"
)
@click.option(
    "--keep",
    type=click.Choice(get_args(Keep)),
    default="first",
    show_default=True,
    help='Which near-duplicate to keep; newest and best compare the fields "date" and "score".',
)
@click.option(
    "--containment", is_flag=True, help="Find texts that stand inside longer ones; the longer is kept."
)
@click.option("--mask", is_flag=True, help="Treat all numbers and dates as equal.")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Find near-duplicates of the texts in this index."
)
@click.option("--add", is_flag=True, help="Add the texts to the index; create it if needed.")
@click.option("--memory", type=int, default=200, show_default=True, help="Memory for working arrays, in MB.")
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

    INPUT is a .jsonl file with the field "text" and, optionally, "id", "date" and "score"; a
    folder of .txt files; any other file as one text; or - for JSONL on standard input. Prints
    a line for each text to remove: its id, the id of the text to keep, their similarity.
    Records that cannot be read are reported and set aside (exit code 1).

    \b
    Examples:
      detector duplicates pages.jsonl --output unique.jsonl
      detector duplicates folder/ --threshold 0.7 --json
      detector duplicates folder/ --containment
      detector duplicates monday.jsonl --index seen/ --add
      detector duplicates other-index/ --index seen/ --add
    """  # noqa: D301 (click needs the backspace)
    index: Path | None = options["index"]
    if threshold is not None and not LEAST_THRESHOLD <= threshold <= 1:
        raise SettingsError(f"--threshold is a similarity from {LEAST_THRESHOLD} to 1, not {threshold}")
    if options["containment"] and (index is not None or keep != "first" or options["work"] is not None):
        raise SettingsError(
            "--containment keeps the longer text: leave out --keep, --index, --add and --work"
        )
    if options["add"] and index is None:
        raise SettingsError("--add needs --index: name the index to add to")
    if index is not None and (keep != "first" or options["work"] is not None):
        raise SettingsError("an index keeps the earlier text and cannot resume: leave out --keep and --work")
    refuse_existing(options["output"], inputs=inputs)
    settings = DuplicateSettings(
        masked=options["mask"], memory=options["memory"] * 1_000_000, folder=options["work"]
    )
    with ExitStack() as stack:
        given = _Input([_source(name, stack) for name in inputs], keep)
        if index is None:
            least = DEFAULT_THRESHOLD if threshold is None else threshold
            found, rows = (_contained if options["containment"] else _find)(given, least, settings)
            kept = {given.ids[at] for at in found.kept} if options["output"] else set()
            shown = _as_json(found, given.ids) if options["as_json"] else ""
        else:
            matches = _ask_index(index, given, options["add"], threshold, settings)
            rows = list(_match_rows(matches))
            kept = {match.id for match in matches if match.earlier is None}
            shown = json.dumps([asdict(match) for match in matches], ensure_ascii=False, indent=1)
        if options["output"]:
            _write_kept(options["output"], given, kept)
    if options["as_json"]:
        print_json(shown)
    else:
        for line in rows:
            print_page_text(line)
    what = "stand inside a longer one" if options["containment"] else "have an earlier near-duplicate"
    note(f"{len(rows):,} of {len(given.ids):,} texts {what}")
    return 1 if given.aside else 0
