"""Finds whether a page is HTML or plain text."""

import re
from typing import Final

from detector.records import Format

# A document declares itself near its beginning; a fragment has tags that text does not quote.
_DECLARES: Final = re.compile(r"<(?:!doctype\s+html|html|head|title|body)\b", re.IGNORECASE)
_BLOCK_TAG: Final = re.compile(
    r"<(?:p|div|span|br|h[1-6]|ul|ol|li|table|tr|td|article|section|main|nav|header|footer|a\s+href)\b[^<>]*>",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 20_000
_TAGS_OF_A_FRAGMENT: Final = 3


def found_format(text: str) -> Format:
    """Return the probable format of a page.

    A page is HTML if it begins with a tag and either declares itself or has several tags, or if it has junk
    before its declaration but ends like a document. Text about HTML quotes tags too, but not in this way.
    """
    start = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n\f")
    declares = _DECLARES.search(start)
    if not start.startswith("<"):
        return "html" if declares and text[-200:].rstrip().lower().endswith("</html>") else "text"
    if declares or _BLOCK_TAG.match(start):
        return "html"
    tags = sum(1 for _ in zip(_BLOCK_TAG.finditer(start), range(_TAGS_OF_A_FRAGMENT), strict=False))
    return "html" if tags >= _TAGS_OF_A_FRAGMENT else "text"
