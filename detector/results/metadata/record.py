"""The metadata of a page, as a caller meets it."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a page says about itself.

    value: as text; dates in ISO 8601, languages as BCP 47 tags, addresses whole where the page's is known
    source: where it stands, as "json-ld:headline", "opengraph:og:title", "meta:author", "microdata:author",
        "html:title", "address" (the page's) or "text" (guessed from the words)
    confidence: of a guess, 0 to 1; None for what the page says
    """

    value: str
    source: str
    confidence: float | None = None

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself; None or empty where it says nothing.

    title: of the article or page, without the site's name where the markup parts them
    authors: their names, in the order of the page
    published, modified: dates, with the time where the page gives it
    site_name: what the site or publisher calls itself
    language: as the markup says it
    text_language: as the words look; a hint, with a confidence
    canonical_url: the address that the page asks to be known by
    image: the address of the picture that stands for the page
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
