"""Tables of site profiles: heads and rows, from results/profile.json and labels of decisions."""

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.tables.cells import Results, Table, number

# A site is better or worse from this difference of words F1 on.
SEEN: Final = 0.005


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _share(part: int, whole: int) -> str:
    return _percent(part / whole) if whole else ""


def _falls(row: Results, name: str) -> str:
    low, high = row[f"{name}_falls_median_90"]
    return f"{_percent(row[f'{name}_falls_median'])} ({_percent(low)} to {_percent(high)})"


def summary(result: Results, _: Sequence[str]) -> Table:
    """Return medians over sites."""
    head = ["input, other pages", "sites", "words F1 without", "with", "error reduction"]
    head += ["template lines left without", "with", "reduction", "worst site"]
    rows = []
    for row in result["summary"]:
        worst = row["worst_site"]
        rows.append(
            [
                f"{row['format']}, {row['others']}" + ("" if row["which"] == "all" else f", {row['which']}"),
                str(row["sites"]),
                number(row["median_f1_without"]),
                number(row["median_f1_with"]),
                _falls(row, "f1_error"),
                number(row["median_template_left_without"]),
                number(row["median_template_left_with"]),
                _falls(row, "template_left"),
                f"{worst['site']} {worst['f1_gain']:+.3f}",
            ]
        )
    return head, rows


def sites(result: Results, of: Sequence[str]) -> Table:
    """Return every site, for an input and a number of other pages."""
    format, others = of
    head = ["site", "pages", "words F1 without", "with", "gain, 90 %", "template lines left without", "with"]
    rows = []
    for row in result["rows"]:
        if row["format"] == format and str(row["others"]) == others:
            low, high = row["f1_gain_90"]
            gain = f"{low:+.3f} to {high:+.3f}" if row["pages"] > 1 else "one page"
            cells = [number(row["f1_without"]), number(row["f1_with"]), gain]
            cells += [number(row["template_left_without"]), number(row["template_left_with"])]
            rows.append([row["site"], str(row["pages"]), *cells])
    return head, rows


def corpus(result: Results, which: Sequence[str]) -> Table:
    """Return what counts over all pages of a site do to the pages that we labelled, or to the locked ones."""
    head = ["input", "pages", "template lines", "left without", "left with", "content lost without", "with"]
    head += ["left at the same loss without", "with", "words F1 without", "with", "lines decided differently"]
    head += ["of these, right"]
    rows = []
    for row in result["locked" if "locked" in which else "corpus"]:
        cells = [row["format"], str(row["pages"]), f"{row['template_lines']:,}"]
        cells += [str(row[f"template_lines_left_{side}"]) for side in ("without", "with")]
        for name in ("content_lost", "left_at_same_loss", "words_f1"):
            cells += [number(row[f"{name}_{side}"]) for side in ("without", "with")]
        rows.append([*cells, str(row["changed"]), _share(row["changed_rightly"], row["changed"])])
    return head, rows


def decisions(result: Results, _: Sequence[str]) -> Table:
    """Return what the counts of real sites do to decisions, in the mean and the sum over sites."""
    head = ["input", "sites", "pages", "words F1 without", "with", "better, worse sites"]
    head += ["lines brought back", "of these, right", "lines dropped", "of these, right", "all, right"]
    rows = []
    for row in result["summary"]:
        gains = [
            one["f1_with"] - one["f1_without"] for one in result["rows"] if one["format"] == row["format"]
        ]
        cells = [row["format"], str(row["sites"]), f"{row['pages']:,}"]
        cells += [number(row["f1_without"]), number(row["f1_with"])]
        cells.append(f"{sum(gain > SEEN for gain in gains)}, {sum(gain < -SEEN for gain in gains)}")
        for name in ("brought_back", "dropped"):
            cells += [f"{row[name]:,}", _share(row[f"{name}_rightly"], row[name])]
        right = row["brought_back_rightly"] + row["dropped_rightly"]
        rows.append([*cells, _share(right, row["brought_back"] + row["dropped"])])
    return head, rows


def judged(labels: Results, _: Sequence[str]) -> Table:
    """Return what two readers say of lines whose decision a site changed."""
    head = ["input", "change", "lines", "unclear", "right, say readers", "right, says the gold text"]
    rows = []
    for format in ("text", "html"):
        for what, kept in (("brought back", True), ("dropped", False)):
            lines = [line for line in labels["lines"] if line["format"] == format and line["kept"] == kept]
            right, wrong = (sum(_verdict(line) is said for line in lines) for said in (True, False))
            gold = sum(line["right_by_gold"] for line in lines)
            cells = [format, what, str(len(lines)), str(len(lines) - right - wrong)]
            rows.append([*cells, _share(right, right + wrong), _share(gold, len(lines))])
    return head, rows


def _verdict(line: Results) -> bool | None:
    """Tell whether the decision is right; None if the readers differ or could accept both."""
    said = {stays for _, stays in line["readers"]}
    return None if "either" in said or len(said) > 1 else ("stays" in said) == line["kept"]


def peer(result: Results, _: Sequence[str]) -> Table:
    """Return ChromeRAG beside us, without and with other pages of the site."""
    found, mean = result["peer"], result["peer"]["mean"]
    head = ["system", "without", "with 30 other pages"]
    rows = [
        ["detector, HTML", number(mean["ours_without"]), number(mean["ours_with"])],
        ["detector, text only", "", number(mean["ours_text_with"])],
        [f"ChromeRAG {found['version']}, HTML", number(mean["peer_without"]), number(mean["peer_with"])],
    ]
    return head, rows


def time(result: Results, _: Sequence[str]) -> Table:
    """Return what learning a profile takes."""
    timed = result["timed"]
    head = ["pages", "MB", "seconds", "of CPU", "peak MB", "profile, KB"]
    cells = [f"{timed['bytes'] / 1e6:.0f}", str(timed["seconds"]), str(timed["cpu_seconds"])]
    cells += [str(timed["peak_megabytes"]), f"{timed['profile_bytes'] / 1e3:.0f}"]
    return head, [[str(timed["pages"]), *cells]]


def newlines(result: Results, _: Sequence[str]) -> Table:
    """Return what runs of words do for pages on one line, over sites."""
    found, sites = result["summary"], result["sites"]
    gains = [row["profile"] - row["profile without runs"] for row in sites]
    head = ["words F1 over sites", "with its lines, no profile", "on one line, no profile"]
    head += ["profile without runs", "profile"]
    rows = [[what, *(number(value) for value in found[what].values())] for what in ("mean", "median")]
    better, worse = sum(gain > SEEN for gain in gains), sum(gain < -SEEN for gain in gains)
    rows.append(
        [f"{len(sites)} sites, {found['pages']} pages", "", "", "", f"{better} better, {worse} worse"]
    )
    return head, rows


KINDS: Final[dict[str, Callable[[Results, Sequence[str]], Table]]] = {
    "summary": summary,
    "sites": sites,
    "corpus": corpus,
    "decisions": decisions,
    "judged": judged,
    "peer": peer,
    "time": time,
    "newlines": newlines,
}
