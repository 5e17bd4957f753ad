"""From the models of folds and labelled pages to the lines that networks for kinds learn from.

A text page that is a rendering of an HTML page (both have the same id) is learned from by the kinds of the
HTML lines that are in its lines.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.features.build import context_features
from detector.features.markup import markup_buckets
from detector.features.phrases import ngram_buckets
from detector.model.files import Model
from detector.model.line_kinds import NGRAM_BITS, TOKEN_BITS, columns_of
from detector.model.network import guess, score
from detector.model.score import features_of
from detector.records import LINE_KINDS, Floats, Format, Integers
from detector.training.data.examples import Examples
from detector.training.data.line_kinds import EVERY, is_known
from detector.training.data.renderings import PageWords, joined_words, shares_of_lines
from detector.training.fit.kind_network import KindPlan, KindRows
from detector.training.fit.networks import page_numbers

# The least lines of known kind. With fewer, a network would only guess.
LEAST_LINES: Final = 500
# The least share of a line of text that comes from HTML lines of one known kind, for its kind to be known.
SURE: Final = 0.999


class KindPages(NamedTuple):
    """Pages to learn from: their lines, not yet scaled.

    known: bool (S,), the lines of known kind
    barred: bool (P, FOLDS), the folds whose models must not learn from a page
    words: the words of the lines; pages with the same id are renderings of one page
    """

    rows: KindRows
    known: NDArray[np.bool_]
    barred: NDArray[np.bool_]
    words: PageWords


def hashed_rows(start: Integers, buckets: NDArray[np.int32], bits: int) -> sparse.csr_matrix:
    """Return hashed n-grams or tokens as sparse rows, divided by the square root of their number."""
    count = np.diff(start)
    value = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    column = buckets & np.int32((1 << bits) - 1)
    return sparse.csr_matrix((value, column, start), shape=(count.size, 1 << bits))


def dense_columns(examples: Examples, model: Model, format: Format) -> Floats:
    """Return float32 (S, D): the inputs and outputs of the other networks of a model for pages."""
    batch, words = examples.batch, examples.words
    markup = examples.markup if format == "html" else None
    scorer = model.text if markup is None else model.html
    features = features_of(batch, words, markup, model)
    guesses = guess(features.table, scorer)
    context = context_features(batch, words, markup, features, guesses.log_odds)
    odds = score(context, scorer, guesses).log_odds
    first, second = columns_of(format)
    return np.hstack((features.table[:, first], context[:, second], odds[:, None]))


def kind_rows(examples: Examples, dense: Floats, format: Format, plan: KindPlan) -> KindRows:
    """Return all lines of pages, ready for training."""
    known, informed = is_known(examples.allowed), examples.allowed != EVERY
    in_page = np.bincount(examples.page, minlength=len(examples.pages))
    known_in_page = np.bincount(examples.page[known], minlength=len(examples.pages))
    share = np.where(known, known_in_page[examples.page], in_page[examples.page])
    weight = np.where(known, 1.0, plan.weak) / np.sqrt(np.maximum(share, 1)) * informed
    tokens = None
    if format == "html" and examples.markup is not None:
        tokens = hashed_rows(*markup_buckets(examples.batch, examples.markup), TOKEN_BITS)
    bit = np.arange(len(LINE_KINDS))
    return KindRows(
        dense,
        hashed_rows(*ngram_buckets(examples.words), NGRAM_BITS),
        tokens,
        (examples.allowed[:, None] >> bit & 1).astype(np.float32),
        np.zeros(share.size, np.bool_),
        weight.astype(np.float32),
        examples.batch.page_segment(),
    )


def _joined(parts: Sequence[KindRows]) -> KindRows:
    offsets = np.cumsum([0, *(int(part.page_row[-1]) for part in parts)])
    starts = [part.page_row[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return KindRows(
        np.concatenate([part.dense for part in parts]),
        sparse.vstack([part.ngrams for part in parts]).tocsr(),
        None
        if any(part.tokens is None for part in parts)
        else sparse.vstack([part.tokens for part in parts]).tocsr(),
        np.concatenate([part.allowed for part in parts]),
        np.concatenate([part.taught for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
    )


def kind_pages(
    sets: Sequence[Examples], of_fold: Sequence[Model], format: Format, plan: KindPlan
) -> KindPages | None:
    """Return the pages to learn from, each read with the model of its fold; None if too few kinds are known.

    These are the pages with a line of known kind, the HTML pages of sites, and renderings of these as text.
    """
    parts, known, barred, words = [], [], [], []
    ids: set[str] = set()
    for examples in sets:
        for fold in np.unique(examples.fold).tolist():
            own = examples.of_fold(fold)
            is_one = is_known(own.allowed)
            chosen = np.bincount(own.page[is_one], minlength=len(own.pages)) > 0
            if own.markup is not None:
                chosen |= np.array([bool(page.of_site) for page in own.pages])
                ids.update(page.id for page, is_chosen in zip(own.pages, chosen, strict=True) if is_chosen)
            else:
                chosen |= np.array([page.id in ids for page in own.pages])
            if not chosen.any():
                continue
            rows = kind_rows(own, dense_columns(own, of_fold[fold], format), format, plan)
            parts.append(rows.of_pages(np.flatnonzero(chosen)))
            known.append(is_one[chosen[own.page]])
            barred.append(own.barred[chosen])
            words.append(_words(own, chosen))
    if sum(int(one.sum()) for one in known) < LEAST_LINES:
        return None
    return KindPages(_joined(parts), np.concatenate(known), np.concatenate(barred), joined_words(words))


def _words(examples: Examples, chosen: NDArray[np.bool_]) -> PageWords:
    """Return the words of chosen pages."""
    lines = chosen[examples.page]
    sizes = np.diff(examples.words.segment_word)
    number = page_numbers(page.id for page in examples.pages)
    start = np.concatenate(([0], np.cumsum(sizes[lines])))
    return PageWords(examples.words.key[np.repeat(lines, sizes)], start, number[examples.page[lines]])


def sources_of(text: KindPages, html: KindPages) -> sparse.csr_matrix:
    """Return which lines of HTML are in each line of text. The HTML pages come first among the text pages."""
    same = html.known.size
    renderings = shares_of_lines(text.words.lines_from(same), html.words)
    return sparse.vstack((sparse.eye_array(same, dtype=np.float32), renderings)).tocsr()


def with_known_lines(text: KindPages, html: KindPages, source: sparse.csr_matrix) -> KindPages:
    """Return the pages of text, whose lines are also known if all HTML in them is of one known kind."""
    said = source @ (html.rows.allowed * html.known[:, None])
    new = ~text.known & (said.max(axis=1) >= SURE)
    known, rows = text.known | new, text.rows
    allowed = np.where(new[:, None], np.rint(said), rows.allowed).astype(np.float32)
    sizes = np.diff(rows.page_row)
    page = np.repeat(np.arange(sizes.size), sizes)
    in_page = np.bincount(page[known], minlength=sizes.size)[page]
    weight = np.where(known, 1 / np.sqrt(np.maximum(in_page, 1)), rows.weight).astype(np.float32)
    return text._replace(rows=rows._replace(allowed=allowed, weight=weight), known=known)
