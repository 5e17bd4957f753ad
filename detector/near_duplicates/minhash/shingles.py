"""Texts to shingles: case-folded words, joined by one space, `size` at a time.

A word is a maximal run of letters, marks and digits, or one character of a script that is written
without spaces; so a text in such a script gets character shingles without being told. A text with
fewer words than `size` has one shingle, all of it; a text without words has none.

These functions are the definition, in plain Python. The kernels (kernels/near_duplicates/fold.h) are
tested against them, and `reference_shingles` is what to feed to `datasketch` for signatures equal to
ours.
"""

import unicodedata

from detector.text import characters as chars
from detector.text.characters import character_class


def reference_words(text: str) -> list[str]:
    """Return the words of a text, normalised to NFC and case folded."""
    words: list[str] = []
    open_word = ""
    for char in unicodedata.normalize("NFC", text) + " ":
        kind = character_class(ord(char)) & chars.CLASS_BITS
        if chars.LETTER <= kind <= chars.DIGIT:
            open_word += char.casefold()
            continue
        if open_word:
            words.append(open_word)
            open_word = ""
        if kind == chars.SINGLE:
            words.append(char.casefold())
    return words


def reference_shingles(text: str, size: int = 5) -> set[bytes]:
    """Return the set of shingles of a text, as the bytes that are hashed."""
    words = reference_words(text)
    count = max(len(words) - size + 1, min(len(words), 1))
    return {" ".join(words[at : at + size]).encode() for at in range(count)}
