"""The kind of a page in words, with its probability and the evidence."""

from typing import Final, NamedTuple

import numpy as np

from detector.model.page_kinds import EMPTY, KINDS, LEAST_WORDS, SIGNALS, WITHOUT_CONTENT, PageKinds
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


# From this probability on, a page is called a consent wall, a login or an error. With .6, a quarter of those
# that we wrote as HTML was missed; with less, some short pages of one Croatian site are called so.
LEAST_LIKELY: Final = 0.4
# A login of more words than these has at least this share of them in forms.
SHORT: Final = 30
LEAST_FORM: Final = 0.05
# What is hardly anything but a form needs no more than to be likelier than all else.
MOSTLY_FORM: Final = 0.5


class PageKind(NamedTuple):
    """The input of a verdict: the page's row of `PageKinds`, and its number of words."""

    share: Floats
    signal: Floats
    words: float
    form: float


def page_kind(kinds: PageKinds, page: int, words: float) -> PageKind:
    """Return the input of the verdict on one page of a batch."""
    return PageKind(kinds.share[page].copy(), kinds.signal[page].copy(), words, float(kinds.form[page]))


def verdict(share: Floats, signal: Floats, words: float, form: float) -> Verdict:
    """Return the verdict on one page.

    Whoever throws pages away by their kind must not lose ordinary ones. So a page is called a consent
    wall, a login or an error only if that is likely and, of a long login, if there is a form.

    Parameters
    ----------
    share : ndarray of float32, (K,)
        The probability of each kind.
    signal : ndarray of float32, (K, signals)
        What speaks for each.
    words, form
        The number of words on the page, and the share of them in forms.
    """
    if words < LEAST_WORDS:
        return Verdict(EMPTY, 1.0, (_EMPTY,))
    order: list[int] = np.argsort(-share, kind="stable").tolist()
    if KINDS[order[0]] in WITHOUT_CONTENT and not _is_sure(
        KINDS[order[0]], float(share[order[0]]), words, form
    ):
        ordinary = next(kind for kind in order if KINDS[kind] not in WITHOUT_CONTENT)
        order = [ordinary, *(kind for kind in order if kind != ordinary)]
    kind, second = order[:2]
    against = signal[kind] - signal.mean(axis=0)
    strongest = sorted(range(len(SIGNALS)), key=lambda number: -float(against[number]))
    signals = tuple(
        Reason("evidence", SIGNALS[number], _TEXTS[SIGNALS[number]], round(float(against[number]), 3))
        for number in strongest
        if float(against[number]) >= LEAST
    )
    next_likeliest = (KINDS[second], round(float(share[second]), 3))
    return Verdict(KINDS[kind], round(float(share[kind]), 3), signals, next_likeliest)


def _is_sure(kind: str, share: float, words: float, form: float) -> bool:
    """Tell whether a page may be called one of a kind without content."""
    if kind == "login" and form >= MOSTLY_FORM:
        return True
    has_form = kind != "login" or words <= SHORT or form >= LEAST_FORM
    return share >= LEAST_LIKELY and has_form
