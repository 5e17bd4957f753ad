"""datasketch both ways: our signatures in its `MinHashLSH`, its sketches in our index."""

import random

import numpy as np
import pytest

from detector import DuplicateIndex
from detector.errors import SettingsError

datasketch = pytest.importorskip("datasketch")

from detector.near_duplicates.datasketch import SketchIndex, to_datasketch  # noqa: E402
from detector.near_duplicates.minhash.signatures import signatures_of  # noqa: E402

SIZES = (0, 5, 20, 60, 150)


@pytest.fixture(scope="module")
def sketches():
    """Sketches, with datasketch's defaults, of sets of 200 words and of copies with some words replaced."""
    draw = random.Random(5)
    found = []
    for number in range(30):
        words = [f"w{draw.randrange(10**9)}" for _ in range(200)]
        for replaced in SIZES:
            sketch = datasketch.MinHash(num_perm=128)
            sketch.update_batch([word.encode() for word in words[replaced:] + ["x"] * replaced])
            found.append((f"{number}-{replaced}", sketch))
    return found


def earlier(sketches, threshold):
    """The greatest similarity of each sketch to an earlier one if it reaches a threshold, by comparing all."""
    found = []
    for at, (_, sketch) in enumerate(sketches):
        best = max((sketch.jaccard(other) for _, other in sketches[:at]), default=0)
        found.append(best if best >= threshold else 0)
    return found


def test_their_sketches_in_our_index_are_found_as_by_comparing_all(sketches, tmp_path):
    index = SketchIndex.create(tmp_path / "seen", threshold=0.5)
    found = index.match(sketches, add=True)
    assert [match.similarity for match in found] == pytest.approx(earlier(sketches, 0.5))
    known = dict(sketches)
    for match in found:
        if match.earlier is not None:
            assert known[match.id].jaccard(known[match.earlier]) == pytest.approx(match.similarity)
    assert len(index) == len(sketches)


def test_the_index_stays_on_disk(sketches, tmp_path):
    SketchIndex.create(tmp_path / "seen").match(sketches[:5], add=True)
    again = SketchIndex.open(tmp_path / "seen").match([("new", sketches[1][1])])
    assert [(match.earlier, match.similarity) for match in again] == [("0-5", 1.0)]


def test_an_index_of_texts_is_refused(tmp_path):
    DuplicateIndex.create(tmp_path / "texts")
    with pytest.raises((SettingsError, ValueError), match="index of texts"):
        SketchIndex.open(tmp_path / "texts")


def test_our_signatures_in_their_lsh():
    text = " ".join(f"word{n}" for n in range(200))
    texts = [text, text.replace("word7 ", "other "), " ".join(f"thing{n}" for n in range(200))]
    ours = to_datasketch(signatures_of([one.encode() for one in texts]))
    lsh = datasketch.MinHashLSH(threshold=0.8, num_perm=128)
    for name, sketch in zip("abc", ours, strict=True):
        lsh.insert(name, sketch)
    assert sorted(lsh.query(ours[1])) == ["a", "b"]
    assert ours[0].jaccard(ours[1]) == np.mean(ours[0].hashvalues == ours[1].hashvalues)
