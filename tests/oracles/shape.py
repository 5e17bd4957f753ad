"""What a line looks like, and what its words and phrases say: columns of one segment by name."""

import itertools
import math
import re

from detector.features.phrases import BUCKET_BITS, KNOWN_BITS, KNOWN_MIX, PhraseWeights
from detector.features.schema import SHAPE
from detector.text import characters as chars
from detector.text.decoding import utf8
from detector.text.words import FIRST_UPPER
from tests.oracles.words import MASK, Word, classes_of, pair_key, size_of

BULLETS = "•·*+-–—◦▪▸►‣⁃○●■□✓"
FIRST = {
    chars.UPPER: "upper", chars.LETTER: "letter", chars.MARK: "letter", chars.SINGLE: "letter", chars.DIGIT: "digit",
    chars.END: "punctuation", chars.PUNCTUATION: "punctuation", chars.SYMBOL: "symbol",
}  # fmt: skip
LAST = {**FIRST, chars.UPPER: "letter", chars.END: "end"}
# One odd multiplier for each kind of n-gram.
WORD, PAIR, LINE = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
HEAD, TAIL, EDGE = 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63, 0xD6E8FEB86659FD93


def edges_of(segment: str) -> tuple[int, int]:
    """Return the classes of the first and last character that is not white space."""
    seen = [kind for kind in classes_of(segment) if kind != chars.SPACE] or [chars.SPACE]
    return seen[0], seen[-1]


def shape_columns(segment: str, words: list[Word], is_sentence: bool) -> dict[str, float]:
    """Return the columns of a segment's shape; `is_sentence`: it is one of several in a long line."""
    kinds = classes_of(segment)
    upper, digits, ends, singles = (
        kinds.count(kind) for kind in (chars.UPPER, chars.DIGIT, chars.END, chars.SINGLE)
    )
    punctuation, symbols = kinds.count(chars.PUNCTUATION) + ends, kinds.count(chars.SYMBOL)
    letters = sum(chars.LETTER <= kind <= chars.DIGIT for kind in kinds)
    seen = max(letters + singles + punctuation + symbols, 1)
    size, some = len(utf8(segment)), max(len(words), 1)
    extra = size - len(segment)
    lengths = [word.size / (1 + extra / max(letters + singles, 1)) for word in words]
    indent = next(at for at, kind in enumerate([*kinds, chars.OTHER]) if kind != chars.SPACE)
    columns = dict.fromkeys(SHAPE, 0.0) | {
        "log_words": math.log1p(size_of(words)),
        "log_characters": math.log1p(len(segment) + 2 * singles),
        "word_length": min((letters + singles) / some, 30) / 10,
        "upper_share": upper / max(letters, 1),
        "capitalised_share": sum(bool(word.shape & FIRST_UPPER) for word in words) / some,
        "digit_share": digits / seen,
        "digit_words": sum(word.has_digit for word in words) / some,
        "punctuation_share": punctuation / seen,
        "symbol_share": symbols / seen,
        "single_share": singles / seen,
        "non_ascii_share": extra / max(size, 1),
        "sentence_ends": math.log1p(ends),
        "short_words": sum(length < 3.5 for length in lengths) / some,
        "long_words": sum(length > 7.5 for length in lengths) / some,
        "no_words": not words,
        "part_of_long_line": is_sentence,
        "log_indent": math.log1p(indent),
        "bullet": is_item(segment[indent:]),
    }
    first, last = edges_of(segment)
    columns |= {f"first_{FIRST[first]}": 1} if first in FIRST else {}
    return columns | ({f"last_{LAST[last]}": 1} if last in LAST else {})


def is_item(text: str) -> bool:
    """Tell whether a line begins like a list item: with a bullet or number, and a space."""
    digits = len(re.match("5{0,3}", "".join(map(str, classes_of(text[:3]))))[0])
    mark = digits + 1 if digits and text[digits : digits + 1] in (".", ")") else 1
    is_marked = mark > 1 or text[:1] in BULLETS
    return bool(text) and is_marked and text[mark : mark + 1] != "" and ord(text[mark]) <= 32


def ngrams(words: list[Word], edges: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the bucket of every n-gram, each with its group: words, pairs, or the whole line."""
    keys = [word.key for word in words]
    whole = len(keys)
    for key in keys:
        whole = pair_key(whole, key)
    pairs = [pair_key(one, two) for one, two in itertools.pairwise(keys)]
    edge = edges[0] * 16 + edges[1] + 1 + (min(len(keys), 8) << 8)
    found = [(key, WORD, 0) for key in keys] + [(key, PAIR, 1) for key in pairs] + [(edge, EDGE, 2)]
    if keys:
        head, tail = (pairs[0], pairs[-1]) if pairs else (keys[0], keys[0])
        found += [(whole, LINE, 2), (head, HEAD, 2), (tail, TAIL, 2)]
    return [((key * kind & MASK) >> (64 - BUCKET_BITS), group) for key, kind, group in found]


def phrase_columns(words: list[Word], edges: tuple[int, int], weights: PhraseWeights) -> dict[str, float]:
    """Return the columns of what a segment's phrases say."""
    found = [(float(weights.bucket[bucket]), group) for bucket, group in ngrams(words, edges)]
    says = [sum(weight for weight, of in found if of == group) / math.sqrt(len(found)) for group in range(3)]
    bits = [(word.key * int(KNOWN_MIX) & MASK) >> (64 - KNOWN_BITS) for word in words]
    known = sum(int(weights.known[bit >> 6]) >> (bit & 63) & 1 for bit in bits)
    return {
        "words_say": says[0],
        "pairs_say": says[1],
        "line_says": says[2],
        "phrases_say": sum(says) + float(weights.bias[0]),
        "strongest": max(0, *(weight for weight, _ in found)),
        "weakest": min(0, *(weight for weight, _ in found)),
        "known_words": known / max(len(words), 1),
    }
