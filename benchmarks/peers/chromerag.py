"""ChromeRAG: one page at a time. Its Markdown is turned back into plain text.

Marks of emphasis inside a sentence would break snippets that the page does hold.
"""

import re

from chromerag import ChromeRAG
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
MARKS = re.compile(
    r"^\s*(?:#{1,6}|[-*>]|\d+\.)\s+|^[\s|:-]+$|\*\*|__|`+|(?<!\w)[*_]|[*_](?!\w)", re.MULTILINE
)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def extract(html: bytes, language: str | None) -> str:
    """Extract with the defaults, without a model of the page's site."""
    body = FRONT_MATTER.sub("", ChromeRAG().extract(bytes_to_str(html, detect_encoding(html))).markdown)
    return MARKS.sub("", LINK.sub(r"\1", body)).replace(" | ", "\t").replace("\\", "")
