"""Pages that may be drawn for labelling by kind, and what is known about each without reading it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from benchmarks.data.folds.languages import guess
from benchmarks.data.folds.splits import Splits
from benchmarks.data.pages import UNKNOWN, Page
from benchmarks.labels.kinds.sources import pages
from benchmarks.labels.lines import lines_of

LEAST_LINES, MOST_LINES = 15, 260
# Languages that the detector wrongly assigns to short pages.
NOISE: Final = frozenset({"la", "lb", "gl"})
# Signs of a kind of page: in structured data, the title or the address.
SAID: Final = {
    "question and answer": re.compile(rb"schema\.org/(?:QAPage|Question)|\"@type\"\s*:\s*\"QAPage\""),
    "frequent questions": re.compile(rb"\"@type\"\s*:\s*\"FAQPage\"|<title>[^<]*\bFAQ\b", re.IGNORECASE),
    "live blog": re.compile(
        rb"\"LiveBlogPosting\"|<title>[^<]*(?:live[- ]?blog|live[- ]?ticker|live updates)"
        rb"|og:url\W+content=\W[^>]*(?:live-?blog|liveticker)",
        re.IGNORECASE,
    ),
    "job": re.compile(
        rb"\"@type\"\s*:\s*\"JobPosting\"|<title>[^<]*\b(?:jobs?|careers?|vacanc(?:y|ies)|stellenangebote?"
        rb"|lowongan|emploi|hiring|\xd0\xb2\xd0\xb0\xd0\xba\xd0\xb0\xd0\xbd\xd1\x81)",
        re.IGNORECASE,
    ),
    "event": re.compile(
        rb"\"@type\"\s*:\s*\"\w*Event\"|schema\.org/\w*Event\b|<title>[^<]*\b(?:events?|veranstaltung"
        rb"|conference|festival|concert|termine)",
        re.IGNORECASE,
    ),
}


class Candidate(NamedTuple):
    """A page that may be drawn. kind: the kind of page; group: never on both sides of a split."""

    page: str
    set: str
    domain: str
    group: str
    language: str
    kind: str
    said: str
    lines: int


def groups_of_domains(split: Splits) -> dict[str, str]:
    """Return the group of each domain in the splits."""
    found: dict[str, str] = {}
    for page in pages():
        if page.key in split.group_of_page:
            found.setdefault(page.domain, split.group(page.key))
    return found


def _said(page: Page) -> str:
    html = page.html or b""
    return next((name for name, pattern in SAID.items() if pattern.search(html)), "")


def _language(page: Page) -> str:
    language = page.language
    if language == UNKNOWN and page.html is not None:
        language = guess(page)
    return UNKNOWN if language in NOISE else language


def candidates(split: Splits, groups: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield pages of a suitable length that are not reserved for evaluation."""
    for page in pages():
        if page.key in split.never_train:
            continue
        if not LEAST_LINES <= (lines := len(lines_of(page))) <= MOST_LINES:
            continue
        known = split.group_of_page.get(page.key)
        group = known or groups.get(page.domain, page.domain)
        language, said = _language(page), _said(page)
        yield Candidate(page.key, page.set, page.domain, group, language, page.page_type, said, lines)
