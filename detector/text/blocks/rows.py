"""Blocks of lines that begin or are divided alike: quotations, tables, lists, definition lists, code."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from detector.text.blocks.free_lines import Found, FreeLines, tail
from detector.text.shape import QUOTED, is_statement

_FENCE: Final = re.compile(r"\s{0,3}(```|~~~)")
_PROMPT: Final = re.compile(r"\s*>>>\s")
_ITEM: Final = re.compile(
    r"(\s*)(?:(?P<bullet>[•·*+\-–—◦▪▸►‣⁃○●■□✓])|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{2,5})[.)])\s+\S"
)
_PIPES: Final = re.compile(r"[^|]*\|[^|]*\|")
_TABS: Final = re.compile(r"\s*\S[^\t]*\t\s*\S")
_GAPS: Final = re.compile(r"\s*\S.*?\S {3,}\S")
_FIELD: Final = re.compile(r"\s{0,3}([^\W\d][^:\t]{0,30}?)\s?[:：]\s+\S")
_INDENTED: Final = re.compile(r"(?: {2,}|\t|:\s+)\S")
_CODE_MARKS: Final = re.compile(r"[{}()=<>\[\]_$\\]")
_ENDS_SENTENCE: Final = re.compile(r"[.!?…。！？:]['\"”»)]?\s*$")
# The most words of a term with an indented definition, and of one with a definition below it.
_TERM_WORDS, _TOLD_WORDS, _TOLD_CHARACTERS = 6, 2, 60
_CODE_INDENT: Final = re.compile(r"(?: {4}|\t)")


def fences(page: FreeLines) -> Iterator[Found]:
    """Yield the lines between lines of three backticks or tildes."""
    opened, members = "", []
    for number, line in enumerate(page.lines if page.has("`~") else ()):
        mark = _FENCE.match(line)
        if not opened and not (mark and page.is_free(number)):
            continue
        if not page.is_blank[number]:
            members.append(number)
        if opened and mark and mark[1] == opened:
            yield "code", members
            opened, members = "", []
        elif not opened and mark:
            opened = mark[1]


def quotations(page: FreeLines) -> Iterator[Found]:
    """Yield lines that begin with ">", as in mails. Prompts of an interpreter are code."""
    for run in page.runs(QUOTED.match, 1, gap=1) if page.has(">") else ():
        prompts = sum(_PROMPT.match(page.lines[number]) is not None for number in run)
        yield ("code" if 2 * prompts > len(run) else "quotation"), run


def tables(page: FreeLines) -> Iterator[Found]:
    """Yield rows with pipes, tabs, or gaps of at least three spaces."""

    def is_row(line: str) -> bool:
        cells = ("|" in line and _PIPES.match(line)) or ("\t" in line and _TABS.match(line))
        return bool(cells) and not _ITEM.match(line)

    def has_gaps(line: str) -> bool:
        return "   " in line and _GAPS.match(line) is not None and not _ITEM.match(line)

    for run in page.runs(is_row, 2) if page.has("|\t") else ():
        page.take(run)
        yield "table", run
    for run in page.runs(has_gaps, 3):
        if sum(is_statement(page.lines[number]) for number in run) < 0.5 * len(run):
            yield "table", run


def lists(page: FreeLines) -> Iterator[Found]:
    """Yield items with bullets or numbers. Items with more indent are another list."""
    for run in _items(page):
        yield from _nested(page, run)


def _items(page: FreeLines) -> Iterator[list[int]]:
    """Yield runs of items, with their continuation lines, which have more indent."""
    run: list[int] = []
    for number in range(len(page)):
        if not page.is_free(number):
            continue
        follows = bool(run) and page.after(run[-1], 1) == number
        is_more = follows and _indent(page.lines[number]) > _indent(page.lines[run[0]])
        if not _ITEM.match(page.lines[number]) and not is_more:
            continue
        if run and not follows:
            yield run
            run = []
        run.append(number)
    yield run


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _nested(page: FreeLines, run: Sequence[int]) -> Iterator[Found]:
    """Yield the lists of a run. An item with more indent opens a list, one with less closes it."""
    opened: list[tuple[int, list[int]]] = []
    closed: list[list[int]] = []
    for number in run:
        line = page.lines[number]
        indent = _indent(line)
        while len(opened) > 1 and indent <= opened[-2][0] + 1:
            closed.append(opened.pop()[1])
        if not opened or (_ITEM.match(line) and indent > opened[-1][0] + 1):
            opened.append((indent, []))
        opened[-1][1].append(number)
    closed += [members for _, members in opened]
    items = sum(_ITEM.match(page.lines[number]) is not None for number in run)
    if items >= 2:
        yield from (("list", members) for members in closed)


def definition_lists(page: FreeLines) -> Iterator[Found]:
    """Yield fields (`Height: 12 m`) with different names, and terms with indented definitions below."""
    for run in page.runs(_FIELD.match, 3) if page.has(":：") else ():
        names = [found[1].casefold() for number in run if (found := _FIELD.match(page.lines[number]))]
        if len(set(names)) == len(names):
            page.take(run)
            yield "definition-list", run
    for pair_of, least in ((_set_in, 2), (_told, 3)):
        for pairs in _pairs(page, pair_of):
            if len(pairs) >= least:
                members = [number for pair in pairs for number in pair]
                page.take(members)
                yield "definition-list", members


def _pairs(page: FreeLines, pair_of: Callable[[FreeLines, int], list[int]]) -> Iterator[list[list[int]]]:
    """Yield runs of pairs: a term and the lines of its definition."""
    run: list[list[int]] = []
    number = 0
    while number < len(page):
        pair = pair_of(page, number)
        pair = pair if pair and _is_term(page, number) else []
        if run and pair and page.after(run[-1][-1], 1) != number:
            yield run
            run = []
        run += [pair] if pair else []
        number = pair[-1] + 1 if pair else number + 1
    yield run


def _is_term(page: FreeLines, number: int) -> bool:
    line = page.lines[number]
    if not page.is_free(number) or not line[0].isalpha():
        return False
    return len(line.split()) <= _TERM_WORDS and not _ENDS_SENTENCE.search(tail(line))


def _set_in(page: FreeLines, number: int) -> list[int]:
    """Return a term and the indented lines below it; empty if there are none."""
    end = number + 1
    while page.is_free(end) and _INDENTED.match(page.lines[end]):
        end += 1
    return list(range(number, end)) if end > number + 1 else []


def _told(page: FreeLines, number: int) -> list[int]:
    """Return a term of one or two words and the sentence below it; empty if there is none."""
    line = page.lines[number]
    if len(line) > _TOLD_CHARACTERS or len(line.split()) > _TOLD_WORDS or not page.is_free(number + 1):
        return []
    meaning = page.lines[number + 1]
    is_told = _ENDS_SENTENCE.search(tail(meaning)) and len(meaning.split()) > _TOLD_WORDS
    return [number, number + 1] if is_told else []


def code(page: FreeLines) -> Iterator[Found]:
    """Yield lines that are indented or consecutive, and mostly statements."""
    for run in page.runs(_CODE_INDENT.match, 2, gap=1):
        if _statements(page, run) >= 0.5 * len(run):
            page.take(run)
            yield "code", run
    marked = page.has("{}()=<>[]_$\\")
    for run in page.runs(lambda line: line[:1].isspace() or is_statement(line), 3, gap=1) if marked else ():
        if _statements(page, run) >= 0.6 * len(run):
            yield "code", run


def _statements(page: FreeLines, run: Sequence[int]) -> int:
    """Count the lines that are statements with a mark that is rare in prose."""
    lines = [page.lines[number] for number in run]
    marked = sum(_CODE_MARKS.search(line) is not None for line in lines)
    return sum(map(is_statement, lines)) if 2 * marked >= len(lines) else 0
