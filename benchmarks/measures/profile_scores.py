"""The effect of a site profile on known pages: words F1, and remaining template at equal content loss."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.copies import find_copies
from detector.decisions import decide_scored
from detector.model.files import Model
from detector.model.score import score_lines
from detector.records import Batch, Floats, Format, Markup, Words
from detector.settings import Settings
from detector.sites.recurrence import LineCounts, Sites, count_lines
from detector.text.keys import line_keys
from detector.text.page import Page
from detector.text.read import read_batch
from detector.training.data.examples import CONTENT, Examples
from detector.training.evaluate.bootstrap import interval
from detector.training.evaluate.judge import page_f1

# Sites of 30 pages have 29 others, which is near enough.
NEARLY: Final = 0.9


class Judged(NamedTuple):
    """A known page: words F1, and its lines (score, words, share of content, dropped)."""

    f1: float
    lines: NDArray[np.float64]


def counts_of(html: str) -> LineCounts:
    """Return the counts of a page."""
    batch, words, *_ = read_batch([Page(html, "html")])
    return count_lines(line_keys(words), batch.page_segment(), np.zeros(1, np.int64))


def scored_and_kept(
    batch: Batch, words: Words, markup: Markup | None, model: Model, sites: Sites | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the scores of lines, and whether they stay by default."""
    found = score_lines(batch, words, markup, model, sites)
    copies = find_copies(batch, words, markup, found.repeats)
    return found.scores, decide_scored(found, copies, words, batch.page_segment(), Settings()).kept


def judged(
    examples: Examples, model: Model, format: Format, counts: LineCounts | None, counted: bool = False
) -> Judged:
    """Score the only page of the examples with the counts of its site, which may include it."""
    markup = examples.markup if format == "html" else None
    sites = None if counts is None else Sites(counts, np.zeros(1, np.int64), counted)
    scores, kept = scored_and_kept(examples.batch, examples.words, markup, model, sites)
    size = np.diff(examples.words.segment_word)
    lines = np.stack([scores, size, examples.share, ~kept], axis=1).astype(np.float64)
    return Judged(float(page_f1(examples, kept)[0]), lines[examples.share >= 0])


def template_left(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[float, float]:
    """Return the share of remaining template lines without and with the profile, at equal content loss.

    The loss is that of the default decisions without the profile. Both get the threshold over all pages of
    the site that drops as much as this loss allows.
    """
    lines = np.concatenate([page.lines for page in before])
    content = np.where(lines[:, 2] >= CONTENT, lines[:, 1], 0)
    allowed = float(content[lines[:, 3] > 0].sum())
    return _left(lines, allowed), _left(np.concatenate([page.lines for page in after]), allowed)


def _left(lines: NDArray[np.float64], allowed: float) -> float:
    order = np.argsort(-lines[:, 0], kind="stable")
    score, content = lines[order, 0], np.where(lines[order, 2] >= CONTENT, lines[order, 1], 0)
    template = lines[order, 2] < CONTENT
    ends = np.append(np.flatnonzero(np.diff(score)), score.size - 1)
    fine = ends[np.cumsum(content)[ends] <= allowed]
    dropped = int(fine[-1]) + 1 if fine.size else 0
    return 1 - float(template[:dropped].sum()) / max(int(template.sum()), 1)


def bounds(values: Sequence[float], statistic: Callable[..., Any]) -> list[float]:
    """Return the bounds of the 90 % interval of a statistic; for a single page, its value."""
    low, high = (values[0], values[0]) if len(values) == 1 else interval([np.asarray(values)], statistic)
    return [round(float(low), 4), round(float(high), 4)]
