"""MinHash signatures, bit-identical to `datasketch` 2.0 (scheme "affine32").

A shingle is hashed by 32-bit xxHash (seed 0), mixed by MurmurHash3's finaliser, and passed through affine
permutations `a * h + b mod 2^32`; a slot keeps the smallest value (Broder 1997, "On the resemblance and
containment of documents"). Everything is done in one pass over the bytes of a text, because making shingles
as Python objects would cost more than hashing them. The kernel is kernels/near_duplicates/minhash.cpp.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.near_duplicates.minhash.permutations import permutations
from detector.near_duplicates.texts import joined

Signatures = NDArray[np.uint32]  # (texts, slots)

SLOTS: Final = 128
TEXTS_TOGETHER: Final = 256  # few enough for the processor's cache


def signatures_of(texts: Sequence[bytes], size: int = 5, slots: int = SLOTS) -> Signatures:
    """Return the signatures of UTF-8 texts in NFC.

    Parameters
    ----------
    texts
        The texts.
    size
        The number of words in a shingle.
    slots
        The number of slots in a signature.

    Returns
    -------
    ndarray of uint32, (texts, slots)
        A text without words has 2^32 - 1 in all slots.
    """
    signatures = np.empty((len(texts), slots), np.uint32)
    for first in range(0, len(texts), TEXTS_TOGETHER):
        spans = joined(texts[first : first + TEXTS_TOGETHER])
        part = signatures[first : first + TEXTS_TOGETHER]
        native.run("sign_texts", spans, size, permutations(slots), part)
    return signatures
