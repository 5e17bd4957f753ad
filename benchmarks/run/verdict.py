"""How often pages are called consent walls, logins or errors: those that are, and ordinary ones.

An ordinary page has fifty words of gold text or more; each is judged by the model that learned from no page
of its group. The others are those of tests/golden/no_content_pages.jsonl, which we wrote in 17 languages.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.data.sets import OWN_LABELS, SCORABLE, dataset
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, ROOT, write_json
from benchmarks.labels.lines import lines_of
from detector.detector import Detector
from detector.model.files import load
from detector.model.page_kinds import WITHOUT_CONTENT
from detector.records import Format
from detector.text.page import Page as Decoded

NO_CONTENT: Final = ROOT / "tests" / "golden" / "no_content_pages.jsonl"
# With this many words of gold text, a page is certainly not a wall.
ORDINARY: Final = 50
FORMATS: Final[tuple[Format, ...]] = ("html", "text")
BATCH: Final = 64


class Judged(NamedTuple):
    """A page, its kind ("" for an ordinary one), and the verdict."""

    name: str
    language: str
    kind: str
    said: str


def written_pages() -> list[tuple[str, str, list[str]]]:
    """Return language, kind and lines of the pages without content that we wrote."""
    rows = [json.loads(line) for line in NO_CONTENT.read_text("utf-8").splitlines()]
    return [(row["language"], row["kind"], row["lines"]) for row in rows if row["kind"] in WITHOUT_CONTENT]


def page_of_lines(lines: Sequence[str], format: Format) -> Decoded:
    """Return lines as a page: the first is its title, each other a paragraph."""
    if format == "text":
        return Decoded("\n".join(lines), "text")
    head, *rest = (escape(line) for line in lines)
    body = "".join(f"<p>{line}</p>" for line in rest)
    return Decoded.read(f"<title>{head}</title><body><h1>{head}</h1>{body}</body>", "html")


def _ordinary() -> dict[int, list[Page]]:
    """Return the ordinary pages by fold."""
    split = splits.load()
    of_fold: dict[int, list[Page]] = defaultdict(list)
    for name in SCORABLE:
        if name != OWN_LABELS[True]:
            for page in dataset(name).pages():
                if page.html is not None and len((page.gold or "").split()) >= ORDINARY:
                    of_fold[split.fold(page.key)].append(page)
    return of_fold


def _judged_ordinary(models: Path, of_fold: dict[int, list[Page]], format: Format) -> Iterator[Judged]:
    """Yield the ordinary pages, each judged by the model of its fold."""
    for fold, pages in sorted(of_fold.items()):
        detector = Detector(models / f"fold-{fold}")
        for start in range(0, len(pages), BATCH):
            part = pages[start : start + BATCH]
            if format == "html":
                decoded = [Decoded.read(page.html or b"", "html") for page in part]
            else:
                decoded = [Decoded("\n".join(line.text for line in lines_of(page)), "text") for page in part]
            for page, scored in zip(part, detector.score_batch(decoded), strict=True):
                yield Judged(page.key, page.language, "", scored.verdict.kind)


def _judged_written(models: Path, format: Format) -> Iterator[Judged]:
    """Yield the pages that we wrote; the model of all pages did not learn from them."""
    rows = written_pages()
    scored = Detector(models / "all").score_batch([page_of_lines(lines, format) for *_, lines in rows])
    for number, ((language, kind, _), page) in enumerate(zip(rows, scored, strict=True)):
        yield Judged(f"written/{number}", language, kind, page.verdict.kind)


def measures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the counts of one format: of ordinary pages called a wall, and of walls that were found."""
    ordinary = [page for page in judged if not page.kind]
    wrong = [page for page in ordinary if page.said in WITHOUT_CONTENT]
    languages = Counter(page.language for page in ordinary)
    wrong_in = Counter(page.language for page in wrong)
    kinds = Counter(page.kind for page in judged if page.kind)
    found = Counter(page.kind for page in judged if page.kind and page.kind == page.said)
    written = [page for page in judged if page.kind]
    return {
        "ordinary": {"pages": len(ordinary), "wrong": len(wrong), "names": sorted(p.name for p in wrong)},
        "languages": {
            language: {"pages": count, "wrong": wrong_in[language]}
            for language, count in languages.most_common()
        },
        "written": {kind: {"pages": count, "found": found[kind]} for kind, count in kinds.items()},
        "written_languages": len({page.language for page in written}),
        "found_languages": len({page.language for page in written if page.kind == page.said}),
    }


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(models: Path) -> None:
    """Count the pages that MODELS, a folder of `train folds`, call walls, logins or errors, to verdict.json.

    \b
    Examples:
      python -m benchmarks run verdict build/models
    """
    of_fold, rows = _ordinary(), []
    for format in FORMATS:
        judged = [*_judged_ordinary(models, of_fold, format), *_judged_written(models, format)]
        rows.append({"input": format, **measures(judged)})
        ordinary, written = rows[-1]["ordinary"], rows[-1]["written"]
        click.echo(f"{format}: {ordinary['wrong']} of {ordinary['pages']} ordinary pages, {written}")
    ids = [load(folder).model_id for folder in sorted(models.iterdir())]
    write_json(RESULTS / "verdict.json", {"rows": rows, **made(), **ours(*ids)})
