"""What the HTML around a line says about it, and how it agrees with the page's titles."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence

from detector.features.markup import BUCKET_BITS, MarkupWeights
from detector.records import Batch, Markup
from detector.text.html import DATA_HINT, DESCRIPTION_HINT, TITLE_HINT
from detector.text.tags import BLOCK, CELL, INSIDE, NAMES, NUMBER, tables

# One multiplier for each distance of a token's element from the line.
NEAR, AROUND, FAR = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
LOOKS, MOST_HINT_WORDS, MOST_OF_ONE_HINT = 1024, 20_000, 2_000


class Elements:
    """The elements of a batch, from the scanner's output."""

    def __init__(self, batch: Batch, markup: Markup) -> None:
        self.batch, self.markup, self._flags = batch, markup, tables()[2]
        self.holds = [set(self.path(at)) for at in markup.line_element.tolist()]

    def path(self, element: int) -> list[int]:
        """Return an element and its ancestors, innermost first."""
        found = []
        while element >= 0:
            found.append(element)
            element = int(self.markup.parent[element])
        return found

    def block_of(self, line: int) -> int:
        """Return the innermost block around a line, or -1."""
        path = self.path(int(self.markup.line_element[line]))
        return next((element for element in path if self.is_block(element)), -1)

    def is_block(self, element: int) -> bool:
        tag = int(self.markup.tag[element])
        return tag != NUMBER["noscript"] and bool(self._flags[tag] & (BLOCK | CELL))

    def tokens(self, element: int) -> list[int]:
        """Return an element's tokens: its tag, its tag under its parent's, and its words."""
        parent = int(self.markup.parent[element])
        tag, above = int(self.markup.tag[element]), int(self.markup.tag[parent]) if parent >= 0 else 255
        first, last = self.markup.element_token[element : element + 2].tolist()
        own = [(tag + 1) * 0x27D4EB2F, (tag * 256 + above + 1) * 0x165667B1]
        return [token & 0xFFFFFFFF for token in own] + self.markup.token[first:last].tolist()

    def look(self, element: int) -> int:
        """Return a hash of an element's tag and words."""
        look, _, *words = self.tokens(element)
        for word in words:
            look = (look ^ word) * 0x01000193 & 0xFFFFFFFF
        return look

    def distances(self, line: int) -> list[tuple[int, int]]:
        """Return the elements around a line, each with its distance.

        Those up to its block are near, the next two are around it, and all others are far.
        """
        path, block = self.path(int(self.markup.line_element[line])), self.block_of(line)
        near = path.index(block) + 1 if block >= 0 else len(path)
        steps = [NEAR] * near + [AROUND] * 2 + [FAR] * len(path)
        return list(zip(path, steps, strict=False))


def bucket(token: int, distance: int) -> int:
    return ((token ^ token >> 15) * distance & 0xFFFFFFFF) >> (32 - BUCKET_BITS)


def markup_columns(elements: Elements, line: int, weights: MarkupWeights) -> dict[str, float]:
    """Return the columns of markup and links of a line."""
    batch, markup = elements.batch, elements.markup
    size = int(batch.line_end[line] - batch.line_start[line])
    columns = dict.fromkeys(("heading_level", "in_paragraph", "in_division"), 0.0) | says(
        elements, line, weights
    )
    columns |= {"link_share": min(int(markup.line_link[line]) / max(size, 1), 1)}
    path = elements.path(int(markup.line_element[line]))
    inside = int(markup.inside[path[0]]) if path else 0
    columns |= {f"inside_{name}": inside >> bit & 1 for bit, name in enumerate(INSIDE)}
    columns |= {"log_depth": math.log1p(len(path) - 1) if path else 0}
    block = elements.block_of(line)
    container = max(int(markup.parent[block]), -1) if block >= 0 else -1
    container = block if container < 0 else container
    within = [at for at, holds in enumerate(elements.holds) if container in holds]
    text = sum(int(batch.line_end[at] - batch.line_start[at]) for at in within)
    links = sum(int(markup.line_link[at]) for at in within)
    columns |= {
        "container_links": links / max(text, 1),
        "container_log_words": math.log1p(text),
        "container_log_lines": math.log1p(len(within)),
    }
    if block >= 0:
        name = NAMES[int(markup.tag[block])]
        columns |= {"in_paragraph": name == "p", "in_division": name == "div"}
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            columns |= {"heading_level": (7 - int(name[1])) / 6}
    return columns


def says(elements: Elements, line: int, weights: MarkupWeights) -> dict[str, float]:
    """Return what the tokens around a line say: sums of weights, divided by the square root of their number."""
    tokens = [
        (token, distance)
        for element, distance in elements.distances(line)
        for token in elements.tokens(element)
    ]
    sums = Counter(dict.fromkeys((NEAR, AROUND, FAR), 0.0))
    for token, distance in tokens:
        sums[distance] += float(weights.bucket[bucket(token, distance)])
    near, around, far = (sums[distance] / math.sqrt(max(len(tokens), 1)) for distance in (NEAR, AROUND, FAR))
    return {
        "element_says": near,
        "block_says": around,
        "around_says": far,
        "markup_says": near + around + far + float(weights.bias[0]),
    }


def look_columns(elements: Elements, lines: Sequence[int]) -> list[dict[str, float]]:
    """Return how the lines of a page share the look of their block with other lines."""
    blocks = [elements.block_of(line) for line in lines]
    looks = [elements.look(block) if block >= 0 else None for block in blocks]
    # Looks are counted by ten of their bits.
    slots = [None if look is None else (look ^ look >> 16) % LOOKS for look in looks]
    return [
        {
            "log_blocks_alike": 0 if look is None else math.log1p(slots.count(slots[at]) - 1),
            "same_block_before": look is not None and at > 0 and looks[at - 1] == look,
            "same_block_after": look is not None and look in looks[at + 1 : at + 2],
        }
        for at, look in enumerate(looks)
    ]


def title_columns(words: list[int], hints: list[tuple[int, list[int]]]) -> dict[str, float]:
    """Return how a segment agrees with the hints of its page; words by their keys, hints with their kind."""
    bags: dict[int, set] = {TITLE_HINT: set(), DESCRIPTION_HINT: set(), DATA_HINT: set()}
    room = {True: MOST_HINT_WORDS, False: MOST_HINT_WORDS}
    for kind, hint in hints:
        is_data = kind == DATA_HINT
        taken = hint[: min(room[is_data], MOST_HINT_WORDS if is_data else MOST_OF_ONE_HINT)]
        room[is_data] -= len(taken)
        bags[kind] |= set(itertools.pairwise(taken)) if is_data else set(taken)
    title = next((len(hint) for kind, hint in hints if kind == TITLE_HINT and hint), 1)
    in_title, in_description = (
        sum(word in bags[kind] for word in words) for kind in (TITLE_HINT, DESCRIPTION_HINT)
    )
    in_data = sum(pair in bags[DATA_HINT] for pair in itertools.pairwise(words))
    return {
        "in_title": in_title / max(len(words), 1),
        "in_description": in_description / max(len(words), 1),
        "in_data": in_data / max(len(words) - 1, 1),
        "title_in_line": min(in_title / title, 1),
        "page_has_data": math.log1p(MOST_HINT_WORDS - room[True]) / 8,
    }
