"""Ray Data: a function for `map_batches`.

    ray.data.read_parquet("crawl/").map_batches(PageCleaner("html"), batch_format="pyarrow")

A worker loads the model on its first call.
"""

from detector.extras import need

need("ray", "ray", "detector.integrations.ray")

import pyarrow  # noqa: E402  (after the word on how to get it)

from detector.integrations.arrow import cleaned  # noqa: E402
from detector.integrations.columns import ColumnCleaner  # noqa: E402


class PageCleaner(ColumnCleaner):
    """Cleans batches that have a column of pages; the parameters are those of `ColumnCleaner`."""

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """Return the batch with `text`, `detector_verdict`, `detector_content_share` and `detector_fault`."""
        return cleaned(batch, self.column, self.detector, self.text, self.lines)
