"""RefinedWeb's line-wise corrections, written from Penedo et al. 2023, appendix G.2.

The paper also discards a page if these lines have over 5 % of its words, after extracting the main text. On
whole pages this would discard nearly all, so it is left out.
"""

import re

SHORT = 10
MOST_UPPER = 0.5
NUMBERS = re.compile(r"[\d\W_]+")
COUNTER = re.compile(
    r"[\d.,]+\s*[kKmM]?\s+(?:likes?|shares?|comments?|retweets?|reposts?|quotes?|bookmarks?|upvotes?|downvotes?"
    r"|downloads?|views?|followers?|replies|votes?)"
)
START = re.compile(
    r"(?:sign[ -]?in|log[ -]?in|sign[ -]?up|register|subscribe|skip to|share (?:this|on)|follow us)\b"
)
ANYWHERE = re.compile(r"items? in (?:your )?(?:cart|bag)|all rights reserved|accept (?:all )?cookies")
FINISH = re.compile(r"(?:read more|continue reading|learn more|see more|show more|view all)\W*\Z")


def _is_noise(line: str) -> bool:
    words, small = line.split(), line.lower()
    letters = [sign for sign in line if sign.isalpha()]
    if len(words) <= 1 or NUMBERS.fullmatch(line) or COUNTER.fullmatch(small):
        return True
    if sum(sign.isupper() for sign in letters) > MOST_UPPER * len(letters):
        return True
    return len(words) <= SHORT and bool(START.match(small) or ANYWHERE.search(small) or FINISH.search(small))


def extract(text: str, language: str | None) -> str:
    """Drop lines in capitals, numbers, counters, single words, and known short phrases."""
    lines = map(str.strip, text.splitlines())
    return "\n".join(line for line in lines if line and not _is_noise(line))
