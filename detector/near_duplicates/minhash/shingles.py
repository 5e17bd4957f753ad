"""From texts to shingles: case-folded words, joined by one space, `size` at a time.

A word is a maximal run of letters, marks and digits, or one character of a script without spaces. So texts in
such scripts automatically get character shingles. A text with fewer words than `size` has one shingle, which
is the whole text; a text without words has none.

These functions are the definition, in plain Python. The kernels (kernels/near_duplicates/fold.h) are tested
against them. To get equal signatures from `datasketch`, pass it the result of `reference_shingles`.
"""

import unicodedata

from detector.text import characters as chars
from detector.text.characters import character_class, form_of


def _is_in_word(char: str) -> bool:
    return chars.LETTER <= character_class(ord(char)) & chars.CLASS_BITS <= chars.DIGIT


def reference_words(text: str, equal_forms: bool = False) -> list[str]:
    """Return the words of a text, normalised to NFC and case folded.

    With `equal_forms`, forms of characters that look the same to readers are equal, and "_" joins words.
    """
    if equal_forms:
        text = "".join(map(form_of, unicodedata.normalize("NFC", text)))
    else:
        text = unicodedata.normalize("NFC", text)
    words: list[str] = []
    open_word = ""
    for at, char in enumerate(text + " "):
        kind = character_class(ord(char)) & chars.CLASS_BITS
        after = text[at:].lstrip("_")[:1]
        joins = equal_forms and char == "_" and open_word and after and _is_in_word(after)
        if joins or _is_in_word(char):
            open_word += char.casefold()
            continue
        if open_word:
            words.append(open_word)
            open_word = ""
        if kind == chars.SINGLE:
            words.append(char.casefold())
    return words


def reference_shingles(text: str, size: int = 5, equal_forms: bool = False) -> set[bytes]:
    """Return the set of shingles of a text, as the bytes that are hashed."""
    words = reference_words(text, equal_forms)
    count = max(len(words) - size + 1, min(len(words), 1))
    return {" ".join(words[at : at + size]).encode() for at in range(count)}
