"""The class of each Unicode character, and what it folds to.

    python -m detector.text.characters      # write characters.npz

Kernels look up characters in two-level tables: a block number for every 128 code points, then a cell. The
tables are made here from Python's `unicodedata`, stored in `characters.npz`, and compiled into the core
(kernels/generate.py). So the same text gives the same words with every version of Python.
"""

import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# The classes, in the order of the columns of `Words.counts`.
OTHER: Final = 0  # control, format, unassigned
SPACE: Final = 1
LETTER: Final = 2  # letters that are not upper case
UPPER: Final = 3
MARK: Final = 4  # combining marks, which are part of a word
DIGIT: Final = 5
SINGLE: Final = 6  # letters, marks and digits of scripts without spaces: each is a word
END: Final = 7  # ends a sentence
PUNCTUATION: Final = 8
SYMBOL: Final = 9
N_CLASSES: Final = 10

CLASS_BITS: Final = 0x0F
# A flag for characters that NFC may change, alone or with their neighbours (a superset).
MAY_COMPOSE: Final = 0x80

SENTENCE_ENDS: Final = ".!?…。．！？｡؟۔।॥။។៕።፧՞։‼⁇⁈⁉︒﹒﹗﹖"

# Scripts without spaces between words: first and last code point of each block.
# Source: contracts ("Measures"): Han, Kana, Thai, Lao, Khmer and Myanmar.
SINGLE_BLOCKS: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x3038, 0x303C),
    (0x3041, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Myanmar extended
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x16FF0, 0x16FF9),
    (0x1AFF0, 0x1B16F),  # Kana supplements
    (0x20000, 0x3FFFF),  # Han extensions
)

# Invisible format characters, and marks that are optional in Arabic and Hebrew.
UNSEEN: Final = (
    *((code, code) for code in (0xAD, 0x34F, 0x61C, 0x640, 0x670, 0x180E, 0xFEFF)),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069),
    (0xFE00, 0xFE0F), (0xE0100, 0xE01EF),
    (0x591, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5), (0x5C7, 0x5C7),
    (0x610, 0x61A), (0x64B, 0x65F), (0x6D6, 0x6DC), (0x6DF, 0x6E4), (0x6E7, 0x6E8), (0x6EA, 0x6ED),
)  # fmt: skip
# Letters that look alike: apostrophes, letters that Arabic and Persian keyboards encode differently, and i
# with and without a dot, whose capitals depend on the language.
ALIKE: Final = str.maketrans("ʹʻʼʽˈیکہھەىٱıİ", "'" * 5 + "يكهههيا" + "iI")
# Accents of scripts with capitals, which capitals may lose.
ACCENTS: Final = (0x300, 0x36F)
# Jamo combine to syllables, which a single character does not show.
HANGUL: Final = ((0x3131, 0x318E), (0xFFA0, 0xFFDC))

LAST: Final = 0x10FFFF
BLOCK_SHIFT: Final = 7
BLOCK_SIZE: Final = 1 << BLOCK_SHIFT
# A fold from this number on is not a distance between code points, but `EXPANDS` + a row of `expansion`.
EXPANDS: Final = 1 << 24

# Instead of a fold: the character is removed.
DROPPED: Final = EXPANDS - 1
LONGEST_FORM: Final = 4

TABLE_FILE: Final = Path(__file__).with_name("characters.npz")


def character_class(code: int) -> int:
    """Return class and flags of a code point, directly from `unicodedata` (the reference)."""
    char = chr(code)
    category = unicodedata.category(char)
    if category == "Cs":  # lone surrogates are scored as U+FFFD, which is a symbol
        return SYMBOL
    if char.isspace() and not 0x1C <= code <= 0x1F:
        kind = SPACE
    elif category[0] in "LMN" and any(low <= code <= high for low, high in SINGLE_BLOCKS):
        kind = SINGLE
    elif category in ("Lu", "Lt"):
        kind = UPPER
    elif category[0] == "P" or category[0] == "S":
        kind = END if char in SENTENCE_ENDS else PUNCTUATION if category[0] == "P" else SYMBOL
    else:
        kind = {"L": LETTER, "M": MARK, "N": DIGIT}.get(category[0], OTHER)
    composes = category[0] == "M" or 0x1100 <= code <= 0x11FF or not unicodedata.is_normalized("NFC", char)
    return kind | (MAY_COMPOSE if composes else 0)


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def form_of(char: str) -> str:
    """Return the characters that look equal to one for readers; "" if it is invisible.

    This is NFKC if it gives only letters, marks and digits; look-alikes become the same character.
    """
    code = ord(char)
    if _is_in(code, UNSEEN):
        return ""
    alike = char.translate(ALIKE)
    if alike != char or _is_in(code, HANGUL) or not LETTER <= character_class(code) & CLASS_BITS <= SINGLE:
        return "_" if char == "\uff3f" else alike
    form = unicodedata.normalize("NFKC", char)
    kinds = [character_class(ord(part)) & CLASS_BITS for part in form]
    room = 3 * len(char.encode("utf-8", "replace"))
    size = len(form.casefold().encode("utf-8", "replace")) + kinds.count(SINGLE)
    if len(form) > LONGEST_FORM or size > room or not all(LETTER <= kind <= SINGLE for kind in kinds):
        return char
    return "".join(part for part in form.translate(ALIKE) if not _is_in(ord(part), UNSEEN))


def build_forms() -> dict[str, NDArray[Any]]:
    """Make the tables for `form_of`, in the format of folds; `form_expansion` is uint32 (rows, 4)."""
    forms = np.zeros(LAST + 1, dtype=np.int64)
    expansion: list[list[int]] = []
    for code in range(LAST + 1):
        form = [ord(char) for char in form_of(chr(code))]
        if len(form) < 2:
            forms[code] = form[0] - code if form else DROPPED
        else:
            forms[code] = EXPANDS + len(expansion)
            expansion.append([*form, 0, 0, 0][:LONGEST_FORM])
    block, cell = _two_level(forms)
    return {
        "form_block": block,
        "form_cell": cell.astype(np.int32),
        "form_expansion": np.array(expansion, dtype=np.uint32),
    }


def base_of(char: str) -> str:
    """Return a letter without accents; "" for an accent."""
    parts = unicodedata.normalize("NFD", char)
    base = "".join(part for part in parts if not ACCENTS[0] <= ord(part) <= ACCENTS[1])
    return base if len(base) == 1 or char == parts else char


def build_bases() -> dict[str, NDArray[Any]]:
    """Make the tables for `base_of`."""
    bases = np.zeros(LAST + 1, dtype=np.int64)
    for code in range(LAST + 1):
        base = base_of(chr(code))
        bases[code] = ord(base) - code if base else DROPPED
    block, cell = _two_level(bases)
    return {"base_block": block, "base_cell": cell.astype(np.int32)}


def comparable(word: str) -> str:
    """Return a word as it is compared for copies: in equal forms, case folded, without accents."""
    forms = "".join(map(form_of, word))
    return "".join(base_of(part) for char in forms for part in char.casefold())


def _two_level(values: NDArray[np.int64]) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Split a table over all code points into block numbers and the distinct blocks."""
    blocks, numbers = np.unique(values.reshape(-1, BLOCK_SIZE), axis=0, return_inverse=True)
    return numbers.reshape(-1).astype(np.uint16), blocks.reshape(-1)


def build() -> dict[str, NDArray[Any]]:
    """Make the tables from the `unicodedata` of this Python. Takes some seconds.

    Returns
    -------
    dict of ndarray
        `block` uint16 (0x110000 >> 7,), the block number of a code point; `cell` uint8
        (blocks * 128,), class with flags; `fold_block` and `fold_cell` (int32), the distance from
        a code point to its case-folded one, or `EXPANDS` + row; `expansion` uint32 (rows, 3), folds
        of more than one code point, padded with 0.
    """
    classes = np.array([character_class(code) for code in range(LAST + 1)], dtype=np.int64)
    folds = np.zeros(LAST + 1, dtype=np.int64)
    expansion: list[list[int]] = []
    for code in range(LAST + 1):
        folded = [ord(char) for char in chr(code).casefold()]
        if len(folded) == 1:
            folds[code] = folded[0] - code
        else:
            folds[code] = EXPANDS + len(expansion)
            expansion.append([*folded, 0, 0][:3])
    block, cell = _two_level(classes)
    fold_block, fold_cell = _two_level(folds)
    return {
        "block": block,
        "cell": cell.astype(np.uint8),
        "fold_block": fold_block,
        "fold_cell": fold_cell.astype(np.int32),
        "expansion": np.array(expansion, dtype=np.uint32),
        **build_forms(),
        **build_bases(),
    }


def main() -> None:
    """Write the tables next to this file."""
    np.savez_compressed(TABLE_FILE, **build())  # type: ignore[arg-type]
    sys.stdout.write(f"{TABLE_FILE}: Unicode {unicodedata.unidata_version}\n")


if __name__ == "__main__":
    main()
