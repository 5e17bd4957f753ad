"""Passages that several pages of a site share: marked, or removed everywhere except in the original."""

import json

import numpy as np
import pytest

from detector.corpus.restore import restored, stored_records
from detector.corpus.steps.kept_lines import KeptLines
from detector.corpus.steps.originals import NO_GROUP, digests, headlines, headlines_listed, ranked, versions
from detector.corpus.steps.passages import passages_of
from detector.detector import Detector
from detector.engines.processes import Processes
from detector.errors import SettingsError
from detector.settings import CorpusSettings, Settings
from tests.corpus.made import FOOT, HEAD, everything, page, read_jsonl, story, write_jsonl
from tests.corpus.test_run import StopsAfter

SHARED = [story(number)[1] for number in (1, 2, 3)]


def rows():
    """Articles, an archive page with the first paragraphs of three of them, and the same for another site."""
    articles = [
        {"id": f"a{number}", "url": f"https://valley.example/{number}", "text": page(number)}
        for number in range(12)
    ]
    own = [f"{story(30)[at]}\n{paragraph}" for at, paragraph in zip((1, 2, 3), SHARED, strict=True)]
    archive = "\n".join([*HEAD, "Archive of the week", *own, *FOOT])
    other = {"id": "other", "url": "https://hill.example/", "text": "\n".join([*story(40), SHARED[0]])}
    alone = {"id": "alone", "text": "\n".join([*story(41), SHARED[0]])}
    return [
        {"id": "archive", "url": "https://valley.example/archive", "text": archive},
        *articles,
        other,
        alone,
    ]


@pytest.fixture
def path(tmp_path):
    return write_jsonl(tmp_path / "pages.jsonl", rows())


def texts(out):
    return {row["id"]: row["text"] for row in read_jsonl(out / "data")}


def test_passages_stay_on_their_original_only(clean, path):
    kept, dropped = clean(path, name="kept")[0], clean(path, name="dropped", passages="drop")[0]
    before, after = texts(kept), texts(dropped)
    assert all(paragraph in before["archive"] for paragraph in SHARED)
    assert not any(paragraph in after["archive"] for paragraph in SHARED)
    assert story(30)[1] in after["archive"]
    assert {name: text for name, text in after.items() if name != "archive"} == {
        name: text for name, text in before.items() if name != "archive"
    }


def test_what_went_is_listed_and_can_be_restored(clean, path):
    out, outcome = clean(path, passages="drop")
    found = read_jsonl(out, "passages.jsonl")
    assert [(row["id"], row["original"], row["lines"]) for row in found] == [
        ("archive", name, 1) for name in ("a1", "a2", "a3")
    ]
    words = sum(row["words"] for row in found)
    assert outcome.report["repeated_passages"] == {"passages": 3, "documents": 1, "words": words}
    archive = next(record for record in stored_records(out) if record.id == "archive")
    assert archive.reasons.count("passage") == 3
    lines = [line for line in archive.text.split("\n") if line]
    assert [lines[row["first_line"]] for row in found] == SHARED
    written = texts(out)
    for as_decided, settings in ((True, Settings()), (False, Settings()), (False, Settings(threshold=1.0))):
        again = {
            row["id"]: row["text"]
            for row in map(json.loads, restored(out, Detector(settings=settings), as_decided))
        }
        assert SHARED[0] not in again["archive"]
        if settings == Settings():
            assert again == written


def test_marked_passages_stay(clean, path):
    kept, marked = clean(path, name="kept")[0], clean(path, name="marked", passages="mark")[0]
    assert texts(kept) == texts(marked)
    assert everything(kept / "lines") == everything(marked / "lines")
    assert len(read_jsonl(marked, "passages.jsonl")) == 3
    assert not (kept / "passages.jsonl").exists()


@pytest.mark.parametrize("lines", ["none", "column"])
def test_whatever_is_kept_of_lines(clean, path, lines):
    out, _ = clean(path, passages="drop", lines=lines)
    rows = {row["id"]: row for row in read_jsonl(out / "data")}
    assert SHARED[0] not in rows["archive"]["text"]
    assert (out / "lines").exists() == (lines == "column")
    if lines == "column":
        gone = [piece["text"] for piece in rows["archive"]["detector_lines"] if piece["reason"] == "passage"]
        assert gone == SHARED


def test_workers_shards_and_interruptions_change_nothing(clean, path):
    whole, _ = clean(path, name="whole", passages="drop", shard_bytes=9_000)
    assert len(list((whole / "data").iterdir())) > 2
    engine = Processes(2)
    two, _ = clean(path, name="two", passages="drop", shard_bytes=9_000, engine=engine, memory=1_000)
    engine.close()
    assert everything(two) == everything(whole)
    for tasks in (11, 2):
        with pytest.raises(KeyboardInterrupt):
            clean(path, name="stopped", passages="drop", shard_bytes=9_000, engine=StopsAfter(tasks))
    stopped, _ = clean(path, name="stopped", passages="drop", shard_bytes=9_000)
    assert everything(stopped) == everything(whole)
    one, _ = clean(path, name="one", passages="drop")
    assert texts(one) == texts(whole)
    assert read_jsonl(one, "passages.jsonl") == read_jsonl(whole, "passages.jsonl")


def test_the_original_is_no_document_that_goes(clean, path):
    """A shorter near-duplicate of an article would be the original, but is itself left out."""
    copy = {"id": "copy", "url": "https://valley.example/print", "text": "\n".join(story(1)[1:])}
    write_jsonl(path, [*rows(), copy])
    out, _ = clean(path, passages="drop", keep="longest")
    found = texts(out)
    assert "copy" not in found
    assert SHARED[0] in found["a1"]
    assert SHARED[0] not in found["archive"]


def test_runs_of_lines():
    page_, segment = np.array([0, 0, 0, 0, 1, 1, 2]), np.array([1, 2, 4, 5, 0, 1, 7])
    lines = KeptLines(np.arange(7), page_, segment, np.array([5, 12, 12, 30, 12, 12, 23]))
    original = np.array([1, 1, 1, -1, 2, 5, 0])
    found = passages_of(lines, original)
    assert [column.tolist() for column in found] == [[0], [2], [5], [24], [1]]
    names = KeptLines(np.arange(30), np.zeros(30, np.int64), np.arange(30), np.ones(30, np.int64))
    assert passages_of(names, np.ones(30, np.int64)).page.size == 0
    headline = KeptLines(np.arange(3), np.array([0, 0, 1]), np.array([3, 4, 0]), np.array([30, 30, 30]))
    assert passages_of(headline, np.array([1, 2, -1])).first.tolist() == [4]
    assert passages_of(headline, np.array([1, 1, -1])).first.tolist() == [3]
    # The headline goes with the rest of its page only, whatever other pages have.
    two = KeptLines(
        np.arange(8), np.array([0, 0, 0, 0, 1, 1, 2, 2]), np.arange(8), np.array([5, 30, 30, 9, 5, 30, 5, 30])
    )
    found = passages_of(two, np.array([7, 7, 8, -1, 7, 7, 8, 7]))
    assert [found.page.tolist(), found.first.tolist(), found.end.tolist()] == [
        [0, 0, 1, 2],
        [1, 2, 4, 7],
        [2, 3, 6, 8],
    ]
    assert found.words.tolist() == [30, 30, 35, 30]
    none = passages_of(KeptLines(*[np.zeros(0, np.int64)] * 4), np.zeros(0, np.int64))
    assert none.page.size == 0


def test_the_order_of_originals():
    """An archive that begins with the headline of its first article is no version of it."""
    archive, article, other, full, half, forum, page_2, page_3 = range(8)
    listing = np.array([True, False, False, False, False, False, True, True])
    is_other = np.array([False, False, False, False, False, True, False, False])
    size, headline = np.array([90, 10, 20, 60, 15, 5, 30, 40]), np.array([7, 7, 8, 9, 9, 0, 9, 9])
    order = np.argsort(ranked(listing, is_other, size, headline)).tolist()
    assert order == [article, full, half, other, forum, page_3, page_2, archive]


def test_more_than_four_pages_with_one_headline_are_no_versions_of_one():
    headline, no = np.array([7, 7, 7, 7, 8, 8, 9, 0, 0, 7]), np.zeros(10, np.bool_)
    four = versions(headline, np.arange(10) == 9).tolist()
    assert len(set(four[:4])) == len(set(four[4:6])) == 1
    assert four[4] != four[0] != NO_GROUP != four[4]
    assert four[6:] == [NO_GROUP] * 4
    size = np.array([10, 50, 20, 30, 5, 6, 1, 2, 3, 40])
    ranks = ranked(no, no, size, headline)
    assert np.argsort(ranks).tolist() == [6, 7, 8, 5, 4, 0, 2, 3, 9, 1]
    assert versions(headline[:0], no[:0]).size == ranked(no[:0], no[:0], size[:0], headline[:0]).size == 0


def test_a_page_with_two_others_of_one_headline():
    """In group 5, page 2 has passages of 0 and 1; in group 6, these two are of one page."""
    one, two, short, both = (71, 30), (72, 30), (73, 7), (74, 30)
    pages = {
        (5, 0): [one, short], (5, 1): [two], (5, 2): [one, two, one], (5, 3): [short],
        (6, 0): [one, both], (6, 1): [two, both], (6, 2): [one, two, both],
        (7, 0): [(at, 7) for at in range(9)], (7, 1): [one], (7, 2): [one, *((at, 7) for at in range(9))],
    }  # fmt: skip
    rows = [(*page, *line) for page, lines in pages.items() for line in lines]
    assert digests(np.array(rows[::-1])).tolist() == [[5, 2]]
    assert digests(np.zeros((0, 4), np.int64)).size == 0


def test_headlines_of_other_pages():
    lines = KeptLines(
        np.array([7, 8, 8, 9, 8]), np.array([0, 0, 0, 1, 1]), np.array([3, 4, 9, 2, 5]), np.ones(5, np.int64)
    )
    assert headlines(lines, np.array([True, False, True])).tolist() == [7, 0, 0]
    assert headlines_listed(lines, 3, np.array([0, 7, 8, 9])).tolist() == [1, 1, 0]


def test_a_wrong_choice_is_refused():
    with pytest.raises(SettingsError, match="passages is one of keep, mark, drop, not 'x'"):
        CorpusSettings(passages="x")
