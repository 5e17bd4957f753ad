"""Decisions on lines of real sites: each page alone, and with counts of all pages of its site.

Pages are training pages with the site that they are from, and the models are those of their folds, which
learned nothing from the site. Truth is the page's gold text, aligned with its lines.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.measures.profile_scores import scored_and_kept
from detector.model.files import Model
from detector.records import Format, Integers
from detector.sites.recurrence import Sites, count_lines
from detector.text.keys import line_keys
from detector.training.data.examples import CONTENT, FOLDS, Examples
from detector.training.data.labelled_pages import LabelledPage
from detector.training.evaluate.judge import page_f1

FORMATS: Final[tuple[Format, ...]] = ("text", "html")
# The least pages of a site.
LEAST_PAGES: Final = 11


class DecidedPage(NamedTuple):
    """A page decided alone and with its site.

    share: float64 (S,), the share of content, or -1; words: int64 (S,)
    alone, with_site: bool (S,), whether each line stays; f1: words F1 of both
    lines: the text of each line
    """

    page: LabelledPage
    share: NDArray[np.float64]
    words: Integers
    alone: NDArray[np.bool_]
    with_site: NDArray[np.bool_]
    f1: tuple[float, float]
    lines: Sequence[str]

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Return bool (S,): the lines with words and a known truth that the site decides differently."""
        return (self.alone != self.with_site) & (self.words > 0) & (self.share >= 0)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Return bool (S,): the lines that the site decides rightly."""
        return self.with_site == (self.share >= CONTENT)


def of_sites(pages: Sequence[LabelledPage]) -> list[LabelledPage]:
    """Return the HTML pages of sites with enough of them."""
    sites: dict[str, list[LabelledPage]] = defaultdict(list)
    for page in pages:
        if page.of_site and page.format == "html":
            sites[page.of_site].append(page)
    return [page for site in sites.values() if len(site) >= LEAST_PAGES for page in site]


def decided(examples: Examples, models: Sequence[Model], format: Format) -> Iterator[DecidedPage]:
    """Yield the known pages of the examples, which are of `of_sites` and in the order of their folds."""
    names = sorted({page.of_site for page in examples.pages})
    site = np.array([names.index(page.of_site) for page in examples.pages], np.int64)
    counts = count_lines(line_keys(examples.words), examples.batch.page_segment(), site)
    for fold in range(FOLDS):
        own = examples.of_fold(fold)
        sites = Sites(counts, site[examples.fold == fold], True)
        alone, with_site = (_kept(own, models[fold], format, one) for one in (None, sites))
        yield from _pages(own, alone, with_site)


def _kept(examples: Examples, model: Model, format: Format, sites: Sites | None) -> NDArray[np.bool_]:
    markup = examples.markup if format == "html" else None
    return scored_and_kept(examples.batch, examples.words, markup, model, sites)[1]


def _pages(
    examples: Examples, alone: NDArray[np.bool_], with_site: NDArray[np.bool_]
) -> Iterator[DecidedPage]:
    batch, segments = examples.batch, examples.batch.page_segment()
    f1 = np.stack([page_f1(examples, kept) for kept in (alone, with_site)], axis=1)
    size = np.diff(examples.words.segment_word)
    for number, page in enumerate(examples.pages):
        if not page.is_complete:
            continue
        rows = slice(int(segments[number]), int(segments[number + 1]))
        spans = zip(batch.segment_start[rows].tolist(), batch.segment_end[rows].tolist(), strict=True)
        lines = [bytes(batch.data[start:end]).decode(errors="replace") for start, end in spans]
        both = (float(f1[number, 0]), float(f1[number, 1]))
        yield DecidedPage(page, examples.share[rows], size[rows], alone[rows], with_site[rows], both, lines)


def site_row(format: Format, site: str, pages: Sequence[DecidedPage]) -> dict[str, Any]:
    """Return words F1 of a site alone and with its counts, and its changed lines, right and wrong."""
    changed = np.concatenate([page.changed for page in pages])
    right = np.concatenate([page.right for page in pages])
    kept = np.concatenate([page.with_site for page in pages])
    f1 = np.array([page.f1 for page in pages])
    row: dict[str, Any] = {"format": format, "site": site, "pages": len(pages)}
    row["f1_without"], row["f1_with"] = (round(float(one), 4) for one in np.nanmean(f1, axis=0))
    for name, part in (("brought_back", kept), ("dropped", ~kept)):
        row[name] = int((changed & part).sum())
        row[f"{name}_rightly"] = int((changed & part & right).sum())
    return row
