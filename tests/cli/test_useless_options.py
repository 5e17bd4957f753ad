"""An option or a name without effect is refused with a message, not ignored."""

import pytest

from detector import clean_corpus
from detector.cli.main import run
from detector.errors import SettingsError
from tests.corpus.made import page, write_jsonl


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Pages, records and a finished run in the current folder."""
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        path = tmp_path / "pages" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(number))
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(at), "text": page(at)} for at in range(3)])
    (tmp_path / "folder.csv").mkdir()
    return tmp_path


ONE = ["pages/1.txt"]
TWO = ["pages/1.txt", "pages/2.txt"]
PROCESS = ["--engine", "process"]
NEW = ["train", "a.jsonl", "--anew", "--output", "m"]
USELESS = {
    "a corpus to a file": (
        ["clean", "a.jsonl", "-o", "b.jsonl"],
        "b.jsonl is named like a file: a corpus is",
    ),
    "a corpus to a table": (["clean", "a.jsonl", "-o", "b.csv.gz"], "b.csv.gz is named like a file"),
    "pages to one file": (
        ["clean", *TWO, "-o", "all.txt"],
        "all.txt is named like a file: several pages are",
    ),
    "pages to one document": (["clean", *TWO, "-o", "all.md"], "all.md is named like a file: several pages"),
    "a page to a table": (["clean", *ONE, "-o", "b.csv"], "b.csv is named like a file of another format"),
    "a page to Word": (["clean", *ONE, "-o", "b.docx"], "name a folder, or a file that ends in .txt, .md"),
    "a page to a compressed file": (["clean", *ONE, "-o", "b.txt.gz"], "like a file of another format"),
    "overwriting nothing": (["clean", *ONE, "--overwrite"], "--overwrite has no effect without an output"),
    "a score that overwrites": (
        ["score", *ONE, "--overwrite"],
        "--overwrite has no effect without an output",
    ),
    "a restored run that overwrites": (["restore", "x", "--overwrite"], "--overwrite has no effect without"),
    "duplicates that overwrite": (
        ["duplicates", "a.jsonl", "--overwrite"],
        "--overwrite has no effect without",
    ),
    "a corpus that overwrites": (
        ["clean", "a.jsonl", "-o", "x", *PROCESS, "--overwrite"],
        "--overwrite has no effect for a corpus",
    ),
    "safe CSV in JSONL": (
        ["clean", "a.jsonl", "-o", "x", "--csv-safe"],
        "--csv-safe has no effect: the output",
    ),
    "safe CSV in Parquet": (
        ["clean", "pages", "-o", "x", "--to", "parquet", "--csv-safe"],
        "--csv-safe has no effect: the output",
    ),
    "workers in one process": (
        ["clean", "a.jsonl", "-o", "x", *PROCESS, "--workers", "3"],
        "--workers has no effect with --engine process",
    ),
    "quiet and verbose": (["score", *ONE, "-q", "-v"], "--quiet and --verbose: choose one of them"),
    "the newest without dates": (
        ["duplicates", "a.jsonl", "--keep", "newest"],
        '--keep newest compares the field "date", which no record has',
    ),
    "the best without scores": (
        ["duplicates", "a.jsonl", "--keep", "best"],
        '--keep best compares the field "score", which no record has',
    ),
    "duplicates to a compressed file": (["duplicates", "a.jsonl", "-o", "b.jsonl.gz"], "name it b.jsonl"),
    "a restored run to a compressed file": (["restore", "x", "-o", "b.jsonl.gz"], "name it b.jsonl"),
    "a model for stored scores": (
        ["restore", "x", "--model", "default"],
        "--model has no effect for whole texts",
    ),
    "a check of a pipe": (["check", "-"], "reads files, not standard input: name a file or a folder"),
    "a check for dissimilar texts": (["check", *ONE, "--duplicates", "0.01"], "0, or a similarity from 0.05"),
    "labels for a new model": ([*NEW, "--labels", "l.jsonl"], "--labels has no effect for --anew"),
    "questions for a new model": ([*NEW, "--ask", "3"], "--ask has no effect for --anew"),
    "a model for a new model": ([*NEW, "--model", "default"], "--model has no effect for --anew"),
    "other pages for a new model": ([*NEW, "--general", "a.jsonl"], "--general has no effect for --anew"),
    "frozen networks of a new model": ([*NEW, "--freeze-networks"], "--freeze-networks has no effect"),
    "a new model anyway": ([*NEW, "--anyway"], "--anyway has no effect for --anew"),
    "a seed for adapting": (
        ["train", "pages", "-o", "m", "--seed", "3"],
        "--seed has no effect for adapting",
    ),
    "a name for a shown profile": (
        ["profile", "show", "x", "--name", "y"],
        "--name has no effect for a profile",
    ),
    "one file for two outputs": (
        ["evaluate", "default", "a.jsonl", "--lose-at-most", "1%", "--store", "x", "--html", "x"],
        "x is named twice as an output",
    ),
}


@pytest.mark.parametrize("name", USELESS)
def test_what_has_no_effect_is_refused(place, capsys, name):
    command, message = USELESS[name]
    before = sorted(place.rglob("*"))
    assert run(command) == 2
    assert message in capsys.readouterr().err
    assert sorted(place.rglob("*")) == before


def test_names_of_folders_with_a_dot_are_folders(place):
    assert run(["clean", *ONE, "-o", "folder.csv", "-q"]) == 0
    assert run(["clean", *ONE, "-o", "example.org", "-q"]) == 0
    assert run(["clean", *ONE, "-o", "B.TXT", "-q"]) == 0
    assert {path.name for path in place.glob("*/1.txt")} == {"1.txt"}
    assert (place / "B.TXT").is_file()


def test_allowed_names_that_no_site_has_are_told(place, capsys):
    assert run(["clean", "a.jsonl", "-o", "x", *PROCESS, "--allow", "a.jsonl", "--allow", "b.jsonl"]) == 0
    said = capsys.readouterr().err
    assert "no site or source is called b.jsonl (--allow)" in said
    assert "called a.jsonl" not in said


def test_an_index_without_masks_refuses_them(place, capsys):
    """The numbers of its texts are not masked, so the option had no effect."""
    assert run(["duplicates", "a.jsonl", "--index", "i", "--add"]) == 0
    assert run(["duplicates", "a.jsonl", "--index", "i", "--mask"]) == 2
    assert "i compares numbers: leave out --mask, or create another index" in capsys.readouterr().err
    assert run(["duplicates", "a.jsonl", "--index", "masked", "--mask", "--add"]) == 0
    assert run(["duplicates", "a.jsonl", "--index", "masked", "--mask"]) == 0


TO_URLS = {
    "a corpus": ["clean", "a.jsonl", "--output", "s3://b/x"],
    "a corpus, dry": ["clean", "a.jsonl", "--output", "s3a://b/x", "--dry-run"],
    "a page": ["clean", *ONE, "-o", "hdfs://b/x"],
    "texts": ["restore", "a", "--output", "gs://b/x.jsonl"],
    "kept texts": ["duplicates", "a.jsonl", "--output", "s3://b/x.jsonl"],
    "an index": ["duplicates", "a.jsonl", "--index", "s3://b/x", "--add"],
    "work": ["duplicates", "a.jsonl", "--work", "s3://b/x"],
    "a profile": ["profile", *TWO, "--output", "s3://b/x"],
    "a model": ["train", "a.jsonl", "--output", "s3://b/x"],
    "labels": ["train", "a.jsonl", "--output", "m", "--labels", "s3://b/x"],
    "a report": ["evaluate", "default", "a.jsonl", "--html", "s3://b/x"],
    "a threshold": ["evaluate", "default", "a.jsonl", "--store", "s3://b/x"],
    "lines": ["score", *ONE, "--html", "s3://b/x"],
}


@pytest.mark.parametrize("name", TO_URLS)
def test_an_output_at_a_url_is_refused(place, capfd, name):
    before = sorted(place.rglob("*"))
    assert run(TO_URLS[name]) == 2
    err = " ".join(capfd.readouterr().err.split())
    assert "is a URL, but this command writes to this machine only" in err
    assert "copy it" in err
    assert sorted(place.rglob("*")) == before
    with pytest.raises(SettingsError, match=r"s3://b/x is a URL"):
        clean_corpus([place / "a.jsonl"], "s3://b/x")


def test_an_earlier_run_at_a_url_is_refused(place, capfd):
    """The message was about a folder `s3:` in the current one."""
    before = sorted(place.rglob("*"))
    assert run(["clean", "a.jsonl", "--output", "out", "--since", "s3://b/x"]) == 2
    err = " ".join(capfd.readouterr().err.split())
    assert "s3://b/x is a URL: copy the earlier run to this machine, and name its folder" in err
    with pytest.raises(SettingsError, match=r"s3://b/x is a URL"):
        clean_corpus([place / "a.jsonl"], place / "out", since="s3://b/x")
    assert sorted(place.rglob("*")) == before
