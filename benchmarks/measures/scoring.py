"""The texts of a system against the truth of a set: the numbers in a row of a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data.pages import Page
from benchmarks.measures import metrics
from benchmarks.measures.line_breaks import LineBreaks, line_breaks


class Scored(NamedTuple):
    """A page, and the counts that every measure is computed from. kept: which labelled lines were kept.

    headline: whether it was kept; comments: kept lines of comments, and all; parts: the same, by name
    """

    page: Page
    words: metrics.Overlap | None
    snippets: metrics.Snippets | None
    kept: NDArray[np.bool_] | None
    headline: bool | None = None
    comments: tuple[int, int] | None = None
    parts: dict[str, tuple[int, int]] | None = None
    breaks: LineBreaks | None = None


# Shorter lines of a comment ("Reply") also occur elsewhere.
COMMENT_WORDS: Final = 4


def _standing(words: Sequence[str], texts: Sequence[str]) -> tuple[int, int]:
    """Return how many of the texts are in the words of a page, and the number of texts."""
    return sum(metrics.contains(words, text) for text in texts), len(texts)


def _parts(words: Sequence[str], page: Page) -> dict[str, tuple[int, int]] | None:
    names = dict.fromkeys(part.name for part in page.parts)
    of_name = {name: [part.text for part in page.parts if part.name == name] for name in names}
    return {name: _standing(words, texts) for name, texts in of_name.items()} or None


def scored(page: Page, text: str) -> Scored:
    """Count the gold words and snippets that the text of a page has."""
    words = None if page.gold is None else metrics.overlap(text, page.gold)
    snippets = (
        metrics.find_snippets(text, page.wanted, page.unwanted) if page.wanted or page.unwanted else None
    )
    kept = metrics.kept_lines([line.text for line in page.lines], text) if page.lines else None
    found = metrics.tokens(text) if page.title or page.comments or page.parts else []
    lines = [line for line in (page.comments or "").split("\n") if len(metrics.tokens(line)) >= COMMENT_WORDS]
    return Scored(
        page,
        words,
        snippets,
        kept,
        metrics.contains(found, page.title) if page.title else None,
        _standing(found, lines) if lines else None,
        _parts(found, page),
        line_breaks(text, page.gold) if page.gold else None,
    )


def _rounded(numbers: dict[str, float]) -> dict[str, float | None]:
    """Return numbers for a result. NaN, the bound of a single page, becomes null."""
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


def _headlines(rows: Sequence[Scored]) -> dict[str, Any]:
    kept = [float(row.headline or 0) for row in rows]
    return _rounded(metrics.mean_interval(kept, [row.page.domain for row in rows])._asdict())


def _comments(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return the share of the lines of comments that are kept."""
    left, lines = np.sum([row.comments for row in rows], axis=0).tolist()
    return _rounded({"left": left / lines, "lines": lines, "pages": len(rows)})


def _breaks(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return the shares of the gold's lines that are broken, and glued to the line before."""
    lines, torn, glued = np.sum([row.breaks for row in rows], axis=0).tolist()
    most = max(lines, 1)
    return _rounded({"torn": torn / most, "glued": glued / most, "lines": lines, "pages": len(rows)})


def _kept_parts(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return the share of parts that are kept, by name, and their number."""
    total: dict[str, Counter[str]] = {}
    for row in rows:
        for name, (kept, parts) in (row.parts or {}).items():
            total.setdefault(name, Counter()).update({"kept": kept, "parts": parts})
    return {
        name: _rounded({"kept": counts["kept"] / counts["parts"], "parts": counts["parts"]})
        for name, counts in sorted(total.items())
    }


def _by(rows: Sequence[Scored], key: Callable[[Page], str]) -> dict[str, list[Scored]]:
    """Return the rows by a property of their page, the most frequent first."""
    found: dict[str, list[Scored]] = {}
    for row in rows:
        found.setdefault(key(row.page), []).append(row)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def measures(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return the measures of a system over pages, and by page type and language."""
    result: dict[str, Any] = {}
    for name, measure, has in (
        ("words", _words, "words"),
        ("snippets", _snippets, "snippets"),
        ("lines", _lines, "kept"),
        ("headline", _headlines, "headline"),
        ("comments", _comments, "comments"),
        ("parts", _kept_parts, "parts"),
        ("breaks", _breaks, "breaks"),
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
    """Return how many pages failed, and the most frequent reasons, in short."""
    reasons = Counter(error.split(":", 1)[0] for error in errors)
    return {"pages": len(errors), "reasons": dict(reasons.most_common(5))}
