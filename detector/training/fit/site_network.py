"""The third network: adjusts scores by other pages of the site, learned from sites of labelled pages.

Each labelled page is seen with some other pages of its site, drawn at random: three, ten, thirty or a
hundred, as far as there are. So the network learns how certain it may be with few pages.

Methods were compared with folds by site, on text. The log loss of a line with 2, 10, 30 and 100 other pages
was .272, .199, .229, .290 without this step. The mean of a log-linear model and a network, which is itself a
network, gave .249, .171, .164, .145, and trees .257, .167, .172, .125. With runs of new lines, the network
gave .246, .162, .143, .117, and trees .253, .162, .150, .104. Training on pages of one language as if they
were a site had given .169 to .181.

Recurring content (the word "Ingredients" in recipes, a refrain, a headline in lists of news) is rare on
labelled sites. So each page is seen again with some lines of its content as if they were also on up to half
of the other pages. Allowing all of the other pages reduced the share of such lines that are dropped from .38
to .21 at no cost out of fold, but then a menu that reads like a sentence stayed, on all pages of its site.
"""

import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from detector.features.schema import SITE_BLOCKS, names
from detector.features.site import LEAST_PAGES, site_features
from detector.model.network import CLIP, Network, SiteStep
from detector.records import Floats, Integers
from detector.sites.recurrence import LineRecurrence, looked_up, of_template
from detector.text.keys import NO_WORDS, LineKeys, line_keys
from detector.training.data.examples import CONTENT, Examples, words_of_rows
from detector.training.fit.networks import NetworkPlan, Rows, fit_networks, log_odds, page_numbers
from detector.training.fit.parts import calibration

# Numbers of other pages to draw.
DRAWN: Final = (2, 3, 5, 10, 30, 100)
# The most pages that a site counts as.
SITE_PAGES: Final = 15
PLAN: Final = NetworkPlan(networks=3, hidden=16)
# The share of a page's content that is shown as recurring, the weight of each such line, and the least other
# pages: with fewer, recurrence means little anyway.
RECURRING_SHARE: Final = 0.08
RECURRING_WEIGHT: Final = 0.3
LEAST_RECURRING: Final = 3
# The columns of the log-linear model.
LINEAR: Final = ("odds", "site_odds", "site_masked_odds", "site_log_pages", "site_is_new")
LINEAR_C: Final = 10.0


class _Draw(NamedTuple):
    """A page with some other pages of its site.

    table: float32 (S, columns of `SITE_BLOCKS`); part: float64 (S,), the weight of each line
    """

    page: int
    table: Floats
    part: NDArray[np.float64]
    is_real: bool


class _Draws(NamedTuple):
    """Lines of pages, each page with several draws of other pages (R rows).

    table: float32 (R, columns of `SITE_BLOCKS`); row: int64 (R,), the line in the examples
    barred: bool (R, FOLDS), the folds whose models must not learn from a line; fold: int64 (R,)
    rows: truth, weight and page
    """

    table: Floats
    row: Integers
    barred: NDArray[np.bool_]
    fold: Integers
    rows: Rows


def _sites(examples: Examples, fold: int | None) -> Iterator[list[int]]:
    """Yield the pages of each site with enough pages that a fold's model may learn from."""
    sites: dict[str, list[int]] = defaultdict(list)
    barred = examples.barred
    for number, page in enumerate(examples.pages):
        if page.of_site and (fold is None or not barred[number, fold]):
            sites[page.of_site].append(number)
    yield from (pages for _, pages in sorted(sites.items()) if len(pages) > LEAST_PAGES)


def _counted(key: Integers, drawn: Sequence[Integers]) -> NDArray[np.int32]:
    """Return on how many of the drawn pages (each given by its distinct keys) each key is."""
    keys, counts = np.unique(np.concatenate(drawn), return_counts=True)
    return np.where(key != NO_WORDS, looked_up(key, keys, counts.astype(np.int32)), np.int32(0))


def _seen(lines: LineKeys, drawn: Sequence[LineKeys]) -> LineRecurrence:
    """Return on how many of the drawn pages (each given by its distinct keys) each line of a page is."""
    exact, masked, named = (
        _counted(key, others) for key, others in zip(lines, zip(*drawn, strict=True), strict=True)
    )
    pages = np.array([len(drawn)], np.int32)
    return LineRecurrence(exact, masked, of_template(lines, named, len(drawn)), pages)


def _recurring(
    seen: LineRecurrence, share: NDArray[np.float64], rng: np.random.Generator
) -> tuple[LineRecurrence, NDArray[np.bool_]] | None:
    """Return the table as if some lines of content recurred, and which lines; None if there are too few."""
    is_new = (seen.exact == 0) & (seen.named == 0)
    number, content = int(seen.site_pages[0]), np.flatnonzero((share >= CONTENT) & is_new)
    if number < LEAST_RECURRING or content.size < LEAST_RECURRING:
        return None
    chosen = rng.choice(content, max(1, round(RECURRING_SHARE * content.size)), replace=False)
    exact, masked, part = seen.exact.copy(), seen.masked.copy(), np.zeros(share.size, np.bool_)
    exact[chosen] = masked[chosen] = rng.integers(1, number // 2 + 1)
    part[chosen] = True
    return seen._replace(exact=exact, masked=masked), part


def _draws_of_site(
    examples: Examples, keys: LineKeys, odds: Floats, pages: list[int], seed: int
) -> Iterator[_Draw]:
    """Yield pages of a site, each with draws of its other pages.

    Random numbers depend on the name of the page, so that a change of one page does not affect others.
    """
    segments = examples.batch.page_segment()
    parts = {page: slice(int(segments[page]), int(segments[page + 1])) for page in pages}
    lines = {page: LineKeys(*(key[part] for key in keys)) for page, part in parts.items()}
    distinct = {page: LineKeys(*(np.unique(key) for key in of_page)) for page, of_page in lines.items()}
    for page in (page for page in pages if examples.pages[page].is_complete):
        rng = np.random.default_rng([seed, zlib.crc32(examples.pages[page].id.encode())])
        part, others = parts[page], [other for other in pages if other != page]
        words = words_of_rows(examples.words, part.start, part.stop)
        segment = np.array([0, part.stop - part.start], np.int64)
        for number in sorted({min(number, len(others)) for number in DRAWN}):
            drawn = [others[at] for at in rng.permutation(len(others))[:number]]
            seen = _seen(lines[page], [distinct[other] for other in drawn])
            yield _Draw(
                page,
                site_features(odds[part], seen, words, segment),
                np.ones(part.stop - part.start, np.float64),
                True,
            )
            again = _recurring(seen, examples.share[part], rng)
            if again is not None:
                table = site_features(odds[part], again[0], words, segment)
                yield _Draw(page, table, again[1] * np.float64(RECURRING_WEIGHT), False)


def _draws(examples: Examples, odds: Floats, fold: int | None, seed: int) -> _Draws | None:
    """Return the draws of all sites that a fold's model may learn from; None if no site has enough pages."""
    keys = line_keys(examples.words)
    segments = examples.batch.page_segment()
    tables, rows, weights = [], [], []
    for pages in _sites(examples, fold):
        drawn = list(_draws_of_site(examples, keys, odds, pages, seed))
        share = min(1.0, SITE_PAGES / max(len({draw.page for draw in drawn}), 1))
        times = Counter(draw.page for draw in drawn if draw.is_real)
        for page, table, part, _ in drawn:
            row = np.arange(int(segments[page]), int(segments[page + 1]))
            known = part > 0
            tables.append(table[known])
            rows.append(row[known])
            weights.append(examples.weight[row][known] * part[known] * share / times[page])
    if not tables:
        return None
    row = np.concatenate(rows)
    of_page = examples.page[row]
    numbers = page_numbers(page.id for page in examples.pages)
    truth = Rows(examples.share[row] < CONTENT, np.concatenate(weights), numbers[of_page])
    return _Draws(np.concatenate(tables), row, examples.barred[of_page], examples.fold[of_page], truth)


def _with_line(network: Network, table: Floats, rows: Rows, chosen: NDArray[np.bool_]) -> Network:
    """Return the mean of a network and a log-linear model, which is a network with two more units."""
    known = (rows.weight > 0) & chosen
    columns = [names(SITE_BLOCKS).index(name) for name in LINEAR]
    scaled = np.clip((table[known][:, columns] - network.mean[columns]) * network.scale[columns], -CLIP, CLIP)
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
    examples: Examples, odds: Floats, fold: int | None = None, seed: int = 0, plan: NetworkPlan = PLAN
) -> SiteStep | None:
    """Return the network of a fold's model, or (None) of all pages; None without sites to learn from.

    odds: float32 (S,), log-odds of the second network, by models that have seen neither the page nor the
    fold
    """
    draws = _draws(examples, odds, fold, seed)
    if draws is None:
        return None
    known = draws.rows.weight > 0
    inner = np.unique(draws.fold[known])
    chosen = [known, *(known & ~draws.barred[:, other] for other in inner)]
    if inner.size < 2 or any(np.unique(draws.rows.boilerplate[part]).size < 2 for part in chosen):
        return None
    networks = [
        _with_line(network, draws.table, draws.rows, part)
        for network, part in zip(
            fit_networks(draws.table, draws.rows, chosen, replace(plan, seed=seed), SITE_BLOCKS),
            chosen,
            strict=True,
        )
    ]
    found = np.zeros(draws.row.size, np.float32)
    for other, network in zip(inner, networks[1:], strict=True):
        held = draws.fold == other
        found[held] = log_odds(draws.table[held], network)
    return SiteStep(networks[0], calibration(found, draws.rows))
