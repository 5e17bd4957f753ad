"""Inputs that vanish, change, cannot be read or have the same name: nothing is lost, and problems are reported."""

import bz2
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import clean_corpus
from detector.cli.main import run
from detector.corpus import survey as survey_module
from detector.corpus.formats.files import hash_of, size_and_time
from detector.corpus.inputs import Input
from detector.corpus.shards import shards_of
from detector.corpus.survey import BLOCK, Survey, survey
from detector.errors import SettingsError, ShardError
from detector.settings import Columns, EngineSettings, RecordSettings
from tests.corpus.made import Between, cleaned_with_limit, everything, page, read_jsonl, records, write_jsonl

AS_ROOT = os.name == "nt" or os.geteuid() == 0


@pytest.fixture
def folder(tmp_path):
    """Twelve files of five records each."""
    for number in range(12):
        rows = records(60)[number * 5 : number * 5 + 5]
        write_jsonl(tmp_path / "in" / f"{number:02d}.jsonl", rows)
    return tmp_path / "in"


def test_inputs_that_go_after_they_were_read_are_not_missed(clean, folder):
    whole, _ = clean(folder, name="whole", duplicates=0)

    def remove():
        for number in range(6):
            (folder / f"{number:02d}.jsonl").unlink()

    for steps in (2, 3, 4):  # before cleaning, signing, writing
        out, outcome = clean(folder, name=f"out-{steps}", duplicates=0, engine=Between(min(steps, 3), remove))
        assert outcome.report["total"]["documents"] == 60
        assert everything(out / "data") == everything(whole / "data")
        for number in range(6):
            write_jsonl(folder / f"{number:02d}.jsonl", records(60)[number * 5 : number * 5 + 5])


def test_inputs_that_are_not_there_for_a_moment_stop_the_run(clean, folder):
    path = folder / "03.jsonl"
    before, times = path.read_bytes(), path.stat()

    with pytest.raises(
        ShardError, match=r"03.jsonl cannot be read: No such file.*run the same command again"
    ):
        clean(folder, engine=Between(1, path.unlink))
    path.write_bytes(before)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    _, outcome = clean(folder)
    assert outcome.report["total"]["documents"] == 60
    assert outcome.report["rejected"] == {}


def test_inputs_that_change_stop_the_run(clean, folder):
    path = folder / "03.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    with pytest.raises(ShardError, match=r"03.jsonl has changed since the run began"):
        clean(folder, engine=Between(1, lambda: path.write_bytes(b"".join([*lines[1:], lines[0]]))))
    with pytest.raises(SettingsError, match="unfinished run with other inputs"):
        clean(folder)


def turned(path, old, new):
    """Overwrite a file with as many other bytes, and restore its modification time."""
    data, times = path.read_bytes(), path.stat()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def written_as(kind, path, rows):
    """Write records as files of a kind, uncompressed, so that a text can be changed in place."""
    if kind == "parquet":
        arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        table = arrow.Table.from_pylist([{"id": row["id"], "text": row["text"]} for row in rows])
        parquet.write_table(table, path, row_group_size=10, compression="none", use_dictionary=False)
    elif kind == "warc":
        pytest.importorskip("fastwarc")
        path.write_bytes(b"".join(map(warc_record, rows)))
    elif kind == "csv":
        path.write_text("id,text\n" + "".join(f'{row["id"]},"{row["text"]}"\n' for row in rows))
    elif kind == "txt":
        path.write_text(rows[-1]["text"])
    else:
        write_jsonl(path, rows)


def warc_record(row):
    body = row["text"].encode()
    head = (
        "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\n"
        f"WARC-Record-ID: <urn:{row['id']}>\r\nWARC-Target-URI: {row['url']}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


@pytest.mark.parametrize("kind", ["jsonl", "csv", "txt", "parquet", "warc"])
@pytest.mark.parametrize("shard_bytes", [2000, 10**6], ids=["in parts", "whole"])
def test_bytes_that_change_while_size_and_time_stay_stop_the_run(clean, tmp_path, kind, shard_bytes):
    rows = records(40)
    rows[-1] = {**rows[-1], "text": rows[-1]["text"] + "\nThe last mill of all"}
    path = tmp_path / f"pages.{kind}"
    written_as(kind, path, rows)
    options = {"duplicates": 0, "shard_bytes": shard_bytes}
    whole, outcome = clean(path, name="whole", **options)
    assert (outcome.shards > 1) == (shard_bytes == 2000 and kind in ("jsonl", "parquet", "warc"))
    with pytest.raises(ShardError, match=rf"pages.{kind} has changed since the run began"):
        clean(path, engine=Between(1, lambda: turned(path, b"last mill", b"lost mill")), **options)
    turned(path, b"lost mill", b"last mill")
    out, _ = clean(path, **options)
    assert everything(out) == everything(whole)


def test_a_change_that_breaks_a_file_stops_the_run(clean, tmp_path):
    """Otherwise what was read before the break would be taken for the whole file."""
    path = tmp_path / "pages.jsonl.gz"
    path.write_bytes(gzip.compress(write_jsonl(tmp_path / "pages.jsonl", records(40)).read_bytes()))
    data, times = path.read_bytes(), path.stat()

    def break_it():
        path.write_bytes(data[:200] + bytes(len(data) - 200))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    with pytest.raises(ShardError, match=r"pages.jsonl.gz has changed since the run began"):
        clean(path, engine=Between(1, break_it))


def test_inputs_that_change_after_they_were_read_do_no_harm(clean, folder):
    whole, _ = clean(folder, name="whole")
    path = folder / "03.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    out, _ = clean(folder, engine=Between(2, lambda: path.write_bytes(b"".join(reversed(lines)))))
    assert everything(out / "data") == everything(whole / "data")


TAKEN = [
    ["a.txt", "a.txt.gz"],
    ["a.html", "a.html.gz"],
    ["a.html", "a.htm", "a.html.txt"],
    ["a.txt", "a.txt.gz", "a.txt.txt", "a.txt.gz.txt"],
    ["a.html", "a.txt/b.html"],
    ["x-2.txt", "x.txt", "x.txt.gz", "x.html", "x.html.gz.txt"],
]


@pytest.mark.parametrize("names", TAKEN, ids=lambda names: " ".join(names))
def test_pages_that_want_one_name_get_two(clean, tmp_path, names):
    for number, name in enumerate(names):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = page(number).encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    out, outcome = clean(tmp_path / "in", duplicates=0)
    assert outcome.report["total"]["kept"] == len(names)
    written = [path.read_text() for path in (out / "data").rglob("*") if path.is_file()]
    assert len(set(written)) == len(names)


def test_inputs_of_one_name_in_three_folders(clean, tmp_path):
    for number, name in enumerate(("A/x.txt", "B/x.txt", "C/A/x.txt")):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(page(number))
    out, _ = clean(tmp_path / "A", tmp_path / "B", tmp_path / "C", duplicates=0)
    assert sorted(everything(out / "data")) == ["A/x.txt", "B/x.txt", "C/A/x.txt"]


def test_parts_do_not_take_the_name_of_a_file(clean, tmp_path):
    write_jsonl(tmp_path / "in" / "a.jsonl", records(40))
    (tmp_path / "in" / "a.html").write_text(page(70))
    other = [{"id": "other", "text": page(71)}]
    parts = -(-(tmp_path / "in" / "a.jsonl").stat().st_size // 20_000)
    write_jsonl(tmp_path / "in" / f"a-00000-of-{parts:05d}.jsonl", other)
    write_jsonl(tmp_path / "in" / "pages-00000.jsonl", [{"id": "third", "text": page(72)}])
    out, outcome = clean(tmp_path / "in", duplicates=0, to="jsonl")
    assert outcome.report["total"]["kept"] == 43
    assert len(read_jsonl(out / "data")) == 43


def test_texts_of_records_do_not_take_the_name_of_a_page(clean, tmp_path):
    write_jsonl(tmp_path / "one" / "x.jsonl", [{"text": page(1)}])
    path = tmp_path / "two" / "x.jsonl" / "00000000.txt"
    path.parent.mkdir(parents=True)
    path.write_text(page(2))
    out, _ = clean(tmp_path / "one", tmp_path / "two", duplicates=0, to="text")
    assert len(everything(out / "data")) == 2


def test_archives_that_become_wet_have_names_of_their_own():
    inputs = [Input(name, name, "warc") for name in ("a.warc.gz", "a.wet.gz")]
    shards = shards_of(inputs, [Survey("", ((0, 0),))] * 2, 1000, "same")
    assert [shard.output for shard in shards] == ["a.warc.wet.gz", "a.wet.gz"]


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_reported(clean, folder):
    (folder / "closed").mkdir(mode=0)
    with pytest.raises(SettingsError, match="closed cannot be listed: Permission denied"):
        clean(folder)


def test_a_folder_that_the_system_does_not_list_is_reported(clean, folder, monkeypatch):
    (folder / "closed").mkdir()
    scandir = os.scandir

    def denied(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(SettingsError, match="closed cannot be listed: Permission denied"):
        clean(folder)


def test_what_is_no_plain_file_is_set_aside(clean, folder):
    (folder / "broken.jsonl").symlink_to(folder / "nowhere.jsonl")
    (folder / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as found:
        found.bind(str(folder / "socket.txt"))
        out, outcome = clean(folder)
    assert outcome.report["total"]["documents"] == 60
    reasons = {row["file"]: row["reason"] for row in read_jsonl(out / "rejects")}
    assert reasons == {
        "broken.jsonl": "cannot be read: it does not exist, or is a link to nothing",
        "pipe.txt": "cannot be read: it is not a regular file",
        "socket.txt": "cannot be read: it is not a regular file",
        "zero.txt": "cannot be read: it is not a regular file",
    }
    assert {"name": "zero.txt", "fault": "it is not a regular file"} in json.loads(
        (out / "manifest.json").read_text()
    )["inputs"]


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_without_permission_is_set_aside(clean, folder):
    (folder / "03.jsonl").chmod(0)
    out, outcome = clean(folder)
    assert outcome.report["total"]["documents"] == 55
    (row,) = read_jsonl(out / "rejects")
    assert row["reason"] == "cannot be read: Permission denied"


def test_a_named_file_that_cannot_be_read_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert run(["clean", str(tmp_path / "pipe.jsonl"), "--output", str(tmp_path / "out")]) == 2


def test_names_may_be_any_bytes(clean, tmp_path):
    names = [os.fsdecode(b"caf\xe9.jsonl"), "line\nfeed.jsonl", "line\u2028end.jsonl"]
    for number, name in enumerate(names):
        row = json.dumps({"id": f"d{number}", "text": page(number)}).encode()
        write_jsonl(tmp_path / "in" / name, [row, b"{broken"])
    out, outcome = clean(tmp_path / "in", duplicates=0)
    assert outcome.report["total"]["kept"] == 3
    assert sorted(path.name for path in (out / "data").iterdir()) == sorted(names)
    assert outcome.report["rejected"] == {"not JSON": 3}
    again, _ = clean(tmp_path / "in", duplicates=0)
    assert again == out


@pytest.mark.parametrize("name", ["a\u2028b", "a\u2029b", "a\u0085b"])
def test_columns_may_have_any_names(clean, tmp_path, name):
    write_jsonl(tmp_path / "pages.jsonl", [{name: "no text"}, *records(3)])
    _, outcome = clean(tmp_path / "pages.jsonl")
    assert sum(outcome.report["rejected"].values()) == 1
    (tmp_path / "pages.csv").write_text(f"{name},id\nx,y\n")
    with pytest.raises(SettingsError, match=f"no column 'text'; there are: {name}, id"):
        clean(tmp_path / "pages.csv", name="csv")


def test_an_output_inside_the_input_is_not_read(folder):
    out = folder / "clean"
    program = (
        "import os, signal, sys\nfrom detector.corpus.steps import publish\nfrom detector.cli.main import run\n"
        "move, count = publish._move, []\n"
        "def killed(*arguments):\n"
        "    move(*arguments)\n"
        "    count.append(1)\n"
        "    if len(count) == 5: os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish._move = killed\nrun(sys.argv[1:])\n"
    )
    command = ["clean", str(folder), "--output", str(out), "--engine", "process"]
    found = subprocess.run([sys.executable, "-c", program, *command], check=False, capture_output=True)
    assert found.returncode == -9
    assert (out / "data").exists()
    for _ in range(2):  # resumes and finishes
        assert run(command) == 0
        assert len(read_jsonl(out / "data")) == 60


def test_a_run_that_was_killed_at_its_end_is_swept(clean, folder):
    out, _ = clean(folder)
    (out / ".run" / "out").mkdir(parents=True)
    clean(folder)
    assert not (out / ".run").exists()


def test_a_run_of_many_shards_needs_few_open_files(tmp_path):
    resource = pytest.importorskip("resource")
    for number in range(150):
        write_jsonl(tmp_path / "in" / f"{number:03d}.jsonl", [{"id": str(number), "text": page(number)}])
    found = cleaned_with_limit("RLIMIT_NOFILE", 100, tmp_path / "in", tmp_path / "out")
    assert found.returncode == 0, found.stderr
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 100


HTML = "<!DOCTYPE html><html><body><h1>The mill</h1><p>The mill stood empty for thirty-one years.</p></body></html>"


def test_pages_of_a_mirror_are_known_by_what_is_in_them(clean, tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    pages = ["about", "index.php", "index.php?id=3", "news.shtml", "x.asp", "y.html"]
    for name in pages:
        (folder / name).write_text(HTML.replace("mill", f"mill {name}"))
    (folder / "comment.aspx").write_text(f"<?xml version='1.0'?>\n<!-- saved -->\n{HTML}")
    others = {
        "code.php": "<?php echo 1;",
        "y.png": "x",
        "old.arc.gz": "x",
        "LICENSE": "free",
        "api.json": "{}",
    }
    for name, text in others.items():
        (folder / name).write_text(text)
    out, outcome = clean(folder)
    assert outcome.report["total"]["documents"] == len(pages) + 1
    assert outcome.report["rejected"] == {
        "no page, a file of another kind (.arc.gz)": 1,
        "no page, a file of another kind (.json)": 1,
        "no page, a file of another kind (.php)": 1,
        "no page, a file of another kind (.png)": 1,
        "no page, a file without an extension": 1,
    }
    # A picture does not take up a page's name.
    assert (out / "data" / "y.txt").is_file()
    assert len(list((out / "data").iterdir())) == len(pages) + 1


def test_json_is_json_lines(clean, pages, tmp_path):
    """C4 and dolma give JSON Lines this name."""
    folder = tmp_path / "c4"
    folder.mkdir()
    rows = b"".join(json.dumps(row).encode() + b"\n" for row in pages[:9])
    (folder / "c4-train.00000.json.gz").write_bytes(gzip.compress(rows))
    (folder / "package.json").write_bytes(b'{"name": "x"}')
    out, outcome = clean(folder)
    assert outcome.report["total"]["kept"] == 9
    assert (out / "data" / "c4-train.00000.json.gz").is_file()
    (tmp_path / "named.json").write_bytes(rows)
    assert clean(tmp_path / "named.json", name="two")[1].report["total"]["kept"] == 9


def test_wrong_columns_are_refused(pages, tmp_path):
    nested = [{"id": row["id"], "text": row["text"], "metadata": {"url": row["url"]}} for row in pages[:5]]
    path = write_jsonl(tmp_path / "pages.jsonl", nested)

    def cleaned(name, **columns):
        settings = RecordSettings(Columns(**columns))
        return clean_corpus([path], tmp_path / name, records=settings, engine=EngineSettings("process"))

    for columns in ({"url": "uri"}, {"id": "key"}, {"site": "host"}, {"source": "crawl"}):
        name = next(iter(columns))
        with pytest.raises(SettingsError, match=f"--{name}-column; there are: id, text, metadata.url"):
            cleaned("wrong", **columns)
    assert cleaned("right", url="metadata.url").report["sites"] == 2


def test_pages_without_a_site_are_reported(pages, tmp_path, capsys):
    """A URL in a column with another name used to be ignored silently."""
    rows = [{"id": row["id"], "text": row["text"], "uri": row["url"]} for row in pages[:4]]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    for name, options in {"wrong": [], "right": ["--url-column", "uri"]}.items():
        command = ["clean", str(path), "--output", str(tmp_path / name), "--engine", "process", *options]
        assert run(command) == 0
        assert ("no page has a site" in capsys.readouterr().err) == (name == "wrong")


@pytest.mark.parametrize(("name", "kind"), [("a.jsonl", "jsonl"), ("a.csv", "csv"), ("a.txt", "page")])
def test_a_file_that_changes_before_it_is_looked_at_gets_no_hash(tmp_path, name, kind):
    """Otherwise a run that is resumed after the file is restored would have the wrong hash in its manifest."""
    path = tmp_path / name
    path.write_bytes(b'{"text": "first"}\n')
    input = Input(str(path), name, kind, *size_and_time(str(path)))
    whole = survey(input, 1000)
    path.write_bytes(b'{"text": "other"}\n')
    with pytest.raises(ShardError, match="has changed since the run began"):
        survey(input, 1000)
    os.utime(path, ns=(input.time, input.time))
    assert survey(input, 1000).hash != whole.hash


@pytest.mark.parametrize("to", ["same", "jsonl.zst"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.jsonl", b""),
        ("blank.jsonl", b"\n\n"),
        ("none.jsonl.gz", gzip.compress(b"", mtime=0)),
        ("none.csv", b""),
        ("head.csv", b"id,text\n"),
    ],
)
def test_a_file_without_records_is_cleaned_with_the_others(clean, pages, tmp_path, name, content, to):
    """Such a file used to stop the run: its own empty files looked cut off."""
    (tmp_path / name).write_bytes(content)
    out, outcome = clean(tmp_path / name, write_jsonl(tmp_path / "pages.jsonl", pages[:9]), to=to)
    assert outcome.report["total"]["kept"] == 9
    assert not list((out / "rejects").glob("*"))
    assert clean(*(out / "data").iterdir(), name="again")[1].report["total"]["documents"] == 9


@pytest.mark.parametrize("name", ["pages.jsonl.gz", "pages.jsonl.zst", "pages.jsonl.bz2"])
def test_a_file_that_was_unpacked_under_its_old_name_is_read(clean, pages, tmp_path, name):
    """Browsers and proxies unpack what they fetch, and keep the name."""
    out, outcome = clean(write_jsonl(tmp_path / name, pages[:9]))
    assert outcome.report["total"]["kept"] == 9
    assert clean(out / "data", name="again")[1].report["total"]["documents"] == 9


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_a_packed_file_without_its_suffix_is_set_aside_once(clean, pages, tmp_path, suffix, pack):
    """It used to be set aside line by line, as text that is not UTF-8."""
    path = write_jsonl(tmp_path / "pages.jsonl", pages * 50)
    path.write_bytes(pack(path.read_bytes()))
    out, _ = clean(path, shard_bytes=1_000_000)
    assert [row["reason"] for row in read_jsonl(out / "rejects")] == [
        f"cannot be read from here to its end: it is compressed: add {suffix} to its name"
    ]


@pytest.mark.parametrize(
    ("suffix", "pack", "why"),
    [
        (".gz", lambda data: gzip.compress(data) + b"junk", "bytes that are not gzip"),
        (".gz", lambda data: gzip.compress(data)[:-9], "it is cut off"),
        (".bz2", lambda data: bz2.compress(data)[:-9] + bytes(9), "bytes that are not bzip2"),
        (".zst", lambda _: b"\x28\xb5\x2f\xfd" + bytes(2), "it is cut off"),
    ],
)
def test_damage_is_named_without_the_words_of_a_library(clean, pages, tmp_path, suffix, pack, why):
    path = write_jsonl(tmp_path / f"pages.jsonl{suffix}", pages[:9])
    path.write_bytes(pack(path.read_bytes()))
    out, _ = clean(path)
    assert [row["reason"] for row in read_jsonl(out / "rejects")] == [
        f"cannot be read from here to its end: {why}"
    ]


def test_reasons_are_counted_without_their_numbers(clean, tmp_path):
    """UTF-8 is a name, and a limit is the same for all; the number of cells is not."""
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,2,3\n1,2,3,4\n")
    (tmp_path / "a.jsonl").write_bytes(
        b'{"text": "\xff"}\n{"text": "a\xff"}\n' + b'{"a":' * 200 + b"1" + b"}" * 200
    )
    assert clean(tmp_path / "a.csv", tmp_path / "a.jsonl")[1].report["rejected"] == {
        "nested more than 100 levels deep": 1,
        "not UTF-8": 2,
        "… cells, but … columns": 2,
    }


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 60), st.sampled_from([7, 64, BLOCK]))
def test_a_file_of_lines_is_read_once_for_its_hashes_and_parts(sizes, shard_bytes, block):
    content = b"".join(b"x" * size + b"\n" for size in sizes)[:-1]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(content)
        opened = []
        patch.setattr(survey_module, "BLOCK", block)
        patch.setattr(
            survey_module, "stored_part", lambda part: opened.append(part) or closing(path.open("rb"))
        )
        found = survey(Input(str(path), path.name, "jsonl", *size_and_time(str(path))), shard_bytes)
        assert len(opened) == 1
        with path.open("rb") as file:
            assert found.hash == hash_of(file, 0, -1)
            assert [piece.hash for piece in found.pieces] == [
                hash_of(file, piece.start, piece.end) for piece in found.pieces
            ]
    starts = [start for start, _ in found.starts]
    assert [piece.start for piece in found.pieces] == starts
    assert [piece.end for piece in found.pieces] == [*starts[1:], -1]
    assert all(content[start - 1 : start] == b"\n" for start in starts[1:])
    assert [record for _, record in found.starts] == [content.count(b"\n", 0, start) for start in starts]
    assert not content or starts[-1] < len(content)
