"""LlamaIndex: a step of an ingestion pipeline, before its splitter.

    IngestionPipeline(transformations=[PageCleaner(), SentenceSplitter()]).run(documents=documents)

Documents without content are left out.
"""

from collections.abc import Sequence
from typing import Any

from detector.extras import need

need("llama_index", "llama-index", "detector.integrations.llama_index")

from llama_index.core.schema import BaseNode, TransformComponent  # noqa: E402  (as in extras)
from pydantic import Field, computed_field  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import as_page, fingerprint, metadata, with_content  # noqa: E402
from detector.records import OutputFormat  # noqa: E402


class PageCleaner(TransformComponent):
    """Cleans nodes, and adds the verdict and the share of content to their metadata.

    Parameters
    ----------
    detector : Detector, optional
        The default model and settings if not given.
    format : {"text", "markdown", "html", "xml", "json", "jsonl"}
        The format of the content; "markdown" keeps the headings that splitters look for.
    """

    detector: Detector = Field(default_factory=Detector, exclude=True)
    format: OutputFormat = "text"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def fingerprint(self) -> str:
        """A hash of what results depend on, for the cache of a pipeline."""
        return fingerprint(self.detector)

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:  # noqa: ANN401
        """Return new nodes; raises `PageError` for a node that is not a page."""
        pages = [as_page(node.get_content(), node.metadata.get("url")) for node in nodes]
        found = []
        for node, page in with_content(nodes, pages, self.detector):
            kept = node.model_copy(deep=True)
            kept.set_content(page.to_format(self.format))
            kept.metadata |= metadata(page)
            found.append(kept)
        return found
