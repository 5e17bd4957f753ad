r"""What a person has ruled goes before the scores: protected lines, phrases, sites.

Patterns are those of the package regex, which reads Python's own and, unlike `re`, can be stopped: a
pattern such as `(a+)+$` tries for years on a line of 40 characters. re2 takes no such time on any
pattern, but knows only ASCII for \w, \d and \b, so that patterns for most languages would find
other lines than they say.
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
from detector.records import Batch, Bytes
from detector.results.batch import ScoredBatch
from detector.settings import CorpusSettings
from detector.text.decoding import text_of

# Seconds of processor time that a pattern may take on one line. Patterns that do not try the same
# thing again and again take a millisecond on the longest line of a real page.
MOST_SECONDS: Final = 5.0
# What decided on a segment: its score, or which rule.
SCORE: Final = 0
SITE: Final = 1
PHRASE: Final = 2
PROTECTED: Final = 3
RULES: Final = ("score", "site-threshold", "phrase", "protected")


def as_ruled(decisions: Decisions, why: Bytes, ruled: NDArray[np.bool_]) -> Decisions:
    """Return decisions in which rules go first.

    why: uint8 (S,), what decided; ruled: bool (S,), what stays where a rule did
    """
    kept = np.where(why == SCORE, decisions.kept, ruled)
    cut_words = np.where(kept & (why != PROTECTED), decisions.cut_words, 0).astype(np.int32)
    return decisions._replace(kept=kept, cut_words=cut_words)


@dataclass(frozen=True)
class Rules:
    """Rules, ready to be applied."""

    protect: tuple["regex.Pattern[str]", ...]
    template: tuple[str, ...]
    thresholds: dict[str, float]

    @classmethod
    def of(cls, settings: CorpusSettings) -> "Rules":
        """Return the rules that the settings name."""
        return cls(
            tuple(regex.compile(pattern) for pattern in settings.protect),
            tuple(phrase.casefold() for phrase in settings.template),
            dict(settings.thresholds),
        )

    def apply(self, result: ScoredBatch, documents: Sequence[Document]) -> tuple[ScoredBatch, Bytes]:
        """Return the result as ruled, and uint8 (S,): what decided on each segment.

        Raises `SettingsError` for a pattern that does not come to an end.
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
        clean = clean_text(result.batch, result.words, decisions)
        return result._replace(decisions=decisions, clean=clean), why

    def _by_line(self, batch: Batch, why: Bytes) -> None:
        """Mark the segments of lines that a phrase or a protect pattern is found in."""
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
