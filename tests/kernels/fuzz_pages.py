"""Pages changed at random, for a library with sanitizers. A separate program.

    python -m tests.kernels.fuzz_pages LIBRARY TARGET INPUTS SEED LAST

TARGET is html, text, words or shingles. Each input is written to the file LAST before it is read, so
that it is still there after a crash. A page may be refused (`PageError`); anything else is a bug.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from detector import Detector, find_duplicates, native
from detector.errors import PageError
from detector.settings import DuplicateSettings
from detector.text.page import Page
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.golden.record import PAGES
from tests.kernels.recorded import HTML, TEXT

# Inserted whole, since random changes would rarely produce them.
TOKENS = (
    b"<table><tr><td>", b"</td>", b"<pre>\n", b"<template shadowrootmode=open>", b"<svg>", b"<math>", b"<b>",
    b"<!--", b"-->", b"<script>", b"</script", b"<style>", b"<textarea>", b"<noscript>", b"<title>", b"<h1>",
    b" hidden", b" style='display:none'", b"<ol start=-7>", b"<li value=99999999999>", b"&#0;", b"&#x10ffff;",
    b"&nbsp;", b"&shy;", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x8f\xbf\xbf", b"\xe2\x80\x8b",
    b"\r\n", b"\r", b"\x0c", "İıßﬁ".encode(), "中文字".encode(), "ー".encode(), "\u0301" .encode() * 9,
    b"a" * 70, b"1234567890", b"\n" * 40, b" " * 300, b"<" * 50,
)  # fmt: skip
MOST_BYTES = 60_000


def changed(page: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return a page with a few pieces cut, repeated, inserted, flipped or taken from another page."""
    for _ in range(chance.randint(1, 12)):
        start = chance.randint(0, len(page))
        end = min(len(page), start + chance.choice((1, 3, 20, 400)))
        piece = page[start:end]
        at = chance.randint(0, len(other))
        new = chance.choice(
            (
                b"",
                piece * chance.randint(2, 40),
                chance.choice(TOKENS) * chance.choice((1, 1, 2, 200)),
                bytes(byte ^ 1 << chance.randint(0, 7) for byte in piece),
                other[at : at + 300],
            )
        )
        page = (page[:start] + new + page[end:])[:MOST_BYTES]
    return page


def targets() -> dict[str, Callable[[bytes], object]]:
    """Return the functions that read a page, by name."""
    detector = Detector()
    settings = DuplicateSettings(masked=True)
    return {
        "html": lambda page: detector.score_batch([Page.read(page, "html")]),
        "text": lambda page: detector.score_batch([Page.read(page, "text")]),
        "words": lambda page: words_of(text_batch([page.decode(errors="replace").encode()])),
        "shingles": lambda page: find_duplicates(
            [part.decode(errors="replace") for part in page.split(b"\n")], settings=settings
        ),
    }


def main(library: str, target: str, inputs: str, seed: str, last: str) -> None:
    """Read a number of changed pages; print how many were not refused."""
    chance, read = random.Random(int(seed)), 0
    cases = [json.loads(path.read_text("utf-8"))["input"] for path in sorted(PAGES.glob("*.json"))]
    pages = [HTML.encode(), TEXT.encode(), *("\n".join(case).encode() for case in cases)]
    with patch.object(native, "LIBRARY", Path(library)):
        reads = targets()[target]
        for _ in range(int(inputs)):
            page = changed(chance.choice(pages), chance.choice(pages), chance)
            Path(last).write_bytes(page)
            try:
                reads(page)
            except PageError:
                pass
            else:
                read += 1
    print(read)


if __name__ == "__main__":
    main(*sys.argv[1:])
