"""The tables for adaptation: to languages that were kept out of training, and to many pages."""

from typing import Any, Final

import numpy as np

from benchmarks.measures.adaptation_gap import closed
from benchmarks.tables.cells import Results, Table

LEAST_GAP: Final = 0.005
COLUMNS: Final = ("without", "unlabelled", "answered", "answered_frozen", "with")
CLOSED: Final = ("unlabelled", "answered", "answered_frozen")
HEAD: Final = (
    "language, read as", "pages / sites", "figure", "without it", "20 pages", "+ 100 answers", "(frozen)",
    "with it", "closed by pages", "closed with answers", "(frozen)",
)  # fmt: skip
READ: Final = {"html as text": "text", "html": "html"}
FIGURES: Final = {"words_f1": "words F1", "content_lost": "content lost", "log_loss": "log loss"}


def models(result: Results) -> Table:
    """Return header and rows: what the two models learned from."""
    rows = [
        [
            f"{name} the languages",
            f"{model['share']:.0%}",
            str(model["seed"]),
            f"{model['pages']:,}",
            ", ".join(f"{pages} {name}" for name, pages in model["pages_of_sets"].items()),
        ]
        for name, model in result["models"].items()
    ]
    return ("model", "`--share`", "seed", "pages", "of the sets"), rows


def _mean(draws: list[dict[str, Any]], column: str, read: str, figure: str) -> float:
    return float(np.mean([draw[column][read][figure] for draw in draws]))


def _figure(language: dict[str, Any], column: str, read: str, figure: str) -> float:
    if column in ("without", "with"):
        return float(language[column][read][figure])
    return _mean(language["draws"], column, read, figure)


def _has_gap(language: dict[str, Any], read: str, figure: str) -> bool:
    """Tell whether there is a gap to close that is neither tiny nor chance."""
    size = abs(language["with"][read][figure] - language["without"][read][figure])
    return bool(language["gap_words_f1_90"][read][0] > 0 and size > LEAST_GAP)


def _language(name: str, language: dict[str, Any], read: str, figure: str) -> list[str]:
    there = _has_gap(language, read, figure)
    return [
        f"{name}, {READ[read]}",
        f"{language['test_pages']} / {language['test_sites']}",
        FIGURES[figure],
        *(f"{_figure(language, column, read, figure):.3f}" for column in COLUMNS),
        *(f"{closed(language, read, figure, what):.0%}" if there else "no gap" for what in CLOSED),
    ]


def _means(result: Results, read: str, figure: str) -> list[str]:
    """Return the row of the mean shares that were closed, over the languages with a gap."""
    found = [one for one in result["languages"].values() if _has_gap(one, read, figure)]
    shares = [
        np.mean([closed(one, read, figure, what) for one in found]) if found else None for what in CLOSED
    ]
    return [
        f"mean of {len(found)}, {READ[read]}",
        "",
        FIGURES[figure],
        *[""] * len(COLUMNS),
        *("no gap" if share is None else f"{share:.0%}" for share in shares),
    ]


def languages(result: Results) -> Table:
    """Return header and rows: each language, read in both ways, and the means of the closed shares."""
    kinds = [(read, figure) for read in READ for figure in ("words_f1", "log_loss")]
    rows = [
        _language(name, language, read, figure)
        for name, language in result["languages"].items()
        for read, figure in kinds
    ]
    return HEAD, [*rows, *(_means(result, read, figure) for read, figure in kinds)]


def general(result: Results) -> Table:
    """Return header and rows: the general pages before and after adapting to each language."""
    rows = []
    for name, language in result["languages"].items():
        for read in READ:
            before, draws = result["general_without"][read], language["draws"]
            for figure, words in FIGURES.items():
                after = (
                    _mean(draws, column, read, figure)
                    for column in ("general_answered", "general_answered_frozen")
                )
                cells = (f"{value:.4f}" for value in (before[figure], *after))
                rows.append([f"after {name}, {READ[read]}", words, *cells])
    return ("general pages", "figure", "before", "after", "after (frozen)"), rows


def thousand(result: Results) -> Table:
    """Return header and rows: CPU time and memory of adapting to 1,000 pages."""
    rows = [
        [
            row["set"],
            f"{row['pages']:,} / {row['sites']}",
            f"{row['megabytes_of_pages']:.0f}",
            f"{row['cpu_seconds']:.0f}",
            f"{row['megabytes'] / 1000:.2f}",
        ]
        for row in result["rows"]
    ]
    return ("pages of", "pages / sites", "MB of HTML", "CPU seconds", "GB at most"), rows


KINDS: Final = {"models": models, "languages": languages, "general": general, "time": thousand}
