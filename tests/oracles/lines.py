"""Plain text to lines, and lines to segments."""

import itertools
import re

from detector.text.characters import CLASS_BITS, END, PUNCTUATION, SPACE, character_class
from detector.text.plain import LONG_LINE

# A sentence ends after an end mark and its closing marks: after the white space that follows them, or
# immediately if the last mark is not ASCII (lower case in what `marked` returns).
SENTENCE_END = re.compile(r"[Ee][EePp]*(?: +(?=[^ ])|(?<=[ep])(?=x))")


def lines_of(text: str) -> list[tuple[str, str]]:
    """Return every line and its ending: LF, CRLF, a lone CR, or nothing at the text's end."""
    return [line for line in re.findall(r"([^\r\n]*)(\r\n|\r|\n|\Z)", text) if any(line)]


def marked(text: str) -> str:
    """Return a letter for each character: white space, an end mark, punctuation, or anything else."""
    letters = {SPACE: " ", END: "E", PUNCTUATION: "P"}
    kinds = [letters.get(character_class(ord(char)) & CLASS_BITS, "x") for char in text]
    return "".join(
        kind if char.isascii() or kind == "x" else kind.lower()
        for char, kind in zip(text, kinds, strict=True)
    )


def segments_of(line: str) -> list[str]:
    """Return the segments of a line: none if it is blank, its sentences if it is long, else the line."""
    kinds = marked(line)
    if not kinds.strip(" "):
        return []
    if len(line) <= LONG_LINE:
        return [line]
    borders = [0, *(match.end() for match in SENTENCE_END.finditer(kinds)), len(line)]
    return [line[start:end] for start, end in itertools.pairwise(borders)]
