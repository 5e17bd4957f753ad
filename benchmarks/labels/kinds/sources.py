"""Where pages to label come from: every set of the shared data, by page name."""

from collections.abc import Iterator
from typing import Final

from benchmarks.data.loaders.package_texts import PACKAGE_TEXTS, package_texts
from benchmarks.data.pages import Page
from benchmarks.data.sets import OF_PAGES, SETS

# Sets with parts of pages that other sets have whole.
LEFT_OUT: Final = ("near-dup",)


def pages(sets: set[str] | None = None) -> Iterator[Page]:
    """Yield the pages of all sets that may be labelled, or of some sets."""
    for record in SETS:
        may_be = not record.ours and (record.split == "train" or record in OF_PAGES)
        may_be = may_be and record.name not in LEFT_OUT
        if may_be and (sets is None or record.name in sets):
            yield from record.pages()
    if sets is None or PACKAGE_TEXTS in sets:
        yield from package_texts()


def pages_named(wanted: set[str]) -> dict[str, Page]:
    """Return pages by their names."""
    sets = {page.split("/", 1)[0] for page in wanted}
    return {page.key: page for page in pages(sets) if page.key in wanted}
