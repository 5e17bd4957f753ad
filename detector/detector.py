"""Detector: the only file that knows the order of the steps.

page -> lines -> features -> scores -> copies -> decisions -> clean text
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from detector.clean_text import clean_text
from detector.copies import find_copies
from detector.decisions import decide_scored
from detector.errors import DetectorError, KernelError, PageError, SettingsError
from detector.joined_lines import joined_lines
from detector.model.files import Model, model_of
from detector.model.operating_points import threshold_of
from detector.model.score import score_lines
from detector.records import Format, OutputFormat
from detector.results.batch import ScoredBatch, pages_lines
from detector.results.page import ScoredPage, refuse_unknown_format
from detector.results.verdict import page_kind
from detector.settings import Settings, settings_or_default
from detector.sites.recurrence import Sites
from detector.text.decoding import text_of
from detector.text.html import title_of
from detector.text.page import Input, Page
from detector.text.read import ReadBatch, by_format, read_batch
from detector.text.series import Errors, Missing, as_chosen, read_series, refuse_single, refuse_unknown
from detector.whole_blocks import whole_blocks

if TYPE_CHECKING:
    from detector.sites.profile import SiteProfile


def score_read(read: ReadBatch, model: Model, settings: Settings, sites: Sites | None = None) -> ScoredBatch:
    """Take pages that are already read through all other steps."""
    batch, words, markup, _ = read
    lines = score_lines(batch, words, markup, model, sites)
    threshold = threshold_of(settings, (model.text if markup is None else model.html).points)
    copies = find_copies(batch, words, markup, lines.repeats)
    blocks = whole_blocks(batch, markup)
    decisions = decide_scored(lines, copies, words, batch.page_segment(), settings, threshold, blocks)
    joins = joined_lines(batch, words, copies, decisions) if settings.join_lines and markup is None else None
    return ScoredBatch(
        batch=batch,
        words=words,
        markup=markup,
        repeats=lines.repeats,
        copies=copies,
        blocks=blocks,
        scores=lines.scores,
        contributions=lines.contributions,
        line_kinds=lines.kinds,
        kinds=lines.pages,
        decisions=decisions,
        clean=clean_text(batch, words, decisions, joins),
        recurrence=lines.recurrence,
    )


class Detector:
    r"""Scores pages with one model and one set of settings. A detector never changes.

    >>> from detector import Detector
    >>> page = "The mill stood empty for thirty-one years, until the town bought it.\nLeave a Reply"
    >>> Detector().clean(page)
    'The mill stood empty for thirty-one years, until the town bought it.'

    Parameters
    ----------
    model : Model, str or Path, optional
        A model or its folder; the default model if not given, or for "default".
    settings : Settings, optional
        Which lines to keep.
    profile : SiteProfile, str or Path, optional
        A profile of the site of all pages, or its file.

    Raises
    ------
    ModelFormatError
        If the model or profile cannot be used.
    """

    def __init__(
        self,
        model: Model | str | Path | None = None,
        settings: Settings | None = None,
        profile: "SiteProfile | str | Path | None" = None,
    ) -> None:
        self.model = model_of(model)
        self.settings = settings_or_default(settings)
        self.profile = profile_for(self.model, profile)

    def score(self, page: Input | Page, format: Format | None = None, url: str | None = None) -> ScoredPage:
        """Score one page.

        Parameters
        ----------
        page : str, bytes, Path or Page
            The page itself, the path of a file, or a `Page`. Bytes are decoded.
        format : {"text", "html"}, optional
            The format of the page; detected by default.
        url : str, optional
            The address of the page.

        Returns
        -------
        ScoredPage
            The clean text, and every line with its score and reasons.

        Raises
        ------
        PageError
            If the file cannot be read.
        ValueError
            If a string is the name of a file or an address: pass a `Path`, or `Page.fetch` it.
        """
        return self.score_batch([Page.read(page, format, url)])[0]

    def clean(
        self,
        page: Input | Page,
        format: OutputFormat = "text",
        *,
        input_format: Format | None = None,
        url: str | None = None,
    ) -> str:
        """Return what is kept of one page, as text or in another format.

        Parameters
        ----------
        page, input_format, url
            As for `score`.
        format : {"text", "markdown", "html", "xml", "json", "jsonl"}
            The format of the result; "xml" is TEI.

        Raises
        ------
        PageError
            If the file cannot be read.
        ValueError
            If the format is unknown, or as for `score`.
        """
        refuse_unknown_format(format)
        return self.score(page, input_format, url).to_format(format)

    @overload
    def score_pages(
        self,
        pages: Iterable[Input | Page | None],
        *,
        errors: Literal["raise", "skip"] = "raise",
        missing: Missing = "error",
    ) -> Iterator[ScoredPage]: ...

    @overload
    def score_pages(
        self,
        pages: Iterable[Input | Page | None],
        *,
        errors: Literal["return"],
        missing: Missing = "error",
    ) -> Iterator[ScoredPage | DetectorError]: ...

    def score_pages(
        self, pages: Iterable[Input | Page | None], *, errors: Errors = "raise", missing: Missing = "error"
    ) -> Iterator[ScoredPage | DetectorError]:
        """Score many pages in batches; yield the results in order.

        Parameters
        ----------
        pages : iterable
            A list, a generator or a column of a table, of anything that `score` takes.
        errors : {"raise", "skip", "return"}
            What to do with a page that cannot be read or scored: raise the error, leave the page out, or
            yield the error in its place. The error says which page it was: `pages[3]`.
        missing : {"error", "empty"}
            Whether None and NaN count as pages that cannot be read, or as empty pages.

        Raises
        ------
        PageError
            If a page cannot be read, unless `errors` says otherwise.
        TypeError
            At once, for a single page or a whole table.
        """
        refuse_single(pages)
        refuse_unknown(errors, missing)
        return as_chosen(self.score_each(read_series(pages, missing)), errors)

    def score_each(self, pages: Iterable[Page | DetectorError]) -> Iterator[ScoredPage | DetectorError]:
        """Score pages in batches; yield an error in the place of a page that cannot be scored.

        Errors among the pages are passed on.
        """
        batch: list[Page | DetectorError] = []
        size = 0
        for page in pages:
            batch.append(page)
            size += len(page.text) if isinstance(page, Page) else 0
            if size >= self.settings.batch_bytes:
                yield from self._scored_or_not(batch)
                batch, size = [], 0
        yield from self._scored_or_not(batch)

    def _scored_or_not(self, batch: Sequence[Page | DetectorError]) -> Iterator[ScoredPage | DetectorError]:
        """Yield the result for each page of a batch, or its error."""
        pages = [page for page in batch if isinstance(page, Page)]
        results: Iterator[ScoredPage | DetectorError]
        try:
            results = iter(self.score_batch(pages))
        except (PageError, KernelError) as error:
            results = (
                iter([error])
                if len(pages) == 1
                else chain.from_iterable(self._scored_or_not([page]) for page in pages)
            )
        for page in batch:
            yield next(results) if isinstance(page, Page) else page

    def score_batch(self, pages: Sequence[Page], sites: Sites | None = None) -> list[ScoredPage]:
        """Score decoded pages together. Each result is the same as for the page alone.

        Parameters
        ----------
        pages
            Pages. Their formats may differ.
        sites
            The site of each page, and the counts of these sites. By default, all pages belong to the site of
            the detector's profile, if it has one.
        """
        results: dict[int, ScoredPage] = {}
        for positions in by_format(pages):
            chosen = [pages[at] for at in positions]
            scored = self.run(chosen, None if sites is None else sites.of(positions))
            results.update(zip(positions, self._scored_pages(chosen, scored), strict=True))
        return [results[number] for number in range(len(pages))]

    def run(self, pages: Sequence[Page], sites: Sites | None = None) -> ScoredBatch:
        """Take decoded pages of one format through all steps, as arrays.

        Raises
        ------
        ValueError
            If the pages have different formats.
        """
        read = read_batch(pages)
        if sites is None and self.profile is not None:
            batch, words, sites = self.profile.look_at(read.batch, read.words)
            read = read._replace(batch=batch, words=words)
        return score_read(read, self.model, self.settings, sites)

    def _scored_pages(self, pages: Sequence[Page], scored: ScoredBatch) -> Iterator[ScoredPage]:
        text, contents = scored.clean.text.tobytes(), scored.decisions.content.tolist()
        spans = pairwise([0, *scored.clean.page_end.tolist()])
        known = zip(pages, spans, contents, _confidences(scored), pages_lines(scored), strict=True)
        for number, (page, (start, end), (content, words), confidence, lines) in enumerate(known):
            yield ScoredPage(
                clean_text=text_of(text[start:end]),
                content_share=round(content / words, 3) if words else 0.0,
                confidence=confidence,
                format=page.format,
                model_id=self.model.model_id,
                encoding=page.encoding,
                replaced=page.replaced,
                title=title_of(scored.markup, number),
                url=page.url,
                _kind=page_kind(scored.kinds, number, words),
                _lines=lines,
                _page=page,
                _phrases=self.model.phrases,
            )


def profile_for(model: Model, profile: "SiteProfile | str | Path | None") -> "SiteProfile | None":
    """Return a profile, read if it is a file; raises `SettingsError` if the model cannot use profiles."""
    if profile is not None and model.text.site is None and model.html.site is None:
        raise SettingsError(
            "this model was trained without sites and cannot use a profile: leave out the profile"
        )
    if isinstance(profile, str | Path):
        from detector.sites.profile import SiteProfile  # most runs need no profile

        return SiteProfile.load(profile)
    return profile


def _confidences(scored: ScoredBatch) -> list[float]:
    """Return for each page the mean probability of the more likely class of its words; 1 without words."""
    segments = scored.batch.page_segment()
    page = np.repeat(np.arange(segments.size - 1), np.diff(segments))
    words = np.diff(scored.words.segment_word).astype(np.float64)
    sure = np.bincount(page, np.maximum(scored.scores, 1 - scored.scores) * words, segments.size - 1)
    total = np.bincount(page, words, segments.size - 1)
    found: list[float] = np.where(total > 0, np.round(sure / np.maximum(total, 1), 3), 1.0).tolist()
    return found
