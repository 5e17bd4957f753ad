"""Kinds of lines, out of fold, on pages that were labelled line by line.

Each page is judged by the model that was not trained on its site, and pages outside of the folds by the model
of all pages. For HTML, "text" is the lines of our renderer without markup.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np
from sklearn.metrics import f1_score

from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.environment import made
from benchmarks.files import RESULTS, write_json
from benchmarks.labels.kinds.records import FOLDER, KindLabels, check_lines, drawn, read
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.lines import lines_of
from benchmarks.measures.metrics import calibration_error
from detector.detector import Detector
from detector.records import LINE_KINDS, Floats, Format, Integers
from detector.text.page import Page as Decoded

LOCKED: Final = ("locked", "refined-locked")


class _Judged(NamedTuple):
    """The lines of pages: the labelled kind of each, and the probabilities by a model.

    words: of each line; kept: those that stay in the clean text
    """

    truth: Integers
    share: Floats
    words: Integers
    kept: Integers


def _readings(locked: bool) -> dict[str, KindLabels]:
    """Return the labels of the pages to work with, or of the locked ones."""
    names = LOCKED if locked else ("refined", "first")
    lots = {row["page"] for row in drawn() if (row["lot"] in LOCKED) == locked}
    return {row.page: row for name in names for row in read(FOLDER / f"{name}.jsonl") if row.page in lots}


def _judged(detector: Detector, page: Page, row: KindLabels, format: Format) -> _Judged:
    """Return the results of a detector for the lines of a page."""
    lines = lines_of(page)
    check_lines(row, [line.text for line in lines])
    if format == "html":
        decoded = Decoded.read(page.html or b"", "html")
    else:
        decoded = Decoded("\n".join(line.text for line in lines), "text")
    found = [line for line in detector.score(decoded).lines if line.kind is not None]
    share = np.array([[line.kinds.get(kind, 0.0) for kind in LINE_KINDS] for line in found], np.float32)
    truth = np.array([LINE_KINDS.index(kind) for kind in row.kinds])
    words = np.array([len(line.text.split()) for line in found])
    kept = np.array([len(line.clean.split()) if line.kept else 0 for line in found])
    return _Judged(truth, share, words, kept)


def _kept_words(judged: Sequence[_Judged]) -> list[float | None]:
    """Return the share of the words of each kind that stay; None where there are none."""
    truth, words, kept = (
        np.concatenate([getattr(page, name) for page in judged]) for name in ("truth", "words", "kept")
    )
    of_kind = [truth == number for number in range(len(LINE_KINDS))]
    sums = [(int(kept[which].sum()), int(words[which].sum())) for which in of_kind]
    return [round(stay / every, 4) if every else None for stay, every in sums]


def _pages(models: Path, readings: dict[str, KindLabels], format: Format) -> Iterator[_Judged]:
    split = splits.load()
    detectors: dict[str, Detector] = {}
    for name, page in sorted(pages_named(set(readings)).items()):
        if format == "html" and page.html is None:
            continue
        learned = name in split.group_of_page and split.may_train(name)
        folder = f"fold-{split.fold(name)}" if learned else "all"
        if folder not in detectors:
            detectors[folder] = Detector(models / folder)
        yield _judged(detectors[folder], page, readings[name], format)


def measures(judged: Sequence[_Judged]) -> dict[str, Any]:
    """Return the measures of one format."""
    truth, share = (np.concatenate([getattr(page, name) for page in judged]) for name in ("truth", "share"))
    said = share.argmax(axis=1)
    each = f1_score(truth, said, average=None, labels=range(len(LINE_KINDS)), zero_division=0.0)
    log_loss = -np.log(np.maximum(share[np.arange(truth.size), truth], 1e-3)).mean()
    return {
        "pages": len(judged),
        "lines": int(truth.size),
        "macro_f1": round(float(each.mean()), 4),
        "right": round(float((said == truth).mean()), 4),
        "log_loss": round(float(log_loss), 4),
        "calibration": round(calibration_error(share.max(axis=1), said == truth), 4),
        "kinds": {
            kind: {"f1": round(float(f1), 4), "lines": int((truth == number).sum()), "kept": kept}
            for number, (kind, f1, kept) in enumerate(zip(LINE_KINDS, each, _kept_words(judged), strict=True))
        },
    }


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--locked", is_flag=True, help="Open the locked pages: once, when the kinds are finished.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=RESULTS,
    help="The folder to write to.",
)
def command(models: Path, locked: bool, results: Path) -> None:
    """Judge the kinds of lines by MODELS, a folder of `train folds`, to line-kinds.json.

    \b
    Examples:
      python -m benchmarks run kinds build/models
    """
    readings = _readings(locked)
    formats: tuple[Format, ...] = ("html", "text")
    rows = [{"input": name, **measures(list(_pages(models, readings, name)))} for name in formats]
    for row in rows:
        click.echo(f"{row['input']}: macro F1 {row['macro_f1']}, right {row['right']}, {row['lines']} lines")
    name = "line-kinds-locked" if locked else "line-kinds"
    write_json(results / f"{name}.json", {"rows": rows, "made": made()})
