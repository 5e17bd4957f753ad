"""An article that a page has only in its structured data (JSON-LD).

Pages that are built by scripts, and pages whose text was cut off, often have the whole article in
`articleBody`. If hardly any of it is on the page, it is inserted where the article belongs, as
`<div class="structured-data" itemprop="articleBody">`.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Final

_DATA: Final = b"application/ld+json"
_KEY: Final = b'"articleBody"'
_VALUE: Final = re.compile(rb'\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")', re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
_WORD: Final = re.compile(r"\w+")

# The least words of an article, and the share of its samples that a page which shows it must have.
LEAST_WORDS: Final = 12
SHOWN_SHARE: Final = 0.3
# The samples: first literal pieces, then sequences of words.
_PIECE: Final = re.compile(r"""[^<>&"'\\/\s][^<>&"'\\/\n\r\t]{18}""")
_MOST_PIECES: Final = 5
_SEQUENCE: Final = 4
_MOST_SEQUENCES: Final = 64


def _unquoted(literal: bytes) -> str:
    """Return the value of a JSON string; "" if it is not one."""
    try:
        text: str = json.loads(literal.decode("utf-8", "replace"), strict=False)
    except ValueError:  # an escape that is not JSON
        return ""
    return text


def _bodies(source: bytes) -> Iterator[str]:
    """Yield every `articleBody` in a page's structured data."""
    at = source.find(_DATA)
    while at >= 0:
        end = source.find(b"</script>", at)
        key = source.find(_KEY, at, end)
        while 0 <= key < end:
            value = _VALUE.match(source, key + len(_KEY), end)
            if value:
                yield _unquoted(value[1])
            key = source.find(_KEY, value.end() if value else key + 1, end)
        at = source.find(_DATA, end) if end >= 0 else -1


def _without_scripts(source: bytes) -> bytes:
    """Return a page without its scripts."""
    rest, at = bytearray(), 0
    while (start := source.find(b"<script", at)) >= 0:
        rest += source[at:start]
        end = source.find(b"</script>", start)
        at = end if end >= 0 else len(source)
    return bytes(rest + source[at:])


def _is_shown(body: str, source: bytes) -> bool:
    """Tell whether a page shows an article, by sequences of its words."""
    text = html.unescape(_TAG.sub(" ", _without_scripts(source).decode("utf-8", "replace")))
    shown = " ".join(_WORD.findall(text))
    words = _WORD.findall(body)
    starts = range(0, len(words) - _SEQUENCE + 1)
    chosen = starts[:: max(len(starts) // _MOST_SEQUENCES, 1)]
    found = sum(" ".join(words[at : at + _SEQUENCE]) in shown for at in chosen)
    return found >= SHOWN_SHARE * len(chosen)


def _is_plainly_shown(body: str, source: bytes) -> bool:
    """Tell whether literal pieces of an article are on the page: a cheap check that settles most cases."""
    pieces = _PIECE.findall(body)
    chosen = [piece.encode("utf-8", "replace") for piece in pieces[:: max(len(pieces) // _MOST_PIECES, 1)]]
    needed = SHOWN_SHARE * len(chosen)
    for piece in chosen:
        if needed <= 0:
            break
        # Each is in the data once.
        needed -= source.find(piece, source.find(piece) + 1) >= 0
    return bool(chosen) and needed <= 0


def _place(source: bytes) -> int:
    """Return where the article belongs: at the end of the only `<article>`, of `<main>` or of the page."""
    for tag in (b"</article>", b"</main>"):
        if source.count(tag) == 1:
            return source.index(tag)
    at = source.rfind(b"</body>")
    return at if at >= 0 else len(source)


def with_unshown_article(source: bytes) -> bytes:
    """Return a serialised page, as UTF-8, with the article that is only in its structured data, if any."""
    body = max(_bodies(source), key=len, default="")
    if not body or _is_plainly_shown(body, source):
        return source
    body = _TAG.sub("\n", html.unescape(body))  # in some, markup is escaped twice
    if len(_WORD.findall(body)) < LEAST_WORDS or _is_shown(body, source):
        return source
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in body.splitlines() if line.strip())
    article = f'<div class="structured-data" itemprop="articleBody">{paragraphs}</div>'
    at = _place(source)
    return source[:at] + article.encode("utf-8", "replace") + source[at:]
