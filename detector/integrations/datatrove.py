"""datatrove: a step that cleans documents and leaves out those without content.

    LocalPipelineExecutor([WarcReader(...), PageCleaner(exclusion_writer=JsonlWriter("out/excluded")), ...])

Use it in place of `Trafilatura()`: the text of a document is HTML before, and clean text afterwards.
"""

from collections.abc import Sequence

from detector.extras import need

need("datatrove", "datatrove", "detector.integrations.datatrove")

from datatrove.data import Document  # noqa: E402  (after the word on how to get it)
from datatrove.pipeline.filters.base_filter import BaseFilter  # noqa: E402
from datatrove.pipeline.writers.disk_base import DiskWriter  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.errors import DetectorError  # noqa: E402
from detector.integrations.columns import as_page, metadata, scored_or_missing  # noqa: E402
from detector.results.page import ScoredPage  # noqa: E402


class PageCleaner(BaseFilter):
    """Cleans documents, and adds `detector_verdict` and `detector_content_share` to their metadata.

    Parameters
    ----------
    detector : Detector, optional
        The default model and settings if not given.
    drop : sequence of str
        The kinds of pages to leave out: "consent wall", "login", "error", "listing", ...
    least_content : float
        Leave out pages with a smaller expected share of content, 0 to 1.
    lines : bool
        Whether to add `detector_lines`, with score, kind and reason of each line, to the metadata.
    exclusion_writer : DiskWriter, optional
        Where excluded documents go, unchanged, with a `filter_reason`: the kind of page, "little content",
        "nothing kept", or why it is not a page.
    batch_size : int
        The number of documents to score together.
    """

    name = "🧹 detector"

    def __init__(
        self,
        detector: Detector | None = None,
        drop: Sequence[str] = (),
        least_content: float = 0.0,
        lines: bool = False,
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = 64,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.detector, self.drop = detector or Detector(), tuple(drop)
        self.least_content, self.lines = least_content, lines

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Clean one document and tell whether to keep it."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """Clean several documents and tell for each whether to keep it."""
        pages = [as_page(document.text, document.metadata.get("url")) for document in batch]
        found = scored_or_missing(pages, self.detector)
        return [self._stays(document, page) for document, page in zip(batch, found, strict=True)]

    def _stays(self, document: Document, page: ScoredPage | DetectorError | None) -> bool | tuple[bool, str]:
        if not isinstance(page, ScoredPage):
            return False, "no text" if page is None else str(page)
        document.metadata |= metadata(page, self.lines)
        if page.verdict is not None and page.verdict.kind in self.drop:
            return False, page.verdict.kind
        if page.content_share < self.least_content:
            return False, "little content"
        if not page.clean_text:
            return False, "nothing kept"
        document.text = page.clean_text
        return True
