"""A line with its log-odds, and what the other pages of its site say about it."""

import math

import numpy as np

from detector.features.schema import NOVEL_RUNS, SITE
from tests.oracles.context import MOST_LOG_ODDS, squeezed

NEAR, FAR, NEW_SHARE, MOST_OF_ONE, LONG_WORDS = 0.63, 0.89, 0.2, 5, 15


def window(shares: np.ndarray, keep: float) -> np.ndarray:
    """Return the mean of the shares before each line, which fades by `keep` per line and begins with 1."""
    weight = np.array([[keep ** (row - 1 - at) if at < row else 0 for at in range(shares.size)]
                       for row in range(shares.size)])  # fmt: skip
    return weight @ shares * (1 - keep) + keep ** np.arange(shares.size)


def share_log_odds(seen: np.ndarray, pages: int) -> np.ndarray:
    return np.log((seen + 0.3) / (pages - seen + 0.7))


def own_columns(log_odds: np.ndarray, sizes: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of a page's lines without their site."""
    bounded = np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)
    return {
        "odds": bounded,
        "odds_squeezed": squeezed(bounded),
        "log_words": np.log1p(sizes),
        "is_long": sizes >= LONG_WORDS,
        "place_by_lines": (np.arange(sizes.size) + 0.5) / max(sizes.size, 1),
    }


def site_columns(
    log_odds: np.ndarray, sizes: np.ndarray, exact: np.ndarray, masked: np.ndarray, pages: int
) -> dict[str, np.ndarray]:
    """Return all columns of a page's lines, by name.

    sizes: words of each line; exact, masked: other pages that have it, as it is and with numbers masked
    """
    own = own_columns(log_odds, sizes)
    if pages < 2 or not sizes.size:
        return own | {name: np.zeros(sizes.size) for name in (*SITE, *NOVEL_RUNS)}
    share, is_new, words = masked / pages, exact == 0, max(sizes.sum(), 1)
    before, after = np.append(1, share[:-1]), np.append(share[1:], 1)
    new_words = sizes * is_new
    columns = own | {
        "site_odds": share_log_odds(exact, pages),
        "site_masked_odds": share_log_odds(masked, pages),
        "site_share": exact / pages,
        "site_masked_share": share,
        "site_relative_share": masked / max(masked.max(), 1),
        "site_log_seen": np.log1p(exact),
        "site_log_seen_masked": np.log1p(masked),
        "site_log_pages": np.full(sizes.size, math.log1p(pages)),
        "site_is_new": is_new,
        "site_near_before": window(share, NEAR),
        "site_far_before": window(share, FAR),
        "site_near_after": window(share[::-1], NEAR)[::-1],
        "site_far_after": window(share[::-1], FAR)[::-1],
        "site_before": before,
        "site_after": after,
        "site_page_share": np.full(sizes.size, (sizes * share).sum() / words),
        "site_page_new": np.full(sizes.size, new_words.sum() / words),
        "site_place": (np.cumsum(new_words) - new_words / 2) / max(new_words.sum(), 1),
    }
    return columns | novel_columns(log_odds, sizes, masked < NEW_SHARE * pages)


def novel_columns(log_odds: np.ndarray, sizes: np.ndarray, is_new: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of the runs of lines that are new to the site."""
    guess = 1 / (1 + np.exp(-np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)))
    words, content = sizes * is_new, sizes * (1 - guess) * is_new
    page = {
        "page_guess_of_new_lines": guess[is_new].sum() / max(is_new.sum(), 1),
        "page_guess_of_new_words": (words * guess).sum() / max(words.sum(), 1),
        "page_guess_of_others": guess[~is_new].sum() / max((~is_new).sum(), 1),
        "page_new_lines": is_new.mean(),
    }
    columns = {name: np.zeros(sizes.size) for name in NOVEL_RUNS} | {"site_is_rare": is_new}
    columns |= {name: np.full(sizes.size, value) for name, value in page.items()}
    borders = np.flatnonzero(np.diff(np.concatenate([[False], is_new, [False]])))
    for first, last in borders.reshape(-1, 2).tolist():
        run = slice(first, last)
        found = {
            "run_log_words": math.log1p(words[run].sum()),
            "run_log_content": math.log1p(content[run].sum()),
            "run_content_share": content[run].sum() / max(words[run].sum(), 1),
            "run_mean_odds": np.clip(log_odds[run], -MOST_OF_ONE, MOST_OF_ONE).mean(),
            "run_share_of_new": words[run].sum() / max(words.sum(), 1),
            "run_log_lines": math.log1p(last - first),
            "run_share_of_content": content[run].sum() / max(content.sum(), 1),
        }
        for name, value in found.items():
            columns[name][run] = value
    return columns
