"""Packets of pages for labellers, and their answers.

Readers see neither each other's answers nor any score. Pages of a site are together, and a line that recurs
on half of them is labelled only at its first occurrence. An answer names each page as the packet does,
followed by the lines of each label; later rows override earlier ones:

    === sites/id__sekata/32ee...
    template 0-4 12 20-33
    content 5-11

Packets have third-party text and must stay outside the repository.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.files import ROOT
from benchmarks.labels.label_files import FOLDER, LABELS, LabelError, Labels, drawn, line_hash
from benchmarks.labels.label_files import write as write_labels
from benchmarks.labels.lines import Line, lines_of, plain

# Readers see the beginning of a line, which is enough to know what it is.
SHOWN: Final = 160
SHOWN_AGAIN: Final = 32
PACKET_LINES: Final = 3300
READINGS: Final = ("first", "second")

Drawn = dict[str, Any]


def drawn_pages() -> list[tuple[Drawn, Page]]:
    """Return the drawn pages, grouped by site."""
    wanted = {row["page"]: row for row in drawn()}
    sets = sorted({page.split("/", 1)[0] for page in wanted})
    found = [
        (wanted[page.key], page) for name in sets for page in dataset(name).pages() if page.key in wanted
    ]
    return sorted(found, key=lambda pair: (pair[1].domain, pair[1].language, pair[1].key))


def template_groups(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Return the lines that are on at least half of a site's pages, as `plain` texts."""
    counts = Counter(text for lines in pages for text in {plain(line.text) for line in lines})
    return {text for text, count in counts.items() if count >= max(2, len(pages) / 2)} - {""}


def _shown(page: Page, lines: Sequence[Line], known: set[str]) -> str:
    """Return a page as its reader sees it; `known` lines were labelled on an earlier page."""
    out = [f"=== {page.key}", f"({page.language}, {page.page_type}, {len(lines)} lines)"]
    for number, line in enumerate(lines):
        if plain(line.text) in known:
            out.append(f"{number} ^ {line.text[:SHOWN_AGAIN]}")
        else:
            out.append(f"{number} {line.block}| {line.text[:SHOWN]}")
    return "\n".join(out)


def _sites(pairs: Sequence[tuple[Drawn, Page]]) -> Iterator[list[Page]]:
    """Yield pages of one site and language together."""
    site: list[Page] = []
    for _, page in pairs:
        if site and (page.domain, page.language) != (site[0].domain, site[0].language):
            yield site
            site = []
        site.append(page)
    if site:
        yield site


def packets(pairs: Sequence[tuple[Drawn, Page]]) -> Iterator[str]:
    """Yield packets of whole sites."""
    packet, size = [], 0
    for site in _sites(pairs):
        pages = [lines_of(page) for page in site]
        groups, known = template_groups(pages), set[str]()
        for page, lines in zip(site, pages, strict=True):
            packet.append(_shown(page, lines, known))
            known |= groups & {plain(line.text) for line in lines}
            size += len(lines)
        if size >= PACKET_LINES:
            yield "\n\n".join(packet) + "\n"
            packet, size = [], 0
    if packet:
        yield "\n\n".join(packet) + "\n"


def write(folder: Path) -> None:
    """Write all packets."""
    if folder.resolve().is_relative_to(ROOT):
        raise LabelError(f"{folder} is inside the repository, and pages' texts must not be")
    folder.mkdir(parents=True, exist_ok=True)
    pairs = drawn_pages()
    for reading in READINGS:
        chosen = pairs if reading == "first" else [pair for pair in pairs if pair[0]["twice"]]
        for number, text in enumerate(packets(chosen)):
            (folder / f"{reading}-{number:02d}.txt").write_text(text, "utf-8", errors="replace")


def _numbers(words: Sequence[str]) -> Iterator[int]:
    for word in words:
        first, _, last = word.strip(",").partition("-")
        yield from range(int(first), int(last or first) + 1)


def parse_answer(text: str, where: str) -> dict[str, dict[int, str]]:
    """Return labels by page and line; raises `LabelError` for invalid rows."""
    found: dict[str, dict[int, str]] = {}
    page: dict[int, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if words[0] == "===":
            page = found.setdefault(words[1], {})
            continue
        if page is None or words[0] not in LABELS:
            raise LabelError(f"{where}, line {number}: {line!r} is neither a page nor a label with its lines")
        try:
            page |= dict.fromkeys(_numbers(words[1:]), words[0])
        except ValueError:
            raise LabelError(f"{where}, line {number}: {line!r} has an invalid line number") from None
    return found


def complete(page: str, lines: Sequence[Line], labels: dict[int, str], known: dict[str, str]) -> list[str]:
    """Return a label for each line; a line that is left out gets the label of the same line before."""
    if beyond := [number for number in labels if number >= len(lines)]:
        raise LabelError(f"{page}: there is no line {beyond[0]}, only {len(lines)}")
    out = []
    for number, line in enumerate(lines):
        label = labels.get(number) or known.get(plain(line.text))
        if label is None:
            raise LabelError(f"{page}: line {number} has no label: {line.text[:60]!r}")
        known.setdefault(plain(line.text), label)
        out.append(label)
    return out


def read(folder: Path, reading: str) -> list[Labels]:
    """Return the labels of one reading; raises `LabelError` that lists every line without a label."""
    answers: dict[str, dict[int, str]] = {}
    for path in sorted(folder.glob(f"{reading}-*.answer")):
        answers |= parse_answer(path.read_text("utf-8"), path.name)
    pairs = drawn_pages() if reading == "first" else [pair for pair in drawn_pages() if pair[0]["twice"]]
    rows: list[Labels] = []
    faults = []
    for site in _sites(pairs):
        known: dict[str, str] = {}
        for page in site:
            lines = lines_of(page)
            try:
                labels = complete(page.key, lines, answers.get(page.key, {}), known)
            except LabelError as error:
                faults.append(str(error))
                continue
            rows.append(Labels(page.key, tuple(line_hash(line.text) for line in lines), tuple(labels)))
    if faults:
        raise LabelError("\n".join(faults))
    return rows


@click.command()
@click.argument("what", type=click.Choice(["write", "read"]))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(what: str, folder: Path) -> None:
    """Write packets of pages for labellers, or read their answers.

    write: FOLDER/first-NN.txt and FOLDER/second-NN.txt.
    read: FOLDER/first-NN.answer and so on, into training_data/labels/first.jsonl and second.jsonl.
    The folder must be outside the repository, because packets have third-party text.

    \b
    Examples:
      python -m benchmarks labels packets write ../packets
      python -m benchmarks labels packets read ../packets
    """
    if what == "write":
        write(folder)
        return
    for reading in READINGS:
        rows = read(folder, reading)
        write_labels(FOLDER / f"{reading}.jsonl", rows)
        click.echo(f"{reading}: {sum(len(row.labels) for row in rows)} labels on {len(rows)} pages")
