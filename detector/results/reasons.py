"""Reasons in words: what a block of evidence is called, and how it is explained."""

from typing import Final

import numpy as np

from detector.decisions import BY_F1, BY_SCORE, MOSTLY_CONTENT, NO_CONTENT
from detector.features.schema import ALL_CODES, SITE_CODE
from detector.records import Floats, Reason
from detector.results.facts import PageFacts

# Contributions smaller than this (log-odds) are not worth a line to the reader.
LEAST: Final = 0.15
MOST: Final = 4

# What a code stands for where no fact can be named, for boilerplate and for content.
_TEXTS: Final = {
    "shape": ("is built like a label, not like running text", "is built like running text"),
    "phrases": ("its words are those of boilerplate", "its words are those of running text"),
    "neighbours": ("the lines around it look like boilerplate", "the lines around it look like content"),
    "place": (
        "boilerplate often stands at this place of a page",
        "content often stands at this place of a page",
    ),
    "page": ("pages like this one have little content", "pages like this one are mostly content"),
    "repeats": ("what stands more than once here is boilerplate", "repeats nothing, or is an original"),
    "markup": (
        "its elements and classes are those of boilerplate",
        "its elements and classes are those of content",
    ),
    "links": ("stands among links", "few links around it"),
    "around": ("the elements that hold it hold boilerplate", "the elements that hold it hold content"),
    "cohesion": ("few of its words return in the content", "its words return in the content"),
    "alike": ("lines in elements like its own are boilerplate", "lines in elements like its own are content"),
    "title": (
        "is not what the page's title and description say",
        "agrees with the page's title or description",
    ),
}

_POLICIES: Final = {
    BY_SCORE: ("threshold", "the threshold"),
    BY_F1: ("expected-f1", "the threshold with the highest expected F1 for this page"),
    MOSTLY_CONTENT: ("mostly-content", "for the page is nearly all content"),
}


def shown_codes(contributions: Floats) -> list[list[tuple[int, float]]]:
    """Return the largest contributions of each line, with the number of their code, largest first."""
    size = np.abs(contributions)
    order = np.argsort(-size, axis=1, kind="stable")[:, :MOST]
    shown = np.take_along_axis(size, order, axis=1) >= LEAST
    values = np.round(np.take_along_axis(contributions, order, axis=1).astype(np.float64), 3)
    rows = zip(order.tolist(), values.tolist(), shown.sum(axis=1).tolist(), strict=True)
    return [list(zip(codes[:count], said[:count], strict=True)) for codes, said, count in rows]


def evidence_reasons(
    shown: list[tuple[int, float]], facts: PageFacts, row: int, seen: int = 0, site_pages: int = 0
) -> list[Reason]:
    """Return the reasons that a line's contributions stand for.

    Parameters
    ----------
    shown
        Of the line, from `shown_codes`.
    facts, row
        What can be checked on the page, and the segment that speaks for the line.
    seen, site_pages
        Other pages of the site that have the line, and all that are known.
    """
    reasons = []
    for number, contribution in shown:
        code, is_against = ALL_CODES[number], contribution > 0
        if code == SITE_CODE:
            text = f"stands on {seen} of {site_pages} other pages of this site"
        else:
            text = facts.said(number, row, for_boilerplate=is_against) or _TEXTS[code][not is_against]
        reasons.append(Reason("evidence", code, text, contribution))
    return reasons


def policy_reason(policy: int, threshold: float, kept: bool) -> Reason:
    """Return what decided on a line."""
    if policy == NO_CONTENT:
        return Reason("policy", "no-content", "nothing on the page is likely enough to be content")
    verb = "kept: its score is not above" if kept else "dropped: its score is above"
    code, why = _POLICIES[policy]
    return Reason("policy", code, f"{verb} {threshold:.3f}, {why}")


_COPIES: Final = {
    "headline": ", the page's headline",
    "block": ", in a part that is printed twice",
    "running-head": ", a running head",
}


def copy_reason(kind: str, line: int) -> Reason:
    """Return why a copy is dropped: what it is a copy of, and the kind of copy."""
    return Reason("policy", "copy", f"dropped: same text as line {line}{_COPIES.get(kind, '')}")


ORIGINAL_STAYS: Final = Reason("policy", "original", "kept: the original of a copy whose score is low enough")


def kind_reason(kind: str, kept: bool) -> Reason:
    """Return what decided where the score alone would have decided otherwise: the line's kind."""
    return Reason("policy", "kind", f"{'kept' if kept else 'dropped'} by its kind, {kind}")


BLOCK_STAYS: Final = Reason("policy", "block", "kept with the rest of its list, table or code")
BETWEEN: Final = Reason("policy", "between", "kept: body by its kind, and the lines around it are kept")
BLOCK_GOES: Final = Reason("policy", "block", "dropped with the rest of its list, table or code")
CUT: Final = Reason("policy", "headline-cut", "begins with a headline that stands on a line of its own")
SENTENCES_CUT: Final = Reason("policy", "sentences-cut", "some sentences of this long line are dropped")
