"""This project."""

from benchmarks.peers.near_duplicates.texts import SHINGLE, THRESHOLD, Corpus, Found
from detector import find_contained as contained
from detector import find_duplicates
from detector.near_duplicates.minhash.signatures import signatures_of
from detector.near_duplicates.pairs import Duplicates


def _told(found: Duplicates) -> Found:
    return Found([(pair.a, pair.b) for pair in found.pairs], list(found.removed))


def find(corpus: Corpus) -> Found:
    """Texts in a list; arrays in memory while they fit."""
    return _told(find_duplicates(corpus.texts(), THRESHOLD))


def find_contained(corpus: Corpus) -> Found:
    """Texts inside longer ones."""
    return Found([(pair.a, pair.b) for pair in contained(corpus.texts(), THRESHOLD).pairs], None)


def find_half(corpus: Corpus) -> Found:
    """The same at a threshold of .5, for news that was edited."""
    return _told(find_duplicates(corpus.texts(), 0.5))


def find_on_disk(corpus: Corpus) -> Found:
    """Texts streamed from a file; reading and parsing them is part of the time."""
    return _told(find_duplicates(corpus.stream(), THRESHOLD))


def prepare_sign(corpus: Corpus) -> list[bytes]:
    """Return the texts as bytes, because signing begins with those."""
    return [text.encode() for text in corpus.texts()]


def sign(texts: list[bytes]) -> object:
    """From bytes to words, shingles and 128 slots."""
    return signatures_of(texts, SHINGLE)
