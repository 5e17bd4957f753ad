"""A page as `detector score --html` shows it: its colours, scores, kinds and decisions, in SVG."""

import colorsys
import re
from html import unescape

import detector
from docs.pictures import svg

ROW, TOP, WIDTH = 22, 46, 860
# One line of the report that `detector score --html` writes.
ITEM = re.compile(
    r'<li class="(kept|dropped)"><details><summary style="background: ([^"]+)">'
    r'<span class="number">\d+</span><span>([\d.]+)</span><span class="label">([^<]*)</span>'
    r'<span class="text">(.*?)</span></summary>'
    r"<ul>(.*?)</ul>"
)
REASON = re.compile(r"<li>(?:([+-])[\d.]+ )?(.*?)</li>")
COPY = ("dropped: same text", "begins with a headline")
HSL = re.compile(r"hsl\((\d+) (\d+)% (\d+)%\)")
CUT = re.compile(r'<span class="cut">(.*?)</span>')


def _colour(said: str) -> str:
    """Return a colour of the report in a form that every SVG renderer understands."""
    found = HSL.fullmatch(said)
    if found is None:
        raise ValueError(f"{said!r} is no colour of the report")
    hue, saturation, lightness = map(int, found.groups())
    parts = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _why(reasons: str, dropped: bool) -> str:
    """Return why a line is a copy, if it is one, or else the strongest evidence for its decision."""
    said = [(sign, unescape(reason)) for sign, reason in REASON.findall(reasons)]
    copies = [reason.partition(": ")[2] or reason for _, reason in said if reason.startswith(COPY)]
    evidence = [reason for sign, reason in said if sign == ("+" if dropped else "-")]
    return (copies or evidence or [said[0][1]])[0].partition(",")[0]


def _rows(page: detector.ScoredPage, first: int, last: int) -> list[str]:
    parts = []
    for at, found in enumerate(ITEM.findall(page._repr_html_())[first:last]):
        state, colour, score, kind, said, reasons = found
        y, dropped = TOP + ROW * at, state == "dropped"
        middle = y + 15
        cut = CUT.search(said)
        said = unescape(CUT.sub("", said)).strip()
        x = 150.0
        parts.append(svg.box(10, y, WIDTH - 20, ROW - 2, _colour(colour)))
        parts.append(svg.text(54, middle, score, size=12, anchor="end"))
        parts.append(svg.text(66, middle, kind, size=12, colour=svg.GREY))
        if cut:
            gone = svg.shortened(unescape(cut.group(1)).strip(), 22)
            parts.append(svg.text(x, middle, gone, size=12, colour=svg.GREY, struck=True))
            x += 7 * len(gone)
        most = 70 - round((x - 150) / 7)
        shown = svg.shortened(said, most)
        parts.append(
            svg.text(x, middle, shown, size=12, colour=svg.GREY if dropped else svg.INK, struck=dropped)
        )
        parts.append(
            svg.text(
                WIDTH - 18,
                middle,
                svg.shortened(_why(reasons, dropped), 44),
                size=11,
                colour=svg.GREY,
                anchor="end",
            )
        )
    return parts


def coloured_page(page: detector.ScoredPage, first: int, last: int) -> str:
    """Return the picture of some lines of a page."""
    lines = page.lines[first:last]
    kept = sum(line.kept for line in page.lines)
    total = sum(line.score is not None for line in page.lines)
    head = f"{kept} of {total} lines kept. Green is content, red is boilerplate, struck out is dropped."
    titles = [(54, "score", "end"), (66, "kind", "start"), (150, "line", "start"), (WIDTH - 18, "why", "end")]
    return svg.picture(
        WIDTH,
        TOP + ROW * len(lines) + 8,
        head,
        [
            svg.text(12, 20, head, size=13, bold=True),
            *(svg.text(x, 40, name, size=11, colour=svg.GREY, anchor=anchor) for x, name, anchor in titles),
            *_rows(page, first, last),
        ],
    )
