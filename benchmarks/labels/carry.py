"""Carries labels over to new lines after a change of how pages are read.

Before the change, `labels carry --write LINES` writes the lines of the labelled pages. After it, `labels
carry LINES` aligns the old lines with the new ones and rewrites all label files. Equal lines keep their
label. Between them, a new line gets the label of the old line that shares most of its characters.
"""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import click

from benchmarks.labels import label_files
from benchmarks.labels.kinds import records
from benchmarks.labels.kinds.records import Copy, KindLabels
from benchmarks.labels.kinds.single_lines import PATH as SINGLE_LINES
from benchmarks.labels.kinds.single_lines import SingleLines, read_single_lines, write_single_lines
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.label_files import Labels, line_hash
from benchmarks.labels.lines import lines_of, plain


def label_paths() -> list[Path]:
    """Return all label files."""
    return [*sorted(label_files.FOLDER.glob("*.jsonl")), *sorted(records.FOLDER.glob("*.jsonl"))]


def _starts(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each line begins and ends in the text without white space and punctuation."""
    spans, at = [], 0
    for line in lines:
        spans.append((at, at + len(plain(line))))
        at = spans[-1][1]
    return spans


def _by_characters(old: Sequence[str], new: Sequence[str]) -> Iterator[int]:
    """Yield for each new line the old line at the same share of the characters."""
    old_spans, new_spans = _starts(old), _starts(new)
    scale = (old_spans[-1][1] or 1) / (new_spans[-1][1] or 1)
    for start, end in new_spans:
        shared = [min(stop, end * scale) - max(begin, start * scale) for begin, stop in old_spans]
        yield shared.index(max(shared))


def sources(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """Return for each new line the number of the old line whose label it gets."""
    found: list[int] = []
    matcher = SequenceMatcher(None, [plain(line) for line in old], [plain(line) for line in new], False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            found += range(start, end)
        elif kind == "replace":
            pairs = _by_characters(old[start:end], new[new_start:new_end])
            found += [start + place for place in pairs]
        elif kind == "insert":
            found += [max(0, start - 1)] * (new_end - new_start)
    return found


def carried(row: Labels, old: Sequence[str], new: Sequence[str]) -> Labels:
    """Return the labels of a page's new lines."""
    labels = tuple(row.labels[number] for number in sources(old, new))
    return Labels(row.page, tuple(map(line_hash, new)), labels)


def carried_kinds(row: KindLabels, old: Sequence[str], new: Sequence[str]) -> KindLabels:
    """Return the kinds and copies of a page's new lines."""
    place = sources(old, new)
    first = {number: place.index(number) for number in set(place)}
    copies = {
        at: Copy(first[row.copies[number].of], row.copies[number].sort)
        for at, number in enumerate(place)
        if number in row.copies and row.copies[number].of in first
    }
    kinds = tuple(row.kinds[number] for number in place)
    return KindLabels(row.page, row.reader, tuple(map(line_hash, new)), kinds, copies)


def carried_single(labels: SingleLines, old: Sequence[str], new: Sequence[str]) -> SingleLines:
    """Return the kinds of the new lines of a page with single labelled lines."""
    return {
        at: (line_hash(new[at]), labels[number][1])
        for at, number in enumerate(sources(old, new))
        if number in labels
    }


def _carry_settled(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    path = label_files.FOLDER / "settled.json"
    changes = json.loads(path.read_text("utf-8"))
    for change in changes:
        lines = []
        for page, line, label in change["lines"]:
            same = [at for at, number in enumerate(sources(old[page], new[page])) if number == line]
            lines += [[page, at, label] for at in same]
        change["lines"] = lines
    rows = (
        f'{{"why": {json.dumps(change["why"], ensure_ascii=False)}, "lines": [\n'
        + ",\n".join(json.dumps(line) for line in change["lines"])
        + "]}"
        for change in changes
    )
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n", "utf-8")


def _carry_drawn(path: Path, new: dict[str, list[str]]) -> None:
    """Update the numbers of lines in a list of drawn pages, and leave the rest of the file as it is."""

    def counted(found: re.Match[str]) -> str:
        lines = new.get(json.loads(found[1]))
        return found[0] if lines is None else f"{found[0].rpartition(' ')[0]} {len(lines)},"

    record = r'"page": ("[^"]*"),[^{}]*?"lines": \d+,'
    path.write_text(re.sub(record, counted, path.read_text("utf-8")), "utf-8")


def _pages_of(path: Path) -> list[str]:
    return [json.loads(row)["page"] for row in path.read_text("utf-8").splitlines()]


@click.command()
@click.argument("lines", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Write the lines as they are read now, before a change.")
def command(lines: Path, write: bool) -> None:
    """Carry labels over to lines that are read differently than before.

    \b
    Examples:
      python -m benchmarks labels carry ../lines.json --write
      python -m benchmarks labels carry ../lines.json
    """
    wanted = {page for path in label_paths() for page in _pages_of(path)}
    new = {name: [line.text for line in lines_of(page)] for name, page in pages_named(wanted).items()}
    if write:
        lines.write_text(json.dumps(new), "utf-8")
        return
    old: dict[str, list[str]] = json.loads(lines.read_text("utf-8"))
    changed = [page for page in old if old[page] != new[page]]
    _carry_settled(old, new)
    for folder in (label_files.FOLDER, records.FOLDER):
        _carry_drawn(folder / "drawn.json", new)
    for path in label_files.FOLDER.glob("*.jsonl"):
        rows = label_files.read(path)
        label_files.write(path, [carried(row, old[row.page], new[row.page]) for row in rows])
    for path in set(records.FOLDER.glob("*.jsonl")) - {SINGLE_LINES}:
        kinds = records.read(path)
        records.write(path, [carried_kinds(row, old[row.page], new[row.page]) for row in kinds])
    single = read_single_lines(SINGLE_LINES)
    single = {page: carried_single(labels, old[page], new[page]) for page, labels in single.items()}
    write_single_lines(single, SINGLE_LINES)
    click.echo(f"{len(changed)} of {len(old)} pages have other lines")
