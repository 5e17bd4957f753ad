"""Write the result tables into README.md and docs/*.md: `python -m benchmarks.write_tables`.

A table stands between `<!-- table: NAME -->` and `<!-- end table -->`; NAME is one of
`TABLES`, with a set's name where it takes one, as in `quality-html wcxb-dev`. With
`--check` nothing is written, and a table that is out of date is an error.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import adaptation_tables, corpus_tables, duplicates_tables, profile_tables
from benchmarks.run_quality import RESULTS
from benchmarks.shared import ROOT

MARKED: Final = re.compile(r"(<!-- table: ([^>]*?) -->\n)(.*?)(<!-- end table -->)", re.DOTALL)
MOST_COLUMNS: Final = 8
LEAST_PAGES: Final = 10
Results = dict[str, Any]


class TableError(ValueError):
    """A table is asked for that cannot be made, or is not up to date."""


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _number(value: float) -> str:
    """Return a share without its leading zero, to three places."""
    return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"


def _name(row: Results) -> str:
    versions = list(row["versions"].values())
    return f"{row['system']} {versions[0]}" if versions else row["system"]


def _failed(row: Results) -> str:
    return f"{row['failed']['pages']} / {row['empty']}"


def _scored_rows(result: Results, given: str, rendering: str | None) -> list[Results]:
    """Return the rows of an input format, the best first; the absent ones last."""
    measure, score = _measure(result)
    rows = [
        row
        for row in result["rows"]
        if row["input"] == given and row.get("rendering", rendering) == rendering
    ]
    return sorted(rows, key=lambda row: -row[measure][score] if measure in row else 1)


def _measure(result: Results) -> tuple[str, str]:
    """Return the measure that a set is judged by."""
    has_words = any("words" in row for row in result["rows"])
    return ("words", "mean") if has_words else ("snippets", "f1")


def _parts(result: Results) -> tuple[str, list[str]]:
    """Return by what a set is broken up, and the parts that are large enough to be shown."""
    measure, _ = _measure(result)
    for by in ("type", "language"):
        key = f"{measure}_by_{by}"
        found: Results = next((row[key] for row in result["rows"] if key in row), {})
        large = [name for name, part in found.items() if part["pages"] >= LEAST_PAGES]
        if len(large) > 1:
            return key, large[:MOST_COLUMNS]
    return "", []


def _quality(result: Results, given: str, rendering: str | None) -> str:
    measure, score = _measure(result)
    key, parts = _parts(result)
    head = ["system", "words F1" if measure == "words" else "snippet F1", "95 %"]
    head += ["lost"] if measure == "words" else ["precision", "recall", "accuracy"]
    rows = []
    for row in _scored_rows(result, given, rendering):
        if "not_installed" in row:
            rows.append([row["system"], "not installed", *[""] * (len(head) - 2 + len(parts) + 1)])
            continue
        whole = row[measure]
        more = ["content_lost"] if measure == "words" else ["precision", "recall", "accuracy"]
        cells = [_name(row), _number(whole[score]), f"{_number(whole['low'])} to {_number(whole['high'])}"]
        cells += [_number(whole[name]) for name in more]
        cells += [_number(row[key][part][score]) if part in row.get(key, {}) else "" for part in parts]
        rows.append([*cells, _failed(row)])
    return grid([*head, *parts, "failed / empty"], rows)


def quality_html(folder: Path, name: str) -> str:
    """Return the table of systems on HTML."""
    return _quality(_read(folder, f"quality-{name}"), "html", None)


def quality_text(folder: Path, name: str) -> str:
    """Return the table of systems on text only, on the lines of our renderer."""
    return _quality(_read(folder, f"quality-{name}"), "text", "detector-lines")


def renderings(folder: Path, name: str) -> str:
    """Return each text system's score on the four renderings, their mean, and the lowest below it."""
    result = _read(folder, f"quality-{name}")
    measure, score = _measure(result)
    found: dict[str, dict[str, float]] = {}
    for row in result["rows"]:
        if row["input"] == "text" and measure in row:
            found.setdefault(row["system"], {})[row["rendering"]] = row[measure][score]
    columns = list(dict.fromkeys(name for scores in found.values() for name in scores))
    rows = []
    for system, scores in sorted(found.items(), key=lambda item: -sum(item[1].values()) / len(item[1])):
        mean = sum(scores.values()) / len(scores)
        cells = [_number(scores[name]) if name in scores else "" for name in columns]
        rows.append([system, *cells, _number(mean), _number(mean - min(scores.values()))])
    return grid(["system", *columns, "mean", "lowest, below it"], rows)


def calibration(folder: Path, name: str) -> str:
    """Return the calibration of our systems on a set."""
    rows = []
    for row in _read(folder, f"quality-{name}")["rows"]:
        if figures := row.get("calibration"):
            order = ("error_by_line", "error_by_word", "brier_by_line", "brier_by_word", "page_error")
            name_and_input = f"{_name(row)} on {row.get('rendering', 'html')}"
            rows.append([name_and_input, *(_number(figures[key]) for key in order)])
    return grid(["system", "error by line", "by word", "Brier by line", "by word", "page error"], rows)


def decided_lines(folder: Path, name: str) -> str:
    """Return what our decisions are on labelled lines, and what one threshold for all would lose."""
    order = ("precision", "recall", "template_recall", "repeat_recall", "content_lost_at_template_recall_95")
    rows = []
    for row in _read(folder, f"quality-{name}")["rows"]:
        if figures := row.get("decided_lines"):
            name_and_input = f"{_name(row)} on {row.get('rendering', 'html')}"
            cells = [_number(figures[key]) for key in order]
            rows.append([name_and_input, str(figures["pages"]), *cells])
    head = ["system", "pages", "precision", "recall", "template recall", "repeats found"]
    return grid([*head, "content lost at template recall .95"], rows)


def labels(folder: Path, name: str) -> str:
    """Return the agreement of two readings, by class."""
    result = _read(folder, name)
    rows = [
        [label, f"{result['labels'][label]:,}", _number(result["kappa_by_class"][label])]
        for label in result["labels"]
    ]
    total = f"{sum(result['labels'].values()):,}"
    return grid(["label", "lines", "kappa"], [*rows, ["all", total, _number(result["kappa"])]])


def lines(folder: Path, name: str) -> str:
    """Return the table of decisions on labelled lines."""
    order = ("precision", "recall", "f1", "template_recall")
    found = [row for row in _read(folder, f"quality-{name}")["rows"] if "lines" in row]
    rows = [
        [_name(row), *(_number(row["lines"][key]) for key in order), _failed(row)]
        for row in sorted(found, key=lambda row: -row["lines"]["f1"])
    ]
    return grid(["system", "precision", "recall", "F1", "template recall", "failed / empty"], rows)


def speed(folder: Path, name: str) -> str:
    """Return the table of a speed run: html, text or news."""
    result = _read(folder, f"speed-{name}")
    columns = ["ms_per_page", "mb_per_s", "lines_per_s", "ratio"]
    shown = [column for column in columns if any(column in row for row in result["rows"])]
    rows = [
        [_name(row), *(f"{row[column]:,.4g}" for column in shown), str(row["failed_pages"])]
        for row in sorted(result["rows"], key=lambda row: row["ms_per_page"])
    ]
    names = {"ms_per_page": "ms a page", "mb_per_s": "MB/s", "lines_per_s": "lines/s"}
    heads = [names.get(column, f"time, {result['reference']} = 1") for column in shown]
    return grid(["system", *heads, "failed"], rows)


def duplicates(folder: Path, words: str) -> str:
    """Return a table of near-duplicates: "rates 10000", "quality 10000", "signing signing", "news news"."""
    kind, _, name = words.partition(" ")
    if kind not in duplicates_tables.KINDS or not name:
        raise TableError(
            f"no table {words!r} of near-duplicates: {', '.join(duplicates_tables.KINDS)}, and a run"
        )
    return grid(*duplicates_tables.KINDS[kind](_read(folder, f"duplicates-{name}")))


def corpus(folder: Path, name: str) -> str:
    """Return a table of corpus runs: "10000" for the systems at a size, or "kills"."""
    result = _read(folder, f"corpus-{name}")
    return grid(*(corpus_tables.kills if name == "kills" else corpus_tables.systems)(result))


def profile(folder: Path, words: str) -> str:
    """Return a table of site profiles: "summary", "sites text 30", "newlines" or "time"."""
    kind, *of = words.split()
    if kind not in profile_tables.KINDS:
        raise TableError(f"no table {words!r} of profiles: {', '.join(profile_tables.KINDS)}")
    name = "newlines" if kind == "newlines" else "profile"
    return grid(*profile_tables.KINDS[kind](_read(folder, name), of))


def adaptation(folder: Path, words: str) -> str:
    """Return a table of adapting to new languages: "languages news" or "general mixed"."""
    kind, _, pair = words.partition(" ")
    if kind not in adaptation_tables.KINDS or not pair:
        raise TableError(
            f"no table {words!r} of adapting: {', '.join(adaptation_tables.KINDS)}, and a pair of models"
        )
    return grid(*adaptation_tables.KINDS[kind](_read(folder, f"adaptation-{pair}")))


TABLES: Final[dict[str, Callable[[Path, str], str]]] = {
    "quality-html": quality_html,
    "quality-text": quality_text,
    "renderings": renderings,
    "calibration": calibration,
    "lines": lines,
    "decided-lines": decided_lines,
    "labels": labels,
    "speed": speed,
    "duplicates": duplicates,
    "corpus": corpus,
    "profile": profile,
    "adaptation": adaptation,
}


def _read(folder: Path, name: str) -> Results:
    path = folder / f"{name}.json"
    if not path.is_file():
        raise TableError(f"{path} is missing: run the benchmark that makes it")
    result: Results = json.loads(path.read_text(encoding="utf-8"))
    return result


def table(folder: Path, words: str) -> str:
    """Return the table that a mark asks for, as in "speed html"."""
    kind, _, name = words.partition(" ")
    if kind not in TABLES or not name:
        raise TableError(f"no table {words!r}; there are {', '.join(TABLES)}, each with a set or sample")
    return TABLES[kind](folder, name)


def filled(text: str, folder: Path) -> str:
    """Return a document with its tables made anew."""
    if text.count("<!-- table:") != len(MARKED.findall(text)):
        raise TableError("a table has no `<!-- end table -->`")
    return MARKED.sub(lambda found: found[1] + table(folder, found[2]) + found[4], text)


def main(arguments: Sequence[str]) -> int:
    """Fill every document, or check that all are up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a table is out of date"
    )
    options = parser.parse_args(arguments)
    stale = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        made = filled(text, RESULTS)
        if made != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not options.check:
                path.write_text(made, encoding="utf-8")
    print(f"{'out of date' if options.check else 'written'}: {', '.join(stale) or 'nothing'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
