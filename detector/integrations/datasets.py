"""Hugging Face datasets: a function for `map`, including that of `IterableDataset`.

    dataset.map(PageCleaner("html"), batched=True)

The same cleaner has the same fingerprint in every process, so `datasets` finds cached results. The
fingerprint changes with the version, the model and the settings.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from detector.extras import need

need("datasets", "datasets", "detector.integrations.datasets")

import datasets  # noqa: E402  (after the word on how to get it)
import pyarrow  # noqa: E402

from detector.integrations.arrow import typed  # noqa: E402
from detector.integrations.columns import ColumnCleaner, columns  # noqa: E402


class PageCleaner(ColumnCleaner):
    """Cleans batches that have a column of pages; the parameters are those of `ColumnCleaner`."""

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Return `text`, `detector_verdict`, `detector_content_share` and `detector_fault` for a batch."""
        return columns(batch[self.column], self.detector, self.text, self.lines)

    def features(self, before: datasets.Features) -> datasets.Features:
        """Return the features of the result, for `map(..., features=...)`, so that they are not inferred."""
        empty = pyarrow.table(typed(columns([], self.detector, self.text, self.lines)))
        return datasets.Features({**before, **datasets.Features.from_arrow_schema(empty.schema)})
