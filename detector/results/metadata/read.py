"""Reads the metadata of a page: each value from the first source that has it."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from detector.results.metadata.languages import language_tag, text_language
from detector.results.metadata.record import Found, Metadata
from detector.results.metadata.structured import Thing, things
from detector.text.html import whole_page
from detector.text.page import Page

if TYPE_CHECKING:
    from turbohtml import Document

# Names of `<meta>`, the most reliable first.
_TITLES: Final = ("og:title", "citation_title", "dc.title", "dcterms.title", "parsely-title", "twitter:title")
_AUTHORS: Final = (
    "citation_author", "article:author", "author", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "twitter:creator",
)  # fmt: skip
_PUBLISHED: Final = (
    "article:published_time", "og:article:published_time", "datepublished", "citation_publication_date",
    "citation_date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dc.date.created",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publication_date", "date",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "last-modified", "lastmod",
)  # fmt: skip
_SITES: Final = ("og:site_name", "application-name", "citation_journal_title", "apple-mobile-web-app-title")
_IMAGES: Final = (
    "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "thumbnail",
)  # fmt: skip
# The names of turbohtml for the source of a date.
_SIGNALS: Final = {
    "time": "html:time", "url": "address", "meta": "meta:date", "json-ld": "json-ld:datePublished",
}  # fmt: skip
_LONGEST: Final = 500
_SPACES: Final = re.compile(r"\s+")
_ADDRESS: Final = re.compile(r"^(?:https?:|www\.|/|@)", re.IGNORECASE)
_BY: Final = re.compile(r"^(?:by|von|par|por|di|door|av|oleh)\s+(?=\w)", re.IGNORECASE)

Metas = dict[str, list[str]]
Clean = Callable[[str], str | None]


def read_metadata(page: Page, clean_text: str) -> Metadata:
    """Return the metadata of a page.

    Parameters
    ----------
    page
        The page, as it was read. For plain text, only the language is known.
    clean_text
        The clean text, for detecting the language.
    """
    if page.format != "html":
        return Metadata(text_language=text_language(clean_text))
    from turbohtml import parse

    source = whole_page(page.utf8()).decode("utf-8", "replace")
    document = parse(source, positions=False)
    return _Reader(document, page.url, source).metadata(clean_text)


def _words(text: str) -> str | None:
    """Return a text on one line, without markup; None if it is empty or too long."""
    plain = _SPACES.sub(" ", re.sub(r"<[^<>]{1,200}>", "", text)).strip()
    return plain if 0 < len(plain) <= _LONGEST else None


def _name(text: str) -> str | None:
    """Return the name of a person; None for an address."""
    name = _words(text)
    return None if name is None or _ADDRESS.match(name) else _BY.sub("", name)


def iso_date(text: str) -> str | None:
    """Return a date in ISO 8601, or None if it is written differently."""
    value = text.strip().replace("/", "-") if re.match(r"\d{4}/\d", text.strip()) else text.strip()
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.date().isoformat() if re.fullmatch(r"[\d-]{8,10}", value) else found.isoformat()


class _Reader:
    """Looks for each value in its possible sources."""

    def __init__(self, document: "Document", url: str | None, source: str) -> None:
        self.document, self.url, self.source = document, url, source
        self.things = things(document, url)
        self.metas: Metas = {}
        for meta in document.select("meta[content]"):
            name = meta.attrs.get("property") or meta.attrs.get("name") or meta.attrs.get("itemprop")
            content = meta.attrs.get("content")
            for key in str(name or "").lower().split():
                self.metas.setdefault(key, []).append(str(content or ""))

    def metadata(self, clean_text: str) -> Metadata:
        """Return all metadata."""
        return Metadata(
            title=self._first(self._titles()),
            authors=self._people(),
            published=self._first(self._dates("datePublished", _PUBLISHED)) or self._other_date(),
            modified=self._first(self._dates("dateModified", _MODIFIED)),
            site_name=self._first(self._sites()),
            language=self._first(self._languages()),
            text_language=text_language(clean_text),
            canonical_url=self._first(self._addresses()),
            image=self._first(self._images()),
        )

    def _first(self, found: Iterator[Found]) -> Found | None:
        return next(found, None)

    def _meta(self, names: Sequence[str], clean: Clean) -> Iterator[Found]:
        for name in names:
            source = "opengraph" if name.startswith(("og:", "article:")) else "meta"
            for content in self.metas.get(name, ()):
                if (value := clean(content)) is not None:
                    yield Found(value, f"{source}:{name}")

    def _said(self, names: Sequence[str], clean: Clean, keys: Sequence[str] = ("name",)) -> Iterator[Found]:
        """Yield values of the items that describe the page; for a nested item, one of its `keys`."""
        for thing in self.things:
            if thing.is_page():
                for name in names:
                    yield from self._values(thing, name, clean, keys)

    def _values(self, thing: Thing, name: str, clean: Clean, keys: Sequence[str]) -> Iterator[Found]:
        for value in thing.values(name):
            for text in _texts(value, keys):
                if (cleaned := clean(text)) is not None:
                    yield Found(cleaned, f"{thing.source}:{name}")

    def _html(self, selector: str, attribute: str | None, source: str, clean: Clean) -> Iterator[Found]:
        for element in self.document.select(selector):
            text = str(element.text) if attribute is None else str(element.attrs.get(attribute) or "")
            if (value := clean(text)) is not None:
                yield Found(value, source)

    def _titles(self) -> Iterator[Found]:
        yield from self._said(("headline",), _words)
        yield from self._meta(_TITLES, _words)
        yield from self._said(("name",), _words)
        headings = list(self._html("h1", None, "html:h1", _words))
        if len(headings) == 1:
            yield from headings
        yield from self._html("head title, title", None, "html:title", _words)

    def _people(self) -> tuple[Found, ...]:
        """Return the authors, all from the first source that has any."""
        places = (
            self._said(("author", "creator"), _name),
            self._meta(_AUTHORS, _name),
            self._html("a[rel~=author i], [itemprop~=author i]", None, "html:author", _name),
        )
        for place in places:
            by_name: dict[str, Found] = {}
            first: str | None = None
            for found in place:
                first = first or found.source
                if found.source == first:
                    by_name.setdefault(found.value.casefold(), found)
            if by_name:
                return tuple(by_name.values())
        return ()

    def _dates(self, name: str, metas: Sequence[str]) -> Iterator[Found]:
        yield from self._said((name,), iso_date)
        yield from self._meta(metas, iso_date)
        yield from self._html(f"time[itemprop~={name} i]", "datetime", f"microdata:{name}", iso_date)

    def _other_date(self) -> Found | None:
        """Return a date in another format, or from `<time>` or the address."""
        from turbohtml.extract import DateExtraction, dates

        found = dates(self.source, DateExtraction(original=True, extensive_search=False))
        if found is None:
            return None
        return Found(found.date, _SIGNALS[found.signal])

    def _sites(self) -> Iterator[Found]:
        yield from self._meta(_SITES[:1], _words)
        for thing in self.things:
            if thing.types == ("website",):
                yield from self._values(thing, "name", _words, ())
        yield from self._said(("publisher",), _words)
        yield from self._meta(_SITES[1:], _words)

    def _languages(self) -> Iterator[Found]:
        yield from self._html("html[lang]", "lang", "html:lang", language_tag)
        yield from self._html("html", "xml:lang", "html:xml:lang", language_tag)
        said = "meta[http-equiv=content-language i]"
        yield from self._html(said, "content", "meta:content-language", language_tag)
        yield from self._said(("inLanguage",), language_tag, ("alternateName", "name"))
        yield from self._meta(("og:locale", "dc.language", "dcterms.language", "language"), language_tag)

    def _addresses(self) -> Iterator[Found]:
        yield from self._html("link[rel~=canonical i]", "href", "html:canonical", self._address)
        yield from self._meta(("og:url",), self._address)
        yield from self._said(("mainEntityOfPage", "url"), self._address, ("@id", "url"))

    def _images(self) -> Iterator[Found]:
        yield from self._meta(_IMAGES, self._address)
        yield from self._said(("image", "thumbnailUrl"), self._address, ("url", "contentUrl", "@id"))
        yield from self._html("link[rel~=image_src i]", "href", "html:image_src", self._address)

    def _address(self, text: str) -> str | None:
        from detector.results.document.addresses import safe_address

        whole = safe_address(text, self.document.base_url(self.url or "") or None)
        return whole if whole and whole.lower().startswith(("http:", "https:", "/")) else None


def _texts(value: Any, keys: Sequence[str]) -> Iterator[str]:  # noqa: ANN401
    """Yield the text of a value; for an item, that of the first of its `keys` that it has."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        named = next((value[key] for key in keys if value.get(key)), None)
        for text in named if isinstance(named, list) else [named]:
            if isinstance(text, str):
                yield text
