"""rensa 0.5: R-MinHash with its LSH, its deduplicator, and its "rho" path.

The rho path samples token positions. Its call for whole batches only flags texts, and names neither their
originals nor the texts to keep, so it is scored by its flags.
"""

from rensa import RMinHash, RMinHashDeduplicator, RMinHashLSH

from benchmarks.peers.near_duplicates.texts import SLOTS, THRESHOLD, Corpus, Found, removed_by, shingles

SEED = 42
BANDS = 16
RHO_BANDS = 8  # as in its own benchmark


def find(corpus: Corpus) -> Found:
    """Sketch objects, LSH with 16 bands, candidates kept by their estimated Jaccard similarity."""
    sketches = RMinHash.from_token_sets(
        (shingles(text) for text in corpus.texts()), num_perm=SLOTS, seed=SEED
    )
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=SLOTS, num_bands=BANDS)
    index.insert_many(sketches)
    pairs = []
    for right, candidates in enumerate(index.query_all(sketches)):
        pairs += [
            (left, right)
            for left in candidates
            if left < right and sketches[left].jaccard(sketches[right]) >= THRESHOLD
        ]
    return Found(pairs, removed_by(pairs))


def dedup(corpus: Corpus) -> Found:
    """Its deduplicator: keeps a text unless it is similar to a kept one."""
    deduplicator = RMinHashDeduplicator(
        threshold=THRESHOLD, num_perm=SLOTS, use_lsh=True, num_bands=BANDS, seed=SEED
    )
    kept = deduplicator.add_pairs((str(at), shingles(text)) for at, text in enumerate(corpus.texts()))
    return Found(None, [at for at, stays in enumerate(kept) if not stays])


def rho(corpus: Corpus) -> Found:
    """Its fastest path, as in its own benchmark: flags only."""
    tokens = (shingles(text) for text in corpus.texts())
    matrix = RMinHash.digest_matrix_from_token_sets_rho(tokens, num_perm=SLOTS, seed=SEED)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=SLOTS, num_bands=RHO_BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(matrix)
    return Found(None, None, [at for at, flagged in enumerate(flags) if flagged])


def prepare_sign_ready(corpus: Corpus) -> list[list[str]]:
    """Return shingles, made in advance."""
    return [shingles(text) for text in corpus.texts()]


def sign_ready(ready: list[list[str]]) -> object:
    """From ready-made shingles to 128 slots."""
    return RMinHash.digest_matrix_from_token_sets(ready, num_perm=SLOTS, seed=SEED)


def prepare_sign(corpus: Corpus) -> list[str]:
    """Return the texts."""
    return corpus.texts()


def sign(texts: list[str]) -> object:
    """From texts to shingles in Python, and to 128 slots."""
    return RMinHash.digest_matrix_from_token_sets(
        (shingles(text) for text in texts), num_perm=SLOTS, seed=SEED
    )
