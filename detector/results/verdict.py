"""The kind of a page in words, with its probability and the evidence."""

from typing import Final, NamedTuple

import numpy as np

from detector.model.page_kinds import EMPTY, KINDS, LEAST_WORDS, SIGNALS
from detector.records import Floats, Reason, Verdict

# Signals smaller than this (log-odds against the other kinds) are not worth a word.
LEAST: Final = 0.2

_TEXTS: Final = {
    "words": "its words are those of such pages",
    "content": "it has as much content as such pages have",
    "lines": "its lines of content are as many and as long as theirs",
    "characters": "its lines are made of the same kinds of characters",
    "links": "it has as many links as such pages have",
}
_EMPTY: Final = Reason("evidence", "no-words", f"the page has fewer than {LEAST_WORDS} words")


class PageKind(NamedTuple):
    """The input of a verdict: the page's row of `PageKinds`, and its number of words."""

    share: Floats
    signal: Floats
    words: float


def verdict(share: Floats, signal: Floats, words: float) -> Verdict:
    """Return the verdict on one page. share: (K,); signal: (K, signals); words: number on the page."""
    if words < LEAST_WORDS:
        return Verdict(EMPTY, 1.0, (_EMPTY,))
    kind, second = np.argsort(-share, kind="stable")[:2].tolist()
    against = signal[kind] - signal.mean(axis=0)
    order = sorted(range(len(SIGNALS)), key=lambda number: -float(against[number]))
    signals = tuple(
        Reason("evidence", SIGNALS[number], _TEXTS[SIGNALS[number]], round(float(against[number]), 3))
        for number in order
        if float(against[number]) >= LEAST
    )
    next_likeliest = (KINDS[second], round(float(share[second]), 3))
    return Verdict(KINDS[kind], round(float(share[kind]), 3), signals, next_likeliest)
