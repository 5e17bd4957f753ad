"""What answers hold, for the OpenAPI description. The tests hold real answers against these."""

from typing import Literal

import msgspec


class ReasonOut(msgspec.Struct, forbid_unknown_fields=True):
    """Why a line has its score (evidence, in log-odds), or what decided (policy)."""

    group: str
    code: str
    text: str
    contribution: float | None


class LineOut(msgspec.Struct):
    """A line. `score`: the probability that it is not main content; null for a blank one."""

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
    """What kind of page it is."""

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
    """A page of several that could not be used; the others are answered."""

    id: str | None
    error: ProblemOut


class RemovedOut(msgspec.Struct, forbid_unknown_fields=True):
    """A text that goes, and the one that stays for it."""

    id: str
    kept: str
    similarity: float


class PairOut(msgspec.Struct, forbid_unknown_fields=True):
    """Two texts that are near-duplicates."""

    a: str
    b: str
    similarity: float


class GroupOut(msgspec.Struct, forbid_unknown_fields=True):
    """Texts too many and too alike for every pair to be listed."""

    representative: str
    texts: int
    pairs_estimated: int


class DuplicatesOut(msgspec.Struct, forbid_unknown_fields=True):
    """Which texts stay, and which go."""

    texts: int
    kept: list[str]
    removed: list[RemovedOut]
    pairs: list[PairOut]
    groups: list[GroupOut]


class RecurringOut(msgspec.Struct, forbid_unknown_fields=True):
    """A line that recurs. `position`: 0 at the top of a page, 1 at its bottom."""

    text: str
    pages: int
    position: float


class ProfileOut(msgspec.Struct, forbid_unknown_fields=True):
    """What recurs on a site. `profile`: its file in base64, to score with."""

    name: str
    pages: int
    is_sure: bool
    templates: list[int]
    lines: list[RecurringOut]
    profile: str
