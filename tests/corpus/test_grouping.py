"""Clean texts of many shards, read where they are, and their sketches."""

import unicodedata

import numpy as np
import pytest

from detector.corpus.formats.documents import Shard
from detector.corpus.steps.near_duplicates import CleanTexts, group, sketch_shard
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.texts import HeldTexts
from tests.corpus.made import story

COUNTS = (3, 0, 1, 4)


def quiet(step, done, total):
    """No progress."""


@pytest.fixture
def texts():
    """Texts of four shards, one of which is empty: a text of nothing, and twins in two normal forms."""
    accented = "\n".join(story(2)).replace("a", "é")
    plain = ["\n".join(story(number)) for number in range(5)]
    return [
        plain[0],
        "",
        accented,
        plain[1],
        unicodedata.normalize("NFD", accented),
        "short",
        plain[0],
        plain[4],
    ]


@pytest.fixture
def spec(spec_of, texts):
    """A run whose shards are clean."""
    spec, at = spec_of(keep="first"), 0
    for number, count in enumerate(COUNTS):
        folder = spec.folder().of("clean", number)
        folder.mkdir(parents=True)
        parts = [text.encode() for text in texts[at : at + count]]
        (folder / "text.bin").write_bytes(b"".join(parts))
        np.save(folder / "size.npy", np.array([len(part) for part in parts], np.int64))
        at += count
    return spec


def _as_texts(spans):
    return [spans.data[a:b].tobytes().decode() for a, b in zip(spans.start, spans.end, strict=True)]


def test_texts_of_shards_are_one_row_of_texts(spec, texts):
    found = CleanTexts(spec.folder(), range(4))
    normal = [unicodedata.normalize("NFC", text) for text in texts]
    assert len(found) == 8
    assert found.first.tolist() == [0, 3, 3, 4, 8]
    for first in range(9):
        assert [text for spans in found.batches(first) for text in _as_texts(spans)] == normal[first:]
    for positions in ([0], [2, 3], [4, 7], [0, 1, 3, 6], list(range(8))):
        spans = found.fetch(np.array(positions))
        assert _as_texts(spans) == [normal[at] for at in positions]

        assert _as_texts(HeldTexts(texts).fetch(np.array(positions))) == _as_texts(spans)


def test_shards_that_are_signed_one_by_one_are_found_as_texts_are(spec, texts):
    for number in range(4):
        sketch_shard(spec, Shard(number, "", (), 1))
        sketch_shard(spec, Shard(number, "", (), 1))
    group(spec, range(4), 1, quiet)
    folder = spec.folder().step("groups")
    wanted = find_duplicates(texts, 0.8).removed
    removed = np.load(folder / "removed.npy")
    assert removed.tolist() == [[4, 2], [6, 0]]
    assert removed.tolist() == np.column_stack((wanted.position, wanted.kept)).tolist()
    assert np.load(folder / "similarity.npy").tolist() == wanted.similarity.tolist() == [1.0, 1.0]
    assert np.load(folder / "first.npy").tolist() == [0, 3, 3, 4, 8]
