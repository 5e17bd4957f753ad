"""An evaluation as a web page: curves, calibration, and the table of all groups.

The page is self-contained, without scripts or external fonts and images.
"""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from detector.training.evaluate.curves import Bins, Curve, bins, curve, known_lines
from detector.training.evaluate.judge import FIGURES, Judged, Measures, measures_of

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .85rem; }
td, th { padding: .15rem .6rem; text-align: right; font-variant-numeric: tabular-nums; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: #f4f4f4; }
figure { display: inline-block; margin: 0 1.5rem 1rem 0; } figcaption { font-size: .85rem; color: #555; }
svg { width: 20rem; height: 20rem; background: #fafafa; border: 1px solid #ddd; }
.from { stroke: #aaa; } .line { stroke: #1f6feb; } polyline, line { fill: none; stroke-width: 2; }
.empty { stroke: #ccc; stroke-width: 1; stroke-dasharray: 4 4; }
"""
_SIZE: Final = 300
# The largest share of lost content in the curve.
_MOST_LOST: Final = 0.2
# The most groups in a report, for each way to read the pages; --json has them all.
_MOST_GROUPS: Final = 60


def _points(across: Sequence[float], up: Sequence[float]) -> str:
    return " ".join(f"{x * _SIZE:.1f},{(1 - y) * _SIZE:.1f}" for x, y in zip(across, up, strict=True))


def _figure(points: str, caption: str, diagonal: bool) -> str:
    line = f'<line class="empty" x1="0" y1="{_SIZE}" x2="{_SIZE}" y2="0"/>' if diagonal else ""
    return (
        f'<figure><svg viewBox="0 0 {_SIZE} {_SIZE}" role="img" aria-label="{escape(caption)}">{line}'
        f'<polyline class="line" points="{points}"/></svg><figcaption>{escape(caption)}</figcaption></figure>'
    )


def _curves(found: Curve, calibration: Bins) -> str:
    near = found.lost <= _MOST_LOST
    return _figure(
        _points((found.lost[near] / _MOST_LOST).tolist(), found.recall[near].tolist()),
        f"Template lines found (up) against content lost (across, 0 to {_MOST_LOST:.0%}), by threshold",
        False,
    ) + _figure(
        _points(calibration.score.tolist(), calibration.truth.tolist()),
        "Truth (up) against score (across), in 15 bins of lines",
        True,
    )


def _cell(value: float, bounds: Sequence[float]) -> str:
    if value != value:  # nothing to divide by
        return "<td></td>"
    known = bounds[0] == bounds[0]  # a single page has no interval
    title = f"90 %: {bounds[0]:.3f} to {bounds[1]:.3f}" if known else "one page: no interval"
    return f'<td title="{title}">{value:.3f}</td>'


def _table(found: Measures) -> str:
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in (*FIGURES, "calibration"))
    rows = []
    for name, one in list(found.items())[:_MOST_GROUPS]:
        cells = "".join(_cell(one[figure], one[f"{figure}_90"]) for figure in FIGURES)
        rows.append(
            f"<tr><td>{escape(name)}</td><td>{one['pages']}</td>{cells}"
            f"<td>{one['calibration_by_line']:.3f}</td></tr>"
        )
    more = len(found) - len(rows)
    foot = f"<p>{more} more groups are in the JSON output.</p>" if more else ""
    return f"<table><tr><th></th><th>pages</th>{head}</tr>{''.join(rows)}</table>{foot}"


def _compared(found: dict[str, Any]) -> str:
    rows = []
    for figure in FIGURES:
        one = found[figure]
        if one["difference"] != one["difference"]:  # nothing to divide by
            continue
        low, high = one["difference_90"]
        interval = "one page: no interval" if found["pages"] < 2 else f"{low:+.4f} to {high:+.4f}"
        rows.append(
            f"<tr><td>{figure.replace('_', ' ')}</td><td>{one['before']:.4f}</td><td>{one['after']:.4f}</td>"
            f"<td>{one['difference']:+.4f}</td><td>{interval}</td></tr>"
        )
    head = "<tr><th></th><th>this model</th><th>the other</th><th>difference</th><th>90 %</th></tr>"
    return f"<h3>Compared</h3><table>{head}{''.join(rows)}</table>"


def _section(judged: Judged, other: dict[str, Any] | None) -> str:
    scores, share, size = known_lines(judged.examples, judged.scores)
    curves = _curves(curve(scores, share, size), bins(scores, share)) if scores.size else ""
    tables = _table(measures_of(judged)) + (_compared(other) if other else "")
    return f"<h2>{escape(judged.name)}</h2>{curves}{tables}"


def evaluation_html(title: str, judged: Sequence[Judged], others: Sequence[dict[str, Any] | None]) -> str:
    """Return an HTML document.

    others: for each way to read the pages, the result of `compared`, or None
    """
    sections = "".join(_section(one, other) for one, other in zip(judged, others, strict=True))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        "<p>Rest on a figure for its 90 % interval, of which whole sites are drawn.</p>"
        f"{sections}</body></html>\n"
    )
