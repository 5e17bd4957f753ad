"""How the sites of documents were found, for the report."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from detector.corpus.formats.documents import SiteWay
from detector.sites.names import LONE

# In words, as in "12 sites by the URL".
WAYS: Final[Mapping[SiteWay, str]] = {
    "column": "the site column",
    "url": "the URL",
    "host_folder": "a folder named like a host",
    "template": "folders that share a template",
    "canonical_link": "the address that the page gives as its own",
    "folder": "the page's folder",
    "folder_sites": "the rule folder_sites",
    "none": "nothing: the page is judged alone",
}
# The most sites to name for each way.
EXAMPLES: Final = 3


class SiteWays:
    """Counts the documents of each site by the way in which the site was found."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, way: str, site: str, documents: int = 1) -> None:
        """Count documents. Pages that are judged alone have no site."""
        self._counts.setdefault(way, Counter())["" if site.startswith(LONE) else site] += documents

    def add_all(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add the counts of another tally."""
        for way, sites in counts.items():
            for site, documents in sites.items():
                self.add(way, site, documents)

    def as_dict(self) -> dict[str, dict[str, int]]:
        """Return the counts as plain values."""
        return {way: dict(sorted(sites.items())) for way, sites in sorted(self._counts.items())}

    def report(self) -> dict[str, dict[str, Any]]:
        """Return the number of sites and documents for each way, with a few names of sites."""
        found = {}
        for way in WAYS:
            counts = self._counts.get(way, Counter[str]())
            names = sorted(filter(None, counts), key=lambda site: (-counts[site], site))
            if counts:
                sizes = {"sites": len(names), "documents": counts.total()}
                found[str(way)] = {**sizes, "examples": names[:EXAMPLES]}
        return found

    def way_of(self, site: str) -> str:
        """Return how a site was found, for most of its documents."""
        # The last of equals: "none" for pages that are judged alone.
        return max([*WAYS][::-1], key=lambda way: self._counts.get(way, Counter[str]())[site])


def in_words(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how sites were found in a line, such as "12 by the URL, 3 by the page's folder"."""
    return ", ".join(f"{row['sites']:,} by {WAYS[way]}" for way, row in _with_sites(found))


def _with_sites(found: Mapping[str, Mapping[str, Any]]) -> list[tuple[SiteWay, Mapping[str, Any]]]:
    return [(way, found[way]) for way in WAYS if way in found and found[way]["sites"]]
