"""Glued and torn words in our lines, compared with what Chromium shows of the same pages (`innerText`).

    python -m tests.text.chromium [PAGES]        # updates chromium_counts.json; 320 pages by default

Chromium runs without scripts and without the network, so without external style sheets. Only counts are
stored, no texts. A word is glued if our lines join what Chromium separates, and torn if it is the other
way round. Intended differences are counted by reason (docs/reading.md).
"""

import html
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from benchmarks.data.sets import dataset
from detector.text.html import html_batch, serialised
from detector.text.page import Page
from detector.text.tags import INSIDE
from tests.conftest import lines_of

COUNTS = Path(__file__).parent / "chromium_counts.json"
SETS = ("wcxb-dev", "trafilatura-eval-dev", "fundus", "daniel", "sites")
ADDRESS = "http://page.test/"
MOST_PARTS = 4
# Words per ten thousand.
LIMIT = 1.0


def chromium() -> str | None:
    """The browser of this machine, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pages_of(number: int) -> Iterator[str]:
    """Pages of all sets in turn, the same ones each time."""
    share = -(-number // len(SETS))
    for name in SETS:
        pages = [page for page in dataset(name).pages() if page.html]
        step = max(len(pages) // share, 1)
        yield from (Page.read(page.html, "html").text for page in islice(pages[::step], share))


class Server:
    """Serves one page at a time, and nothing else."""

    def __init__(self) -> None:
        self.body = b""

    def serve(self, route: Any) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")
        else:
            route.abort()


def shown(pages: Iterator[str], browser_path: str) -> Iterator[tuple[str, str]]:
    """Each page with what Chromium shows of it; pages that it cannot show in time are left out."""
    from playwright.sync_api import Error, sync_playwright

    server = Server()
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        for text in pages:
            server.body = text.encode("utf-8", "replace")
            context = browser.new_context(java_script_enabled=False)
            context.route("**/*", server.serve)
            page = context.new_page()
            try:
                page.goto(ADDRESS, wait_until="domcontentloaded", timeout=15_000)
                yield text, page.evaluate("document.body ? document.body.innerText : ''")
            except Error as error:
                print(f"left out: {str(error).splitlines()[0]}", file=sys.stderr)
            context.close()
        browser.close()


def words(text: str) -> list[str]:
    """Words between white space, without zero-width characters."""
    return re.sub("[\u200b\u00ad]", "", text).split()


class Source:
    """A page's source, searched for the tags between two words."""

    def __init__(self, page: bytes) -> None:
        self._page, self._text = page, ""

    def between(self, one: str, other: str) -> list[tuple[bool, str, str]]:
        """For each tag whether it closes, its name and its attributes; none if the words are not found."""
        self._text = self._text or re.sub(
            "[\u200b\u00ad]", "", serialised(self._page).decode("utf-8", "replace")
        )
        found = None
        # A word may itself span several elements: then search for its last and first characters.
        for size in (max(len(one), len(other)), 4, 2):
            ends = (re.escape(html.escape(part, quote=False)) for part in (one[-size:], other[:size]))
            found = found or re.search(r"\s*((?:<[^<>]*>\s*)+)".join(ends), self._text)
        tags = re.findall(r"<(/?)([\w:-]+)([^<>]*)>", found[1]) if found else []
        return [(bool(slash), name, rest) for slash, name, rest in tags]


def reason(tags: list[tuple[bool, str, str]]) -> str:
    """Why words are separated on purpose, by the tags between them; "none" without a reason."""
    closed = [name for closes, name, _ in tags if closes]
    opened = [(name, rest) for closes, name, rest in tags if not closes]
    names = {name for name, _ in opened}
    if "a" in closed and "a" in names:
        return "links that touch"
    if {"button", "option", "label"} & {*closed, *names}:
        return "buttons and options"
    if "sup" in {*closed, *names} or any(name == "a" and 'href="#' in rest for name, rest in opened):
        return "marks of footnotes"
    if closed and opened:
        return "siblings of different looks"
    return "none"


def compare(page: str, inner: str) -> tuple[int, Counter[str]]:
    """Return the words of a page, and how many are glued and torn, by reason."""
    source = page.encode("utf-8", "replace")
    batch, markup = html_batch([source])
    hidden = (markup.inside[markup.line_element] >> INSIDE.index("hidden") & 1).tolist()
    read = list(zip(lines_of(batch), hidden, strict=True))
    ours = [word for line, _ in read for word in words(line)]
    hidden_words = {word for line, is_hidden in read if is_hidden for word in words(line)}
    theirs, place, counts = words(inner), Source(source), Counter[str]()
    our_words, their_words, their_pairs = set(ours), set(theirs), set(pairwise(theirs))
    parts = {
        "".join(theirs[at : at + size]): theirs[at : at + size]
        for size in range(MOST_PARTS, 1, -1)
        for at in range(len(theirs) - size + 1)
    }
    for word in ours:
        if word not in their_words and word in parts:
            signs = any(not re.search(r"\w", part) for part in parts[word])
            why = "hidden text" if word in hidden_words else "a sign and its word" if signs else "none"
            counts[f"glued: {why}"] += 1
    for one, other in pairwise(ours):
        whole = one + other in their_words and (one, other) not in their_pairs
        if whole and (one not in their_words or other not in their_words):
            is_sign = not (re.search(r"\w", one) and re.search(r"\w", other))
            why = "marks of footnotes" if is_sign else reason(place.between(one, other))
            counts["torn: " + why] += 1
    assert our_words or not their_words
    return len(theirs), counts


def measured(number: int, browser_path: str) -> dict[str, Any]:
    """Compare a number of pages."""
    total, pages, counts = 0, 0, Counter[str]()
    for page, inner in shown(pages_of(number), browser_path):
        size, found = compare(page, inner)
        total, pages = total + size, pages + 1
        counts += found
    rates = {kind: round(counts[f"{kind}: none"] * 1e4 / max(total, 1), 3) for kind in ("glued", "torn")}
    return {"pages": pages, "words": total, "in 10,000 words": rates, "counts": dict(sorted(counts.items()))}


if __name__ == "__main__":
    path = chromium()
    if path is None:
        sys.exit("no Chromium: apt-get install -y chromium")
    result = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 320, path)
    COUNTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
