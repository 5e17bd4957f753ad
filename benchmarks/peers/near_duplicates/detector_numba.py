"""This project in version 0.1, the last one whose kernels numba compiled."""

from detector.duplicates.minhash import signatures_of

from benchmarks.peers.near_duplicates.texts import SHINGLE, Corpus


def prepare_sign(corpus: Corpus) -> list[bytes]:
    """Return the texts as bytes: signing begins with those."""
    return [text.encode() for text in corpus.texts()]


def sign(texts: list[bytes]) -> object:
    """Bytes to words to shingles to 128 slots."""
    return signatures_of(texts, SHINGLE)
