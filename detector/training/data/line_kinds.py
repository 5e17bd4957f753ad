"""What is known about the kinds of lines: the set of kinds that each line may have.

    labelled "teaser"               a teaser
    labelled "content"              a title, body or caption
    in a page's gold text           any of the kinds that its set calls content
    in a list of class "related"    a teaser, a menu entry, a byline or an advert

A network is fitted to such sets of kinds, so that the conventions of a data set are not taught as the truth.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import PageError
from detector.records import CONTENT_KINDS, LINE_KINDS, Batch, Markup
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.markup_kinds import kinds_by_markup

Allowed = NDArray[np.uint16]
# The least share of its words in the gold text for a line to count as inside.
IN_GOLD: Final = 0.5


def bits(kinds: Iterable[str]) -> int:
    """Return a bit for each of these kinds."""
    return sum(1 << LINE_KINDS.index(kind) for kind in set(kinds))


EVERY: Final = bits(LINE_KINDS)
_INSIDE: Final = bits((*CONTENT_KINDS, "byline", "comment"))
_OUTSIDE: Final = EVERY & ~bits(("body",))
# The kinds that less specific labels allow.
_LABELLED: Final[Mapping[str, int]] = {
    **{kind: bits((kind,)) for kind in LINE_KINDS},
    "content": bits(CONTENT_KINDS),
    "template": EVERY & ~bits((*CONTENT_KINDS, "comment")),
    "repeat": EVERY,
    "metadata": bits(("byline",)),
    "unknown": EVERY,
}


def is_known(allowed: Allowed) -> NDArray[np.bool_]:
    """Return bool (S,): the lines with only one possible kind."""
    found: NDArray[np.bool_] = (allowed & (allowed - np.uint16(1))) == 0
    return found


def has_kinds(page: LabelledPage) -> bool:
    """Tell whether a page has a label that names a kind."""
    labels = {*(page.kinds or ()), *(page.labels or ())} - {None}
    return any(_LABELLED[label].bit_count() == 1 for label in labels if label is not None)


def allowed_kinds(
    pages: Sequence[LabelledPage], batch: Batch, markup: Markup | None, share: NDArray[np.float64]
) -> Allowed:
    """Return uint16 (S,): a bit for each kind (`LINE_KINDS`) that a segment may have.

    Parameters
    ----------
    pages, batch, markup
        The pages, and their lines and markup.
    share : ndarray of float64, (S,)
        The share of content of each segment, or -1 if unknown.

    Raises
    ------
    PageError
        If the number of kinds and lines of a page differ.
    """
    allowed = np.empty(share.size, np.uint16)
    segments = batch.page_segment()
    for number, page in enumerate(pages):
        rows = slice(int(segments[number]), int(segments[number + 1]))
        allowed[rows] = _of_gold(page, share[rows]) if page.labels is None else EVERY
    if markup is not None:
        by_markup = np.repeat(kinds_by_markup(markup), np.diff(batch.line_segment))
        both = allowed & by_markup
        allowed = np.where(both > 0, both, allowed)
    for number, page in enumerate(pages):
        for labels in (page.labels, page.kinds):
            if labels is not None:
                _label(page, labels, batch, number, allowed)
    return allowed


def _of_gold(page: LabelledPage, share: NDArray[np.float64]) -> Allowed:
    """Return the kinds that the gold text allows for the segments of a page."""
    inside = _INSIDE if page.inside is None else bits(page.inside)
    outside = _OUTSIDE if page.outside is None else bits(page.outside)
    return np.where(share < 0, EVERY, np.where(share >= IN_GOLD, inside, outside)).astype(np.uint16)


def _label(
    page: LabelledPage, labels: Sequence[str | None], batch: Batch, number: int, allowed: Allowed
) -> None:
    """Restrict the kinds of a page's segments to those that its labels allow; if none remain, labels win."""
    lines = batch.line_segment[batch.page_line[number] : batch.page_line[number + 1] + 1]
    filled = np.flatnonzero(np.diff(lines) > 0)
    if filled.size != len(labels):
        raise PageError(
            f"the page {page.id!r} has {len(labels)} kinds, and {filled.size} lines that are not blank: "
            "give one for each line that `detector score` shows, null where it is not known"
        )
    for line, label in zip(filled, labels, strict=True):
        if label is None:
            continue
        rows, said = slice(int(lines[line]), int(lines[line + 1])), np.uint16(_LABELLED[label])
        both = allowed[rows] & said
        allowed[rows] = np.where(both > 0, both, said)
