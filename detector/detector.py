"""Detector: the only file that knows the order of the steps.

page -> lines -> evidence -> scores -> decisions -> clean text
"""

import html as entities
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from detector.clean_text import clean_text
from detector.decisions import decide_scored
from detector.errors import SettingsError
from detector.model.files import Model, default_model, load
from detector.model.operating_points import threshold_of
from detector.model.page_kinds import kinds_of
from detector.model.score import score_lines
from detector.records import Floats, Markup
from detector.results.page import BatchResult, ScoredPage
from detector.results.verdict import verdict
from detector.settings import Settings
from detector.sites.profile import SiteProfile
from detector.sites.recurrence import Sites
from detector.text.decoding import text_of, utf8
from detector.text.formats import Format
from detector.text.html import html_batch
from detector.text.page import Input, Page
from detector.text.plain import text_batch
from detector.text.html import TITLE_HINT
from detector.text.words import words_of


class Detector:
    """Scores pages with one model and one set of settings. Holds nothing that changes.

    model: a `Model`, a folder with one, or None for the one that ships
    settings: see `Settings`
    profile: a `SiteProfile` or a file with one, of the site that all pages are of
    """

    def __init__(
        self,
        model: Model | str | Path | None = None,
        settings: Settings | None = None,
        profile: SiteProfile | str | Path | None = None,
    ) -> None:
        self.model = model if isinstance(model, Model) else load(Path(model)) if model else default_model()
        self.settings = settings or Settings()
        self.profile = profile_for(self.model, profile)

    def score(self, page: Input, format: Format | None = None, url: str | None = None) -> ScoredPage:
        """Score one page. Its format is found when not given.

        Raises `PageError` for a file that cannot be read, `ValueError` for a string that
        is the name of a file.
        """
        return self.score_batch([Page.read(page, format, url)])[0]

    def clean(self, page: Input, format: Format | None = None, url: str | None = None) -> str:
        """Return the clean text of one page."""
        return self.score(page, format, url).clean_text

    def score_pages(self, pages: Iterable[Input | Page]) -> Iterator[ScoredPage]:
        """Score pages as they come, in their order, a batch at a time."""
        batch: list[Page] = []
        size = 0
        for source in pages:
            page = source if isinstance(source, Page) else Page.read(source)
            batch.append(page)
            size += len(page.text)
            if size >= self.settings.batch_bytes:
                yield from self.score_batch(batch)
                batch, size = [], 0
        yield from self.score_batch(batch)

    def score_batch(self, pages: Sequence[Page], sites: Sites | None = None) -> list[ScoredPage]:
        """Score decoded pages together; each result is what the page alone would give.

        sites: which site each page is of, and what is known of the sites
        """
        results: dict[int, ScoredPage] = {}
        for format in ("text", "html"):
            chosen = [number for number, page in enumerate(pages) if page.format == format]
            if chosen:
                of_chosen = None if sites is None else sites.of(chosen)
                scored = self._scored([pages[number] for number in chosen], of_chosen)
                results.update(zip(chosen, scored, strict=True))
        return [results[number] for number in range(len(pages))]

    def _scored(self, pages: Sequence[Page], sites: Sites | None) -> list[ScoredPage]:
        result = self.run(pages, sites)
        ends = result.clean.page_end
        text = result.clean.text.tobytes()
        starts = np.concatenate(([0], ends[:-1]))
        return [
            self._scored_page(page, result, number, text_of(text[int(starts[number]) : int(ends[number])]))
            for number, page in enumerate(pages)
        ]

    def run(self, pages: Sequence[Page], sites: Sites | None = None) -> BatchResult:
        """Take decoded pages of one format through all steps, as arrays.

        Without `sites`, all pages are of the profile's site, if there is a profile.
        """
        markup: Markup | None = None
        if pages[0].format == "html":
            batch, markup = html_batch([page.text for page in pages])
        else:
            batch = text_batch([utf8(page.text) for page in pages])
        words = words_of(batch)
        if sites is None and self.profile is not None:
            batch, words, sites = self.profile.look_at(batch, words)
        found = score_lines(batch, words, markup, self.model, sites)
        threshold = threshold_of(
            self.settings, (self.model.text if markup is None else self.model.html).points
        )
        decisions = decide_scored(found, words, batch.page_segment(), self.settings, threshold)
        kinds = kinds_of(batch, words, markup, found.scores, self.model.kinds)
        clean = clean_text(batch, words, decisions)
        scored_lines = (batch, words, markup, found.repeats, found.scores, found.contributions)
        return BatchResult(*scored_lines, kinds, decisions, clean, found.recurrence)

    def _scored_page(self, page: Page, result: BatchResult, number: int, clean: str) -> ScoredPage:
        segments = result.batch.page_segment()
        rows = slice(int(segments[number]), int(segments[number + 1]))
        content, words = (float(value) for value in result.decisions.content[number])
        return ScoredPage(
            clean_text=clean,
            content_share=round(content / words, 3) if words else 0.0,
            confidence=_confidence(
                result.scores[rows], result.words.segment_word[rows.start : rows.stop + 1]
            ),
            format=page.format,
            model_id=self.model.model_id,
            encoding=page.encoding,
            replaced=page.replaced,
            title=_title(result.markup, number),
            url=page.url,
            verdict=verdict(result.kinds.share[number], result.kinds.signal[number], words),
            _result=result,
            _page=number,
        )


def profile_for(model: Model, profile: SiteProfile | str | Path | None) -> SiteProfile | None:
    """Return a profile, read if it is a file; raises `SettingsError` for a model that has no use for it."""
    if profile is not None and model.text.site is None and model.html.site is None:
        raise SettingsError("this model was trained without sites, so a profile says nothing to it")
    return SiteProfile.load(Path(profile)) if isinstance(profile, str | Path) else profile


def _confidence(scores: Floats, segment_word: np.ndarray) -> float:
    """Return the mean probability of each word's likelier class; 1 for a page without words."""
    sizes = np.diff(segment_word).astype(np.float64)
    total = float(sizes.sum())
    return round(float((np.maximum(scores, 1 - scores) * sizes).sum()) / total, 3) if total else 1.0


def _title(markup: Markup | None, page: int) -> str | None:
    """Return the page's title as its head gives it."""
    if markup is None:
        return None
    for hint in range(int(markup.page_hint[page]), int(markup.page_hint[page + 1])):
        if markup.hint_kind[hint] == TITLE_HINT:
            start = int(markup.hint_end[hint - 1]) if hint else 0
            raw = bytes(markup.hints[start : int(markup.hint_end[hint])]).decode("utf-8", "replace")
            return " ".join(entities.unescape(raw).split())
    return None
