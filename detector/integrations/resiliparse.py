"""resiliparse first: the text it makes of a page, with a score and a reason for every line.

    page = score(html)
    page.clean_text

By default it returns the whole page as text. With `main_content=True` it chooses first.
"""

from typing import Any

from detector.extras import need

need("resiliparse", "resiliparse", "detector.integrations.resiliparse")

from resiliparse.extract.html2text import extract_plain_text  # noqa: E402  (as in extras)

from detector.detector import Detector  # noqa: E402
from detector.results.page import ScoredPage  # noqa: E402
from detector.text.page import Page  # noqa: E402


def score(
    html: str,
    url: str | None = None,
    detector: Detector | None = None,
    **options: Any,  # noqa: ANN401
) -> ScoredPage:
    """Score the text that resiliparse makes from a page.

    Parameters
    ----------
    html : str
        The page.
    url : str, optional
        Its URL.
    detector : Detector, optional
        The default model and settings if not given.
    **options
        Options of `extract_plain_text`: `main_content`, `alt_texts`, `links`, ...

    Returns
    -------
    ScoredPage
        The lines of the text.
    """
    text = extract_plain_text(html, **options)
    return (detector or Detector()).score_batch([Page(text, "text", url=url)])[0]
