"""The kind of a page in words, with its probability and the evidence."""

from typing import Final, NamedTuple

import numpy as np

from detector.model.page_kinds import EMPTY, KINDS, LEAST_WORDS, SIGNALS, WITHOUT_CONTENT, PageKinds
from detector.records import Floats, Reason, Verdict

# Signals smaller than this (log-odds against the other kinds) are not shown.
LEAST: Final = 0.2

_TEXTS: Final = {
    "words": "its words are typical of such pages",
    "content": "its amount of content is typical of such pages",
    "lines": "the number and length of its lines of content are typical of such pages",
    "characters": "its kinds of characters are typical of such pages",
    "links": "its number of links is typical of such pages",
}
_EMPTY: Final = Reason("evidence", "no-words", f"the page has fewer than {LEAST_WORDS} words")


# A page is called a consent wall, a login or an error from this probability on. At .6, a quarter of the HTML
# pages that we wrote of these kinds were missed. From .4 down to .36, the same single ordinary page of 3,855
# is included.
LEAST_LIKELY: Final = 0.38
# A login page with more words than this has at least this share of them in forms.
SHORT: Final = 30
LEAST_FORM: Final = 0.05
# A page that is mostly a form is called a login if that is its likeliest kind.
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

    Users who filter pages by kind must not lose ordinary pages. So a page is called a consent wall, a login
    or an error only if that is likely, and a long page is called a login only if it has a form.

    Parameters
    ----------
    share : ndarray of float32, (K,)
        The probability of each kind.
    signal : ndarray of float32, (K, signals)
        The evidence for each kind.
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
