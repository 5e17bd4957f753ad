"""Clean texts of many shards, read in place, and their sketches."""

import json
import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from detector.corpus.formats.documents import Shard
from detector.corpus.steps import near_duplicates
from detector.corpus.steps.near_duplicates import CleanTexts, group, sketch_shard, sources_of
from detector.errors import SettingsError
from detector.near_duplicates.containment import find_contained
from detector.near_duplicates.find import find_duplicates
from detector.near_duplicates.texts import HeldTexts
from detector.settings import CorpusSettings
from tests.corpus.made import story, write_jsonl

COUNTS = (3, 0, 1, 4)


def quiet(step, done, total):
    """Show no progress."""


@pytest.fixture
def texts():
    """Texts of four shards, one of them empty: with an empty text, and duplicates in two normal forms."""
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
    """A run whose shards have been cleaned."""
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
    found = CleanTexts(sources_of(spec, range(4)))
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


@pytest.fixture
def by_containment(spec):
    """The same run, looking for texts inside longer ones."""
    return spec._replace(corpus=replace(spec.corpus, near_duplicates="containment"))


def test_texts_inside_longer_ones(by_containment, texts):
    """The longest text contains two others; the first of equal texts stays."""
    folder = by_containment.folder().of("clean", 3)
    parts = [text.encode() for text in texts[4:7]] + [f"{texts[3]}\n{texts[0]}\n{texts[7]}".encode()]
    (folder / "text.bin").write_bytes(b"".join(parts))
    np.save(folder / "size.npy", np.array([len(part) for part in parts], np.int64))
    for number in range(4):
        sketch_shard(by_containment, Shard(number, "", (), 1))
    group(by_containment, range(4), 10**8, quiet)
    wanted = find_contained([part.decode() for part in [t.encode() for t in texts[:4]] + parts], 0.8).removed
    done = by_containment.folder().step("groups")
    removed = np.load(done / "removed.npy")
    assert removed.tolist() == np.column_stack((wanted.position, wanted.kept)).tolist()
    assert removed.tolist() == [[0, 7], [3, 7], [4, 2], [6, 7]]
    assert np.load(done / "similarity.npy").tolist() == wanted.similarity.tolist()


def test_containment_needs_memory(by_containment):
    for number in range(4):
        sketch_shard(by_containment, Shard(number, "", (), 1))
    with pytest.raises(SettingsError, match="give more --memory"):
        near_duplicates._refuse_too_many(300_000, near_duplicates.LEAST_MEMORY)
    near_duplicates._refuse_too_many(200_000, near_duplicates.LEAST_MEMORY)


def test_a_corpus_without_articles_that_an_archive_holds(tmp_path, clean):
    """The archive page stays and the articles in it go, even if it comes later and in another shard."""
    articles = [{"id": f"a{number}", "text": "\n".join(story(number))} for number in range(4)]
    archive = {"id": "archive", "text": "\n\n".join(article["text"] for article in articles[:3])}
    source = write_jsonl(tmp_path / "pages.jsonl", [*articles, archive])
    out, outcome = clean(source, near_duplicates="containment", shard_bytes=2_000)
    assert outcome.shards > 1
    found = [json.loads(line) for line in (out / "duplicates.jsonl").read_text().splitlines()]
    assert {row["id"]: row["duplicate_of"] for row in found} == dict.fromkeys(("a0", "a1", "a2"), "archive")
    assert all(row["similarity"] >= 0.8 for row in found)
    other, _ = clean(source, name="other", near_duplicates="containment")
    assert (other / "duplicates.jsonl").read_bytes() == (out / "duplicates.jsonl").read_bytes()
    jaccard, _ = clean(source, name="jaccard")
    assert (jaccard / "duplicates.jsonl").read_bytes() == b""


def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path, clean, monkeypatch):
    articles = [{"id": f"a{number}", "text": "\n".join(story(number))} for number in range(4)]
    archive = {"id": "archive", "text": "\n\n".join(article["text"] for article in articles)}
    source = write_jsonl(tmp_path / "pages.jsonl", [*articles, archive])
    whole, _ = clean(source, name="whole", near_duplicates="containment")
    with monkeypatch.context() as patch:
        patch.setattr(near_duplicates, "contained_among", stopped)
        with pytest.raises(KeyboardInterrupt):
            clean(source, near_duplicates="containment")
    out, _ = clean(source, near_duplicates="containment")
    for path in ("duplicates.jsonl", "data"):
        assert contents(out / path) == contents(whole / path)


def stopped(*_):
    raise KeyboardInterrupt


def contents(path):
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return {file.name: file.read_bytes() for file in files if file.is_file()}


def test_what_near_duplicates_are_measured_by():
    with pytest.raises(SettingsError, match="near_duplicates is jaccard or containment, not 'cosine'"):
        CorpusSettings(near_duplicates="cosine")
