"""Loaders of the shared data's `pages/`: one JSONL file a set, one page a line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.data.pages import UNKNOWN, Page, declared_host, registrable
from benchmarks.files import json_lines

# The file of each set, and what kind its pages are where all are of one.
KIND_OF_SET: Final = {
    "l3s-gn1": "article",
    "dragnet": "article",
    "cleaneval-dev": "page",
    "cleaneval-final": "page",
    "cleanportaleval": "page",
    "web-forum-52": "forum",
    "recipes-sample": "recipe",
    "zyte-products": "product",
    "formasaurus-non-english": "page",
    "woocommerce-fr": "product",
    "woocommerce-vi": "product",
    "leogao-htmltotext": "forum",
}
LANGUAGE_OF_SET: Final = dict.fromkeys(
    ("l3s-gn1", "dragnet", "cleaneval-dev", "cleaneval-final", "cleanportaleval"), "en"
)
# Languages that a detector gives short pages of other ones.
NOISE: Final = frozenset({"la", "lb", "gl"})
HOST_IN_NAME: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def _domain(name: str, row: dict[str, Any], html: bytes) -> str:
    """Return a page's registrable domain; the shop for shops, the page itself where nothing says it."""
    if name.startswith("woocommerce"):
        return f"shop:{row['id'].split('/', 1)[0]}"
    host = urlsplit(row.get("url") or "").hostname or declared_host(html)
    if host:
        return registrable(host)
    if name == "leogao-htmltotext":
        return f"forum:{row['id'].split('/', 1)[1].split('-')[1]}"
    found = HOST_IN_NAME.search(row["id"].split("/", 1)[-1])
    return registrable(found.group()) if found and name != "l3s-gn1" else f"page:{row['id']}"


def pages_of(folder: Path, name: str) -> Iterator[Page]:
    """Yield the pages of one set, in the order of the file."""
    for row in json_lines(folder / f"{name.replace('-', '_')}.jsonl.gz"):
        html = row["html"].encode("utf-8", "surrogatepass")
        language = LANGUAGE_OF_SET.get(name) or row.get("lang") or UNKNOWN
        yield Page(
            name,
            row["id"],
            _domain(name, row, html),
            UNKNOWN if language in NOISE else language,
            KIND_OF_SET[name],
            html=html,
            gold=row.get("gold"),
            title=row.get("title") or row.get("headline"),
        )
