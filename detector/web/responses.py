"""The records of answers, for the OpenAPI description. Tests check real answers against them."""

from typing import Literal

import msgspec


class ReasonOut(msgspec.Struct, forbid_unknown_fields=True):
    """Why a line has its score (evidence, in log-odds), or what decided about it (policy)."""

    group: str
    code: str
    text: str
    contribution: float | None


class LineOut(msgspec.Struct):
    """A line. `score`: the probability that it is not main content; null for a blank line."""

    number: int
    text: str
    end: str
    score: float | None
    label: str
    kept: bool
    cuts: list[tuple[int, int]]
    clean: str
    copy_of: int | None
    copy_kind: str | None
    copy_probability: float | None
    block: int | None
    block_kind: str | None
    element: str | None
    kind: str | None
    kinds: dict[str, float]
    reasons: list[ReasonOut]


class VerdictOut(msgspec.Struct, forbid_unknown_fields=True):
    """The kind of page."""

    kind: str
    probability: float
    signals: list[ReasonOut]


class ProblemOut(msgspec.Struct, forbid_unknown_fields=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class PageOut(msgspec.Struct):
    """A scored page."""

    id: str | None
    url: str | None
    title: str | None
    format: Literal["text", "html"]
    encoding: str | None
    replaced: int
    model_id: str
    content_share: float
    confidence: float
    clean_text: str
    verdict: VerdictOut | None
    lines: list[LineOut]


class CleanOut(msgspec.Struct, forbid_unknown_fields=True):
    """A cleaned page."""

    id: str | None
    title: str | None
    text: str
    format: Literal["text", "html"]
    model_id: str
    content_share: float
    confidence: float


class FailedOut(msgspec.Struct, forbid_unknown_fields=True):
    """A page that could not be used; the other pages of the request are answered."""

    id: str | None
    error: ProblemOut


class RemovedOut(msgspec.Struct, forbid_unknown_fields=True):
    """A text to drop, and the text that stays instead."""

    id: str
    kept: str
    similarity: float


class PairOut(msgspec.Struct, forbid_unknown_fields=True):
    """Two texts that are near-duplicates."""

    a: str
    b: str
    similarity: float


class GroupOut(msgspec.Struct, forbid_unknown_fields=True):
    """A group of texts that is too large to list every pair."""

    representative: str
    texts: int
    pairs_estimated: int


class DuplicatesOut(msgspec.Struct, forbid_unknown_fields=True):
    """The texts to keep and to drop."""

    texts: int
    kept: list[str]
    removed: list[RemovedOut]
    pairs: list[PairOut]
    groups: list[GroupOut]


class RecurringOut(msgspec.Struct, forbid_unknown_fields=True):
    """A line that recurs. `position`: from 0, the top of a page, to 1, its bottom."""

    text: str
    pages: int
    position: float


class ProfileOut(msgspec.Struct, forbid_unknown_fields=True):
    """The lines that recur on a site. `profile`: the profile file in base64, for scoring."""

    name: str
    pages: int
    is_sure: bool
    templates: list[int]
    lines: list[RecurringOut]
    profile: str
