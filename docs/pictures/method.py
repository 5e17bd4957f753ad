"""Pictures of the method, each from what the package says about the examples."""

import re

import detector
from docs.pictures import svg

WIDTH = 760
# The longest line of a page that is drawn, in words.
MOST_WORDS = 60


def reasons(line: detector.ScoredLine) -> str:
    """Return the evidence of a line as bars: to the left for content, to the right for boilerplate."""
    shown = [reason for reason in line.reasons if reason.contribution is not None]
    middle, scale, top = 520.0, 62.0, 66
    parts = [
        svg.text(14, 24, svg.shortened(line.text, 60), bold=True),
        svg.text(14, 44, f"{line.kind}, score {line.score:.3f}", colour=svg.GREY, size=12),
        svg.text(middle - 12, 44, "content", colour=svg.GREEN, size=12, anchor="end"),
        svg.text(middle + 12, 44, "boilerplate", colour=svg.RED, size=12),
        svg.line(middle, 52, middle, top + 28 * len(shown)),
    ]
    for at, reason in enumerate(shown):
        y, size = top + 28 * at, scale * (reason.contribution or 0)
        colour = svg.RED if size > 0 else svg.GREEN
        parts.append(svg.text(14, y + 13, reason.text))
        parts.append(svg.box(min(middle, middle + size), y, abs(size), 18, colour))
        parts.append(
            svg.text(
                middle + size + (6 if size > 0 else -6),
                y + 13,
                f"{reason.contribution:+.2f}",
                size=12,
                colour=colour,
                anchor="start" if size > 0 else "end",
            )
        )
    decided = line.reasons[-1].text
    height = top + 28 * len(shown) + 30
    parts.append(svg.text(14, height - 12, decided, size=12, colour=svg.GREY))
    return svg.picture(WIDTH, height, "The evidence of one line, in log-odds", parts)


def thresholds(page: detector.ScoredPage) -> str:
    """Return all lines of a page by score, as wide as they have words, and the threshold."""
    lines = sorted((line for line in page.lines if line.score is not None), key=lambda line: line.score or 0)
    words = [min(len(line.text.split()), MOST_WORDS) for line in lines]
    unit, top, tall = (WIDTH - 60) / sum(words), 40, 150
    bottom = top + tall
    parts = [
        svg.text(14, 24, "The lines of examples/news.html by score, each as wide as it has words", bold=True)
    ]
    x = 46.0
    limit = x
    for line, count in zip(lines, words, strict=True):
        height = max(tall * (line.score or 0), 2)
        parts.append(
            svg.box(
                x, bottom - height, unit * count - 1, height, svg.GREEN if line.kept else svg.RED, radius=1
            )
        )
        x += unit * count
        limit = x if line.kept else limit
    for score in (0, 0.5, 1):
        y = bottom - tall * score
        parts.append(svg.text(40, y + 4, f"{score:g}", size=11, colour=svg.GREY, anchor="end"))
        parts.append(svg.line(44, y, x, y))
    parts.append(svg.line(limit, top - 6, limit, bottom + 18, svg.INK, dashed=True))
    parts.append(svg.text(limit - 6, bottom + 16, "kept", size=12, colour=svg.GREEN, anchor="end"))
    parts.append(svg.text(limit + 6, bottom + 16, "dropped", size=12, colour=svg.RED))
    return svg.picture(WIDTH, bottom + 28, "Scores of the lines of a page, and the threshold", parts)


def shingles(left: str, right: str) -> str:
    """Return two texts, their shingles of five words, and which they share."""
    size = 5
    sets = []
    for said in (left, right):
        words = re.findall(r"\w+", said.lower())
        sets.append([" ".join(words[at : at + size]) for at in range(len(words) - size + 1)])
    shared = set(sets[0]) & set(sets[1])
    similarity = len(shared) / len(set(sets[0]) | set(sets[1]))
    found = detector.find_duplicates([left, right], threshold=0.05).pairs[0].similarity
    if abs(found - similarity) > 1e-9:
        raise AssertionError(f"the picture says {similarity}, the package {found}")
    parts = []
    for column, (said, row) in enumerate(zip((left, right), sets, strict=True)):
        x = 14 + column * 372
        parts.append(svg.text(x, 24, said, size=11.5, bold=True))
        for at, shingle in enumerate(row):
            y = 38 + 24 * at
            colour = "#d7ead8" if shingle in shared else "#f3f3f3"
            parts.append(svg.box(x, y, 350, 20, colour))
            parts.append(svg.text(x + 8, y + 14, shingle, size=12))
    most = max(map(len, sets))
    told = (
        f"{len(shared)} shingles in both, {len(set(sets[0]) | set(sets[1]))} in either: "
        f"Jaccard similarity {similarity:.2f}"
    )
    parts.append(svg.text(14, 38 + 24 * most + 18, told))
    return svg.picture(WIDTH, 38 + 24 * most + 32, "Two texts as sets of shingles", parts)


def site(pages: list[detector.ScoredPage]) -> str:
    """Return the lines of pages of a site, coloured where the profile knows them from other pages."""
    wide = (WIDTH - 28) / len(pages)
    top = 58
    parts = [
        svg.text(14, 24, "Eight pages of one site, a bar for each line", bold=True),
        svg.text(14, 44, "red: also on the other pages", size=12, colour=svg.RED),
        svg.text(250, 44, "green: only on this page", size=12, colour=svg.GREEN),
    ]
    rows = 0
    for column, page in enumerate(pages):
        y = float(top)
        for line in page.lines:
            if line.score is None:
                continue
            known = any(
                reason.code == "site" and not reason.text.startswith("appears on 0 ")
                for reason in line.reasons
            )
            length = (wide - 14) * min(len(line.text) / 130, 1)
            parts.append(svg.box(14 + wide * column, y, length, 8, svg.RED if known else svg.GREEN, radius=2))
            y += 13
        rows = max(rows, round(y))
    return svg.picture(WIDTH, rows + 10, "What recurs on the pages of a site", parts)
