"""From scores of labelled pages to measures, over all pages and by set, site, kind and language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.copies import find_copies
from detector.decisions import DecisionPolicy, decide, decide_scored
from detector.model.files import Model
from detector.model.network import Scorer
from detector.model.operating_points import threshold_of
from detector.model.score import score_lines
from detector.records import Copies, Floats, Integers
from detector.settings import Settings
from detector.sites.profile import SiteProfile
from detector.training.data.examples import CONTENT, Examples, examples_by_format
from detector.training.data.labelled_pages import LabelledPage
from detector.training.evaluate.bootstrap import Parts, interval_of, ratio, some_of
from detector.training.evaluate.curves import lost_at_recall
from detector.training.evaluate.measures import brier, calibration_error, words_f1

# What to group pages by: the shown name, and the field of a page.
GROUPINGS: Final = {"set": "set", "kind": "kind", "language": "language", "site": "group"}
# Figures with an interval, by their names in a result.
FIGURES: Final = ("words_f1", "content_lost", "template_recall", "line_precision", "line_recall")
# Groups of fewer pages mean nothing and are not shown.
LEAST_PAGES: Final = 2

Measures = dict[str, dict[str, Any]]


class Judged(NamedTuple):
    """Pages scored and decided by a model, read in one way: "html", "text" or "html as text"."""

    name: str
    examples: Examples
    scores: Floats
    kept: NDArray[np.bool_]


def no_copies(size: int) -> Copies:
    """Return no copies, for decisions by scores alone."""
    return Copies(np.full(size, -1, np.int64), np.zeros(size, np.uint8), np.zeros(size, np.int32))


def page_f1(examples: Examples, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return words F1 of every page, against its gold text or its content lines."""
    words, segments = examples.words, examples.batch.page_segment()
    kept_words = np.repeat(kept, np.diff(words.segment_word))
    content_words = np.repeat(examples.share >= CONTENT, np.diff(words.segment_word))
    known_words = np.repeat(examples.share >= 0, np.diff(words.segment_word))
    f1 = np.empty(len(examples.pages))
    for page in range(len(examples.pages)):
        part = slice(int(words.segment_word[segments[page]]), int(words.segment_word[segments[page + 1]]))
        gold, found = examples.gold[page], kept_words[part]
        if gold is None:  # lines that are neither are left out of both
            gold, found = words.key[part][content_words[part]], found & known_words[part]
        f1[page] = words_f1(words.key[part][found], gold)
    return f1


def _site_numbers(pages: Sequence[LabelledPage]) -> Integers:
    return np.unique([page.group for page in pages], return_inverse=True)[1].astype(np.int64)


def figures(examples: Examples, kept: NDArray[np.bool_]) -> dict[str, Parts]:
    """Return the parts of every figure of `FIGURES`, by page."""
    site, pages = _site_numbers(examples.pages), len(examples.pages)
    share, size = examples.share, np.diff(examples.words.segment_word).astype(np.float64)
    known = share >= 0
    content, template = known & (share >= CONTENT), known & (share < CONTENT)
    words = np.where(known, np.maximum(share, 0) * size, 0.0)

    def parts(over: NDArray[Any], under: NDArray[Any]) -> Parts:
        top, bottom = (np.bincount(examples.page, part, pages) for part in (over, under))
        return Parts(top.astype(np.float64), bottom.astype(np.float64), site)

    return {
        "words_f1": Parts(page_f1(examples, kept), np.ones(pages), site),
        "content_lost": parts(words * ~kept, words),
        "template_recall": parts(template & ~kept, template),
        "line_precision": parts(content & kept, known & kept),
        "line_recall": parts(content & kept, content),
    }


def _line_measures(examples: Examples, rows: NDArray[np.bool_], scores: Floats) -> dict[str, Any]:
    """Return the measures of scores, for the lines of some pages."""
    known = rows & (examples.share >= 0)
    share, score_ = examples.share[known], scores[known]
    size = np.diff(examples.words.segment_word).astype(np.float64)[known]
    boilerplate, lines = share < CONTENT, np.ones(share.size)
    return {
        "content_lost_at_template_recall": lost_at_recall(score_, share, size),
        "calibration_by_line": calibration_error(score_, boilerplate, lines),
        "calibration_by_word": calibration_error(score_, boilerplate, size),
        "brier_by_line": brier(score_, boilerplate, lines),
        "lines": int(known.sum()),
    }


def _groups(pages: Sequence[LabelledPage]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    yield "all", np.ones(len(pages), np.bool_)
    for name, field in GROUPINGS.items():
        values = [getattr(page, field) for page in pages]
        for value in sorted({value for value in values if value}):
            chosen = np.array([other == value for other in values])
            small = name == "site" and chosen.sum() < LEAST_PAGES
            if (not chosen.all() or name == "set") and not small:
                yield f"{name}: {value}", chosen


def measures_of(judged: Judged) -> Measures:
    """Return all measures of judged pages, by group of pages."""
    examples, out = judged.examples, Measures()
    by_page = figures(examples, judged.kept)
    for name, chosen in _groups(examples.pages):
        out[name] = {"pages": int(chosen.sum())}
        for figure, parts in by_page.items():
            some = some_of(parts, chosen)
            out[name][figure], out[name][f"{figure}_90"] = ratio(some), list(interval_of(some))
        out[name].update(_line_measures(examples, chosen[examples.page], judged.scores))
    return out


def measures(
    examples: Examples, scores: Floats, settings: Settings, threshold: float | None = None
) -> Measures:
    """Return all measures of scores alone by group of pages, without cutting headlines or dropping copies."""
    segments = examples.batch.page_segment()
    kept = decide(
        scores, examples.words, segments, no_copies(scores.size), DecisionPolicy(settings, threshold)
    ).kept
    return measures_of(Judged("", examples, scores, kept))


def _judged(name: str, examples: Examples, model: Model, settings: Settings) -> Judged:
    """Score and decide like a `Detector`, with or without markup, depending on the name."""
    markup = examples.markup if name == "html" else None
    scorer: Scorer = model.text if markup is None else model.html
    found = score_lines(examples.batch, examples.words, markup, model, examples.sites)
    threshold = threshold_of(settings, scorer.points)
    segments = examples.batch.page_segment()
    copies = find_copies(examples.batch, examples.words, markup, found.repeats)
    kept = decide_scored(found, copies, examples.words, segments, settings, threshold).kept
    return Judged(name, examples, found.scores, kept)


def examples_to_judge(
    pages: Sequence[LabelledPage], profile: SiteProfile | None = None
) -> dict[str, Examples]:
    """Return the examples of each way to read the pages: "html", "html as text", "text"."""
    found: dict[str, Examples] = {}
    for format, examples in examples_by_format(pages, profile).items():
        found[format] = examples
        if format == "html":
            found["html as text"] = examples
    return found


def judge(model: Model, examples: Mapping[str, Examples], settings: Settings) -> list[Judged]:
    """Return the scores and decisions of a model for pages, for every way to read them."""
    return [_judged(name, one, model, settings) for name, one in examples.items()]
