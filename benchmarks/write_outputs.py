"""Write our out-of-fold outputs: `python -m benchmarks.write_outputs MODELS OUTPUT [--set NAME]`.

Each page is scored by the model of MODELS (benchmarks/train_folds.py) that learned from no
page of its group, as HTML and, where it has any, as text in each of the four renderings.
The file (benchmarks/our_outputs.py says what is in it) holds third-party text.
"""

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import splits
from benchmarks.datasets import OWN_LABELS, SETS, dataset
from benchmarks.outputs import asking, cache_folder
from benchmarks.pages import Page
from benchmarks.peer_list import RENDERINGS
from detector.detector import Detector
from detector.records import Words
from detector.text.page import Page as Decoded
from detector.training.data.alignment import content_shares
from detector.training.data.examples import words_of_rows

# Pages that are scored together: bounds memory, changes nothing.
BATCH: Final = 32


def _renderings(pages: Sequence[Page]) -> Iterator[tuple[str, list[Decoded | None]]]:
    """Yield each rendering's name and the decoded pages; None where a renderer failed."""
    if any(page.html is None for page in pages):
        yield "text", [Decoded.read(page.text or "", "text") for page in pages]
        return
    yield "html", [Decoded.read(page.html or b"", "html") for page in pages]
    for renderer in RENDERINGS:
        with asking(renderer, cache_folder()) as cached:
            texts = [cached.ask(page.html, None).text for page in pages if page.html is not None]
        yield renderer.name, [None if text is None else Decoded(text, "text") for text in texts]


def _lines(words: Words, scored: tuple[np.ndarray, np.ndarray], gold: str | None) -> list[list[float]]:
    """Return score, kept, words and content share of each segment of a page; -1 where there is no gold."""
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
        }


def _outputs(models: Path, pages: Sequence[Page]) -> Iterator[dict[str, Any]]:
    """Yield what we make of pages of one set, each by the model of its own fold."""
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


def main(arguments: Sequence[str]) -> None:
    """Read the command line and write; the file appears when it is whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("output", type=Path)
    scorable = [record.name for record in SETS if record.truth in ("gold", "snippets", "lines")]
    parser.add_argument("--set", action="append", choices=scorable)
    options = parser.parse_args(arguments)
    # The locked third is opened by its name only, once per release.
    opened = options.set or [name for name in scorable if name != OWN_LABELS[True]]
    unfinished = options.output.with_name(options.output.name + ".unfinished")
    with gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=1) as file:
        for name in opened:
            pages = list(dataset(name).pages())
            for row in _outputs(options.models, pages):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(f"{name}: {len(pages)} pages", flush=True)
    unfinished.replace(options.output)


if __name__ == "__main__":
    main(sys.argv[1:])
