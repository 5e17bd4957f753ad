"""This project in version 0.1, the last one with kernels compiled by numba."""

from detector.duplicates.minhash import signatures_of

from benchmarks.peers.near_duplicates.texts import SHINGLE, Corpus


def prepare_sign(corpus: Corpus) -> list[bytes]:
    """Return the texts as bytes, because signing begins with those."""
    return [text.encode() for text in corpus.texts()]


def sign(texts: list[bytes]) -> object:
    """From bytes to words, shingles and 128 slots."""
    return signatures_of(texts, SHINGLE)
