"""What the other pages of its site say of a line: on how many of them it stands, and its neighbours.

Template lines recur over a site, content hardly does; but with three pages that is no
proof, a site has more than one template, and a headline recurs in lists of news. So shares
come with the numbers that they are made of, are also taken relative to the line of the page
that recurs most (pages of the same template, after a redesign), and are seen among their
neighbours': a line between lines of the template is likely one of it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.schema import SITE
from detector.features.shape import words_in
from detector.records import Floats, Integers, Number, Words
from detector.sites.recurrence import SeenOn

# With fewer other pages of its site, nothing is known of a line from them.
LEAST_PAGES: Final = 2
(
    ODDS, MASKED_ODDS, SHARE, MASKED_SHARE, RELATIVE, LOG_SEEN, LOG_SEEN_MASKED, LOG_PAGES, IS_NEW,
    NEAR_BEFORE, FAR_BEFORE, NEAR_AFTER, FAR_AFTER, BEFORE, AFTER, PAGE_SHARE, PAGE_NEW, PLACE_IN_SITE,
) = range(len(SITE))  # fmt: skip
# What a window keeps of itself from one line to the next: half-lives of 1.5 and 6 lines.
NEAR: Final = np.float32(0.63)
FAR: Final = np.float32(0.89)


@inlined
def _share_odds(seen: Number, pages: Number) -> Number:
    """Return the log-odds of a share, drawn towards a little below the middle where pages are few."""
    return np.log((seen + np.float32(0.3)) / (pages - seen + np.float32(0.7)))


@inlined
def _own(seen: SeenOn, row: Number, pages: Number, here: Floats) -> None:
    exact, masked = np.float32(seen.exact[row]), np.float32(seen.masked[row])
    here[ODDS], here[MASKED_ODDS] = _share_odds(exact, pages), _share_odds(masked, pages)
    here[SHARE], here[MASKED_SHARE] = exact / pages, masked / pages
    here[LOG_SEEN], here[LOG_SEEN_MASKED], here[LOG_PAGES] = (
        np.log1p(exact),
        np.log1p(masked),
        np.log1p(pages),
    )
    here[IS_NEW] = np.float32(seen.exact[row] == 0)


@inlined
def _page_sums(seen: SeenOn, words: Words, rows: tuple[Number, Number], table: Floats) -> tuple[Number, ...]:
    """Return what recurs most, and a page's words: all, times their share, and those of new lines."""
    most, total, shared, new = np.float32(1), np.float32(0), np.float32(0), np.float32(0)
    for row in range(rows[0], rows[1]):
        size = words_in(words, row)
        most = max(most, np.float32(seen.masked[row]))
        total += size
        shared += size * table[row, MASKED_SHARE]
        new += size * table[row, IS_NEW]
    return most, max(total, np.float32(1)), shared, new


@inlined
def _windows(rows: tuple[Number, Number], step: Number, columns: tuple[int, int, int], table: Floats) -> None:
    """Write the windows of shares on one side; beyond the page stands template."""
    one, near, far = np.float32(1), np.float32(1), np.float32(1)
    row = rows[0] if step > 0 else rows[1] - 1
    last = one
    while rows[0] <= row < rows[1]:
        table[row, columns[0]], table[row, columns[1]], table[row, columns[2]] = near, far, last
        last = table[row, MASKED_SHARE]
        near, far = NEAR * near + (one - NEAR) * last, FAR * far + (one - FAR) * last
        row += step


@kernel
def _write(seen: SeenOn, words: Words, page_segment: Integers, table: Floats) -> None:
    for page in range(page_segment.size - 1):
        rows = (page_segment[page], page_segment[page + 1])
        pages = np.float32(seen.site_pages[page])
        if pages < LEAST_PAGES:
            continue
        for row in range(rows[0], rows[1]):
            _own(seen, row, pages, table[row])
        most, total, shared, new = _page_sums(seen, words, rows, table)
        _windows(rows, 1, (NEAR_BEFORE, FAR_BEFORE, BEFORE), table)
        _windows(rows, -1, (NEAR_AFTER, FAR_AFTER, AFTER), table)
        so_far = np.float32(0)
        for row in range(rows[0], rows[1]):
            here = table[row]
            here[RELATIVE] = np.float32(seen.masked[row]) / most
            here[PAGE_SHARE], here[PAGE_NEW] = shared / total, new / total
            size = words_in(words, row) * here[IS_NEW]
            here[PLACE_IN_SITE] = (so_far + size / np.float32(2)) / max(new, np.float32(1))
            so_far += size


def site_columns(seen: SeenOn, words: Words, page_segment: Integers) -> Floats:
    """Return float32 (S, columns of `SITE`); all zero where a page's site has too few other pages."""
    table: NDArray[np.float32] = np.zeros((words.segment_word.size - 1, len(SITE)), np.float32)
    _write(seen, words, page_segment, table)
    return table
