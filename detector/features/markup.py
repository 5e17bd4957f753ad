"""What the HTML around a line says of it.

A second linear model, over hashed tokens: tags and the words of class, id, role,
itemprop and link targets. The same token weighs differently on the line's own element
(up to the block it stands in), on the two elements around that, and on those farther
out, whose sums are carried down the tree, so that a line costs the same at any depth.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.schema import ELEMENT, INSIDE_WHAT, LINKS, MARKUP, START
from detector.records import Batch, Floats, Integers, Markup, Number
from detector.text import tags as tag
from detector.text.tags import NUMBER, tag_tables

BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS

NEAR: Final = 0
BLOCK: Final = 1
FAR: Final = 2
# Elements around a line's block that count as `BLOCK`.
LEVELS: Final = 2
KIND: Final = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], np.uint32)
TAG_TOKEN: Final = np.uint32(0x27D4EB2F)
PATH_TOKEN: Final = np.uint32(0x165667B1)

AT: Final = START["markup"]
ELEMENT_SAYS, BLOCK_SAYS, AROUND_SAYS, MARKUP_SAYS = range(AT, AT + len(MARKUP))
(
    HEADING_LEVEL, IN_PARAGRAPH, IN_DIVISION, LOG_DEPTH, LOG_ALIKE, SAME_BEFORE, SAME_AFTER,
) = range(AT + len(MARKUP), AT + len(MARKUP) + len(ELEMENT))  # fmt: skip
AT_INSIDE: Final = AT + len(MARKUP) + len(ELEMENT)
AT_LINKS: Final = START["links"]
LINK_SHARE, CONTAINER_LINKS, CONTAINER_WORDS, CONTAINER_LINES = range(AT_LINKS, AT_LINKS + len(LINKS))

FIRST_HEADING: Final = NUMBER["h1"]
LAST_HEADING: Final = NUMBER["h6"]
PARAGRAPH: Final = NUMBER["p"]
DIVISION: Final = NUMBER["div"]


class MarkupWeights(NamedTuple):
    """What training learned of markup.

    bucket: float32 (2^18,), log-odds of boilerplate; bias: float32 (1,)
    """

    bucket: Floats
    bias: Floats


class Tree(NamedTuple):
    """What is known of each element (E,): sums over its tokens and over its lines.

    say: float32 (E, 3), sum of its tokens' weights by kind, `FAR` with all elements around it
    tokens: int32 (E, 2), its tokens, and with all elements around it; depth: int32 (E,)
    text: float32 (E, 3), bytes, bytes in links and lines of everything in it
    block: int64 (E,), the block that it is or stands in, or -1; look: uint32 (E,), tag and tokens hashed
    """

    say: Floats
    tokens: NDArray[np.int32]
    depth: NDArray[np.int32]
    text: Floats
    block: Integers
    look: NDArray[np.uint32]


@inlined
def bucket_of(token: Number, kind: Number) -> Number:
    """Return the bucket of a token on an element of this kind."""
    mixed = np.uint32(np.uint32(token ^ (token >> np.uint32(15))) * KIND[kind])
    return np.int64(mixed >> np.uint32(32 - BUCKET_BITS))


@inlined
def extra_tokens(markup: Markup, element: Number) -> tuple[Number, Number]:
    """Return the two tokens that every element has: its tag, and its tag under its parent's."""
    parent = markup.parent[element]
    above = np.uint32(markup.tag[parent]) if parent >= 0 else np.uint32(255)
    own = np.uint32(markup.tag[element])
    path = np.uint32((own * np.uint32(256) + above + np.uint32(1)) * PATH_TOKEN)
    return np.uint32((own + np.uint32(1)) * TAG_TOKEN), path


@inlined
def _add(tree: Tree, weights: MarkupWeights, element: Number, token: Number) -> None:
    for kind in range(3):
        tree.say[element, kind] += weights.bucket[bucket_of(token, kind)]


@kernel
def _grow(markup: Markup, weights: MarkupWeights, is_block: NDArray[np.bool_], tree: Tree) -> None:
    """Fill `tree` but for its text, parents before children."""
    for element in range(markup.tag.size):
        parent = markup.parent[element]
        one, two = extra_tokens(markup, element)
        tree.say[element] = 0
        _add(tree, weights, element, one)
        _add(tree, weights, element, two)
        look = one
        for number in range(markup.element_token[element], markup.element_token[element + 1]):
            _add(tree, weights, element, markup.token[number])
            look = np.uint32((look ^ markup.token[number]) * np.uint32(0x01000193))
        own = markup.element_token[element + 1] - markup.element_token[element] + 2
        tree.tokens[element, 0] = tree.tokens[element, 1] = own
        tree.depth[element], tree.look[element] = 0, look
        tree.block[element] = element if is_block[markup.tag[element]] else -1
        if parent >= 0:
            tree.say[element, FAR] += tree.say[parent, FAR]
            tree.tokens[element, 1] += tree.tokens[parent, 1]
            tree.depth[element] = tree.depth[parent] + 1
            if tree.block[element] < 0:
                tree.block[element] = tree.block[parent]


@inlined
def sum_up(markup: Markup, sums: NDArray[Any]) -> None:
    """Add every element's three sums to its parent's, children before parents."""
    for element in range(markup.tag.size - 1, -1, -1):
        parent = markup.parent[element]
        if parent >= 0:
            for column in range(3):
                sums[parent, column] += sums[element, column]


@kernel
def _weigh(batch: Batch, markup: Markup, text: Floats) -> None:
    """Sum bytes, bytes in links and lines up the tree, children before parents."""
    text[:] = 0
    for line in range(batch.line_start.size):
        element = markup.line_element[line]
        if element >= 0:
            text[element, 0] += batch.line_end[line] - batch.line_start[line]
            text[element, 1] += markup.line_link[line]
            text[element, 2] += 1
    sum_up(markup, text)


@inlined
def _says(markup: Markup, tree: Tree, element: Number, row: Floats, bias: Number) -> None:
    """Write what the tokens around one line say."""
    near, around, far = np.float32(0), np.float32(0), np.float32(0)
    count = tree.tokens[element, 1]
    block = tree.block[element]
    at = element
    while at >= 0 and at != block:
        near += tree.say[at, NEAR]
        at = markup.parent[at]
    if at >= 0:
        near += tree.say[at, NEAR]
        at = markup.parent[at]
    for _ in range(LEVELS):
        if at >= 0:
            around += tree.say[at, BLOCK]
            at = markup.parent[at]
    if at >= 0:
        far = tree.say[at, FAR]
    scale = np.float32(1) / np.sqrt(np.float32(max(count, 1)))
    row[ELEMENT_SAYS], row[BLOCK_SAYS], row[AROUND_SAYS] = near * scale, around * scale, far * scale
    row[MARKUP_SAYS] = (near + around + far) * scale + bias


@inlined
def _block_columns(markup: Markup, tree: Tree, element: Number, row: Floats) -> None:
    """Write what kind of block a line is, and what holds it."""
    block = tree.block[element]
    if block >= 0:
        kind = markup.tag[block]
        if FIRST_HEADING <= kind <= LAST_HEADING:
            row[HEADING_LEVEL] = np.float32(7 - (kind - FIRST_HEADING + 1)) / np.float32(6)
        row[IN_PARAGRAPH], row[IN_DIVISION] = kind == PARAGRAPH, kind == DIVISION
        holder = markup.parent[block] if markup.parent[block] >= 0 else block
        text = tree.text[holder]
        row[CONTAINER_LINKS] = text[1] / max(text[0], np.float32(1))
        row[CONTAINER_WORDS], row[CONTAINER_LINES] = np.log1p(text[0]), np.log1p(text[2])
    row[LOG_DEPTH] = np.log1p(np.float32(tree.depth[element]))
    bits = markup.inside[element]
    for number in range(len(INSIDE_WHAT)):
        row[AT_INSIDE + number] = (bits >> np.uint32(number)) & np.uint32(1)


@inlined
def _block_of(markup: Markup, tree: Tree, line: Number) -> Number:
    element = markup.line_element[line]
    return tree.block[element] if element >= 0 else -1


@kernel
def _write(batch: Batch, markup: Markup, tree: Tree, bias: Number, evidence: Floats) -> None:
    """Write the markup and link columns of all segments."""
    for page in range(batch.page_line.size - 1):
        for line in range(batch.page_line[page], batch.page_line[page + 1]):
            element, block = markup.line_element[line], _block_of(markup, tree, line)
            size = np.float32(max(batch.line_end[line] - batch.line_start[line], 1))
            for segment in range(batch.line_segment[line], batch.line_segment[line + 1]):
                row = evidence[segment]
                row[AT : AT_LINKS + len(LINKS)] = 0
                row[LINK_SHARE] = min(markup.line_link[line] / size, np.float32(1))
                if element < 0:
                    row[MARKUP_SAYS] = bias
                    continue
                _says(markup, tree, element, row, bias)
                _block_columns(markup, tree, element, row)
                if block >= 0 and line > batch.page_line[page]:
                    other = _block_of(markup, tree, line - 1)
                    row[SAME_BEFORE] = other >= 0 and tree.look[other] == tree.look[block]
                if block >= 0 and line + 1 < batch.page_line[page + 1]:
                    other = _block_of(markup, tree, line + 1)
                    row[SAME_AFTER] = other >= 0 and tree.look[other] == tree.look[block]


@kernel
def _count_looks(
    batch: Batch, markup: Markup, tree: Tree, counts: NDArray[np.int32], evidence: Floats
) -> None:
    """Write how many lines of the page stand in a block that looks the same.

    counts: int32 (2^k,), scratch; looks are counted by their low bits, so that two may
    now and then count as one.
    """
    mask = np.uint32(counts.size - 1)
    for page in range(batch.page_line.size - 1):
        counts[:] = 0
        first, last = batch.page_line[page], batch.page_line[page + 1]
        for line in range(first, last):
            block = _block_of(markup, tree, line)
            if block >= 0:
                counts[(tree.look[block] ^ (tree.look[block] >> np.uint32(16))) & mask] += 1
        for line in range(first, last):
            block = _block_of(markup, tree, line)
            if block >= 0:
                alike = counts[(tree.look[block] ^ (tree.look[block] >> np.uint32(16))) & mask]
                for segment in range(batch.line_segment[line], batch.line_segment[line + 1]):
                    evidence[segment, LOG_ALIKE] = np.log1p(np.float32(alike - 1))


def is_block() -> NDArray[np.bool_]:
    """Return bool (tags,): which tags are blocks (cells are, to tell what a row is in)."""
    blocks: NDArray[np.bool_] = (tag_tables().flags & (tag.BLOCK | tag.CELL)) != 0
    return blocks


def write_markup(batch: Batch, markup: Markup, weights: MarkupWeights, evidence: Floats) -> Tree:
    """Write the markup and link columns of all segments; return what is known of the elements."""
    n_elements = markup.tag.size
    tree = Tree(
        say=np.empty((n_elements, 3), np.float32),
        tokens=np.empty((n_elements, 2), np.int32),
        depth=np.empty(n_elements, np.int32),
        text=np.empty((n_elements, 3), np.float32),
        block=np.empty(n_elements, np.int64),
        look=np.empty(n_elements, np.uint32),
    )
    _grow(markup, weights, is_block(), tree)
    _weigh(batch, markup, tree.text)
    _write(batch, markup, tree, weights.bias[0], evidence)
    _count_looks(batch, markup, tree, np.zeros(1024, np.int32), evidence)
    return tree
