"""What the truth of each set says of the kinds of lines: golds are statements about kinds, no truths.

    said_of("dragnet").inside      the kinds that a line in the gold can be of
    said_of("dragnet").outside     those that a line outside of it can be of

A model is fitted to such sets of kinds, so that no set's convention is taught as the truth about a line.
"""

from typing import Final, NamedTuple

from benchmarks.labels.kinds.records import LETTER

KINDS: Final = tuple(LETTER)
EVERY: Final = frozenset(KINDS)


class Said(NamedTuple):
    """Which kinds a line can be of.

    inside: where the gold (or a post, a step, a wanted snippet) holds it; outside: where it does not
    comments: where the set says that it is a comment
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
    # The headline is in one gold of six; some forums' golds hold comments and names.
    "wcxb-dev": Said(_ALL_TEXT, EVERY - {"body"}),
    "trafilatura-eval-dev": Said(_ALL_TEXT, EVERY - _STORY),
    "daniel": Said(_STORY, EVERY - _STORY),
    "fundus": Said(_STORY, EVERY - _STORY),
    # Its gold begins with the headline, often with the byline; comments stand apart.
    "dragnet": Said(_only("title", "body", "caption", "byline"), EVERY - {"body", "comment"}, _COMMENT),
    # Supplements (byline, caption) and related stories are outside of gold.
    "l3s-gn1": Said(_STORY, EVERY - _STORY - _COMMENT, _COMMENT),
    "cleaneval-final": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    "cleaneval-dev": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    "cleanportaleval": Said(_ALL_TEXT, EVERY - {"body", "comment"}),
    # A forum's posts are its body.
    "web-forum-52": Said(_only("body"), EVERY - {"body", "comment"}),
    "leogao-htmltotext": Said(_ALL_TEXT, EVERY - {"body"}),
    # Only what must stay is known: nothing is said of the rest.
    "recipes-sample": Said(_only("body"), EVERY),
    "zyte-products": Said(_only("title", "body"), EVERY),
}


def said_of(name: str) -> Said:
    """Return what a set's truth says; a set without one says nothing."""
    return SAID.get(name, Said(EVERY, EVERY))
