"""Results as a person meets them: a page with its lines, made from a batch's arrays.

Nothing per line exists until `lines` is asked for; a corpus run never asks.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.clean_text import Clean
from detector.decisions import Decisions
from detector.model.page_kinds import PageKinds
from detector.records import Batch, Floats, Markup, Reason, Repeats, ScoredLine, Verdict, Words
from detector.results.markdown import block_name, markdown
from detector.results.reasons import COPY, CUT, SENTENCES_CUT, evidence_reasons, policy_reason
from detector.sites.recurrence import LineRecurrence
from detector.text.decoding import text_of
from detector.text.formats import Format

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class BatchResult(NamedTuple):
    """Everything that scoring found about a batch.

    `markup` is None for text, `recurrence` where nothing is known of sites.
    """

    batch: Batch
    words: Words
    markup: Markup | None
    repeats: Repeats
    scores: Floats
    contributions: Floats
    kinds: PageKinds
    decisions: Decisions
    clean: Clean
    recurrence: LineRecurrence | None = None


def line_scores(result: BatchResult) -> NDArray[np.float64]:
    """Return float64 (L,): each line's score, NaN for blank lines.

    A long line's score is the mean of its segments', weighted by length; once sentences
    are cut off, of those that stay.
    """
    batch, kept = result.batch, result.decisions.kept
    line = np.repeat(np.arange(batch.line_start.size), np.diff(batch.line_segment))
    any_kept = np.bincount(line[kept], minlength=batch.line_start.size) > 0
    size = (batch.segment_end - batch.segment_start).astype(np.float64) * (kept | ~any_kept[line])
    total = np.bincount(line, weights=size, minlength=batch.line_start.size)
    mean = np.bincount(line, weights=size * result.scores, minlength=batch.line_start.size)
    one = np.diff(batch.line_segment) == 1
    scores = np.full(batch.line_start.size, np.nan)
    np.divide(mean, total, out=scores, where=total > 0)
    scores[one] = result.scores[batch.line_segment[:-1][one]]
    return np.round(scores, 3)


@dataclass(frozen=True)
class ScoredPage:
    """A page, scored and cleaned (contracts, "Result").

    content_share: expected share of the page's words that are main content, 0 to 1
    confidence: mean probability of each word's likelier class, 0.5 to 1
    replaced: characters that decoding had to replace by U+FFFD
    notes: what was unusual in reading the page
    """

    clean_text: str
    content_share: float
    confidence: float
    format: Format
    model_id: str
    encoding: str | None = None
    replaced: int = 0
    title: str | None = None
    url: str | None = None
    site: str | None = None
    language: str | None = None
    verdict: Verdict | None = None
    notes: tuple[str, ...] = ()
    _result: BatchResult | None = field(default=None, repr=False, compare=False)
    _page: int = field(default=0, repr=False, compare=False)

    @cached_property
    def lines(self) -> tuple[ScoredLine, ...]:
        """All lines of the page, in order, blank ones too."""
        if self._result is None:
            return ()
        return tuple(_lines(self._result, self._page))

    def to_markdown(self) -> str:
        """Return the clean text with headings, lists, tables and code as Markdown."""
        if self._result is None or self._result.markup is None:
            return self.clean_text
        return markdown(self.lines, self._result.markup, self._result.batch.page_line[self._page])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values."""
        page = {
            name: getattr(self, name)
            for name in (
                "url", "site", "title", "format", "encoding", "replaced", "language", "model_id",
                "content_share", "confidence", "clean_text",
            )
        }  # fmt: skip
        verdict = None if self.verdict is None else _verdict_dict(self.verdict)
        lines = [_line_dict(line) for line in self.lines]
        return page | {"verdict": verdict, "notes": list(self.notes), "lines": lines}

    def to_json(self, indent: int | None = None) -> str:
        """Return `to_dict` as JSON, valid UTF-8 whatever the page held."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)
        return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _line_dict(line: ScoredLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "text": line.text,
        "end": line.end,
        "score": line.score,
        "label": line.label,
        "kept": line.kept,
        "cuts": [list(cut) for cut in line.cuts],
        "clean": line.clean,
        "repeat_of": line.repeat_of,
        "block": line.block,
        "reasons": [_reason_dict(reason) for reason in line.reasons],
    }


def _reason_dict(reason: Reason) -> dict[str, Any]:
    return {
        "group": reason.group,
        "code": reason.code,
        "text": reason.text,
        "contribution": reason.contribution,
    }


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    signals = [_reason_dict(signal) for signal in verdict.signals]
    return {"kind": verdict.kind, "probability": verdict.probability, "signals": signals}


def _lines(result: BatchResult, page: int) -> list[ScoredLine]:
    """Build the lines of one page."""
    batch = result.batch
    first, last = int(batch.page_line[page]), int(batch.page_line[page + 1])
    scores = line_scores(result)
    stop = int(batch.line_start[last]) if last < batch.line_start.size else batch.data.size
    lines = []
    for line in range(first, last):
        start, end = int(batch.line_start[line]), int(batch.line_end[line])
        after = int(batch.line_start[line + 1]) if line + 1 < last else stop
        text = (text_of(bytes(batch.data[start:end])), text_of(bytes(batch.data[end:after])))
        lines.append(_line(result, page, line, text, float(scores[line])))
    return lines


def _line(result: BatchResult, page: int, line: int, text: tuple[str, str], score: float) -> ScoredLine:
    batch, number = result.batch, line - int(result.batch.page_line[page])
    rows = range(int(batch.line_segment[line]), int(batch.line_segment[line + 1]))
    if not rows:
        return ScoredLine(number, *text, None, "blank", False, (), "", (), None)
    cuts = _cuts(result, line, rows)
    kept = cuts is not None
    first_row = min(rows, key=lambda row: float(result.scores[row])) if kept else rows[0]
    repeat_of = _repeat_of(result, page, rows[0])
    threshold = float(result.decisions.threshold[page])
    reasons: list[Reason] = [*evidence_reasons(result.contributions[first_row], _on_site(result, page, first_row))]
    if not kept and all(float(result.scores[row]) <= threshold for row in rows):
        reasons.append(COPY)
    else:
        reasons.append(policy_reason(int(result.decisions.policy[page]), threshold, kept))
    if kept and result.decisions.cut_words[rows[0]]:
        reasons.append(CUT)
    if kept and not all(result.decisions.kept[row] for row in rows):
        reasons.append(SENTENCES_CUT)
    clean = _without(text[0], cuts) if cuts is not None else ""
    block = None if result.markup is None else block_name(result.markup, line)
    label = _label(result, rows[0], score)
    return ScoredLine(number, *text, score, label, kept, cuts or (), clean, tuple(reasons), repeat_of, block)


def _on_site(result: BatchResult, page: int, row: int) -> tuple[int, int]:
    """Return on how many other pages of the site a line stands, numbers aside, and those pages."""
    if result.recurrence is None:
        return 0, 0
    return int(result.recurrence.masked[row]), int(result.recurrence.site_pages[page])


def _without(text: str, cuts: tuple[tuple[int, int], ...]) -> str:
    pieces, at = [], 0
    for start, end in cuts:
        pieces.append(text[at:start])
        at = end
    return "".join([*pieces, text[at:]])


def _cuts(result: BatchResult, line: int, rows: range) -> tuple[tuple[int, int], ...] | None:
    """Return the spans (code points of the line) that go; None if all of it does."""
    batch, clean = result.batch, result.clean
    spans, at = [], int(batch.line_start[line])
    for row in rows:
        start, end = int(clean.stay_start[row]), int(clean.stay_end[row])
        if start < end:
            if at < start:
                spans.append((at, start))
            at = end
    end_of_line = int(batch.line_end[line])
    if at == batch.line_start[line] and end_of_line > at:
        return None
    if at < end_of_line:
        spans.append((at, end_of_line))
    origin = int(batch.line_start[line])

    def points(byte: int) -> int:
        return len(text_of(bytes(batch.data[origin:byte])))

    return tuple((points(start), points(end)) for start, end in spans)


def _repeat_of(result: BatchResult, page: int, row: int) -> int | None:
    original = int(result.repeats.original[row])
    if original < 0 or original == row or int(result.repeats.copies[row]) < 2:
        return None
    line = int(np.searchsorted(result.batch.line_segment, original, side="right")) - 1
    return line - int(result.batch.page_line[page])


def _label(result: BatchResult, row: int, score: float) -> str:
    """Return the likeliest kind; a copy is a repeat only of what is content in its place."""
    if score < 0.5:
        return "content"
    original = int(result.repeats.original[row])
    if original >= 0 and original != row and float(result.scores[original]) < 0.5:
        return "repeat"
    return "template"
