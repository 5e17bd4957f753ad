"""FastSketchLSH: sketches of our shingles, LSH with 16 bands, candidates kept by estimated similarity."""

import numpy as np
from FastSketchLSH import LSH, FastSimilaritySketch

from benchmarks.peers.near_duplicates.texts import SLOTS, THRESHOLD, Corpus, Found, removed_by, shingles

BANDS = 16
SEED = 42


def find(corpus: Corpus) -> Found:
    """Sketch in one batch on one thread; its index gives candidates and verifies nothing."""
    sketcher = FastSimilaritySketch(size=SLOTS, seed=SEED)
    sketches = np.asarray(sketcher.batch([shingles(text) for text in corpus.texts()], num_threads=1))
    index = LSH(num_perm=SLOTS, num_bands=BANDS, num_threads=1)
    index.insert(sketches)
    pairs = []
    for right, candidates in enumerate(index.query(sketches)):
        earlier = [left for left in candidates if left < right]
        shares = (sketches[earlier] == sketches[right]).mean(axis=1)
        pairs += [(left, right) for left, share in zip(earlier, shares, strict=True) if share >= THRESHOLD]
    return Found(pairs, removed_by(pairs))
