"""gaoya 0.2.2: an index with 16 bands of 8 over word 5-grams, with estimated similarities."""

from gaoya.minhash import MinHashStringIndex

from benchmarks.peers.near_duplicates.texts import SLOTS, THRESHOLD, Corpus, Found, removed_by, shingles

BANDS = 16


def find(corpus: Corpus) -> Found:
    """Our shingles, because its own analyser does not treat Chinese characters as words."""
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=BANDS,
        band_size=SLOTS // BANDS,
        analyzer=shingles,
        id_container="smallvec",
    )
    pairs = []
    for right, text in enumerate(corpus.texts()):
        pairs += [(left, right) for left in index.query(text)]
        index.insert_document(right, text)
    return Found(pairs, removed_by(pairs))
