"""The records that are passed between the steps.

There are two sorts. NamedTuples of arrays hold many lines of many pages, and are passed to kernels as they
are. Frozen dataclasses hold one page or one line, and are made when the user asks for them. No step changes
a record that it gets.

Letters in shapes: P pages, L lines, S segments, W words, E elements, F features.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]
Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]
# The format that a page is read as.
Format = Literal["text", "html"]
# The format that a clean page is written in; "xml" is TEI.
OutputFormat = Literal["text", "markdown", "html", "xml", "json", "jsonl"]


# What a line can be, by number (docs/kinds.md).
LINE_KINDS: Final = (
    "title", "body", "caption", "byline", "comment", "navigation", "teaser", "promotion", "sharing", "form",
    "legal", "author", "notice",
)  # fmt: skip
# Kinds that are main content.
CONTENT_KINDS: Final = ("title", "body", "caption")
# Kinds of copies, by number; the kernel has the same.
COPY_KINDS: Final = (
    "",  # no copy
    "headline",  # the page's title again
    "headline-prefix",  # the title at the beginning of a paragraph
    "running-head",  # the head or foot of a printed page
    "block",  # a paragraph printed twice, with the lines around it
    "contents",  # a heading in a table of contents
    "refrain",  # several short lines that recur
    "quotation",
    "parallel",  # nearly the same, but with a different word; or a row of code or of a table
    "repeat",  # a short line that occurs twice for another reason
)


class Markup(NamedTuple):
    """The markup of an HTML batch.

    Elements are in document order, so a parent comes before its children. Only
    elements of the body that can hold text are included.

    tag: uint8 (E,), tag number (`tags.NAMES`); parent: int64 (E,), or -1
    inside: uint32 (E,), what the element is or is inside of (flags of `tags.INSIDE`)
    element_token: int64 (E + 1,), first token of each element, and their number
    token: uint32, hashed words of class, id, role, itemprop and link targets
    line_element: int64 (L,), innermost element at the line's first character
    line_link: int32 (L,), bytes of the line inside links
    page_element: int64 (P + 1,)
    hints: uint8, all titles, descriptions and structured data (H of them)
    hint_end: int64 (H,), the end of each; hint_kind: uint8 (H,) (`scan_tags.*_HINT`)
    page_hint: int64 (P + 1,), first hint of each page, and H
    """

    tag: Bytes
    parent: Integers
    inside: NDArray[np.uint32]
    element_token: Integers
    token: NDArray[np.uint32]
    line_element: Integers
    line_link: NDArray[np.int32]
    page_element: Integers
    hints: Bytes
    hint_end: Integers
    hint_kind: Bytes
    page_hint: Integers


class Batch(NamedTuple):
    """The lines of many pages, as offsets into one buffer of UTF-8.

    A blank line has no segment, and any other line has one. A line longer than 1,000 characters has one for
    each sentence. With a site profile, lines are also split at the site's runs of words (`sites/word_runs`).
    There is no gap between the segments of a line.

    data: uint8, the text; all starts and ends below are byte offsets into it
    line_start, line_end: int64 (L,), without the line ending
    segment_start, segment_end: int64 (S,)
    line_segment: int64 (L + 1,), first segment of each line, and S
    page_line: int64 (P + 1,), first line of each page, and L
    """

    data: Bytes
    line_start: Integers
    line_end: Integers
    segment_start: Integers
    segment_end: Integers
    line_segment: Integers
    page_line: Integers

    def page_segment(self) -> Integers:
        """Return int64 (P + 1,): first segment of each page, and S."""
        return self.line_segment[self.page_line]


class Words(NamedTuple):
    """The words of every segment.

    key: uint64 (W,), hash of the case-folded word
    start, end: int64 (W,), byte offsets into `Batch.data`
    shape: uint8 (W,), the classes of characters in the word (flags of `words.HAS_*`)
    segment_word: int64 (S + 1,), first word of each segment, and W
    counts: int32 (S, 10), number of characters of each class (`characters.OTHER` and so on)
    edges: uint8 (S, 2), class of the first and of the last character that is not white space
    """

    key: NDArray[np.uint64]
    start: Integers
    end: Integers
    shape: Bytes
    segment_word: Integers
    counts: NDArray[np.int32]
    edges: Bytes


class Repeats(NamedTuple):
    """What occurs more than once on its page. All arrays are (S,).

    original: int64, the row of the original (its own row, if this is it), or -1
    copies: int32, number of rows with the same or nearly the same words, including this one
    similarity: float32, to the original; 1 for the same words
    block: int32, for a copy: length of the run of lines that copies another run of lines
    alike: int32, number of rows that differ from this one at most in numbers
    begins: int64, the row whose words this longer row begins with, or -1
    begins_words: int32, number of words in that beginning
    """

    original: Integers
    copies: NDArray[np.int32]
    similarity: Floats
    block: NDArray[np.int32]
    alike: NDArray[np.int32]
    begins: Integers
    begins_words: NDArray[np.int32]


class Copies(NamedTuple):
    """What each segment is a copy of, by structure alone. All arrays are (S,).

    of: int64, the row of the original, or -1
    kind: uint8, the kind of copy (`COPY_KINDS`), 0 for none
    cut_words: int32, number of words of a title at the beginning of a paragraph, which may be cut
    """

    of: Integers
    kind: Bytes
    cut_words: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line has its score, or why it was kept or dropped.

    Attributes
    ----------
    group : {"evidence", "policy"}
        Evidence contributes to the score. Policy made the decision.
    code : str
        A name for use in programs.
    text : str
        The same as a sentence.
    contribution : float, optional
        The contribution of evidence in log-odds: positive values point to boilerplate.
    """

    group: str
    code: str
    text: str
    contribution: float | None = None


# A verdict with a lower probability is called unsure.
SURE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of page it is.

    Attributes
    ----------
    kind : str
        "article", "documentation", "service", "listing", "product", "forum", "consent wall", "login",
        "error", or "empty" for a page with hardly any words.
    probability : float
        The probability of that kind, 0 to 1.
    signals : tuple of Reason
        The evidence for it, strongest first. Contributions are log-odds relative to the mean of all kinds.
    second : tuple of str and float, optional
        The second most likely kind, and its probability.
    """

    kind: str
    probability: float
    signals: tuple[Reason, ...]
    second: tuple[str, float] | None = None

    @property
    def text(self) -> str:
        """The verdict in words: one kind, or the two most likely ones if it is unsure."""
        likeliest = f"{self.kind} ({self.probability:.0%})"
        if self.probability >= SURE or self.second is None:
            return f"looks like: {likeliest}"
        return f"unsure: {likeliest} or {self.second[0]} ({self.second[1]:.0%})"


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """One line of a page.

    Attributes
    ----------
    number : int
        Its position among all lines of the page.
    text, end : str
        The line, and its line ending.
    score : float or None
        Calibrated probability that the line is not main content; None for a blank line.
    label : {"content", "template", "repeat", "blank"}
        The most likely of these.
    kept : bool
        The decision.
    cuts : tuple of (int, int)
        Spans of `text`, in code points, that are removed from a kept line.
    clean : str
        The text without them; empty if the line is dropped.
    reasons : tuple of Reason
        The evidence, strongest first, then the policy.
    copy_of : int or None
        The number of the line that this one is a copy of.
    copy_kind : str or None
        The kind of copy: "headline", "block", "refrain", ...
    copy_probability : float or None
        The probability that a reader would remove the copy, whatever its score; None if it is not a copy.
    block, block_kind
        Number and kind of the block that the line belongs to, if any: "list", "table", "definition-list",
        "code", "verse", "quotation", "dialogue", "post", or "question", which is a question with its answers.
    element : str or None
        For HTML, what the line is: "h1" to "h6", "li", "tr", "pre", "blockquote", "p", ...
    kind : str or None
        The most likely kind, such as "title". None for a blank line, or if the model has no kinds.
    kinds : mapping of str to float
        The kinds with a probability above .001, most likely first.
    """

    number: int
    text: str
    end: str
    score: float | None
    label: str
    kept: bool
    cuts: tuple[tuple[int, int], ...]
    clean: str
    reasons: tuple[Reason, ...]
    copy_of: int | None
    copy_kind: str | None = None
    copy_probability: float | None = None
    block: int | None = None
    block_kind: str | None = None
    element: str | None = None
    kind: str | None = None
    kinds: Mapping[str, float] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The main reason for the decision, in words; empty for a blank line.

        Reasons that are true of the whole page come last, because they are the same for all lines.
        """
        if self.label == "repeat":
            return f"same text as line {self.copy_of}"
        speaks = [
            reason
            for reason in self.reasons
            if reason.contribution is not None and (reason.contribution > 0) != self.kept
        ]
        of_the_line = [reason for reason in speaks if reason.code != "page"]
        return next((reason.text for reason in (*of_the_line, *speaks, *self.reasons)), "")
