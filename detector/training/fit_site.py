"""The third step of the scores: what the other pages of a site say, learned from sites of labelled pages.

Every page whose lines are known is seen with some of its sister pages, drawn at random:
three of them, ten, thirty, a hundred, as far as there are. So the step learns how sure it may
be with few pages. Three ways were compared, folds by site, on text (log loss of a line; first
steps alone .240): a likelihood ratio by share .217, a log-linear model .216, a network of eight
units .214 to .220, better than the others with many pages and worse with few. The mean of
log-linear model and network was the best at every number of pages, and is itself a network.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from detector.evidence.columns import SITE_BLOCKS, names
from detector.evidence.site import LEAST_PAGES, site_columns
from detector.lines.keys import NO_WORDS, LineKeys, line_keys
from detector.records import Floats, Integers
from detector.scores.network import CLIP, Network, SiteStep
from detector.scores.site import site_table
from detector.sites.counts import SeenOn
from detector.training.examples import CONTENT, FOLDS, Examples, words_of_rows
from detector.training.fit import NetworkPlan, Rows, calibration, fit_network, log_odds

# Sister pages that are drawn.
DRAWN: Final = (2, 3, 5, 10, 30, 100)
# A site counts as so many pages at most.
SITE_PAGES: Final = 15
PLAN: Final = NetworkPlan(networks=3, hidden=8)
# What the log-linear model sees.
LINEAR: Final = ("odds", "site_odds", "site_masked_odds", "site_log_pages", "site_is_new")
LINEAR_C: Final = 10.0
# In place of a fold: no page is left out.
ALL: Final = -1


class _Draws(NamedTuple):
    """Lines of pages, each page with several draws of its sister pages (R rows).

    table: float32 (R, columns of `SITE_BLOCKS`); row: int64 (R,), the line among the examples'
    fold: int64 (R,); rows: truth, weight and page
    """

    table: Floats
    row: Integers
    fold: Integers
    rows: Rows

    def without(self, fold: int) -> Rows:
        """Return the rows with no weight on those of a fold; `ALL` leaves every weight."""
        return self.rows._replace(weight=np.where(self.fold == fold, 0, self.rows.weight))


def _sites(examples: Examples) -> Iterator[list[int]]:
    """Yield the pages of each site that has enough of them."""
    sites: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(examples.pages):
        sites[page.group].append(number)
    yield from (pages for _, pages in sorted(sites.items()) if len(pages) > LEAST_PAGES)


def _teaches(examples: Examples, page: int) -> bool:
    """Tell whether a page's labels are good to learn from: not if a rule made them, which leaves gaps."""
    return "unknown" not in (examples.pages[page].labels or ())


def _counted(key: Integers, drawn: Sequence[Integers]) -> NDArray[np.int32]:
    """Return on how many of the drawn pages (each its different keys) each key stands."""
    keys, counts = np.unique(np.concatenate(drawn), return_counts=True)
    if not keys.size:
        return np.zeros(key.size, np.int32)
    at = np.minimum(np.searchsorted(keys, key), keys.size - 1)
    return np.where((keys[at] == key) & (key != NO_WORDS), counts[at], 0).astype(np.int32)


def _draws_of_site(
    examples: Examples, keys: LineKeys, odds: Floats, pages: list[int], rng: np.random.Generator
) -> Iterator[tuple[int, Floats]]:
    """Yield pages of a site, and the table of each with a draw of its sister pages."""
    segments = examples.batch.page_segment()
    parts = {page: slice(int(segments[page]), int(segments[page + 1])) for page in pages}
    exact = {page: np.unique(keys.exact[part]) for page, part in parts.items()}
    masked = {page: np.unique(keys.masked[part]) for page, part in parts.items()}
    for page in (page for page in pages if _teaches(examples, page)):
        part, others = parts[page], [other for other in pages if other != page]
        words = words_of_rows(examples.words, part.start, part.stop)
        segment = np.array([0, part.stop - part.start], np.int64)
        for number in sorted({min(number, len(others)) for number in DRAWN}):
            drawn = [others[at] for at in rng.permutation(len(others))[:number]]
            seen = SeenOn(
                _counted(keys.exact[part], [exact[other] for other in drawn]),
                _counted(keys.masked[part], [masked[other] for other in drawn]),
                np.array([number], np.int32),
            )
            yield page, site_table(odds[part], words, segment, site_columns(seen, words, segment))


def _draws(examples: Examples, odds: Floats, seed: int) -> _Draws | None:
    """Return all draws of all sites; None if no site has enough pages."""
    rng, keys = np.random.default_rng(seed), line_keys(examples.words)
    segments = examples.batch.page_segment()
    tables, rows, weights = [], [], []
    for pages in _sites(examples):
        drawn = list(_draws_of_site(examples, keys, odds, pages, rng))
        share = min(1.0, SITE_PAGES / max(len({page for page, _ in drawn}), 1))
        times = np.bincount([page for page, _ in drawn], minlength=len(examples.pages))
        for page, table in drawn:
            row = np.arange(int(segments[page]), int(segments[page + 1]))
            tables.append(table)
            rows.append(row)
            weights.append(examples.weight[row] * share / times[page])
    if not tables:
        return None
    row = np.concatenate(rows)
    of_page = examples.page[row]
    truth = Rows(examples.share[row] < CONTENT, np.concatenate(weights), of_page)
    return _Draws(np.concatenate(tables), row, examples.fold[of_page], truth)


def _fit(table: Floats, rows: Rows, plan: NetworkPlan) -> Network:
    """Return the mean of a network and a log-linear model, which is a network of two more units."""
    network = fit_network(table, rows, plan, SITE_BLOCKS)
    known = rows.weight > 0
    columns = [names(SITE_BLOCKS).index(name) for name in LINEAR]
    scaled = np.clip((table - network.mean) * network.scale, -CLIP, CLIP)[known][:, columns]
    model = LogisticRegression(C=LINEAR_C)
    weight = rows.weight[known]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaled, rows.boilerplate[known], sample_weight=weight / weight.mean())
    line = np.zeros((2, table.shape[1]), np.float32)
    line[0, columns], line[1, columns] = model.coef_[0], -model.coef_[0]
    return network._replace(
        hidden=np.concatenate((network.hidden, line)),
        hidden_bias=np.append(network.hidden_bias, np.zeros(2, np.float32)),
        out=np.append(network.out / 2, np.array([0.5, -0.5], np.float32)).astype(np.float32),
        out_bias=((network.out_bias + model.intercept_.astype(np.float32)) / 2).astype(np.float32),
    )


def fit_site(
    examples: Examples, odds: Floats, seed: int = 0, plan: NetworkPlan = PLAN
) -> list[SiteStep | None]:
    """Return the step of each fold (fitted on the others) and that of all; None without sites to learn from.

    odds: float32 (S,), log-odds of the second step, of models that did not learn from the page
    """
    draws = _draws(examples, odds, seed)
    nothing: list[SiteStep | None] = [None] * (FOLDS + 1)
    if draws is None:
        return nothing
    known = draws.rows.weight > 0
    if len({int(fold) for fold in np.unique(draws.fold[known])}) < 2:
        return nothing
    networks, found = [], np.zeros(draws.row.size, np.float32)
    for fold in [*range(FOLDS), ALL]:
        rows = draws.without(fold)
        if len(np.unique(rows.boilerplate[rows.weight > 0])) < 2:
            return nothing
        networks.append(_fit(draws.table, rows, plan._replace(seed=seed)))
        if fold != ALL:
            found[draws.fold == fold] = log_odds(draws.table[draws.fold == fold], networks[-1])
    steps: list[SiteStep | None] = []
    for fold, network in zip([*range(FOLDS), ALL], networks, strict=True):
        steps.append(SiteStep(network, *calibration(found, draws.without(fold))))
    return steps
