"""A system's texts against a set's truth: the numbers of one row of a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data.pages import Page
from benchmarks.measures import metrics


class Scored(NamedTuple):
    """A page, and the counts that every measure is made of. kept: which labelled lines stayed."""

    page: Page
    words: metrics.Overlap | None
    snippets: metrics.Snippets | None
    kept: NDArray[np.bool_] | None


def scored(page: Page, text: str) -> Scored:
    """Count what a page's text holds of its gold and snippets."""
    words = None if page.gold is None else metrics.overlap(text, page.gold)
    snippets = (
        metrics.find_snippets(text, page.wanted, page.unwanted) if page.wanted or page.unwanted else None
    )
    kept = metrics.kept_lines([line.text for line in page.lines], text) if page.lines else None
    return Scored(page, words, snippets, kept)


def _rounded(numbers: dict[str, float]) -> dict[str, float | None]:
    """Return numbers as a result has them: a bound that is not a number, of a single page, is null."""
    return {
        name: (None if isnan(number) else round(number, 4)) if isinstance(number, float) else number
        for name, number in numbers.items()
    }


def _words(rows: Sequence[Scored]) -> dict[str, Any]:
    pairs = [(row.words, row.page.domain) for row in rows if row.words is not None]
    counts = [words for words, _ in pairs]
    interval = metrics.mean_interval(
        [metrics.overlap_f1(words) for words in counts], [name for _, name in pairs]
    )
    return _rounded({**interval._asdict(), "content_lost": metrics.content_lost(counts)})


def _snippets(rows: Sequence[Scored]) -> dict[str, Any]:
    pairs = [(row.snippets, row.page.domain) for row in rows if row.snippets is not None]
    scores = metrics.snippet_scores([snippets for snippets, _ in pairs], [name for _, name in pairs])
    return _rounded(scores._asdict())


def _lines(rows: Sequence[Scored]) -> dict[str, Any]:
    labels = [line.label for row in rows for line in row.page.lines]
    kept = np.concatenate([row.kept for row in rows if row.kept is not None])
    return _rounded({**metrics.line_scores(labels, kept)._asdict(), "pages": len(rows)})


def _by(rows: Sequence[Scored], key: Callable[[Page], str]) -> dict[str, list[Scored]]:
    """Return the rows by a property of their page, the commonest first."""
    found: dict[str, list[Scored]] = {}
    for row in rows:
        found.setdefault(key(row.page), []).append(row)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def measures(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return a system's measures over pages, and by page type and language."""
    result: dict[str, Any] = {}
    for name, measure, has in (
        ("words", _words, "words"),
        ("snippets", _snippets, "snippets"),
        ("lines", _lines, "kept"),
    ):
        chosen = [row for row in rows if getattr(row, has) is not None]
        if not chosen:
            continue
        result[name] = measure(chosen)
        types, languages = _by(chosen, lambda page: page.page_type), _by(chosen, lambda page: page.language)
        if len(types) > 1:
            result[f"{name}_by_type"] = {key: measure(part) for key, part in types.items()}
        if len(languages) > 1:
            result[f"{name}_by_language"] = {key: measure(part) for key, part in languages.items()}
    return result


def failures(errors: Sequence[str]) -> dict[str, Any]:
    """Return how many pages failed, and the commonest reasons, shortened to their kind."""
    reasons = Counter(error.split(":", 1)[0] for error in errors)
    return {"pages": len(errors), "reasons": dict(reasons.most_common(5))}
