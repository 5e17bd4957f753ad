"""tors: signatures, LSH with 16 bands, candidates kept by their estimated Jaccard similarity."""

import tors

from benchmarks.peers.near_duplicates.texts import (
    SHINGLE,
    SLOTS,
    THRESHOLD,
    TOKEN,
    Corpus,
    Found,
    removed_by,
)

BANDS = 16


def _signature(text: str) -> list[int]:
    """Sign words only, because it treats punctuation marks as words, unlike the truth."""
    words = " ".join(TOKEN.findall(text.lower()))
    return tors.minhash_signature(words, num_perm=SLOTS, shingle_size=SHINGLE)


def find(corpus: Corpus) -> Found:
    """Call the steps that its manual recommends for more texts than `dedup_near_dup` can compare in pairs."""
    signatures = [_signature(text) for text in corpus.texts()]
    candidates = tors.lsh_candidates(signatures, bands=BANDS, rows=SLOTS // BANDS)["pairs"]
    pairs = [
        (left, right)
        for left, right in candidates
        if tors.minhash_jaccard(signatures[left], signatures[right]) >= THRESHOLD
    ]
    return Found(pairs, removed_by(pairs))
