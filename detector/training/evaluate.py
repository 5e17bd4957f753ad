"""Scores of labelled pages to measures, over all pages and by set, kind and language."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.decisions import decide
from detector.lines.formats import Format
from detector.records import Floats, Repeats
from detector.scores.goals import threshold_of
from detector.scores.model import Model
from detector.scores.scoring import scored
from detector.settings import Settings
from detector.training.examples import CONTENT, Examples, examples_of
from detector.training.measures import (
    brier,
    calibration_error,
    content_lost,
    interval,
    template_recall,
    words_f1,
)
from detector.training.pages import LabelledPage

GROUPINGS: Final = ("set", "kind", "language")


def no_repeats(size: int) -> Repeats:
    """Return repeats that find nothing, for decisions in which no headline is cut."""
    zeros = np.zeros(size, np.int32)
    none = np.full(size, -1, np.int64)
    return Repeats(none, zeros, np.zeros(size, np.float32), zeros, zeros, none, zeros)


def page_f1(examples: Examples, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return words F1 of every page; its gold is the gold text, else the content lines."""
    words, segments = examples.words, examples.batch.page_segment()
    kept_words = np.repeat(kept, np.diff(words.segment_word))
    content_words = np.repeat(examples.share >= CONTENT, np.diff(words.segment_word))
    known_words = np.repeat(examples.share >= 0, np.diff(words.segment_word))
    f1 = np.empty(len(examples.pages))
    for page in range(len(examples.pages)):
        part = slice(int(words.segment_word[segments[page]]), int(words.segment_word[segments[page + 1]]))
        gold, found = examples.gold[page], kept_words[part]
        if gold is None:  # lines that are neither are left out on both sides
            gold, found = words.key[part][content_words[part]], found & known_words[part]
        f1[page] = words_f1(words.key[part][found], gold)
    return f1


def _line_measures(
    examples: Examples, rows: NDArray[np.bool_], scores: Floats, kept: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the measures over lines of some pages."""
    known = rows & (examples.share >= 0)
    share, score_ = examples.share[known], scores[known]
    size = np.diff(examples.words.segment_word).astype(np.float64)[known]
    boilerplate, lines = share < CONTENT, np.ones(share.size)
    return {
        "content_lost": content_lost(kept[known], share, size),
        "template_recall": template_recall(kept[known], share),
        "calibration_by_line": calibration_error(score_, boilerplate, lines),
        "calibration_by_word": calibration_error(score_, boilerplate, size),
        "brier_by_line": brier(score_, boilerplate, lines),
        "lines": int(known.sum()),
    }


def _groups(pages: Sequence[LabelledPage]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    yield "all", np.ones(len(pages), np.bool_)
    for grouping in GROUPINGS:
        values = [getattr(page, grouping) for page in pages]
        for value in sorted({value for value in values if value}):
            chosen = np.array([other == value for other in values])
            if not chosen.all() or grouping == "set":
                yield f"{grouping}: {value}", chosen


def measures(
    examples: Examples, scores: Floats, settings: Settings, threshold: float | None = None
) -> dict[str, dict[str, Any]]:
    """Return all measures of these scores, by group of pages."""
    segments = examples.batch.page_segment()
    kept = decide(scores, examples.words, segments, no_repeats(scores.size), settings, threshold).kept
    f1 = page_f1(examples, kept)
    out: dict[str, dict[str, Any]] = {}
    for name, chosen in _groups(examples.pages):
        mean, low, high = interval(f1[chosen].tolist())
        lines = _line_measures(examples, chosen[examples.page], scores, kept)
        out[name] = {"pages": int(chosen.sum()), "words_f1": mean, "words_f1_90": [low, high], **lines}
    return out


def evaluate(
    model: Model, pages: Sequence[LabelledPage], settings: Settings
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the measures of a model on pages, by format: "html", "text" and "html as text"."""
    out: dict[str, dict[str, dict[str, Any]]] = {}
    of_format: dict[Format, list[LabelledPage]] = {
        "html": [page for page in pages if page.format == "html"],
        "text": [page for page in pages if page.format == "text"],
    }
    for format, part in of_format.items():
        if not part:
            continue
        examples = examples_of(part)
        text = scored(examples.batch, examples.words, None, model).scores
        of_text = threshold_of(settings, model.text.goals)
        if examples.markup is None:
            out[format] = measures(examples, text, settings, of_text)
            continue
        html = scored(examples.batch, examples.words, examples.markup, model).scores
        out["html"] = measures(examples, html, settings, threshold_of(settings, model.html.goals))
        out["html as text"] = measures(examples, text, settings, of_text)
    return out
