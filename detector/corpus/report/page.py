"""The report as a page: one HTML file that loads nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from detector.corpus.report.site_ways import WAYS

WIDTH: Final = 640
ROW: Final = 22
LABEL: Final = 170
MOST_ROWS: Final = 30

_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}
table{border-collapse:collapse;width:100%}td,th{padding:.2rem .6rem;text-align:left;vertical-align:top;
border-bottom:1px solid #ddd}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.t{overflow-wrap:anywhere}
svg text{font:12px system-ui,sans-serif;fill:currentColor}h2{margin-top:2.2rem}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}td,th{border-color:#444}}
"""


def _bars(title: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Return a bar chart. rows: label, value, the value in words."""
    if not rows:
        return ""
    most = max(value for _, value, _ in rows) or 1
    bars = []
    for at, (label, value, shown) in enumerate(rows):
        width = max((WIDTH - LABEL - 120) * value / most, 0.5 if value else 0)
        bars.append(
            f'<text x="{LABEL - 8}" y="{at * ROW + 15}" text-anchor="end">{escape(label[:26])}</text>'
            f'<rect x="{LABEL}" y="{at * ROW + 3}" width="{width:.1f}" height="{ROW - 6}" fill="#4878a8"/>'
            f'<text x="{LABEL + width + 6:.1f}" y="{at * ROW + 15}">{escape(shown)}</text>'
        )
    return (
        f'<h2>{escape(title)}</h2><svg role="img" aria-label="{escape(title)}" width="{WIDTH}" '
        f'height="{len(rows) * ROW}">{"".join(bars)}</svg>'
    )


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f'<td class="n">{value:,}</td>'
        return f'<td class="t">{escape(str(value))}</td>'

    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>" if body else ""


def _size(number: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _lengths(counts: Sequence[int]) -> list[tuple[str, float, str]]:
    used = [at for at, count in enumerate(counts) if count]
    span = range(min(used), max(used) + 1) if used else range(0)
    return [(f"up to {_size(1 << at)}", counts[at], f"{counts[at]:,}") for at in span]


def _charts(report: Mapping[str, Any]) -> list[str]:
    reasons = sorted(report["bytes_dropped_by_reason"].items(), key=lambda item: -item[1])
    bins = len(report["bytes_by_score"])
    lost = [(row["name"], row["lost"], f"{row['lost']:.1%}") for row in report["by_site"][:MOST_ROWS]]
    groups = sorted(report["near_duplicate_groups_by_size"].items(), key=lambda item: int(item[0]))
    return [
        _bars("Share of the text removed, by site", lost),
        _bars("Text removed, by reason", [(name, size, _size(size)) for name, size in reasons]),
        _bars(
            "Text by score (probability that it is not content)",
            [
                (f"{at / bins:.2f} to {(at + 1) / bins:.2f}", size, _size(size))
                for at, size in enumerate(report["bytes_by_score"])
            ],
        ),
        _bars("Documents by length, before", _lengths(report["documents_by_length"]["before"])),
        _bars("Documents by length, after", _lengths(report["documents_by_length"]["after"])),
        _bars(
            "Groups of near-duplicates, by size",
            [(f"{size} documents", count, f"{count:,}") for size, count in groups[:MOST_ROWS]],
        ),
        _bars(
            "Documents by kind of page",
            [(name, count, f"{count:,}") for name, count in report["documents_by_verdict"].items()],
        ),
    ]


def _since(since: Mapping[str, Any]) -> list[str]:
    """Return what was reused from earlier runs, and which of their decisions would change."""
    names = ("documents", "duplicates_of_them", "pages_judged_again", "pages_that_would_change")
    more = ("lines_that_would_go", "lines_that_would_stay", "documents_that_would_go")
    lines = [list(row.values()) for row in since["examples"]]
    documents = [list(row.values()) for row in since["documents_listed"]]
    return [
        _table(
            "Runs before",
            ("what", "number"),
            ([name.replace("_", " "), since[name]] for name in names + more),
        ),
        _table(
            "Earlier decisions that would change", ("id", "site", "line", "was kept", "reason now"), lines
        ),
        _table("Earlier documents that would be dropped", ("id", "run"), documents),
    ]


def _summary(report: Mapping[str, Any]) -> str:
    """Return the results in a few sentences."""
    total = report["total"]
    copies = "near-duplicate" if total["duplicates"] == 1 else "near-duplicates"
    summary = (
        f"{total['kept']:,} of {total['documents']:,} documents kept ({total['empty']:,} empty, "
        f"{total['duplicates']:,} {copies}), {_size(total['bytes_kept'])} of {_size(total['bytes'])}; "
        f"{sum(report['rejected'].values()):,} records were set aside."
    )
    if "tokens" in total:
        summary += f" The clean text has {total['tokens']:,} tokens."
    if report["simplified"]:
        summary += f" {report['simplified']:,} HTML pages were read without their formatting tags."
    return summary


def report_page(report: Mapping[str, Any]) -> str:
    """Return the report as an HTML page."""
    heads = ("name", "documents", "kept", "empty", "duplicates", "bytes", "bytes kept", "lost")
    parts = [
        _table("Records set aside", ("reason", "records"), report["rejected"].items()),
        *_charts(report),
        _table("Sources", heads, (list(row.values()) for row in report["by_source"])),
        _table("Sites", (*heads, "found by"), (list(row.values()) for row in report["by_site"])),
        _table(
            "How sites were found",
            ("by", "", "sites", "documents", "for example"),
            (
                [way, WAYS[way], row["sites"], row["documents"], ", ".join(row["examples"])]
                for way, row in report["sites_found_by"].items()
            ),
        ),
        _table(
            "Lines dropped most often",
            ("times", "site", "line"),
            ([row["count"], row["site"], row["text"]] for row in report["most_dropped_lines"]),
        ),
    ]
    filtered = report.get("filtered", {}).items()
    parts += [
        _table(
            "Documents that filters left out",
            ("filter", "documents"),
            ([name, row["documents"]] for name, row in filtered),
        ),
        _table(
            "Some of them",
            ("filter", "id", "value", "text"),
            ([name, *one.values()] for name, row in filtered for one in row["examples"]),
        ),
    ]
    if "since" in report:
        parts += _since(report["since"])
    parts += [
        _table(
            f"Sample of lines near the threshold that were {kind}",
            ("score", "site", "line"),
            ([row["score"], row["site"], row["text"]] for row in rows),
        )
        for kind, rows in report["near_the_threshold"].items()
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Corpus report</title>'
        f"<style>{_STYLE}</style></head><body><h1>Corpus report</h1><p>{escape(_summary(report))}</p>"
        f"{''.join(parts)}</body></html>\n"
    )
