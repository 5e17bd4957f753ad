"""trafilatura first: the text it extracts from a page, with a score and a reason for every line.

    page = score(html)
    page.clean_text

trafilatura decides which parts of a page are main content; what it leaves out is lost.
"""

from typing import Any

from detector.extras import need

need("trafilatura", "trafilatura", "detector.integrations.trafilatura")

import trafilatura  # noqa: E402  (after the word on how to get it)

from detector.detector import Detector  # noqa: E402
from detector.results.page import ScoredPage  # noqa: E402
from detector.text.page import Page  # noqa: E402


def score(
    html: str | bytes,
    url: str | None = None,
    detector: Detector | None = None,
    **options: Any,  # noqa: ANN401
) -> ScoredPage:
    """Score the text that trafilatura extracts from a page.

    Parameters
    ----------
    html : str or bytes
        The page.
    url : str, optional
        Its URL.
    detector : Detector, optional
        The default model and settings if not given.
    **options
        Options of `trafilatura.extract`: `favor_recall`, `include_comments`, ...

    Returns
    -------
    ScoredPage
        The lines of the text; none if trafilatura finds no content.
    """
    text = trafilatura.extract(html, url=url, **options)
    return (detector or Detector()).score_batch([Page(text or "", "text", url=url)])[0]
