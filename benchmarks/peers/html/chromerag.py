"""ChromeRAG: its Markdown, converted to plain text.

Emphasis marks inside a sentence would break snippets that the page has.
"""

import re

from chromerag import ChromeRAG
from chromerag.batch import learn_chrome
from chromerag.site_chrome import select_model_for_url
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
MARKS = re.compile(
    r"^\s*(?:#{1,6}|[-*>]|\d+\.)\s+|^[\s|:-]+$|\*\*|__|`+|(?<!\w)[*_]|[*_](?!\w)", re.MULTILINE
)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
# It groups pages by their addresses, and counts an address only once.
ADDRESS = "https://example.org/pages/{}.html"


def _plain(markdown: str) -> str:
    body = FRONT_MATTER.sub("", markdown)
    return MARKS.sub("", LINK.sub(r"\1", body)).replace(" | ", "\t").replace("\\", "")


def extract(html: bytes, language: str | None) -> str:
    """Extract with the defaults, without a model of the site."""
    return _plain(ChromeRAG().extract(bytes_to_str(html, detect_encoding(html))).markdown)


def extract_with_site(html: str, language: str | None, others: list[str]) -> str:
    """Extract with what it learns from other pages of the site: its `learn`, then its `batch`."""
    models = learn_chrome([(ADDRESS.format(number), other) for number, other in enumerate(others)])
    chrome = select_model_for_url(models, ADDRESS.format("new")) if models else None
    return _plain(ChromeRAG(site_chrome=chrome).extract(html).markdown)
