"""The tables for adaptation: to languages that were kept out of training, and to many pages."""

from typing import Any, Final

import numpy as np

from benchmarks.measures.adaptation_gap import closed
from benchmarks.tables.cells import Results, Table

LEAST_GAP: Final = 0.005
COLUMNS: Final = ("without", "unlabelled", "answered", "with")
HEAD: Final = (
    "language, read as", "pages / sites", "figure", "without it", "20 pages", "+ 100 answers", "with it",
    "closed by pages", "closed with answers",
)  # fmt: skip


def _figure(language: dict[str, Any], column: str, read: str, figure: str) -> float:
    if column in ("without", "with"):
        return float(language[column][read][figure])
    return float(np.mean([draw[column][read][figure] for draw in language["draws"]]))


def _share(language: dict[str, Any], read: str, figure: str, what: str) -> str:
    """Return the closed share of a gap; nothing for a gap that is tiny or may not exist."""
    size = abs(language["with"][read][figure] - language["without"][read][figure])
    low = language["gap_words_f1_90"][read][0]
    return f"{closed(language, read, figure, what):.0%}" if low > 0 and size > LEAST_GAP else "no gap"


def languages(result: Results) -> Table:
    """Return header and rows: each language, read in both ways."""
    rows = []
    for name, language in result["languages"].items():
        for read in ("html as text", "html"):
            for figure in ("words_f1", "log_loss"):
                rows.append(
                    [
                        f"{name}, {'text' if read == 'html as text' else read}",
                        f"{language['test_pages']} / {language['test_sites']}",
                        figure.replace("_", " ").replace("f1", "F1"),
                        *(f"{_figure(language, column, read, figure):.3f}" for column in COLUMNS),
                        _share(language, read, figure, "unlabelled"),
                        _share(language, read, figure, "answered"),
                    ]
                )
    return HEAD, rows


def general(result: Results) -> Table:
    """Return header and rows: the general pages before and after adapting to each language."""
    rows = []
    for name, language in result["languages"].items():
        for read in ("html as text", "html"):
            before = result["general_without"][read]
            after = [
                float(np.mean([draw["general_answered"][read][figure] for draw in language["draws"]]))
                for figure in ("words_f1", "content_lost")
            ]
            rows.append(
                [
                    f"after {name}, {'text' if read == 'html as text' else read}",
                    f"{before['words_f1']:.4f}",
                    f"{after[0]:.4f}",
                    f"{before['content_lost']:.4f}",
                    f"{after[1]:.4f}",
                ]
            )
    return ("general pages", "words F1 before", "after", "content lost before", "after"), rows


def thousand(result: Results) -> Table:
    """Return header and rows: time and memory of adapting to 1,000 pages."""
    rows = [
        [
            row["set"],
            f"{row['pages']:,} / {row['sites']}",
            f"{row['megabytes_of_pages']:.0f}",
            f"{row['seconds']:.0f}",
            f"{row['megabytes'] / 1000:.2f}",
        ]
        for row in result["rows"]
    ]
    return ("pages of", "pages / sites", "MB of HTML", "seconds", "GB at most"), rows


KINDS: Final = {"languages": languages, "general": general, "time": thousand}
