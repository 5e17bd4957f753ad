r"""Rules, which take precedence over scores: protected lines, template phrases, thresholds of sites.

Patterns use the package regex, which reads Python's syntax and, unlike `re`, has a time limit: a pattern
such as `(a+)+$` can run for years on a line of 40 characters. re2 is always fast, but its \w, \d and
\b know only ASCII, so patterns in most languages would match the wrong lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from detector.clean_text import clean_text
from detector.corpus.formats.documents import Document
from detector.decisions import Decisions
from detector.errors import SettingsError
from detector.joined_lines import joined_lines
from detector.records import Batch, Bytes
from detector.results.batch import ScoredBatch
from detector.settings import CorpusSettings
from detector.text.decoding import text_of

# Seconds of CPU time that a pattern may take on one line. Patterns without catastrophic backtracking
# take a millisecond on the longest line of a real page.
MOST_SECONDS: Final = 5.0
# What decided on a segment: its score, or one of the rules.
SCORE: Final = 0
SITE: Final = 1
PHRASE: Final = 2
PROTECTED: Final = 3
PASSAGE: Final = 4
RULES: Final = ("score", "site-threshold", "phrase", "protected", "passage")


def as_ruled(decisions: Decisions, why: Bytes, ruled: NDArray[np.bool_]) -> Decisions:
    """Return decisions after the rules.

    why: uint8 (S,), what decided; ruled: bool (S,), whether a rule keeps the segment
    """
    kept = np.where(why == SCORE, decisions.kept, ruled)
    cut_words = np.where(kept & (why != PROTECTED), decisions.cut_words, 0).astype(np.int32)
    return decisions._replace(kept=kept, cut_words=cut_words)


@dataclass(frozen=True)
class Rules:
    """Compiled rules."""

    protect: tuple["regex.Pattern[str]", ...]
    template: tuple[str, ...]
    thresholds: dict[str, float]

    @classmethod
    def of(cls, settings: CorpusSettings) -> "Rules":
        """Return the rules of the settings."""
        return cls(
            tuple(regex.compile(pattern) for pattern in settings.protect),
            tuple(phrase.casefold() for phrase in settings.template),
            dict(settings.thresholds),
        )

    def apply(
        self, result: ScoredBatch, documents: Sequence[Document], *, join_lines: bool = False
    ) -> tuple[ScoredBatch, Bytes]:
        """Return the result after the rules, and uint8 (S,): what decided on each segment.

        join_lines: whether halves of sentences are joined in text
        Raises `SettingsError` for a pattern that takes too long.
        """
        why = np.zeros(result.scores.size, np.uint8)
        by_line = bool(self.protect or self.template)
        if not by_line and not self.thresholds:
            return result, why
        kept = result.decisions.kept.copy()
        segments = result.batch.page_segment()
        for page, document in enumerate(documents):
            threshold = self.thresholds.get(document.site)
            if threshold is not None:
                rows = slice(int(segments[page]), int(segments[page + 1]))
                kept[rows] = result.scores[rows] <= np.float32(threshold)
                why[rows] = SITE
        if by_line:
            self._by_line(result.batch, why)
            kept[why == PHRASE], kept[why == PROTECTED] = False, True
        decisions = as_ruled(result.decisions, why, kept)
        batch, words, joins = result.batch, result.words, None
        if join_lines and result.markup is None:
            joins = joined_lines(batch, words, result.copies, decisions)
        clean = clean_text(batch, words, decisions, joins)
        return result._replace(decisions=decisions, clean=clean), why

    def _by_line(self, batch: Batch, why: Bytes) -> None:
        """Mark the segments of lines with a template phrase or a protect pattern."""
        data = batch.data.tobytes()
        for line in np.flatnonzero(np.diff(batch.line_segment)).tolist():
            text = text_of(data[int(batch.line_start[line]) : int(batch.line_end[line])])
            rows = slice(int(batch.line_segment[line]), int(batch.line_segment[line + 1]))
            folded = text.casefold() if self.template else ""
            if any(phrase in folded for phrase in self.template):
                why[rows] = PHRASE
            if self._is_protected(text):
                why[rows] = PROTECTED

    def _is_protected(self, text: str) -> bool:
        for pattern in self.protect:
            try:
                if pattern.search(text, timeout=MOST_SECONDS):
                    return True
            except TimeoutError:
                raise SettingsError(
                    f"the protect pattern {pattern.pattern!r} takes more than {MOST_SECONDS:g} seconds "
                    f"on a line of {len(text):,} characters: write it without a repeat inside a repeat, "
                    "such as (a+)+"
                ) from None
        return False
