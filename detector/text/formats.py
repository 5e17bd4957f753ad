"""Finds whether a page is HTML or plain text."""

import re
from typing import Final

from detector.records import Format

# A document says so near its beginning; a fragment has tags that text does not quote.
_DECLARES: Final = re.compile(r"<(?:!doctype\s+html|html|head|title|body)\b", re.IGNORECASE)
_BLOCK_TAG: Final = re.compile(
    r"<(?:p|div|span|br|h[1-6]|ul|ol|li|table|tr|td|article|section|main|nav|header|footer|a\s+href)\b[^<>]*>",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 20_000
_TAGS_OF_A_FRAGMENT: Final = 3


def found_format(text: str) -> Format:
    """Return what a page seems to be.

    HTML is a page that begins with a tag and declares itself or has several tags, or one
    that has junk before its declaration but ends as a document. Text about HTML quotes
    tags too, but not like that.
    """
    start = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n\f")
    declares = _DECLARES.search(start)
    if not start.startswith("<"):
        return "html" if declares and text[-200:].rstrip().lower().endswith("</html>") else "text"
    if declares or _BLOCK_TAG.match(start):
        return "html"
    tags = sum(1 for _ in zip(_BLOCK_TAG.finditer(start), range(_TAGS_OF_A_FRAGMENT), strict=False))
    return "html" if tags >= _TAGS_OF_A_FRAGMENT else "text"
