"""Rules on lines of text: keep all, keep long lines, and C4's.

C4: Raffel et al. 2020, section 2.2, and further rules in its code.
"""

import re

LEAST_WORDS = 5
LEAST_SENTENCES = 3
MOST_LETTERS = 1000
ENDS = (".", "!", "?", '"')
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?:\s|$)")


def keep_all(text: str, language: str | None) -> str:
    """Return the text unchanged."""
    return text


def keep_long(text: str, language: str | None) -> str:
    """Keep lines of five or more words."""
    return "\n".join(line for line in text.splitlines() if len(line.split()) >= LEAST_WORDS)


def _keeps(line: str) -> bool:
    words, small = line.split(), line.lower()
    ended = line.endswith(ENDS) and not line.endswith("...")
    plain = "javascript" not in small and not any(phrase in small for phrase in POLICY)
    return ended and len(words) >= LEAST_WORDS and max(map(len, words)) <= MOST_LETTERS and plain


def c4(text: str, language: str | None) -> str:
    """Keep lines by C4's rules; pages with lorem ipsum, a brace or fewer than 3 sentences give nothing."""
    kept = [line for line in map(str.strip, text.splitlines()) if _keeps(line)]
    sentences = sum(len(SENTENCE_END.findall(line)) for line in kept)
    spoilt = "lorem ipsum" in text.lower() or "{" in text
    return "" if spoilt or sentences < LEAST_SENTENCES else "\n".join(kept)
