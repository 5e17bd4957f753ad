"""Reasons in words: how each block of evidence is named and explained."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from detector.decisions import BY_F1, BY_SCORE, MOSTLY_CONTENT, NO_CONTENT
from detector.features.schema import ALL_CODES, SITE_CODE
from detector.records import CONTENT_KINDS, Floats, Reason
from detector.results.facts import PageFacts

# Contributions smaller than this (log-odds) are not shown.
LEAST: Final = 0.15
MOST: Final = 4
# A kind that is as likely as this is the line's kind.
SURE_KIND: Final = 0.5

# The text for a code without a fact, for boilerplate and for content.
_TEXTS: Final = {
    "shape": ("looks like a label, not like running text", "looks like running text"),
    "phrases": ("its words are typical of boilerplate", "its words are typical of running text"),
    "neighbours": ("the lines around it look like boilerplate", "the lines around it look like content"),
    "place": (
        "this part of a page is often boilerplate",
        "this part of a page is often content",
    ),
    "page": ("pages like this one have little content", "pages like this one are mostly content"),
    "repeats": ("repeated text on this page is boilerplate", "is not a copy of another line"),
    "markup": (
        "its elements and classes are typical of boilerplate",
        "its elements and classes are typical of content",
    ),
    "links": ("is among links", "has few links around it"),
    "around": ("its enclosing elements contain boilerplate", "its enclosing elements contain content"),
    "cohesion": ("few of its words appear in the content", "its words appear in the content"),
    "alike": ("lines in similar elements are boilerplate", "lines in similar elements are content"),
    "title": (
        "does not match the page's title or description",
        "matches the page's title or description",
    ),
}


class SeenLine(NamedTuple):
    """Other pages of the site: with the line as it is, with other names or numbers (`varied`), and all.

    unsure: whether `exact` may be too small
    """

    exact: int
    varied: int
    site_pages: int
    unsure: bool = False


NOT_SEEN: Final = SeenLine(0, 0, 0)

_POLICIES: Final = {
    BY_SCORE: ("threshold", "the threshold"),
    BY_F1: ("expected-f1", "the threshold with the highest expected F1 for this page"),
    MOSTLY_CONTENT: ("mostly-content", "the threshold for a page that is nearly all content"),
}


def shown_codes(contributions: Floats) -> list[list[tuple[int, float]]]:
    """Return the largest contributions of each line with the number of their code, largest first."""
    size = np.abs(contributions)
    order = np.argsort(-size, axis=1, kind="stable")[:, :MOST]
    shown = np.take_along_axis(size, order, axis=1) >= LEAST
    values = np.round(np.take_along_axis(contributions, order, axis=1).astype(np.float64), 3)
    rows = zip(order.tolist(), values.tolist(), shown.sum(axis=1).tolist(), strict=True)
    return [list(zip(codes[:count], said[:count], strict=True)) for codes, said, count in rows]


def _site_text(seen: SeenLine) -> str:
    text = f"appears on {seen.varied} of {seen.site_pages} other pages of this site"
    if seen.varied == seen.exact:
        return text
    how = "as it is or " if seen.unsure else "also " if seen.exact else ""
    return f"{text}, {how}with other names or numbers"


def evidence_reasons(
    shown: list[tuple[int, float]], facts: PageFacts, row: int, seen: SeenLine
) -> list[Reason]:
    """Return the reasons for a line's contributions.

    Parameters
    ----------
    shown
        The contributions of the line, from `shown_codes`.
    facts, row
        The facts about the page, and the segment that represents the line.
    seen
        The other pages of the site that have the line.
    """
    reasons = []
    for number, contribution in shown:
        code, is_against = ALL_CODES[number], contribution > 0
        if code == SITE_CODE:
            text = _site_text(seen)
        else:
            text = facts.said(number, row, for_boilerplate=is_against) or _TEXTS[code][not is_against]
        reasons.append(Reason("evidence", code, text, contribution))
    return reasons


def policy_reason(policy: int, threshold: float, kept: bool) -> Reason:
    """Return the policy that decided on a line."""
    if policy == NO_CONTENT:
        return Reason("policy", "no-content", "nothing on the page is likely enough to be content")
    verb = "kept: its score is not above" if kept else "dropped: its score is above"
    code, why = _POLICIES[policy]
    return Reason("policy", code, f"{verb} {threshold:.3f}, {why}")


_COPIES: Final = {
    "headline": ", the page's headline",
    "block": ", in a block that appears twice",
    "running-head": ", a running head",
}


def copy_reason(kind: str, line: int) -> Reason:
    """Return why a copy is dropped: what it is a copy of, and the kind of copy."""
    return Reason("policy", "copy", f"dropped: same text as line {line}{_COPIES.get(kind, '')}")


ORIGINAL_STAYS: Final = Reason("policy", "original", "kept: the original of a copy whose score is low enough")


def kind_reason(kinds: Mapping[str, float], kept: bool) -> Reason:
    """Return the reason for a decision that the line's kind changed.

    It names the most likely kind that explains it: a kept line that may be a teaser (.4) or body (.35) is
    kept because of its kind, body.
    """
    explaining = (
        kind for kind, share in kinds.items() if share >= SURE_KIND or (kind in CONTENT_KINDS) == kept
    )
    kind = next(explaining, "")
    return Reason("policy", "kind", f"{'kept' if kept else 'dropped'} because of its kind, {kind}")


BLOCK_STAYS: Final = Reason("policy", "block", "kept with the rest of its list, table or code")
BETWEEN: Final = Reason("policy", "between", "kept: body by its kind, and the lines around it are kept")
HEADING: Final = Reason("policy", "heading", "kept: the heading of the paragraph after it, which is kept")
BLOCK_GOES: Final = Reason("policy", "block", "dropped with the rest of its list, table or code")
CUT: Final = Reason("policy", "headline-cut", "begins with a headline that also has a line of its own")
SENTENCES_CUT: Final = Reason("policy", "sentences-cut", "some sentences of this long line are dropped")
