"""Guess the language of pages whose set does not name it; for training_data/manifest.json.

Guesses are used to choose the stop lists of peers and to group pages in tables, never as truth.
"""

import re
from typing import Final

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.lang import detect_fast

from benchmarks.data.pages import UNKNOWN, Page

DECLARED: Final = re.compile(rb"<html\b[^>]*?\slang=[\"']?([A-Za-z]{2})")
# Of 641 pages with a declared or known language, guesses below this distance were right except for 5 (Danish,
# Japanese and Bantu languages). Above it they are unreliable.
SURE: Final = 400


def guess(page: Page) -> str:
    """Return the detected language of a page's main text, or the language that the page declares."""
    html = page.html or b""
    main = extract_plain_text(bytes_to_str(html, detect_encoding(html) or "utf-8"), main_content=True)
    text = page.gold or " ".join((main, *page.wanted * 3))
    language, distance = detect_fast(text)
    declared = DECLARED.search(html[:20_000])
    if distance > SURE and declared:
        return declared.group(1).decode().lower()
    return language if text.strip() and language else UNKNOWN
