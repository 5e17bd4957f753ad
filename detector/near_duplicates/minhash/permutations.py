"""The permutations for MinHash signatures: those of `datasketch`."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=8)
def permutations(slots: int = 128, seed: int = 1) -> NDArray[np.uint32]:
    """Return uint32 (2, slots): the factors and the offsets of `datasketch`'s scheme "affine32"."""
    generator = np.random.RandomState(seed)
    factors = generator.randint(0, 1 << 31, slots, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.array([factors, generator.randint(0, 1 << 32, slots, dtype=np.uint32)])
