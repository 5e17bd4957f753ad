"""One scored page as a web page: lines coloured by score, the reasons on hover.

Self-contained: it loads no scripts, fonts or pictures.
"""

from html import escape
from typing import Final

from detector.records import ScoredLine
from detector.results.page import ScoredPage

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.2rem; }
ol { list-style: none; padding: 0; }
li { display: grid; grid-template-columns: 3rem 4rem 5.5rem 1fr; gap: .5rem; padding: .2rem .5rem; }
li > * { font-variant-numeric: tabular-nums; }
li .number, li .label { color: #666; }
.dropped .text, .cut { text-decoration: line-through; color: #777; }
.blank { height: .6rem; }
"""


def _colour(score: float) -> str:
    """Return green for content, over yellow, to red for template, pale enough to read on."""
    return f"hsl({round(120 * (1 - score))} 70% 92%)"


def _text(line: ScoredLine) -> str:
    """Return the line's text with its cuts struck out."""
    if not line.cuts:
        return escape(line.text)
    pieces, at = [], 0
    for start, end in line.cuts:
        pieces.append(escape(line.text[at:start]))
        pieces.append(f'<span class="cut">{escape(line.text[start:end])}</span>')
        at = end
    return "".join([*pieces, escape(line.text[at:])])


def _reasons(line: ScoredLine) -> str:
    return "\n".join(
        reason.text if reason.contribution is None else f"{reason.contribution:+.2f} {reason.text}"
        for reason in line.reasons
    )


def _item(line: ScoredLine) -> str:
    if line.score is None:
        return '<li class="blank"></li>'
    kind = "kept" if line.kept else "dropped"
    return (
        f'<li class="{kind}" style="background: {_colour(line.score)}" title="{escape(_reasons(line))}">'
        f'<span class="number">{line.number}</span><span>{line.score:.3f}</span>'
        f'<span class="label">{line.label}</span><span class="text">{_text(line)}</span></li>'
    )


def scored_page_html(page: ScoredPage, name: str) -> str:
    """Return a whole HTML document that shows one scored page."""
    title = escape(page.title or name)
    kept = sum(line.kept for line in page.lines)
    total = sum(line.score is not None for line in page.lines)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{kept} of {total} lines kept. Content {page.content_share:.0%}, "
        f"confidence {page.confidence:.2f}. "
        "Green is content, red is boilerplate; struck out is dropped; hover over a line for its reasons.</p>"
        f"<ol>{''.join(_item(line) for line in page.lines)}</ol></body></html>\n"
    )
