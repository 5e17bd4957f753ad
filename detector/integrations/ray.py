"""Ray Data: a function for `map_batches`.

    ray.data.read_parquet("crawl/").map_batches(PageCleaner("html"), batch_format="pyarrow")

Workers load the model when they are first called.
"""

from detector.extras import need

need("ray", "ray", "detector.integrations.ray")

import pyarrow  # noqa: E402  (after the word on how to get it)

from detector.detector import Detector  # noqa: E402
from detector.integrations.arrow import cleaned  # noqa: E402


class PageCleaner:
    """Batches with a column of pages to the same with their clean texts, and what was found.

    Parameters
    ----------
    column : str
        The name of the column with the pages.
    detector : Detector, optional
        The default model and settings if not given.
    text : str
        The name of the column for the clean texts.
    lines : bool
        Whether to add `detector_lines`.
    """

    def __init__(
        self, column: str = "text", detector: Detector | None = None, text: str = "text", lines: bool = False
    ) -> None:
        self.column, self.detector, self.text, self.lines = column, detector or Detector(), text, lines

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """Return a batch with `text`, `detector_verdict`, `detector_content_share`, `detector_fault`."""
        return cleaned(batch, self.column, self.detector, self.text, self.lines)
