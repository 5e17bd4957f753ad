"""JSON-LD and microdata of a page, as one list of items with their properties."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from turbohtml import Document, MicrodataItem

# The types of schema.org for pages: their headline, author and date are those of the page.
_PAGES: Final = (
    "article", "blogposting", "newsarticle", "webpage", "recipe", "product", "qapage",
    "discussionforumposting", "creativework", "book", "event", "videoobject", "course", "jobposting",
    "dataset", "podcastepisode", "scholarlyarticle", "report", "howto", "profilepage", "faqpage",
    "aboutpage", "collectionpage",
)  # fmt: skip
_WRAPPING: Final = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|"
                              r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*$")  # fmt: skip
# Items under these properties are another page, or somebody's opinion about this page.
_ELSEWHERE: Final = frozenset(
    ("itemListElement", "hasPart", "isPartOf", "mentions", "review", "reviews", "comment", "blogPost",
     "blogPosts", "isRelatedTo", "isSimilarTo", "citation", "relatedLink", "suggestedAnswer",
     "acceptedAnswer", "workExample")
)  # fmt: skip
# Limits on nested items and their number, because pages may be malicious.
_DEEPEST: Final = 12
_MOST: Final = 2_000


class Thing(NamedTuple):
    """An item of JSON-LD or microdata: its types (lower case, without the vocabulary) and properties."""

    source: str
    types: tuple[str, ...]
    properties: dict[str, Any]

    def is_page(self) -> bool:
        """Return whether it is the page, or the subject of the page."""
        return any(kind.endswith(_PAGES) for kind in self.types)

    def values(self, name: str) -> list[Any]:
        """Return the values of a property as a list, even if there is only one."""
        value = self.properties.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]


def _types(said: Any) -> tuple[str, ...]:  # noqa: ANN401
    names = said if isinstance(said, list) else [said]
    return tuple(re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str))


def _json_ld(document: "Document") -> Iterator[Any]:
    """Yield the contents of the scripts, which often are not valid JSON: pages have line ends in strings."""
    for script in document.select("script[type='application/ld+json' i]"):
        text = _WRAPPING.sub("", str(script.text)).strip().rstrip(";")
        try:
            yield json.loads(text, strict=False)
        except (ValueError, RecursionError):  # not JSON: there is no metadata here
            continue


def _objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield the objects in a value, the outer ones before the inner ones."""
    todo: list[tuple[Any, int]] = [(value, 0)]
    count = 0
    while todo and count < _MOST:
        now, depth = todo.pop(0)
        count += 1
        if isinstance(now, dict):
            yield now
        inner = now if isinstance(now, list) else []
        if isinstance(now, dict):
            inner = [one for name, one in now.items() if name not in _ELSEWHERE]
        if depth < _DEEPEST:
            todo += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]


def _plain_item(item: "MicrodataItem", depth: int = 0) -> dict[str, Any]:
    """Return an item of microdata in the form of JSON-LD."""
    from turbohtml import MicrodataItem

    properties: dict[str, Any] = {"@type": (item.type or "").split()}
    for name, values in item.properties.items():
        properties[name.rsplit("/", 1)[-1]] = [
            _plain_item(value, depth + 1) if isinstance(value, MicrodataItem) else value
            for value in values
            if depth < _DEEPEST or isinstance(value, str)
        ]
    return properties


def things(document: "Document", address: str | None) -> list[Thing]:
    """Return all items of JSON-LD, then those of microdata; items that are the page come first in each."""
    found: list[Thing] = []
    known: dict[str, dict[str, Any]] = {}
    objects = [one for value in _json_ld(document) for one in _objects(value)]
    for one in objects:
        if isinstance(one.get("@id"), str) and len(one) > 2:
            known.setdefault(one["@id"], one)
    for one in objects:
        resolved = {name: _resolved(value, known) for name, value in one.items()}
        found.append(Thing("json-ld", _types(one.get("@type")), resolved))
    for item in document.microdata(address):
        plain = _plain_item(item)
        found += [Thing("microdata", _types(one.get("@type")), one) for one in _objects(plain)]
    return sorted(found, key=lambda thing: (thing.source != "json-ld", not thing.is_page()))


def _resolved(value: Any, known: dict[str, dict[str, Any]]) -> Any:  # noqa: ANN401
    """Return a value, or the item that it refers to, because JSON-LD can refer to items by id."""
    if isinstance(value, list):
        return [_resolved(one, known) for one in value]
    if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
        return known.get(value["@id"], value)
    return value
