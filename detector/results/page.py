"""A scored and cleaned page."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from detector.records import Format, Reason, ScoredLine, Verdict
from detector.results.batch import PageLines
from detector.results.lines import scored_lines
from detector.results.markdown import markdown
from detector.results.verdict import PageKind, verdict

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class ScoredPage:
    """A page, scored and cleaned.

    Attributes
    ----------
    clean_text : str
        The `clean` text of the kept lines, in order. Where lines were dropped, the blank lines around
        them are reduced to the longest run of blank lines there.
    content_share : float
        Expected share of the page's words that are main content, 0 to 1.
    confidence : float
        Mean probability of the likelier class of each word, 0.5 to 1.
    format : {"text", "html"}
        The format the page was read as.
    model_id : str
        The model that scored it.
    encoding : str or None
        The encoding of the bytes; None for a string.
    replaced : int
        Number of characters that decoding replaced by U+FFFD.
    title : str or None
        The title in the head of an HTML page.
    url : str or None
        The address of the page, as given.
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
    _kind: PageKind | None = field(default=None, repr=False, compare=False)
    _lines: PageLines | None = field(default=None, repr=False, compare=False)

    @cached_property
    def verdict(self) -> Verdict | None:
        """The kind of page, with its probability and the evidence."""
        return None if self._kind is None else verdict(*self._kind)

    @cached_property
    def lines(self) -> tuple[ScoredLine, ...]:
        """All lines of the page in order, including blank ones. Made on first access."""
        return () if self._lines is None else scored_lines(self._lines)

    def to_markdown(self) -> str:
        """Return the clean text with headings, lists, tables and code as Markdown."""
        if self._lines is None or not self._lines.is_html:
            return self.clean_text
        return markdown(self.lines, self._lines)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values."""
        page = {
            name: getattr(self, name)
            for name in (
                "url", "title", "format", "encoding", "replaced", "model_id", "content_share", "confidence",
                "clean_text",
            )
        }  # fmt: skip
        verdict = None if self.verdict is None else _verdict_dict(self.verdict)
        return page | {"verdict": verdict, "lines": [_line_dict(line) for line in self.lines]}

    def to_json(self, indent: int | None = None) -> str:
        """Return `to_dict` as JSON. It is always valid UTF-8."""
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
        "copy_of": line.copy_of,
        "copy_kind": line.copy_kind,
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
