"""Datasets of Hugging Face: a function for `map`, also of an `IterableDataset`.

    dataset.map(PageCleaner("html"), batched=True)

The same cleaner has the same fingerprint in every process, so that `datasets` finds what it has cached.
Another version, model or setting has another one.
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
    """Batches with a column of pages to their clean texts; parameters are those of `ColumnCleaner`."""

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Return `text`, `detector_verdict`, `detector_content_share`, `detector_fault` of a batch."""
        return columns(batch[self.column], self.detector, self.text, self.lines)

    def features(self, before: datasets.Features) -> datasets.Features:
        """Return the features of the result, for `map(..., features=...)`: they need not be guessed."""
        empty = pyarrow.table(typed(columns([], self.detector, self.text, self.lines)))
        return datasets.Features({**before, **datasets.Features.from_arrow_schema(empty.schema)})
