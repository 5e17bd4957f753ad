"""What a data set yields: a page, and its truth as far as it is known."""

import gzip
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from publicsuffixlist import PublicSuffixList

# Where a page declares its own address, the most reliable place first.
ADDRESS_TAGS: Final = (
    re.compile(rb"<meta\b[^>]*\bproperty=[\"']?og:url\b[^>]*>", re.IGNORECASE),
    re.compile(rb"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE),
)
ADDRESS: Final = re.compile(rb"(?:href|content)=[\"']?(?:https?:)?//([^/\"'\s>]+)", re.IGNORECASE)
UNKNOWN: Final = "unknown"


class LabelledLine(NamedTuple):
    """A line and its label: content, template, metadata, comment or repeat."""

    text: str
    label: str


class Part(NamedTuple):
    """A text that must stay, and its kind: an ingredient, a step, a price."""

    name: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page and its truth: html or text, and gold, snippets and lines if known.

    comments: readers' comments, if they are marked separately from the gold; parts: texts that must stay.
    copies: groups of labelled lines, by number, of which exactly one should stay.

    id: unique in its set; domain: registrable, with private suffixes.
    page_type: article, listing and so on, or "page"; language: ISO 639-1, or "unknown".
    """

    set: str
    id: str
    domain: str
    language: str = UNKNOWN
    page_type: str = "page"
    html: bytes | None = None
    text: str | None = None
    gold: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    lines: tuple[LabelledLine, ...] = ()
    title: str | None = None
    comments: str | None = None
    parts: tuple[Part, ...] = ()
    copies: tuple[tuple[int, ...], ...] = ()

    def with_parts(self, parts: tuple[Part, ...]) -> "Page":
        """Return the page with other parts."""
        return replace(self, parts=parts)

    @property
    def key(self) -> str:
        """Return the name of the page in splits and results."""
        return f"{self.set}/{self.id}"


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=False, accept_unknown=False)


@lru_cache(maxsize=8192)
def registrable(host: str) -> str:
    """Return the registrable domain of a host: `b.github.io` for `a.b.github.io`."""
    name = host.lower().rstrip(".").split(":")[0]
    return _suffixes().privatesuffix(name) or name


def named_domain(name: str) -> str:
    """Return the domain that a file name begins with: `python.org` for `blog.python.org.html`."""
    labels = name.split("-", 1)[0].split(".")
    for end in range(2, len(labels) + 1):
        if found := _suffixes().privatesuffix(".".join(labels[:end]).lower()):
            return found
    return name


def drawn(pages: Sequence[Page], most: int | None) -> list[Page]:
    """Return the pages whose names have the lowest hashes, in their order; all if there is no limit."""
    hashes = sorted((hashlib.sha256(page.key.encode()).hexdigest(), at) for at, page in enumerate(pages))
    return [pages[at] for at in sorted(at for _, at in hashes[:most])]


def unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is gzipped."""
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def declared_host(html: bytes) -> str | None:
    """Return the host of the address that a page declares as its own, if any."""
    for tag in ADDRESS_TAGS:
        for element in tag.findall(html):
            if found := ADDRESS.search(element):
                return found.group(1).decode("ascii", "replace")
    return None
