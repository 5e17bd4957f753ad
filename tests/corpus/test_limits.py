"""Small files that unpack to huge ones: memory holds no more than the limit of a record, and they are reported."""

import gzip
import io
import json
import lzma

import pytest

from detector.cli.main import run
from detector.errors import SettingsError
from detector.files.zstd_files import write_zstd
from detector.settings import CorpusSettings
from tests.corpus.made import cleaned_with_limit, page, read_jsonl, write_jsonl, zstd_of

# The limit of a record in these tests.
MOST = 100_000
LARGE = 50 * MOST


def row(number):
    return json.dumps({"id": str(number), "text": page(number)}).encode() + b"\n"


BOMBS = {
    "one line of blanks.jsonl.zst": zstd_of(b" " * LARGE),
    "one line of blanks.jsonl.gz": gzip.compress(b" " * LARGE),
    "a long text.jsonl.gz": gzip.compress(b'{"text": "' + b"a" * LARGE + b'"}\n'),
    "short lines.jsonl.zst": zstd_of(row(0) + b"{}\n" * (LARGE // 3)),
    "short lines.jsonl.xz": lzma.compress(row(0) + b"{}\n" * (LARGE // 3)),
    "a page.html.xz": lzma.compress(b"<html><p>" + b"a " * (LARGE // 2)),
    "a line.csv.zst": zstd_of(b"id,text\n1," + b"a" * LARGE),
    "a header.csv.zst": zstd_of(b"a" * LARGE),
    "cells.csv.zst": zstd_of(b"id,text\n" + b"1,a\n" * (LARGE // 4)),
    "a quote.csv.gz": gzip.compress(b'id,text\n1,"' + b"a\n" * (LARGE // 2)),
    "a page.html.zst": zstd_of(b"<html><p>" + b"a " * (LARGE // 2)),
    "a page.txt.gz": gzip.compress(b"a " * (LARGE // 2)),
    "packed twice.html.gz": gzip.compress(gzip.compress(b"<html>" + b"a " * (LARGE // 2))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_unpacks_to_too_much_is_set_aside(clean, tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(BOMBS[name])
    (tmp_path / "in" / "good.jsonl.gz").write_bytes(gzip.compress(b"".join(map(row, range(9)))))
    limits = {"record_bytes": MOST, "unpacked_ratio": 20}
    out, outcome = clean(tmp_path / "in", to="jsonl", duplicates=0, most_lost=1.0, **limits)
    reasons = [found["reason"] for found in read_jsonl(out / "rejects")]
    assert any("more than" in reason or "never closed" in reason for reason in reasons), reasons[:3]
    good = {str(number) for number in range(1, 9)}
    assert good <= {one["id"] for one in read_jsonl(out / "data")}
    assert sum(len(one["text"]) for one in read_jsonl(out / "data")) < 3 * MOST
    assert outcome.published


def test_rows_before_the_limit_stay(clean, tmp_path):
    packed = zstd_of(row(0) + b"{}\n" * LARGE)
    (tmp_path / "pages.jsonl.zst").write_bytes(packed)
    out, _ = clean(tmp_path / "pages.jsonl.zst", to="jsonl", record_bytes=MOST, unpacked_ratio=5)
    assert [one["id"] for one in read_jsonl(out / "data")] == ["0"]
    *_, last = read_jsonl(out / "rejects")
    assert last["reason"].startswith(
        "cannot be read from here to its end: it unpacks to more than 100,000 bytes"
    )
    assert "raise unpacked_ratio" in last["reason"]


def test_a_file_that_is_repetitive_can_be_read(clean, tmp_path):
    packed = zstd_of(row(0) * 200)
    (tmp_path / "pages.jsonl.zst").write_bytes(packed)
    few = clean(tmp_path / "pages.jsonl.zst", name="few", record_bytes=MOST, unpacked_ratio=2)[1]
    assert any("cannot be read from here" in reason for reason in few.report["rejected"])
    many = clean(tmp_path / "pages.jsonl.zst", name="many", record_bytes=MOST, unpacked_ratio=10**4)[1]
    assert sum(many.report["rejected"].values()) == 199  # the same id


TABLES = {
    "a large cell": lambda arrow: {"text": ["x" * LARGE, page(1)]},
    "a dictionary": lambda arrow: {
        "text": arrow.DictionaryArray.from_arrays([0] * 500, ["word " * (MOST // 8)])
    },
    "another column": lambda arrow: {"text": [page(1)], "other": ["x" * LARGE]},
    "nulls": lambda arrow: {"text": arrow.nulls(3 * MOST, arrow.string())},
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_unpack_to_too_much_are_set_aside(clean, tmp_path, name):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "in").mkdir()
    table = arrow.table(TABLES[name](arrow))
    parquet.write_table(table, tmp_path / "in" / "x.parquet", compression="zstd", store_schema=False)
    parquet.write_table(arrow.table({"text": [page(2)]}), tmp_path / "in" / "y.parquet")
    out, outcome = clean(
        tmp_path / "in", to="jsonl", record_bytes=MOST, unpacked_ratio=20, duplicates=0, most_lost=1.0
    )
    *_, last = [found for found in read_jsonl(out / "rejects") if found["file"] == "x.parquet"]
    assert "unpacks to more than" in last["reason"]
    assert (out / "data" / "y.jsonl").is_file()
    assert outcome.report["total"]["documents"] < 20


def test_a_record_of_an_archive(clean, tmp_path):
    warc = pytest.importorskip("fastwarc.warc")
    with (tmp_path / "x.warc.gz").open("wb") as file:
        for number, body in enumerate((page(1).encode(), b"a " * LARGE, page(2).encode())):
            record = warc.WarcRecord()
            record.init_headers(record_type=warc.WarcRecordType.conversion)
            record.headers["WARC-Record-ID"] = f"<urn:{number}>"
            record.headers["Content-Type"] = "text/plain"
            record.set_bytes_content(body)
            plain = io.BytesIO()
            record.write(plain)
            file.write(gzip.compress(plain.getvalue()))
    out, outcome = clean(tmp_path / "x.warc.gz", to="jsonl", record_bytes=MOST, duplicates=0)
    assert outcome.report["total"]["documents"] == 2
    (found,) = read_jsonl(out / "rejects")
    assert (found["record"], found["reason"]) == (1, "more than 100,000 bytes")


def test_the_default_limits_hold_in_little_memory(tmp_path):
    """A .zst file of 48 KB that unpacks to 1.5 GB once took 3 GB of memory and did not finish."""
    resource = pytest.importorskip("resource")
    (tmp_path / "in").mkdir()
    for name in ("line.jsonl.zst", "line.csv.zst", "page.html.zst"):
        with write_zstd(tmp_path / "in" / name, 1) as file:
            for _ in range(400):
                file.write(b" " * 1_000_000)
    write_jsonl(tmp_path / "in" / "good.jsonl", [{"id": "good", "text": page(1)}])
    found = cleaned_with_limit("RLIMIT_AS", 1_500_000_000, tmp_path / "in", tmp_path / "out")
    assert found.returncode == 1, found.stderr
    assert {row["file"] for row in read_jsonl(tmp_path / "out" / "rejects")} == {
        "line.csv.zst",
        "line.jsonl.zst",
        "page.html.zst",
    }
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 1_500_000_000


@pytest.mark.parametrize("name", ["record_bytes", "unpacked_ratio"])
def test_wrong_limits_are_refused(name):
    with pytest.raises(SettingsError, match=f"{name} must be at least 1"):
        CorpusSettings(**{name: 0})


def test_a_pattern_that_is_nested_too_deeply_is_refused(capfd, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", [{"text": page(1)}])
    (tmp_path / "rules.toml").write_text(f'protect = ["{"(" * 3000}a{")" * 3000}"]')
    assert (
        run(["clean", str(path), "--rules", str(tmp_path / "rules.toml"), "--output", str(tmp_path / "out")])
        == 2
    )
    assert "nested too deeply" in capfd.readouterr().err
