"""Ray Data: a function for `map_batches`.

    ray.data.read_parquet("crawl/").map_batches(PageCleaner("html"), batch_format="pyarrow")

Workers load the model when they are first called.
"""

from detector.extras import need

need("ray", "ray", "detector.integrations.ray")

import pyarrow  # noqa: E402  (after the word on how to get it)

from detector.integrations.arrow import cleaned  # noqa: E402
from detector.integrations.columns import ColumnCleaner  # noqa: E402


class PageCleaner(ColumnCleaner):
    """Batches with a column of pages to the same with their clean texts; parameters are `ColumnCleaner`'s."""

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """Return a batch with `text`, `detector_verdict`, `detector_content_share`, `detector_fault`."""
        return cleaned(batch, self.column, self.detector, self.text, self.lines)
