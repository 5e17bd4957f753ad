"""The tasks of the scoring processes. Each function is called with the detector of the process."""

import base64
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from detector.detector import Detector
from detector.errors import DetectorError, PageError
from detector.files.json_lines import json_bytes
from detector.near_duplicates.find import find_duplicates
from detector.records import Format
from detector.results.page import ScoredPage
from detector.settings import DuplicateSettings, Settings
from detector.sites.profile import SiteProfile
from detector.text.formats import found_format
from detector.text.page import Page
from detector.web.problems import Failure, status_of

Wish = Literal["score", "clean", "markdown", "view"]


class PageJob(NamedTuple):
    """A page to score, and how.

    page: its text, or the bytes of its file; profile: the bytes of a profile file, or empty
    """

    want: Wish
    page: str | bytes
    format: Format | None
    url: str | None
    id: str | None
    settings: Settings
    most_lines: int
    profile: bytes = b""

    def read(self) -> Page:
        """Return the page; raises `PageError` for one that would cost too much.

        `Page.read` is not used, because it checks whether a short text is the name of a file.
        """
        if isinstance(self.page, bytes):
            page = Page.read(self.page, self.format, self.url)
        else:
            page = Page(self.page, self.format or found_format(self.page), url=self.url)
        if page.format == "html":
            size, most, what = page.text.count("<"), 4 * self.most_lines, "tags"
        else:
            size, most, what = page.text.count("\n") + page.text.count("\r") + 1, self.most_lines, "lines"
        if size > most:
            raise PageError(f"this page has {size:,} {what}, but the limit is {most:,}: send it in parts")
        return page


def failure_of(error: DetectorError) -> Failure:
    """Return an error in the form that is passed between processes."""
    return Failure(status_of(error), str(error))


def answers(detector: Detector, jobs: Sequence[PageJob]) -> list[bytes | Failure]:
    """Score pages together, grouped by their settings, and return the answers as JSON."""
    found: dict[int, bytes | Failure] = {}
    groups: dict[tuple[Settings, bytes], list[tuple[int, Page]]] = {}
    for number, job in enumerate(jobs):
        try:
            groups.setdefault((job.settings, job.profile), []).append((number, job.read()))
        except PageError as error:
            found[number] = failure_of(error)
    for (settings, profile), pages in groups.items():
        try:
            chosen = _with(detector, settings, profile)
        except DetectorError as error:
            found.update((number, failure_of(error)) for number, _ in pages)
            continue
        results = chosen.score_each(page for _, page in pages)
        for (number, page), result in zip(pages, results, strict=True):
            found[number] = (
                failure_of(result)
                if isinstance(result, DetectorError)
                else json_bytes(_answer(chosen, jobs[number], page, result))
            )
    return [found[number] for number in range(len(jobs))]


def _with(detector: Detector, settings: Settings, profile: bytes) -> Detector:
    """Return a detector with other settings."""
    return Detector(detector.model, settings, profile_of(profile) if profile else detector.profile)


def _answer(detector: Detector, job: PageJob, page: Page, scored: ScoredPage) -> dict[str, Any]:
    if job.want in ("clean", "markdown"):
        answer = {
            "title": scored.title,
            "text": scored.to_markdown() if job.want == "markdown" else scored.clean_text,
            "format": scored.format,
            "model_id": scored.model_id,
            "content_share": scored.content_share,
            "confidence": scored.confidence,
        }
    else:
        answer = scored.to_dict()
    if job.want == "view":
        answer |= _for_view(detector, page, scored)
    return {"id": job.id} | answer


def _for_view(detector: Detector, page: Page, scored: ScoredPage) -> dict[str, Any]:
    """Return what the Score view needs to repeat the decision: what would be cut from each kept line."""
    everything = Detector(detector.model, Settings(threshold=1.0), detector.profile)
    lines = everything.score_batch([page])[0].lines
    points = (detector.model.text if page.format == "text" else detector.model.html).points
    return {
        "markdown": scored.to_markdown(),
        "cuts_if_kept": {str(line.number): line.cuts for line in lines if line.cuts},
        "content_kept": np.round(points.kept.astype(np.float64), 4).tolist(),
    }


def profile_of(data: bytes) -> SiteProfile:
    """Return a profile from the bytes of its file; raises `ModelFormatError` if they are not a profile."""
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        path = Path(folder) / "profile"
        path.write_bytes(data)
        return SiteProfile.load(path)


def learn_profile(detector: Detector, jobs: Sequence[PageJob], name: str) -> bytes:
    """Learn a profile from pages of one site; returns its contents and its file, as JSON."""
    profile = SiteProfile.learn((job.read() for job in jobs), name).pruned()
    return json_bytes(profile_answer(profile))


def profile_answer(profile: SiteProfile) -> dict[str, Any]:
    """Return the contents of a profile, and its file in base64, as plain values."""
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        path = Path(folder) / "profile"
        profile.save(path)
        data = base64.b64encode(path.read_bytes()).decode()
    return {
        "name": profile.name,
        "pages": profile.pages,
        "is_sure": profile.is_sure,
        "templates": list(profile.templates),
        "lines": list(_recurring(profile)),
        "profile": data,
    }


def _recurring(profile: SiteProfile) -> Iterator[dict[str, Any]]:
    """Yield the recurring lines, the most frequent first."""
    for line in profile.lines():
        yield {"text": line.known.text, "pages": line.pages, "position": round(line.known.position, 3)}


def duplicates(
    detector: Detector, ids: Sequence[str], texts: Sequence[str], threshold: float, keep: str, mask: bool
) -> bytes:
    """Find near-duplicates; returns the texts to keep and to drop, as JSON."""
    found = find_duplicates(texts, threshold, keep, settings=DuplicateSettings(masked=mask))  # type: ignore[arg-type]
    answer = {
        "texts": len(ids),
        "kept": [ids[at] for at in found.kept.tolist()],
        "removed": [
            {"id": ids[at], "kept": ids[twin.kept], "similarity": twin.similarity}
            for at, twin in found.removed.items()
        ],
        "pairs": [
            {"a": ids[pair.a], "b": ids[pair.b], "similarity": pair.similarity} for pair in found.pairs
        ],
        "groups": [{**asdict(group), "representative": ids[group.representative]} for group in found.groups],
    }
    return json_bytes(answer)
