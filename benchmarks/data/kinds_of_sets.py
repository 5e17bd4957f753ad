"""What the gold of each set says about the kinds of lines: it restricts them, and is not itself the truth.

    said_of("dragnet").inside      the kinds that a line in the gold can be of
    said_of("dragnet").outside     those that a line outside of it can be of

A model is fitted to such sets of kinds, so that the conventions of a set are not taught as the truth about a
line.
"""

from typing import Final, NamedTuple

from benchmarks.labels.kinds.records import LETTER

KINDS: Final = tuple(LETTER)
EVERY: Final = frozenset(KINDS)


class Said(NamedTuple):
    """The kinds that a line can be of.

    inside: if it is in the gold (or a post, a step, a wanted snippet); outside: if it is not
    comments: if the set marks it as a comment
    """

    inside: frozenset[str]
    outside: frozenset[str]
    comments: frozenset[str] = frozenset()


def _only(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_COMMENT: Final = _only("comment")
_STORY: Final = _only("title", "body")
_ALL_TEXT: Final = _only("title", "body", "caption", "byline", "comment")

SAID: Final[dict[str, Said]] = {
    # One gold in six has the headline; the golds of some forums have comments and names.
    "wcxb-dev": Said(_ALL_TEXT, EVERY - {"body"}),
    "trafilatura-eval-dev": Said(_ALL_TEXT, EVERY - _STORY),
    "daniel": Said(_STORY, EVERY - _STORY),
    "fundus": Said(_STORY, EVERY - _STORY),
    # Its gold begins with the headline, and often the byline; comments are marked separately.
    "dragnet": Said(_only("title", "body", "caption", "byline"), EVERY - {"body", "comment"}, _COMMENT),
    # Supplements (byline, caption) and related stories are not in the gold.
    "l3s-gn1": Said(_STORY, EVERY - _STORY - _COMMENT, _COMMENT),
    "cleaneval-final": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    "cleaneval-dev": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    "cleanportaleval": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    # The posts of a forum are its body.
    "web-forum-52": Said(_only("body"), EVERY - {"body", "comment"}),
    "leogao-htmltotext": Said(_ALL_TEXT, EVERY - {"body"}),
    # The set only says what must stay; nothing is known about the rest.
    "recipes-sample": Said(_only("body"), EVERY),
    "zyte-products": Said(_only("title", "body"), EVERY),
}


def said_of(name: str) -> Said:
    """Return what the truth of a set says; nothing for a set without truth."""
    return SAID.get(name, Said(EVERY, EVERY))
