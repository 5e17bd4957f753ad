"""From a reader's answer about a page to kinds and copies.

    0-11 navigation
    12 title
    13,15-19 body
    14 byline
    20 title copy 12 headline
    21-23 body copy 15 block

A range that is a copy is copied line by line: 21 from 15, 22 from 16. Kinds are names or their letters. Every
line needs exactly one kind; `#` begins a comment.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from benchmarks.labels.kinds.records import COPIES, KIND, LETTER, Copy, check_copies
from benchmarks.labels.label_files import LabelError

ANSWER: Final = re.compile(r"([\d\s,-]+?)\s+([a-z]+)(?:\s+copy\s+(\d+)\s+([a-z-]+))?")


class Answer(NamedTuple):
    """The kind of each line of a page, and its copies."""

    kinds: tuple[str, ...]
    copies: Mapping[int, Copy]


def _lines(text: str, where: str) -> Iterator[tuple[int, int]]:
    """Yield the number of each line, and its offset in its range."""
    for part in re.split(r"[\s,]+", re.sub(r"\s*-\s*", "-", text.strip(" ,"))):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()) or int(last or first) < int(first):
            raise LabelError(f"{where}: {part!r} is neither a line nor a range of lines")
        for number in range(int(first), int(last or first) + 1):
            yield number, number - int(first)


def _to_originals(copies: Mapping[int, Copy], where: str) -> dict[int, Copy]:
    """Return copies with their first original, if a reader named another copy of it."""
    found = {}
    for line, copy in copies.items():
        of, seen = copy.of, {line}
        while of in copies and of not in seen:
            seen.add(of)
            of = copies[of].of
        if of in seen:
            raise LabelError(f"{where}, line {line}: these lines are copies of each other: {sorted(seen)}")
        found[line] = Copy(of, copy.sort)
    return found


def parse(text: str, lines: int, where: str) -> Answer:
    """Read an answer about a page with this many lines; refuses it unless every line has one kind."""
    kinds: dict[int, str] = {}
    copies: dict[int, Copy] = {}
    for row, written in enumerate(text.splitlines(), 1):
        said, at = written.split("#", 1)[0].strip().lower(), f"{where}, row {row}"
        if not said:
            continue
        found = ANSWER.fullmatch(said)
        kind = found and KIND.get(found[2], found[2])
        if not found or kind not in LETTER:
            raise LabelError(f"{at}: {written!r} is not `LINES KIND` or `LINES KIND copy LINE SORT`")
        for number, offset in _lines(found[1], at):
            if number in kinds:
                raise LabelError(f"{at}: line {number} has a kind already, {kinds[number]}")
            if number >= lines:
                raise LabelError(f"{at}: there is no line {number}, the last one is {lines - 1}")
            kinds[number] = kind
            if found[3]:
                if found[4] not in COPIES:
                    raise LabelError(f"{at}: {found[4]!r} is not a kind of copy: {', '.join(COPIES)}")
                copies[number] = Copy(int(found[3]) + offset, found[4])
    if missing := [number for number in range(lines) if number not in kinds]:
        raise LabelError(f"{where}: no kind for {len(missing)} lines, the first is {missing[0]}")
    copies = _to_originals(copies, where)
    check_copies(copies, lines, where)
    return Answer(tuple(kinds[number] for number in range(lines)), copies)
