"""Sparse files of a terabyte are refused at once by every command."""

import os
import subprocess
import sys

import pytest

from detector.cli.main import run
from detector.errors import PageError
from detector.files import atomic, sparse
from detector.files.limits import bytes_of_file
from detector.files.sparse import fault_of_holes, refuse_holes
from detector.training.data.labelled_pages import read_pages
from detector.training.data.line_labels import read_labels
from detector.training.data.page_files import read_page_files
from tests.corpus.made import page, read_jsonl, write_jsonl

TERABYTE = 1 << 40
PAGES = ("txt", "html", "txt.gz")
FORMATS = (
    "jsonl",
    "txt",
    "html",
    "parquet",
    "warc",
    "wet",
    "csv",
    "tsv",
    "jsonl.gz",
    "jsonl.zst",
    "warc.gz",
    "txt.gz",
)


def of_a_terabyte(path, data=b""):
    path.write_bytes(data)
    try:
        os.truncate(path, TERABYTE)
    except OSError:
        pytest.skip("the file system does not hold a file of a terabyte")
    if path.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("the file system has no sparse files")
    return path


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    "command", ["score", "clean", "corpus", "duplicates", "check", "profile", "evaluate"]
)
def test_every_command_refuses_a_terabyte_of_nothing(tmp_path, capsys, ending, command):
    path = str(of_a_terabyte(tmp_path / f"pages.{ending}"))
    options = {
        "score": ["score", path],
        "clean": ["clean", path, *([] if ending in PAGES else ["--dry-run"])],
        "corpus": ["clean", path, "--corpus", "--output", str(tmp_path / "out"), "--engine", "process"],
        "duplicates": ["duplicates", path],
        "check": ["check", path],
        "profile": ["profile", path, "--output", str(tmp_path / "profile")],
        "evaluate": ["evaluate", "default", path],
    }
    assert run(options[command]) in (1, 2)
    said = capsys.readouterr().err
    assert (
        "(a sparse file): copy or download it again" in said or "it has more than 268,435,456 bytes" in said
    )
    assert not (tmp_path / "out" / "data").exists()


def test_what_stands_beside_it_is_cleaned(clean_folder, tmp_path):
    of_a_terabyte(tmp_path / "in" / "b.jsonl")
    out, code = clean_folder(tmp_path / "in")
    assert code == 1
    assert [row["id"] for row in read_jsonl(out / "data")] == ["0", "1"]
    (row,) = read_jsonl(out / "rejects")
    assert "never written (a sparse file)" in row["reason"]


@pytest.fixture
def clean_folder(tmp_path):
    write_jsonl(tmp_path / "in" / "a.jsonl", [{"id": str(at), "text": page(at)} for at in range(2)])

    def call(folder):
        out = tmp_path / "out"
        return out, run(["clean", str(folder), "--output", str(out), "--engine", "process", "--quiet"])

    return call


@pytest.mark.parametrize("command", ["score", "clean", "duplicates"])
def test_standard_input_is_bounded(tmp_path, command):
    path = of_a_terabyte(tmp_path / "pages")
    with path.open("rb") as file:
        found = subprocess.run(
            [sys.executable, "-m", "detector", command, "-"],
            check=False,
            stdin=file,
            capture_output=True,
            text=True,
        )
    assert found.returncode in (1, 2)
    assert "it has " in found.stderr
    assert "bytes" in found.stderr


def test_labels_and_labelled_pages_are_refused(tmp_path):
    for read, name in (
        (read_labels, "a.csv"),
        (read_labels, "a.jsonl"),
        (lambda path: list(read_pages([path])), "b.jsonl"),
        (lambda path: list(read_pages([path])), "b.jsonl.gz"),
        (lambda path: read_page_files([path]), "c.csv"),
    ):
        with pytest.raises(PageError, match=r"cannot be read: it has 1,099,511,627,776 bytes, but more than"):
            read(of_a_terabyte(tmp_path / name))


def test_json_of_ours_is_bounded(tmp_path):
    path = of_a_terabyte(tmp_path / "manifest.json", b"{}")
    with pytest.raises(OSError, match="it has more than 1,073,741,824 bytes") as found:
        atomic.read_json(path)
    assert found.value.filename == str(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "page"
    path.write_bytes(b"x" * 100)
    assert bytes_of_file(path, 100) == b"x" * 100
    with pytest.raises(OSError, match="it has more than 99 bytes") as found:
        bytes_of_file(path, 99)
    assert found.value.filename == str(path)


@pytest.fixture
def holed(tmp_path, monkeypatch):
    """Make a file of data and holes, with the limit of holes set to 100,000 bytes."""
    monkeypatch.setattr(sparse, "MOST_HOLES", 100_000)

    def make(*parts):
        path = tmp_path / "holed"
        with path.open("wb") as file:
            for data, hole in parts:
                file.write(b"x" * data)
                file.seek(hole, os.SEEK_CUR)
            file.truncate(file.tell())
        if len(parts) > 1 and path.stat().st_blocks * 512 >= path.stat().st_size:
            pytest.skip("the file system has no sparse files")
        return path

    return make


BLOCK = 1 << 16


@pytest.mark.parametrize(
    ("parts", "is_refused"),
    [
        ([(10 * BLOCK, 0)], False),
        ([(BLOCK, BLOCK), (BLOCK, 0)], False),
        ([(BLOCK, BLOCK), (BLOCK, BLOCK), (BLOCK, 0)], True),
        ([(BLOCK, BLOCK), (BLOCK, BLOCK)], True),
        ([(0, 2 * BLOCK), (BLOCK, 0)], True),
    ],
)
def test_holes_are_summed(holed, parts, is_refused):
    path = holed(*parts)
    assert bool(fault_of_holes(path)) == is_refused
    if is_refused:
        with pytest.raises(OSError, match="100,000 of them were never written") as found:
            refuse_holes(path)
        assert found.value.filename == str(path)
    else:
        refuse_holes(path)


def test_a_system_that_does_not_tell_reads_on(holed, monkeypatch):
    path = holed((0, 4 * BLOCK), (BLOCK, 0))
    assert fault_of_holes(path)

    def unknown(*_):
        raise OSError(22, "Invalid argument")

    with monkeypatch.context() as patched:
        patched.setattr(os, "lseek", unknown)
        assert fault_of_holes(path) == ""
    monkeypatch.delattr(os, "SEEK_HOLE")
    assert fault_of_holes(path) == ""


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refuse_holes(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        refuse_holes(tmp_path / "none")
