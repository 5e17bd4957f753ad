"""Lines of a page that say the same, of which one should stay.

A group is an original and its copies: the headline and the headline in a breadcrumb, a paragraph and the
paragraph again. Only originals that are title, body or caption count. Tables and lists that appear twice may
stay, as may tables of contents, refrains, quotations and parallel lines.
"""

from collections.abc import Sequence
from typing import Final

from benchmarks.labels.kinds.records import KindLabels
from detector.records import CONTENT_KINDS

# Readers remove these copies.
GO: Final = ("headline", "prefix", "running-head", "block", "teaser")
ROWS: Final = ("li", "tr", "td", "th", "dt", "dd", "pre")


def copy_groups(labels: KindLabels, elements: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of lines of which exactly one should stay.

    labels, elements: the labels of a page, and the element of each line ("" in text)
    """
    groups: dict[int, list[int]] = {}
    for line, copy in labels.copies.items():
        is_glued = copy.sort == "prefix" and labels.kinds[line] == "body"  # the paragraph after the title
        if copy.sort in GO and labels.kinds[copy.of] in CONTENT_KINDS and not is_glued:
            groups.setdefault(copy.of, []).append(line)
    found = [(original, *sorted(copies)) for original, copies in sorted(groups.items())]
    return tuple(group for group in found if not _is_of_rows(group, labels, elements))


def _is_of_rows(group: Sequence[int], labels: KindLabels, elements: Sequence[str]) -> bool:
    """Tell whether all lines of a group are rows of a table or list that appears twice."""
    is_block = all(labels.copies[line].sort == "block" for line in group[1:])
    return is_block and all(elements[line] in ROWS for line in group)
