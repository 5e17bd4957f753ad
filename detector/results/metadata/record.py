"""The metadata of a page as public records."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a page gives about itself.

    value: as text; dates in ISO 8601, languages as BCP 47 tags, absolute addresses if the page's address is
    known
    source: where it is from, such as "json-ld:headline", "opengraph:og:title", "meta:author",
    "microdata:author",
        "html:title", "address" (the page's) or "text" (guessed from the words)
    confidence: of a guess, 0 to 1; None for a value that the page gives
    """

    value: str
    source: str
    confidence: float | None = None

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata that a page gives about itself; None or empty for what it does not give.

    title: of the article or page, without the site's name if the markup separates them
    authors: their names, in the order of the page
    published, modified: dates, with the time if the page gives it
    site_name: the name of the site or publisher
    language: the declared language
    text_language: the language detected from the words, with a confidence
    canonical_url: the address that the page declares as its own
    image: the address of the picture that represents the page
    """

    title: Found | None = None
    authors: tuple[Found, ...] = ()
    published: Found | None = None
    modified: Found | None = None
    site_name: Found | None = None
    language: Found | None = None
    text_language: Found | None = None
    canonical_url: Found | None = None
    image: Found | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(found: Found | tuple[Found, ...] | None) -> Any:  # noqa: ANN401
    if found is None:
        return None
    if isinstance(found, tuple):
        return [_plain(one) for one in found]
    plain: dict[str, Any] = {"value": found.value, "source": found.source}
    return plain if found.confidence is None else plain | {"confidence": found.confidence}
