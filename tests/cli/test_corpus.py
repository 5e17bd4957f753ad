"""`detector clean` and `detector restore` on a corpus, as a user calls them."""

import json
import os

import pytest

from detector.cli.main import run
from tests.corpus.made import everything, page, read_jsonl, write_jsonl


def call(capfd, *arguments):
    code = run([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    return code, out, err


@pytest.fixture
def corpus(tmp_path, pages):
    return write_jsonl(tmp_path / "pages.jsonl", pages)


@pytest.fixture
def pages():
    from tests.corpus.made import records

    return records()


def test_a_corpus_is_implied(capfd, corpus, tmp_path, pages):
    code, out, err = call(capfd, "clean", corpus, "--output", tmp_path / "out")
    assert (code, out) == (0, "")
    assert err.splitlines()[0].startswith("detector: a corpus")
    assert f"{len(pages)} of {len(pages)} documents kept" in err
    assert "cleaning" not in err
    assert "\r" not in err
    assert len(read_jsonl(tmp_path / "out" / "data")) == len(pages)


def test_single_pages_are_a_corpus_when_asked(capfd, tmp_path):
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text(page(number))
    code, _, err = call(capfd, "clean", *files, "--corpus", "--output", tmp_path / "out")
    assert code == 0
    assert "3 of 3 documents kept" in err
    assert (tmp_path / "out" / "data" / "2.txt").exists()


def test_what_cannot_be_read_is_reported(capfd, corpus, tmp_path):
    with corpus.open("ab") as file:
        file.write(b"{broken\n" * 2)
    code, _, err = call(capfd, "clean", corpus, "--output", tmp_path / "out")
    assert code == 1
    assert "set aside: 2 records: not JSON" in err
    assert len(read_jsonl(tmp_path / "out" / "rejects")) == 2


def test_the_loss_limit_stops_with_code_3(capfd, corpus, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("most_lost = 0.05\nleast_pages = 10\n")
    arguments = ("clean", corpus, "--output", tmp_path / "out", "--rules", rules)
    code, _, err = call(capfd, *arguments)
    assert code == 3
    assert "too much lost: site site0.example" in err
    assert "--allow site0.example" in err
    assert not (tmp_path / "out" / "data").exists()
    names = ("site0.example", "site1.example", "pages.jsonl")
    code, _, _ = call(capfd, *arguments, *(word for name in names for word in ("--allow", name)))
    assert code == 0
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_dry_run_writes_nothing(capfd, corpus, tmp_path):
    before = everything(tmp_path)
    code, out, err = call(capfd, "clean", corpus, "--dry-run")
    assert code == 0
    assert "site0.example" in out
    assert "Leave a Reply" in out
    assert "documents kept" in err
    assert everything(tmp_path) == before


def test_restore(capfd, corpus, tmp_path, pages):
    call(capfd, "clean", corpus, "--output", tmp_path / "out")
    code, out, _ = call(capfd, "restore", tmp_path / "out")
    assert code == 0
    assert [json.loads(line)["text"] for line in out.splitlines()] == [row["text"] for row in pages]
    target = tmp_path / "gentler.jsonl"
    code, out, _ = call(capfd, "restore", tmp_path / "out", "--threshold", "1", "--output", target)
    assert (code, out) == (0, "")
    assert "Leave a Reply" in json.loads(target.read_text().splitlines()[0])["text"]
    code, out, _ = call(capfd, "restore", tmp_path / "out", "--clean")
    assert json.loads(out.splitlines()[0])["text"] == read_jsonl(tmp_path / "out" / "data")[0]["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clean", "IN"], "--output"),
        (["clean", "IN", "--corpus"], "--output"),
        (["clean", "IN", "--output", "OUT", "--rules", "nowhere.toml"], "nowhere.toml"),
        (["clean", "IN", "--output", "OUT", "--memory", "much"], "500MB"),
        (["clean", "IN", "--output", "OUT", "--engine", "a b"], "not an engine"),
        (["clean", "nowhere/x.jsonl", "--output", "OUT"], "does not exist"),
        (["clean", "nosuch://x/y.jsonl", "--output", "OUT"], "nosuch"),
        (["restore", "OUT"], "has no finished run"),
        (["restore", "OUT", "--clean", "--threshold", "1"], "choose one"),
    ],
)
def test_wrong_use_is_explained(capfd, corpus, tmp_path, arguments, said):
    names = {"IN": corpus, "OUT": tmp_path / "out"}
    code, _, err = call(capfd, *(names.get(argument, argument) for argument in arguments))
    assert code == 2
    assert said in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_reported(capfd, corpus, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    code, _, err = call(capfd, "clean", corpus, "--output", tmp_path / "closed" / "out")
    assert code == 2
    assert "cannot be written" in err


@pytest.mark.parametrize("step", ["count", "clean", "out", "groups"])
def test_a_full_disk_stops_with_a_message(capfd, corpus, tmp_path, monkeypatch, step):
    calls = []

    def full(path):
        if step in str(path):
            calls.append(path)
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("detector.files.atomic.sync", full)
        code, _, err = call(capfd, "clean", corpus, "--output", tmp_path / "out", "--engine", "process")
    assert calls
    assert code == 2
    assert "No space left on device" in err
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert call(capfd, "clean", corpus, "--output", tmp_path / "out", "--engine", "process")[0] == 0


TITLE = "The bakers of the valley count their loaves"


@pytest.fixture
def repeating(tmp_path):
    """A corpus of one page that repeats its headline between the paragraphs."""
    head, *paragraphs = page(3).split("\n")[5:9]
    text = "\n".join([TITLE, paragraphs[0], TITLE, *paragraphs[1:]])
    return write_jsonl(tmp_path / "repeating.jsonl", [{"id": head, "text": text}])


def test_copies_of_a_corpus_are_dropped_by_kind(capfd, repeating, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("drop_copies = []\n")
    all_lines = ("--threshold", "1")
    for name, more, copies in (
        ("default", (), 1),
        ("none", ("--drop-copies", "none"), 2),
        ("ruled", ("--rules", rules), 2),
    ):
        call(capfd, "clean", repeating, "--output", tmp_path / name, *all_lines, *more)
        assert read_jsonl(tmp_path / name / "data")[0]["text"].count(TITLE) == copies
    for name, more, copies in (
        ("default", ("--drop-copies", "none"), 2),
        ("ruled", (), 2),
        ("ruled", ("--drop-copies", "headline"), 1),
    ):
        code, out, _ = call(capfd, "restore", tmp_path / name, *all_lines, *more)
        assert (code, json.loads(out)["text"].count(TITLE)) == (0, copies)
    arguments = ("clean", repeating, "--output", tmp_path / "both", "--rules", rules, "--drop-copies", "none")
    code, _, err = call(capfd, *arguments)
    assert code == 2
    assert "leave out --drop-copies" in err
