"""Functions for Spark SQL; `detector.spark` has those for whole data frames, which count the lines of sites.

    register(session)
    session.sql("SELECT url, detector_clean(html) AS text FROM pages")

Each page is judged on its own.
"""

from typing import Any

from detector.extras import need

need("pyspark", "spark", "detector.integrations.spark")

import pandas  # noqa: E402  (after the word on how to get it)
import pyarrow  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.pandas.functions import pandas_udf  # noqa: E402
from pyspark.sql.pandas.types import from_arrow_type  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.integrations.arrow import typed  # noqa: E402
from detector.integrations.columns import columns  # noqa: E402


def register(session: SparkSession, detector: Detector | None = None) -> None:
    """Add `detector_clean(page)` and `detector_score(page)` to a session.

    Parameters
    ----------
    session : SparkSession
        The session. Executors need the same version of this package.
    detector : Detector, optional
        The default model and settings if not given.

    Notes
    -----
    `detector_clean` returns the clean text, or null for null and for anything that is not a page.
    `detector_score` returns a struct with `text`, `detector_verdict`, `detector_content_share`,
    `detector_fault` and `detector_lines`, an array of structs.
    """
    chosen = detector or Detector()
    empty = pyarrow.table(typed(columns([], chosen, lines=True)))
    struct = from_arrow_type(pyarrow.struct(empty.schema))

    def clean(pages: pandas.Series) -> pandas.Series:
        return pandas.Series(columns(pages, chosen)["text"], dtype=object)

    def score(pages: pandas.Series) -> pandas.DataFrame:
        return pandas.DataFrame(columns(pages, chosen, lines=True))

    functions: dict[str, tuple[Any, Any]] = {
        "detector_clean": (clean, "string"),
        "detector_score": (score, struct),
    }
    for name, (function, kind) in functions.items():
        session.udf.register(name, pandas_udf(function, kind))
