"""datasketch 2.0: sketches one by one or in bulk, and its LSH with the bands that it chooses."""

from collections.abc import Iterator

import xxhash
from datasketch import MinHash, MinHashLSH, MinHashLSHEnsemble

from benchmarks.peers.near_duplicates.texts import SLOTS, THRESHOLD, Corpus, Found, removed_by, shingles

# The number of parts of an ensemble.
PARTS = 32


def hashed(data: bytes) -> int:
    """Return 32-bit xxHash, which is faster than the default SHA-1."""
    return xxhash.xxh32_intdigest(data)


def _encoded(corpus: Corpus) -> Iterator[list[bytes]]:
    return ([part.encode() for part in shingles(text)] for text in corpus.texts())


def _pairs(sketches: list[MinHash]) -> Found:
    index = MinHashLSH(threshold=THRESHOLD, num_perm=SLOTS)
    pairs = []
    for right, sketch in enumerate(sketches):
        pairs += [
            (left, right) for left in index.query(sketch) if sketches[left].jaccard(sketch) >= THRESHOLD
        ]
        index.insert(right, sketch)
    return Found(pairs, removed_by(pairs))


def find_ensemble(corpus: Corpus) -> Found:
    """`MinHashLSHEnsemble` with the number of parts in its documentation; its answers are not verified."""
    sets = [set(parts) for parts in _encoded(corpus)]
    sketches = MinHash.bulk(sets, num_perm=SLOTS, scheme="affine32", hashfunc=hashed)
    index = MinHashLSHEnsemble(threshold=THRESHOLD, num_perm=SLOTS, num_part=PARTS)
    index.index([(number, sketch, len(sets[number])) for number, sketch in enumerate(sketches)])
    return Found(
        [
            (short, long)
            for short, sketch in enumerate(sketches)
            for long in index.query(sketch, len(sets[short]))
            if (len(sets[long]), -long) > (len(sets[short]), -short)
        ],
        None,
    )


def find(corpus: Corpus) -> Found:
    """One `update` per shingle, as at the beginning of its documentation."""
    sketches = []
    for parts in _encoded(corpus):
        sketch = MinHash(num_perm=SLOTS, scheme="affine32", hashfunc=hashed)
        for part in parts:
            sketch.update(part)
        sketches.append(sketch)
    return _pairs(sketches)


def find_bulk(corpus: Corpus) -> Found:
    """`MinHash.bulk`, its fastest way."""
    return _pairs(MinHash.bulk(_encoded(corpus), num_perm=SLOTS, scheme="affine32", hashfunc=hashed))


def prepare_sign_ready(corpus: Corpus) -> list[list[bytes]]:
    """Return shingles, made in advance."""
    return list(_encoded(corpus))


def sign_ready(ready: list[list[bytes]]) -> object:
    """From ready-made shingles to 128 slots."""
    return MinHash.bulk(ready, num_perm=SLOTS, scheme="affine32", hashfunc=hashed)
