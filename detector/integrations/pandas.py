"""pandas: importing this module adds `.detector` to every `Series`.

import detector.integrations.pandas
table["text"] = table["html"].detector.clean()

Missing pages stay missing.
"""

from detector.extras import need

need("pandas", "pandas", "detector.integrations.pandas")

import pandas  # noqa: E402  (after the word on how to get it)

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import columns, line_rows, scored_or_missing, texts  # noqa: E402
from detector.records import OutputFormat  # noqa: E402
from detector.results.column_names import CONTENT_SHARE  # noqa: E402
from detector.results.page import ScoredPage  # noqa: E402


@pandas.api.extensions.register_series_accessor("detector")
class SeriesDetector:
    """The methods of `series.detector`, for a column of pages.

    Missing pages stay missing. Each method takes a `Detector` instead of the default one.
    """

    def __init__(self, series: pandas.Series) -> None:
        self._series = series

    def clean(self, format: OutputFormat = "text", detector: Detector | None = None) -> pandas.Series:
        """Return what is kept of each page, as `Detector.clean` does.

        Raises
        ------
        PageError
            If an item is not a page. `score` reports all such items instead.
        """
        found = texts(self._series, detector, format)
        return pandas.Series(found, index=self._series.index, name=self._series.name, dtype=object)

    def score(self, detector: Detector | None = None) -> pandas.DataFrame:
        """Return a row for each page: its text, verdict, share of content, and fault, if any."""
        found = {
            # A missing text is None in every version of pandas.
            name: pandas.Series(values, self._series.index, dtype=float if name == CONTENT_SHARE else object)
            for name, values in columns(self._series, detector).items()
        }
        return pandas.DataFrame(found, index=self._series.index)

    def lines(self, detector: Detector | None = None) -> pandas.DataFrame:
        """Return a row for each line that is not blank, indexed by its page and its number on the page."""
        pages = zip(self._series.index, scored_or_missing(self._series, detector), strict=True)
        rows = [
            {"page": at, "line": number, **row}
            for at, page in pages
            if isinstance(page, ScoredPage)
            for number, row in enumerate(line_rows(page))
        ]
        names = ["page", "line", "text", "clean", "score", "kept", "kind", "reason"]
        return pandas.DataFrame(rows, columns=names).set_index(["page", "line"])
