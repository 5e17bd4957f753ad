"""Facts about a line that a reader can check on the page: repeated words, the lines around it, its position.

Facts are found in the page when its lines are accessed. A fact is used as a reason only if it agrees with the
evidence; otherwise the reason describes the evidence in general terms (`reasons`).
"""

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from detector.features.schema import ALL_CODES
from detector.records import Words
from detector.results.batch import PageLines
from detector.results.quoted_words import NO_WORD
from detector.text.characters import END
from detector.text.decoding import text_of
from detector.text.tags import INSIDE

# Segments with a lower score count as content, others as boilerplate.
EVEN: Final = 0.5
# Segments before and after a segment that count as around it.
AROUND: Final = 4
# A word is rare if at most this many segments of the page contain it, or at most this share of them.
RARE: Final = 3
RARE_SHARE: Final = 0.1
# A line with fewer words is short for a sentence.
FEW_WORDS: Final = 8
# Where boilerplate and content usually are, by the bits of `tags.INSIDE`, most telling first.
_OF_BOILERPLATE: Final = {
    "nav": "is in <nav>",
    "footer": "is in <footer>",
    "aside": "is in <aside>",
    "dialog": "is in <dialog>",
    "noscript": "is in <noscript>",
    "hidden": "is hidden",
    "button": "is a button",
    "select": "is an option of a menu",
    "form": "is in a form",
    "header": "is in <header>",
    "address": "is in <address>",
    "small": "is small print (<small>)",
    "label": "is a label",
    "li": "is a list item",
}
_OF_CONTENT: Final = {
    "heading": "is a heading",
    "paragraph": "is a paragraph (<p>)",
    "blockquote": "is a quotation (<blockquote>)",
    "pre": "is preformatted (<pre>)",
    "cell": "is a row of a table",
    "caption": "is a caption",
    "definition": "is in a definition list",
    "figure": "is in <figure>",
    "article": "is in <article>",
    "main": "is in <main>",
    "li": "is a list item",
}
# Columns of `PageLines.repeats`.
_SIMILARITY, _COPIES, _ALIKE, _WORDS = 0, 1, 3, 4


class Returning(NamedTuple):
    """How many of the rare words of each segment appear in other segments of content.

    words: (S,), number of distinct words; rare: (S,), number of rare words; returns: (S,), number of rare
    words that appear elsewhere
    """

    words: list[int]
    rare: list[int]
    returns: list[int]


def _counted(number: int, of: str) -> str:
    """Return a number with its noun."""
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


class PageFacts:
    """The facts about a page's segments; `said` finds the fact for a reason code."""

    def __init__(self, page: PageLines, words: Words, segment_line: list[int]) -> None:
        self.page = page
        self.segment_line = segment_line
        self.words = words
        self.data = page.data.tobytes()
        self.is_content = page.scores < EVEN
        self.content_before = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.is_content)))

    def said(self, number: int, row: int, *, for_boilerplate: bool) -> str | None:
        """Return a fact for a reason code that points the same way, or None."""
        find = getattr(self, f"_{ALL_CODES[number]}", None)
        return None if find is None else find(row, for_boilerplate)

    def _phrases(self, row: int, for_boilerplate: bool) -> str | None:
        chosen = (
            sorted(at for at in self.page.quoted[row].tolist() if at != NO_WORD)
            if self.page.quoted.size
            else ()
        )
        if not chosen:
            return None
        side = "boilerplate" if for_boilerplate else "running text"
        return f"words typical of {side}: {self._quoted(row, chosen)}"

    def _quoted(self, row: int, numbers: list[int]) -> str:
        """Return the quoted words of a segment, from ascending numbers; adjacent words form one phrase."""
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        first = int(self.words.segment_word[row])
        spans = [
            (int(self.words.start[first + run[0]]), int(self.words.end[first + run[-1]])) for run in runs
        ]
        return ", ".join(f"“{' '.join(text_of(self.data[start:end]).split())}”" for start, end in spans)

    def _shape(self, row: int, for_boilerplate: bool) -> str | None:
        words, ends = int(self.page.repeats[row, _WORDS]), bool(self.words.counts[row, END])
        if for_boilerplate and not ends:
            few = "only " if words < FEW_WORDS else ""
            return f"{few}{_counted(words, 'word')}, no full stop" if words else "has no words"
        if not for_boilerplate and words >= FEW_WORDS:
            return f"{words} words, with a full stop" if ends else f"{words} words"
        return None

    def _neighbours(self, row: int, for_boilerplate: bool) -> str | None:
        first, last = max(row - AROUND, 0), min(row + AROUND + 1, self.is_content.size)
        others = last - first - 1
        content = int(self.content_before[last] - self.content_before[first]) - int(self.is_content[row])
        alike = others - content if for_boilerplate else content
        if 2 * alike <= others:
            return None
        side = "boilerplate" if for_boilerplate else "content"
        if others == 1:
            return f"the line next to it is {side}"
        return f"{'all' if alike == others else f'{alike} of the'} {others} lines around it are {side}"

    def _place(self, row: int, for_boilerplate: bool) -> str | None:
        before, all_ = int(self.content_before[row]), int(self.content_before[-1])
        after = all_ - before - int(self.is_content[row])
        if for_boilerplate and before + after and not (before and after):
            return f"comes {'after the last' if before else 'before the first'} line of content"
        return "is between lines of content" if not for_boilerplate and before and after else None

    def _page(self, row: int, for_boilerplate: bool) -> str | None:
        content, lines = int(self.content_before[-1]), self.is_content.size
        if (2 * content < lines) != for_boilerplate:
            return None
        return f"{content} of the page's {_counted(lines, 'line')} are content"

    def _repeats(self, row: int, for_boilerplate: bool) -> str | None:
        similarity, copies, alike = (self.page.repeats[row, at] for at in (_SIMILARITY, _COPIES, _ALIKE))
        original = int(self.page.segment[row, 3])
        if for_boilerplate and 0 <= original != row:
            return (
                f"{'' if similarity >= 1 else 'nearly '}the same text as line {self.segment_line[original]}"
            )
        if for_boilerplate and copies > 1:
            return f"its text appears {int(copies)} times on the page"
        if for_boilerplate and alike > 1:
            return f"{int(alike)} lines of the page differ only in their numbers"
        return "its text appears once on the page" if not for_boilerplate and copies <= 1 else None

    def _markup(self, row: int, for_boilerplate: bool) -> str | None:
        if not self.page.inside.size:
            return None
        inside = int(self.page.inside[self.segment_line[row]])
        texts = _OF_BOILERPLATE if for_boilerplate else _OF_CONTENT
        return next((text for name, text in texts.items() if inside >> INSIDE.index(name) & 1), None)

    def _links(self, row: int, for_boilerplate: bool) -> str | None:
        if not self.page.link_bytes.size:
            return None
        line = self.segment_line[row]
        size = int(self.page.line[line, 1] - self.page.line[line, 0])
        share = min(int(self.page.link_bytes[line]) / max(size, 1), 1.0)
        if not for_boilerplate:
            return "is not a link" if share == 0 else None
        if share < EVEN:
            return None
        whole = "is a link" if share > 0.95 else f"{share:.0%} of it is links"
        in_list = int(self.page.inside[line]) >> INSIDE.index("li") & 1
        return f"{whole}, in a list" if in_list else whole

    def _cohesion(self, row: int, for_boilerplate: bool) -> str | None:
        found = self.returning
        rare, returns = found.rare[row], found.returns[row]
        if not rare or (2 * returns < rare) != for_boilerplate:
            return None
        which = "word" if rare == found.words[row] else "rarer word"
        if not returns:
            return f"its {which}s appear in no other line of content"
        text = f"{returns} of its {_counted(rare, which)} {'appears' if returns == 1 else 'appear'}"
        return f"{'only ' if for_boilerplate else ''}{text} in other lines of content"

    @cached_property
    def returning(self) -> Returning:
        """How many rare words of each segment appear elsewhere; computed when a reason first needs it."""
        size = self.page.scores.size
        segment = np.repeat(np.arange(size), np.diff(self.words.segment_word))
        _, number = np.unique(self.words.key, return_inverse=True)
        # Each word once per segment.
        pairs = np.unique(segment * max(number.size, 1) + number)
        segment, term = np.divmod(pairs, max(number.size, 1))
        lines = np.bincount(term, minlength=1)
        content = np.bincount(term, self.is_content[segment], minlength=1)
        is_rare = lines[term] <= max(RARE, RARE_SHARE * size)
        returns = is_rare & (content[term] > self.is_content[segment])
        which = (segment, segment[is_rare], segment[returns])
        return Returning(*(np.bincount(of, minlength=size).tolist() for of in which))
