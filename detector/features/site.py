"""A line with its log-odds, and what the other pages of its site say of it: the third table.

Template lines recur over a site, content hardly does. But with three pages that is no proof, a site
has more than one template, and a headline recurs in lists of news. So shares come with the numbers
that they are made of, are also taken relative to the line of the page that recurs most, and are seen
among their neighbours'. New lines that follow each other are a run, and stand or fall together: the
main content of a page is mostly one of them (words F1 on 20 sites with 30 known pages each, text
only: .901 without a site, .936 without runs, .954 with them). The kernel is
kernels/features/site.cpp.
"""

from typing import Final

import numpy as np

from detector import native
from detector.features.schema import SITE_BLOCKS, names
from detector.records import Floats, Integers, Words
from detector.sites.recurrence import LineRecurrence

# With fewer other pages of its site, nothing is known of a line from them.
LEAST_PAGES: Final = 2
N_COLUMNS: Final = len(names(SITE_BLOCKS))


def site_features(
    log_odds: Floats, recurrence: LineRecurrence, words: Words, page_segment: Integers
) -> Floats:
    """Return the third table.

    Parameters
    ----------
    log_odds : ndarray of float32, (S,)
        The second network's log-odds of boilerplate.
    recurrence
        On how many pages of its site each line stands.
    words, page_segment
        The words, and int64 (P + 1,), the first segment of each page.

    Returns
    -------
    ndarray of float32, (S, N_COLUMNS)
        What the site says is 0 where a page's site has fewer than `LEAST_PAGES` other pages.
    """
    table = np.empty((log_odds.size, N_COLUMNS), np.float32)
    native.run("site_features", recurrence, words, page_segment, log_odds, table)
    return table
