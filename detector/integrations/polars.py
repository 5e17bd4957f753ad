"""polars: importing this module adds `.detector` to series and expressions.

import detector.integrations.polars
table.with_columns(text=pl.col("html").detector.clean())

Missing pages stay missing.
"""

from typing import Final

from detector.extras import need

need("polars", "polars", "detector.integrations.polars")

import polars  # noqa: E402  (after the word on how to get it)

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import columns, texts  # noqa: E402
from detector.records import OutputFormat  # noqa: E402

# The types of `columns`, with lines.
LINE: Final = polars.Struct(
    {
        "text": polars.String,
        "clean": polars.String,
        "score": polars.Float64,
        "kept": polars.Boolean,
        "kind": polars.String,
        "reason": polars.String,
    }
)
PAGE: Final = {
    "text": polars.String,
    "detector_verdict": polars.String,
    "detector_content_share": polars.Float64,
    "detector_fault": polars.String,
}
PAGE_WITH_LINES: Final = {**PAGE, "detector_lines": polars.List(LINE)}


@polars.api.register_series_namespace("detector")
class SeriesDetector:
    """The methods of `series.detector`, for a column of pages. Missing pages stay missing."""

    def __init__(self, series: polars.Series) -> None:
        self._series = series

    def clean(self, format: OutputFormat = "text", detector: Detector | None = None) -> polars.Series:
        """Return what is kept of each page; raises `PageError` for an item that is not a page."""
        return polars.Series(self._series.name, texts(self._series, detector, format), polars.String)

    def score(self, detector: Detector | None = None, lines: bool = False) -> polars.Series:
        """Return a struct for each page: text, verdict, share of content, fault, and its lines if wanted."""
        found = columns(self._series, detector, lines=lines)
        schema = PAGE_WITH_LINES if lines else PAGE
        return polars.DataFrame(found, schema=schema).to_struct(self._series.name)


@polars.api.register_expr_namespace("detector")
class ExprDetector:
    """The same methods for expressions, including lazy ones."""

    def __init__(self, expression: polars.Expr) -> None:
        self._expression = expression

    def clean(self, format: OutputFormat = "text", detector: Detector | None = None) -> polars.Expr:
        """Return what is kept of each page; raises `PageError` for an item that is not a page."""

        def batch(series: polars.Series) -> polars.Series:
            return SeriesDetector(series).clean(format, detector)

        return self._expression.map_batches(batch, return_dtype=polars.String, is_elementwise=True)

    def score(self, detector: Detector | None = None, lines: bool = False) -> polars.Expr:
        """Return a struct for each page."""
        schema = polars.Struct(PAGE_WITH_LINES if lines else PAGE)

        def batch(series: polars.Series) -> polars.Series:
            return SeriesDetector(series).score(detector, lines)

        return self._expression.map_batches(batch, return_dtype=schema, is_elementwise=True)
