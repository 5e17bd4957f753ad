"""The lines of a page that are not in a block yet, and runs of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

BlockKind = Literal[
    "list", "table", "definition-list", "code", "verse", "quotation", "dialogue", "post", "question"
]


class LineBlock(NamedTuple):
    """The block of a line: its number on the page, from 0, and its kind."""

    number: int
    kind: BlockKind


# A block: its kind, and the numbers of its lines.
Found = tuple[BlockKind, list[int]]
# The most characters of a line to examine, so that patterns do not search a page that is one long line.
_MOST_CHARACTERS: Final = 300


def tail(line: str) -> str:
    """Return the last three characters, so that patterns for ends do not search the whole line."""
    return line.rstrip()[-3:]


class FreeLines:
    """The lines of a page, and which of them are already in a block."""

    def __init__(self, lines: Sequence[str], taken: Sequence[bool] | None = None) -> None:
        self.lines = [line[:_MOST_CHARACTERS] for line in lines]
        self.is_blank = [not line.strip() for line in self.lines]
        self.taken = [False] * len(lines) if taken is None else list(taken)
        self._characters = frozenset("".join(self.lines))

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, signs: str) -> bool:
        """Tell whether any of these characters is on the page. If not, many patterns need not be tried."""
        return not self._characters.isdisjoint(signs)

    def take(self, members: Sequence[int]) -> None:
        """Mark lines as being in a block."""
        for number in members:
            self.taken[number] = True

    def is_free(self, number: int) -> bool:
        """Tell whether a line exists, is not blank, and is not in a block."""
        return 0 <= number < len(self.lines) and not self.taken[number] and not self.is_blank[number]

    def after(self, number: int, gap: int) -> int:
        """Return the next line after at most `gap` blank ones, or the number of lines."""
        for near in range(number + 1, min(number + 2 + gap, len(self.lines))):
            if not self.is_blank[near]:
                return near
        return len(self.lines)

    def runs(self, test: Callable[[str], object], least: int, gap: int = 0) -> Iterator[list[int]]:
        """Yield runs of `least` or more free lines that pass a test, with up to `gap` blank lines between."""
        run: list[int] = []
        for number in range(len(self.lines)):
            if not self.is_free(number) or not test(self.lines[number]):
                continue
            if run and self.after(run[-1], gap) != number:
                if len(run) >= least:
                    yield run
                run = []
            run.append(number)
        if len(run) >= least:
            yield run
