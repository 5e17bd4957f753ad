"""From pairs to kept texts: each removed text has a kept near-duplicate at or above the threshold.

Texts are visited in the order of the keep policy. A text with a kept near-duplicate is
removed, and any other text is kept. So a chain of similar texts never removes a text that is unlike all kept
ones, and no two kept texts are a known pair.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.near_duplicates.jaccard.verification import PairArrays
from detector.records import Floats64, Integers

Keep = Literal["first", "longest", "newest", "best"]
# The policies that compare values given by the caller.
BY_VALUE: Final = ("newest", "best")


class Twins(NamedTuple):
    """The kept text for each text.

    keeper: int64 (n,), the kept near-duplicate of each text, or the text itself if it is kept
    similarity: float64 (n,), to that text
    """

    keeper: Integers
    similarity: Floats64


def keep_rank(keep: Keep, length: Integers, by: Sequence[Any] | None) -> Integers:
    """Return int64 (n,): the rank of each text in the order in which texts are kept.

    Ties go to the earlier text. Raises `ValueError` for an unknown policy or values that
    do not fit it.
    """
    if keep not in get_args(Keep):
        raise ValueError(f"keep is one of {', '.join(get_args(Keep))}, not {keep!r}")
    if (by is not None) != (keep in BY_VALUE):
        needs = "needs `by`: a date or score for each text" if by is None else "takes no `by`"
        raise ValueError(f"keep={keep!r} {needs}")
    if keep == "first":
        return np.arange(length.size)
    order = np.argsort(-length, kind="stable") if by is None else _order_of(by, length.size)
    rank = np.empty(length.size, np.int64)
    rank[order] = np.arange(length.size)
    return rank


def _order_of(values: Sequence[Any], texts: int) -> Integers:
    """Return positions by value, the highest first; those without a value, or with NaN, come last."""
    if len(values) != texts:
        raise ValueError(f"`by` has {len(values)} values for {texts} texts")
    known = [at for at, value in enumerate(values) if value is not None and value == value]
    try:
        known.sort(key=lambda at: values[at], reverse=True)  # stable, whether reversed or not
    except TypeError:
        raise ValueError("the values of `by` are of several types: give numbers, texts or dates") from None
    missing = np.setdiff1d(np.arange(texts), known)
    return np.concatenate([np.array(known, np.int64), missing])


def twins_of(pairs: PairArrays, rank: Integers) -> Twins:
    """Return the kept near-duplicate of each text: the most similar one, or the first of several."""
    swapped = rank[pairs.left] > rank[pairs.right]
    later = np.where(swapped, pairs.left, pairs.right)
    earlier = np.where(swapped, pairs.right, pairs.left)
    order = np.argsort(rank[later], kind="stable")
    twins = Twins(np.arange(rank.size), np.ones(rank.size))
    ordered = (later[order], earlier[order], pairs.similarity[order])
    native.run("choose_representatives", ordered, rank, twins)
    return twins


class Copies(NamedTuple):
    """Texts with equal words.

    first: int64 (n,), the first copy of each; kept: int64 (n,), for a first copy, the copy that the keep
    policy prefers; undefined for the others
    """

    first: Integers
    kept: Integers


def copies_of(digest: NDArray[np.uint64], rank: Integers) -> Copies:
    """Return which texts are exact copies; digest: uint64 (n, 2)."""
    # By one half of the digest: positions are ascending within a class, and classes do not mix (except with a
    # probability of 2^-64).
    order = np.argsort(digest[:, 0], kind="stable")
    new = np.ones(order.size, np.bool_)
    for half in range(2):
        ordered = digest[order, half]
        new[1:] &= ordered[1:] == ordered[:-1]
    new[1:] = ~new[1:]
    first = np.empty(order.size, np.int64)
    first[order] = order[np.maximum.accumulate(np.where(new, np.arange(order.size), 0))]
    kept = np.empty(order.size, np.int64)
    by_rank = np.argsort(-rank)  # the best one is written last
    kept[first[by_rank]] = by_rank
    return Copies(first, kept)
