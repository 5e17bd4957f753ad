"""The tables of quality: systems on sets of pages, renderings, calibration, labelled lines."""

from pathlib import Path
from typing import Final

from benchmarks.files import SAMPLES
from benchmarks.tables.cells import Results, chosen, grid, name_of, number, read

MOST_COLUMNS: Final = 8
LEAST_PAGES: Final = 10


def _failed(row: Results) -> str:
    return f"{row['failed']['pages']} / {row['empty']}"


def _is_everything(row: Results) -> bool:
    """Tell whether a row is what a table of HTML is compared with: all lines of our renderer."""
    return (row["system"], row.get("rendering")) == ("keep-all", "detector-lines")


def _scored_rows(result: Results, given: str, rendering: str | None) -> list[Results]:
    """Return the rows of an input format, and all lines kept; the best first, the absent ones last."""
    measure, score = _measure(result)
    rows = [
        row
        for row in result["rows"]
        if (row["input"] == given and row.get("rendering", rendering) == rendering) or _is_everything(row)
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


def _quality(folder: Path, words: str, given: str, rendering: str | None) -> str:
    """Return the table of a set: "wcxb-dev", or "wcxb-dev trafilatura resiliparse" for some rows only."""
    name, *systems = words.split()
    result = read(folder, f"quality-{name}")
    measure, score = _measure(result)
    key, parts = _parts(result)
    head = ["system", "words F1" if measure == "words" else "snippet F1", "95 %"]
    head += ["lost"] if measure == "words" else ["precision", "recall", "accuracy"]
    rows = []
    for row in chosen(_scored_rows(result, given, rendering), systems):
        if "not_installed" in row:
            rows.append([row["system"], "not installed", *[""] * (len(head) - 2 + len(parts) + 1)])
            continue
        whole = row[measure]
        more = ["content_lost"] if measure == "words" else ["precision", "recall", "accuracy"]
        cells = [name_of(row), number(whole[score]), f"{number(whole['low'])} to {number(whole['high'])}"]
        cells += [number(whole[name]) for name in more]
        cells += [number(row[key][part][score]) if part in row.get(key, {}) else "" for part in parts]
        rows.append([*cells, _failed(row)])
    return grid([*head, *parts, "failed / empty"], rows)


def quality_html(folder: Path, words: str) -> str:
    """Return the table of systems on HTML."""
    return _quality(folder, words, "html", None)


def sample_html(folder: Path, words: str) -> str:
    """Return the table of systems on HTML, all on the same sample of the pages."""
    return _quality(folder / SAMPLES, words, "html", None)


def quality_text(folder: Path, words: str) -> str:
    """Return the table of systems on text only, on the lines of our renderer."""
    return _quality(folder, words, "text", "detector-lines")


def renderings(folder: Path, name: str) -> str:
    """Return each text system's score on the four renderings, their mean, and the mean minus the lowest."""
    result = read(folder, f"quality-{name}")
    measure, score = _measure(result)
    found: dict[str, dict[str, float]] = {}
    for row in result["rows"]:
        if row["input"] == "text" and measure in row:
            found.setdefault(row["system"], {})[row["rendering"]] = row[measure][score]
    columns = list(dict.fromkeys(name for scores in found.values() for name in scores))
    rows = []
    for system, scores in sorted(found.items(), key=lambda item: -sum(item[1].values()) / len(item[1])):
        mean = sum(scores.values()) / len(scores)
        cells = [number(scores[name]) if name in scores else "" for name in columns]
        rows.append([system, *cells, number(mean), number(mean - min(scores.values()))])
    return grid(["system", *columns, "mean", "mean minus lowest"], rows)


def held(folder: Path, names: str) -> str:
    """Return the share of each set's gold words that the lines of each renderer hold, all lines kept."""
    found: dict[str, dict[str, float]] = {}
    for name in names.split():
        for row in read(folder, f"quality-{name}")["rows"]:
            if row["system"] == "keep-all" and "words" in row:
                found.setdefault(name, {})[row["rendering"]] = 1 - row["words"]["content_lost"]
    columns = list(dict.fromkeys(column for shares in found.values() for column in shares))
    rows = [[name, *(number(shares[column], 4) for column in columns)] for name, shares in found.items()]
    return grid(["set", *columns], rows)


def breaks(folder: Path, names: str) -> str:
    """Return the shares of each set's gold lines that the lines of each renderer tear apart, and glue."""
    found: dict[str, dict[str, Results]] = {}
    for name in names.split():
        for row in read(folder, f"quality-{name}")["rows"]:
            if row["system"] == "keep-all" and "breaks" in row:
                found.setdefault(name, {})[row["rendering"]] = row["breaks"]
    columns = list(dict.fromkeys(column for of_set in found.values() for column in of_set))
    rows = [
        [name, what, *(number(of_set[column][what]) if column in of_set else "" for column in columns)]
        for name, of_set in found.items()
        for what in ("torn", "glued")
    ]
    return grid(["set", "lines", *columns], rows)


def calibration(folder: Path, name: str) -> str:
    """Return the calibration of our systems on a set."""
    rows = []
    for row in read(folder, f"quality-{name}")["rows"]:
        if figures := row.get("calibration"):
            order = ("error_by_line", "error_by_word", "brier_by_line", "brier_by_word", "page_error")
            name_and_input = f"{name_of(row)} on {row.get('rendering', 'html')}"
            rows.append([name_and_input, *(number(figures[key]) for key in order)])
    return grid(["system", "error by line", "by word", "Brier by line", "by word", "page error"], rows)


def decided_lines(folder: Path, name: str) -> str:
    """Return what our decisions are on labelled lines, and what one threshold for all would lose."""
    order = ("precision", "recall", "template_recall", "repeat_recall")
    rows = []
    for row in read(folder, f"quality-{name}")["rows"]:
        if figures := row.get("decided_lines"):
            name_and_input = f"{name_of(row)} on {row.get('rendering', 'html')}"
            cells = [number(figures[key]) for key in order]
            groups = figures.get("copies_groups")
            once = [f"{int(groups)}", number(figures["copies_one"] / groups)] if groups else ["", ""]
            lost = number(figures["content_lost_at_template_recall_95"])
            rows.append([name_and_input, str(figures["pages"]), *cells, *once, lost])
    head = ["system", "pages", "precision", "recall", "template recall", "repeats found"]
    head += ["groups of copies", "one stays"]
    return grid([*head, "content lost at template recall .95"], rows)


def labels(folder: Path, name: str) -> str:
    """Return the agreement of two readings, by class."""
    result = read(folder, name)
    rows = [
        [label, f"{result['labels'][label]:,}", number(result["kappa_by_class"][label])]
        for label in result["labels"]
    ]
    total = f"{sum(result['labels'].values()):,}"
    return grid(["label", "lines", "kappa"], [*rows, ["all", total, number(result["kappa"])]])


def kinds(folder: Path, name: str) -> str:
    """Return the agreement of two readings by kind of line, or by kind of copy."""
    result = read(folder, "labels-kinds")
    found = result["by_kind" if name == "lines" else "by_copy"]
    rows = [
        [kind, *(f"{count:,}" for count in row["lines"]), number(row["kappa"]), number(row["f1"])]
        for kind, row in found.items()
    ]
    return grid(["kind", "first", "second", "kappa", "F1"], rows)


def parts(folder: Path, name: str) -> str:
    """Return the share of the parts that must stay that each system keeps, on HTML."""
    rows = [
        row
        for row in read(folder, f"quality-{name}")["rows"]
        if "parts" in row and (row["input"] == "html" or _is_everything(row))
    ]
    names = list(rows[0]["parts"])
    head = ["system", *(f"{part}, {rows[0]['parts'][part]['parts']:,}" for part in names)]
    rows.sort(key=lambda row: -row["parts"][names[0]]["kept"])
    return grid(
        head, [[name_of(row), *(number(row["parts"][part]["kept"]) for part in names)] for row in rows]
    )


def line_kinds(folder: Path, name: str) -> str:
    """Return the F1 of each kind of line, and the share of its words that stay, as HTML and as text.

    name: "line-kinds" or "line-kinds-locked"
    """
    rows = {row["input"]: row for row in read(folder, name)["rows"]}
    of_kinds = [row["kinds"] for row in rows.values()]
    has_kept = all("kept" in kinds["body"] for kinds in of_kinds)
    keys = ("f1", "kept") if has_kept else ("f1",)
    found = [
        [
            kind,
            f"{of_kinds[0][kind]['lines']:,}",
            *(number(one[kind][key]) for key in keys for one in of_kinds),
        ]
        for kind in of_kinds[0]
    ]
    for title, key in (
        ("mean of the kinds", "macro_f1"),
        ("lines right", "right"),
        ("calibration error", "calibration"),
    ):
        lines = f"{rows['html']['lines']:,}" if key == "right" else ""
        cells = [number(row[key]) for row in rows.values()]
        found.append([f"**{title}**", lines, *cells, *[""] * (len(keys) - 1) * len(rows)])
    heads = {"f1": ("F1, HTML", "F1, text"), "kept": ("words kept, HTML", "words kept, text")}
    return grid(["kind", "lines", *(head for key in keys for head in heads[key])], found)


def verdict(folder: Path, name: str) -> str:
    """Return the pages called walls, logins or errors: "written" by kind, or "ordinary" by language."""
    rows = {row["input"]: row for row in read(folder, "verdict")["rows"]}
    if name == "written":
        found = [
            [kind, str(counts["pages"]), *(str(row["written"][kind]["found"]) for row in rows.values())]
            for kind, counts in rows["html"]["written"].items()
        ]
        return grid(["kind of page", "pages", "found, HTML", "found, text"], found)
    languages = {
        language: counts["pages"]
        for language, counts in rows["html"]["languages"].items()
        if any(row["languages"][language]["wrong"] for row in rows.values()) or counts["pages"] >= MANY_PAGES
    }
    found = [
        [language, f"{pages:,}", *(str(row["languages"][language]["wrong"]) for row in rows.values())]
        for language, pages in languages.items()
    ]
    every = [str(row["ordinary"]["wrong"]) for row in rows.values()]
    found.append(["**all**", f"{rows['html']['ordinary']['pages']:,}", *every])
    return grid(["language", "ordinary pages", "misjudged, HTML", "misjudged, text"], found)


# Languages with fewer pages are listed only if something is wrong.
MANY_PAGES: Final = 50

PLANTED: Final = (
    "verbatim",
    "varied",
    "prefix",
    "paragraph-twice",
    "headline",
    "refrain",
    "heading",
    "heading-without-text",
    "quoted",
    "paragraph",
    "template",
)


def copies(folder: Path, name: str) -> str:
    """Return how good the probability of copies is, its bins, or what is dropped of planted copies."""
    if name == "planted":
        found = read(folder, "copies")["rows"]
        rows = [
            [kind, f"{found[0]['lines'][kind]:,}", *(number(row["right"][kind]) for row in found)]
            for kind in PLANTED
        ]
        return grid(["lines", "number", *(row["judged"] for row in found)], rows)
    result = read(folder, "copy-probability")
    if name == "bins":
        rows = [
            [f"{row['copies']:,}", number(row["expected"]), number(row["taken_out"])]
            for row in result["bins"]
        ]
        return grid(["copies", "mean probability", "removed by readers"], rows)
    if name == "decisions":
        keys = ("copies", "right", "kept", "kept_right")
        rows = [[number(row["limit"], 1), *(f"{row[key]:,}" for key in keys)] for row in result["decisions"]]
        return grid(["above", "copies", "right", "of these kept by score", "right"], rows)
    names = {"probability": "all evidence", "kind_alone": "the kind of copy alone"}
    rows = [[text, *(number(value) for value in result[key].values())] for key, text in names.items()]
    return grid(["by", "log loss", "AUC", "calibration error"], rows)


def lines(folder: Path, name: str) -> str:
    """Return the table of decisions on labelled lines."""
    order = ("precision", "recall", "f1", "template_recall")
    found = [row for row in read(folder, f"quality-{name}")["rows"] if "lines" in row]
    found.sort(key=lambda row: -row["lines"]["f1"])
    rows = [[name_of(row), *(number(row["lines"][key]) for key in order), _failed(row)] for row in found]
    return grid(["system", "precision", "recall", "F1", "template recall", "failed / empty"], rows)
