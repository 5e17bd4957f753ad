"""Tables of the pages on which a peer is far ahead of us."""

from collections import Counter
from pathlib import Path

from benchmarks.tables.cells import grid, read

SHOWN = 3


def behind(folder: Path, result: str) -> str:
    """Return a table of pages on which the best of all peers is ahead, by set; result: "behind"."""
    found = read(folder, result)
    head = ("set", "pages", "a peer is ahead", "because we lose words", "most often", "we are ahead of all")
    rows = [
        [
            f"`{name}`",
            f"{one['pages']:,}",
            str(one["behind"]),
            str(one["by_loss"]),
            ", ".join(
                f"{peer} {count}"
                for peer, count in Counter(row["peer"] for row in one["rows"]).most_common(SHOWN)
            ),
            str(one["ahead"]),
        ]
        for name, one in found["sets"].items()
    ]
    return grid(head, rows)
