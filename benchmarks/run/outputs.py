"""Our outputs for the pages of all sets, out of fold.

Each page is scored by the model (of `train folds`) that was not trained on its group: as HTML, if it is, and
as text in each of the four renderings. For the contents of the file, see benchmarks/measures/out_of_fold.py.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.data.sets import OWN_LABELS, SCORABLE, dataset
from benchmarks.environment import commit
from benchmarks.files import write_json_lines
from benchmarks.peers.answers import asking, cache_folder
from benchmarks.peers.systems import RENDERINGS
from detector.detector import Detector
from detector.records import Words
from detector.text.page import Page as Decoded
from detector.training.data.alignment import content_shares
from detector.training.data.examples import words_of_rows

# How many pages to score together. This bounds memory and does not change results.
BATCH: Final = 32


def _renderings(pages: Sequence[Page]) -> Iterator[tuple[str, list[Decoded | None]]]:
    """Yield the name of each rendering and the decoded pages; None if a renderer failed."""
    if any(page.html is None for page in pages):
        yield "text", [Decoded.read(page.text or "", "text") for page in pages]
        return
    yield "html", [Decoded.read(page.html or b"", "html") for page in pages]
    for renderer in RENDERINGS:
        with asking(renderer, cache_folder()) as cached:
            texts = [cached.ask(page.html, None).text for page in pages if page.html is not None]
        yield renderer.name, [None if text is None else Decoded(text, "text") for text in texts]


def _lines(words: Words, scored: tuple[np.ndarray, np.ndarray], gold: str | None) -> list[list[float]]:
    """Return score, kept, words and content share of each segment of a page; -1 without gold."""
    scores, kept = scored
    sizes = np.diff(words.segment_word)
    shares = np.full(sizes.size, -1.0) if gold is None else content_shares(words, gold)
    return np.stack([scores, kept, sizes, shares], axis=1).round(3).tolist()


def _rows(detector: Detector, pages: Sequence[Page], decoded: Sequence[Decoded]) -> Iterator[dict[str, Any]]:
    result = detector.run(decoded)
    segments = result.batch.page_segment()
    for number, (page, scored) in enumerate(zip(pages, detector.score_batch(decoded), strict=True)):
        first, last = int(segments[number]), int(segments[number + 1])
        words = words_of_rows(result.words, first, last)
        found = (result.scores[first:last], result.decisions.kept[first:last])
        yield {
            "set": page.set,
            "page": page.id,
            "clean_text": scored.clean_text,
            "lines": _lines(words, found, page.gold),
            "model_id": detector.model.model_id,
            "commit": commit(),
        }


def _outputs(models: Path, pages: Sequence[Page]) -> Iterator[dict[str, Any]]:
    """Yield our outputs for the pages of a set, each by the model of its fold."""
    split = splits.load()
    detectors = [Detector(models / f"fold-{fold}") for fold in range(split.folds)]
    for rendering, decoded in _renderings(pages):
        of_fold: dict[int, list[tuple[Page, Decoded]]] = defaultdict(list)
        for page, text in zip(pages, decoded, strict=True):
            if text is not None:
                of_fold[split.fold(page.key)].append((page, text))
        for fold, given in sorted(of_fold.items()):
            for start in range(0, len(given), BATCH):
                part, texts = zip(*given[start : start + BATCH], strict=True)
                for row in _rows(detectors[fold], part, texts):
                    yield {**row, "rendering": rendering}


def _written(models: Path, sets: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name in sets:
        pages = list(dataset(name).pages())
        yield from _outputs(models, pages)
        click.echo(f"{name}: {len(pages)} pages")


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--set", "sets", type=click.Choice(SCORABLE), multiple=True, help="By default all but the locked one."
)
def command(models: Path, output: Path, sets: tuple[str, ...]) -> None:
    """Score pages by the model that was not trained on their group, to a JSONL file.

    MODELS is a folder of `train folds`. Pages are scored as HTML and as text in each of the four
    renderings. The file contains third-party text; `run quality --ours` reads it.

    \b
    Examples:
      python -m benchmarks run outputs build/models build/outputs.jsonl.gz
      python -m benchmarks run outputs build/models build/labels.jsonl.gz --set own-labels
    """
    # The locked third is used only if it is named, once per release.
    opened = sets or [name for name in SCORABLE if name != OWN_LABELS[True]]
    write_json_lines(output, _written(models, opened))
