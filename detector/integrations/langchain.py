"""LangChain: a transformer of documents, before they are split and embedded.

    PageCleaner().transform_documents(loader.load())

Documents without content are left out.
"""

from collections.abc import Sequence
from typing import Any

from detector.extras import need

need("langchain_core", "langchain", "detector.integrations.langchain")

from langchain_core.documents import BaseDocumentTransformer, Document  # noqa: E402  (as in extras)

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import as_page, metadata, with_content  # noqa: E402
from detector.records import OutputFormat  # noqa: E402


class PageCleaner(BaseDocumentTransformer):
    """Cleans documents, and adds the verdict and the share of content to their metadata.

    Parameters
    ----------
    detector : Detector, optional
        The default model and settings if not given.
    format : {"text", "markdown", "html", "xml", "json", "jsonl"}
        The format of the content; "markdown" keeps the headings that splitters look for.
    lines : bool
        Whether to add `detector_lines`, with score, kind and reason of each line, to the metadata.
    """

    def __init__(
        self, detector: Detector | None = None, format: OutputFormat = "text", lines: bool = False
    ) -> None:
        self.detector, self.format, self.lines = detector or Detector(), format, lines

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:  # noqa: ANN401
        """Return new documents; raises `PageError` for a document that is not a page."""
        pages = [as_page(document.page_content, document.metadata.get("source")) for document in documents]
        found = []
        for document, page in with_content(documents, pages, self.detector):
            content = page.to_format(self.format)
            said = {**document.metadata, **metadata(page, self.lines)}
            found.append(document.model_copy(update={"page_content": content, "metadata": said}))
        return found
