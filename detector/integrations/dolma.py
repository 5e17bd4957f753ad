"""dolma: a tagger whose spans are lines.

    dolma tag --taggers detector --tagger_modules detector.integrations.dolma --documents ...

`detector__boilerplate` has the score of each line. `detector__dropped` has what is dropped, including line
endings, for the mixer's `span_replacement`. `detector__content_share` is the document's share of content.
"""

from collections.abc import Iterator

from detector.extras import need

need("dolma", "dolma", "detector.integrations.dolma")

from dolma.core.data_types import DocResult, Document, Span  # noqa: E402  (after the word on how to get it)
from dolma.core.registry import TaggerRegistry  # noqa: E402
from dolma.core.taggers import BaseTagger  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.results.page import ScoredPage  # noqa: E402
from detector.text.page import Page  # noqa: E402

BOILERPLATE, DROPPED, CONTENT_SHARE = "boilerplate", "dropped", "content_share"


@TaggerRegistry.add("detector")
class LineTagger(BaseTagger):
    """Tags the lines of a document, which is read as text: spans are positions in this text."""

    def __init__(self, detector: Detector | None = None) -> None:
        self.detector = detector or Detector()

    @property
    def defaults(self) -> list[str]:
        """The types of spans that each document has."""
        return [BOILERPLATE, DROPPED, CONTENT_SHARE]

    def predict(self, doc: Document) -> DocResult:
        """Return the spans of a document."""
        page = self.detector.score_batch([Page(doc.text, "text")])[0]
        return DocResult(doc=doc, spans=list(_spans(page, len(doc.text))))


def _spans(page: ScoredPage, size: int) -> Iterator[Span]:
    """Yield the spans of a page, in characters."""
    yield Span(start=0, end=size, type=CONTENT_SHARE, score=page.content_share)
    start = 0
    for line in page.lines:
        end = start + len(line.text)
        if line.score is not None:
            yield Span(start=start, end=end, type=BOILERPLATE, score=line.score)
            cuts = line.cuts if line.kept else ((0, len(line.text) + len(line.end)),)
            for first, last in cuts:
                yield Span(start=start + first, end=start + last, type=DROPPED, score=line.score)
        start = end + len(line.end)
