"""What kind of text a page is, by the shape of its lines: a chat log, source code, a converted PDF.

Each shape has marks that other texts seldom have, and most lines, or the right ones, must have them.
Everything else is "plain".
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, get_args

Shape = Literal["converted-pdf", "mail", "markdown", "subtitles", "chat-log", "source-code", "table", "plain"]
SHAPES: Final[tuple[Shape, ...]] = get_args(Shape)

# How many lines, not counting blank ones, and how many characters of each are examined.
_MOST_LINES: Final = 400
_MOST_CHARACTERS: Final = 300
_LINE_END: Final = re.compile(r"\r\n|\n|\r")

CLOCK: Final = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?"
CUE: Final = re.compile(
    r"(?:\d{1,2}:)?\d\d:\d\d[.,]\d{1,3}\s+-->\s+(?:\d{1,2}:)?\d\d:\d\d|Dialogue:\s*\d,\d:\d\d:\d\d|\[\d\d:\d\d[.:]\d\d\]"
)
# A time and a speaker: `[10:15] <ann> hello`, `12/03/2024, 10:15 - Ann: hello`, `ann [10:15]: hello`.
MESSAGE: Final = re.compile(
    rf"""(?:
        \[?(?:[\dA-Za-z./-]+[T,]?\s+){{0,3}}(?:[\d-]+T)?{CLOCK}\]?\s+(?:-\s+)?
            (?:<[^<>\s][^<>]*>|\*\s|\*\*\*\s|-!-\s|-->|<--|--&gt;|==\s)
        | \[?\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}},?\s+{CLOCK}\]?:?\s+(?:[-–]\s+)?[^\s:][^:]{{0,40}}:\s
        | [\[(]{CLOCK}[\])]\s+(?:<[^<>]+>|[^\s:][^:]{{0,30}}:\s)
        | {CLOCK}\s+(?:<[^<>\s][^<>]*>|[@\w.-]{{2,20}}:\s)
        | <[@+%~& ]?[\w\[\]\\`^{{}}|-]{{1,24}}>\s
        | [^\s:\[(][^:\[(]{{0,30}}\s?[\[(]{CLOCK}[\])]:
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_PAGE_NUMBER: Final = re.compile(
    r"\s*(?:[^\W\d]{1,12}\.?\s+|[-–—[]\s*)?(\d{1,4})(?:\s*(?:/|of|von|de|sur)\s*\d+|\s*[-–—\]])?\s*"
)
_FIELD: Final = re.compile(r"([^\W\d][\w-]{1,24})\s?:\s+\S")
_TIME: Final = re.compile(r"\d[:.]\d\d\b")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w|@[\w-]+\.\w")
QUOTED: Final = re.compile(r"\s?(?:>\s?)+")
_FORWARDED: Final = re.compile(r"\s*[-_]{3,}\s*[^\W\d_][^-_]{4,50}\s*[-_]{3,}\s*")
# Marks of Markdown: characters that a line must have, and the pattern that it must match.
_MARKDOWN: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "heading": ("#", re.compile(r"^#{1,6}\s+\S")),
    "fence": ("", re.compile(r"^\s{0,3}(?:```|~~~)")),
    "link": ("](", re.compile(r"\w\]\((?:[a-z]+:|[/.#\w-])[^\s()]*[)\s(]")),
    "reference": ("]:", re.compile(r"^\s{0,3}\[[^\[\]]+\]:\s+\S")),
    "rule of a table": ("---", re.compile(r"^\s*\|?[\s:-]*-{3,}:?\s*\|[\s|:-]*$")),
    "bold": ("**", re.compile(r"(?<![\w*])\*\*[^\s*][^*]*\*\*(?!\w)")),
    "code": ("`", re.compile(r"(?<!`)`[^`\s][^`]*`(?!`)")),
    "underline": ("", re.compile(r"^(?:={4,}|-{4,})\s*$")),
}
# Words that begin statements in many programming languages, but are ordinary words without code around them.
_STATEMENT: Final = re.compile(
    r"""\s*(?:
        (?:\#include|\#define|\#if|\#endif|\#!|//|/\*|\*/|<\?php|@\w+(?:\(|$))
        | (?:def|class|fn|func|fun|sub|module|interface|struct|enum|impl|trait|function|async)
            \s+[\w.:]+\s*[({<:\[]
        | (?:import\s+[\w.*{, }]+|from\s+[\w.]+\s+import\b.*)$
        | (?:return|raise|yield|assert|print|echo|local|export|let|const|var|val|set)
            \b[^=()\[\]"'$]*[=()\[\]"'$]
        | (?:return|end|fi|done|esac|else|try|pass|break|continue|begin)\W*$
        | [\w.\[\]"'>$@-]+\s?(?:[-+*/|&:]?=|<-|=>)[\s\w"'(\[{]
        | [\w.:>-]+\(
        | [)\]}]+[,;]?\s*$
    )""",
    re.VERBOSE,
)
_ENDS: Final = frozenset("{};")
_ENDS_INDENTED: Final = frozenset(",([:)]\\")
_FENCES: Final = {"```": "```", "~~~": "~~~"}
_COMMENT_BLOCKS: Final = {'"""': '"""', "'''": "'''", "/*": "*/"}
_COMMENT: Final = re.compile(
    r"\s*(?:#(?!include|define|undef|if|el|endif|pragma)|//|/\*|\*|--\s|%|;|\.\.\s|=\w+)"
)
_SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[.!?…]['\"”»)]?$|[。！？]$")


def text_shape(text: str) -> Shape:
    """Return the shape of a page of plain text, by its first 400 lines, not counting blank ones.

    Parameters
    ----------
    text
        The decoded page.

    Returns
    -------
    str
        One of `SHAPES`.
    """
    lines = _first_lines(text)
    return next(_shapes(lines), "plain") if len(lines) > 2 else "plain"


def _first_lines(text: str) -> list[str]:
    """Return the first lines that are not blank, cut to a maximum length. Form feeds stay."""
    start = text[: _MOST_LINES * _MOST_CHARACTERS].lstrip("\ufeff")
    lines = [line[:_MOST_CHARACTERS] for line in _LINE_END.split(start) if line.strip(" \t")]
    return lines[:_MOST_LINES]


def _shapes(lines: Sequence[str]) -> Iterator[Shape]:
    """Yield the shapes that the lines may have, most certain first."""
    text = "\n".join(lines)
    cues = sum(CUE.match(line) is not None for line in lines)
    if cues >= 2 and cues >= 0.15 * len(lines):
        yield "subtitles"
    messages = sum(MESSAGE.match(line) is not None for line in lines)
    if messages >= 3 and messages >= 0.5 * len(lines):
        yield "chat-log"
    if "@" in text and _has_mail_head(lines):
        yield "mail"
    if has_pages(lines):
        yield "converted-pdf"
    if any(sign in text for sign in ("](", "#", "```", "~~~", "---")) and _is_markdown(lines):
        yield "markdown"
    if ("\n>" in text or "---" in text) and _has_mail_quotation(lines):
        yield "mail"
    sentences = sum(_SENTENCE.search(line.rstrip()[-6:]) is not None for line in lines) / len(lines)
    if sentences <= 0.3 and _is_table(lines):
        yield "table"
    if sentences <= 0.3 and _is_source_code(lines):
        yield "source-code"


def _has_mail_head(lines: Sequence[str]) -> bool:
    """Return whether there are three consecutive fields, one with an address and one with a time."""
    run: list[str] = []
    for line in [*lines[:60], ""]:
        if _FIELD.match(line):
            run.append(line)
        elif not run or line[:1] not in (" ", "\t"):  # otherwise it continues a field
            if len(run) >= 3 and all(any(map(wanted.search, run)) for wanted in (_ADDRESS, _TIME)):
                return True
            run = []
    return False


def _has_mail_quotation(lines: Sequence[str]) -> bool:
    """Return whether a line that names a sender is followed by quoted lines or fields."""
    for before, line, after in zip(lines, lines[1:], [*lines[2:], ""], strict=False):
        if before.rstrip().endswith(":") and QUOTED.match(line) and QUOTED.match(after):
            if not QUOTED.match(before) and (_ADDRESS.search(before) or _TIME.search(before)):
                return True
        elif _FORWARDED.fullmatch(before) and _FIELD.match(line) and _FIELD.match(after):
            return True
    return False


def has_pages(lines: Sequence[str]) -> bool:
    """Return whether form feeds separate pages, or page numbers split sentences."""
    feeds = [number for number, line in enumerate(lines) if "\f" in line]
    if any(feed and any(map(str.strip, lines[feed:])) for feed in feeds):
        return True
    places = [
        (number, int(found[1]))
        for number, line in enumerate(lines)
        if len(line) < 40 and (found := _PAGE_NUMBER.fullmatch(line))
    ]
    pairs = list(pairwise(places))
    rising = sum(after == before + 1 for (_, before), (_, after) in pairs)
    cut = sum(_is_cut(lines, number) for number, _ in places)
    return len(places) >= 3 and rising >= 0.8 * len(pairs) and 3 * cut >= len(places)


def _is_cut(lines: Sequence[str], number: int) -> bool:
    """Return whether a sentence continues across a line."""
    before, after = lines[number - 1 : number], lines[number + 1 : number + 3]
    return (
        bool(before)
        and before[0].rstrip()[-1:].isalpha()
        and any(line.lstrip()[:1].islower() for line in after)
    )


def _is_markdown(lines: Sequence[str]) -> bool:
    """Return whether there are two kinds of marks, one of them headings, links, tables or fences."""
    prose = _outside(lines, _FENCES)
    found = Counter(
        name
        for line in prose
        for name, (sign, pattern) in _MARKDOWN.items()
        if sign in line and pattern.search(line)
    )
    found["fence"] = (len(lines) > len(prose)) * 2
    strong = sum(found[name] > 0 for name in ("heading", "link", "reference", "rule of a table", "fence"))
    weak = sum(found[name] > 0 for name in ("bold", "code", "underline"))
    marks = found.total()
    if strong < 1 or strong + weak < 2 or marks < max(3, 0.04 * len(prose)):
        return False
    return not _is_source_code(prose, least=0.3)


def _outside(lines: Sequence[str], marks: dict[str, str]) -> list[str]:
    """Return the lines outside of blocks, which begin and end with these marks."""
    out: list[str] = []
    opened = ""
    for line in lines:
        begins = next((mark for mark in marks if line.lstrip().startswith(mark)), "")
        if opened:
            opened = "" if marks[opened] in line else opened
        elif begins and marks[begins] not in line.lstrip()[len(begins) :]:
            opened = begins
        elif not begins:
            out.append(line)
    return out


def _is_table(lines: Sequence[str]) -> bool:
    """Return whether most lines have equally many tabs, commas, semicolons or pipes, and short cells."""
    for sign, least in (("\t", 1), (";", 2), (",", 2), ("|", 2)):
        counts = Counter(line.count(sign) for line in lines)
        number, times = counts.most_common(1)[0]
        cells = (number + 1) * len(lines)
        if number >= least and times >= 0.9 * len(lines) and sum(map(len, lines)) <= 40 * cells:
            return True
    return False


def _is_source_code(lines: Sequence[str], least: float = 0.6) -> bool:
    """Return whether most lines are statements: they end with a mark of code, or begin like code.

    Comments and docstrings do not count.
    """
    program = [line for line in _outside(lines, _COMMENT_BLOCKS) if not _COMMENT.match(line)]
    statements = sum(map(is_statement, program))
    return statements >= 3 and statements >= least * len(program)


def is_statement(line: str) -> bool:
    """Tell whether a line ends with a mark of code, or begins like a statement."""
    last = line.rstrip()[-1:]
    return (
        last in _ENDS
        or (last in _ENDS_INDENTED and line[:1] in (" ", "\t"))
        or _STATEMENT.match(line) is not None
    )
