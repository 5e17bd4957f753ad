"""A scored page as HTML: lines coloured by score, with their reasons on a click.

Self-contained: it loads no scripts, fonts or pictures. Everything from the page is escaped.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from detector.records import Reason, ScoredLine
from detector.text.decoding import without_surrogates

# Every rule applies only to `.detector-page`, because the rest of a notebook page is not ours.
_STYLE: Final = """
.detector-page { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; }
.detector-page ol, .detector-page ul { list-style: none; padding: 0; margin: 0; }
.detector-page summary { display: grid; grid-template-columns: 3rem 4rem 6.5rem 1fr; gap: .5rem;
  padding: .2rem .5rem; cursor: pointer; font-variant-numeric: tabular-nums; }
.detector-page .number, .detector-page .label { color: #666; }
.detector-page .text { white-space: pre-wrap; overflow-wrap: anywhere; }
.detector-page .dropped .text, .detector-page .cut { text-decoration: line-through; color: #777; }
.detector-page .blank { height: .6rem; }
.detector-page ul { padding: .2rem .5rem .4rem 14.5rem; font-size: .9em; background: #f6f6f6; }
"""
_PAGE_STYLE: Final = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font: bold 1.2rem/1.5 system-ui, sans-serif; }
"""


def _colour(score: float) -> str:
    """Return green for content, yellow, or red for template, pale enough to read."""
    return f"hsl({round(120 * (1 - score))} 70% 92%)"


def _text(line: ScoredLine) -> str:
    """Return the text of a line with its cuts struck out."""
    if not line.cuts:
        return escape(line.text)
    pieces, at = [], 0
    for start, end in line.cuts:
        pieces.append(escape(line.text[at:start]))
        pieces.append(f'<span class="cut">{escape(line.text[start:end])}</span>')
        at = end
    return "".join([*pieces, escape(line.text[at:])])


def _reason(reason: Reason) -> str:
    said = "" if reason.contribution is None else f"{reason.contribution:+.2f} "
    return f"<li>{escape(said + reason.text)}</li>"


def _item(line: ScoredLine) -> str:
    if line.score is None:
        return '<li class="blank"></li>'
    kind = "kept" if line.kept else "dropped"
    reasons = "".join(map(_reason, line.reasons))
    return (
        f'<li class="{kind}"><details><summary style="background: {_colour(line.score)}">'
        f'<span class="number">{line.number}</span><span>{line.score:.3f}</span>'
        f'<span class="label">{escape(line.kind or line.label)}</span>'
        f'<span class="text">{_text(line)}</span></summary>'
        f"<ul>{reasons}</ul></details></li>"
    )


def scored_lines_html(lines: Sequence[ScoredLine], content_share: float, confidence: float) -> str:
    """Return HTML that shows the lines of a page, to embed in another page or a notebook."""
    kept = sum(line.kept for line in lines)
    total = sum(line.score is not None for line in lines)
    return without_surrogates(
        f'<div class="detector-page"><style>{_STYLE}</style>'
        f"<p>{kept} of {total} lines kept. Content {content_share:.0%}, "
        f"confidence {confidence:.2f}. "
        "Green is content, red is boilerplate; struck out is dropped; click on a line for its reasons.</p>"
        f"<ol>{''.join(map(_item, lines))}</ol></div>"
    )


def document_html(title: str, body: str) -> str:
    """Return a complete HTML document with a title and the result of `scored_lines_html`."""
    title = without_surrogates(escape(title))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_PAGE_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )
