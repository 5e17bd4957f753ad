"""Every format is read and written, and only broken records are set aside."""

import bz2
import csv
import gzip
import io
import json
import lzma
from pathlib import Path

import pyarrow.parquet
import pytest

from detector.corpus.formats.csv_files import read_csv
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.jsonl import read_jsonl
from detector.corpus.formats.kinds import KINDS, kind_of
from detector.corpus.formats.readers import read_shard
from detector.corpus.inputs import inputs_of
from detector.corpus.restore import stored_records
from detector.corpus.shards import shards_of
from detector.corpus.survey import survey
from detector.errors import SettingsError
from detector.files.limits import ReadLimits
from detector.settings import Columns
from detector.text.compressed import COMPRESSED
from detector.text.record_files import records_kind
from tests.corpus.made import everything, page, write_jsonl, zstd_of
from tests.corpus.made import read_jsonl as rows_of


def read(*paths, shard_bytes=1_000_000):
    """All records of some inputs, read through a plan."""
    inputs = inputs_of([str(path) for path in paths], Path("nowhere"))
    shards = shards_of(inputs, [survey(input, shard_bytes) for input in inputs], shard_bytes, "same")
    return [record for shard in shards for record in read_shard(shard, Columns())]


def reasons(records):
    return [(record.record, record.reason) for record in records if isinstance(record, Rejected)]


def test_broken_lines_are_set_aside_alone(tmp_path):
    rows = [
        b'\xef\xbb\xbf{"text": "first"}',
        b"{broken",
        b'{"text": 3}',
        b'{"text": null}',
        b'{"body": "no text"}',
        b"[1]",
        b"",
        b'{"text": "\xff"}',
        b'{"text": "good", "id": 7}',
        b'{"text": "bad id", "id": [1]}',
        b'{"text": "' + b"[" * 10 + b'last"}',
    ]
    path = tmp_path / "pages.jsonl"
    path.write_bytes(b"\n".join(rows))
    found = read(path)
    documents = [record for record in found if isinstance(record, Document)]
    assert [(document.number, document.id, document.text) for document in documents] == [
        (0, "pages.jsonl#0", "first"),
        (8, "7", "good"),
        (10, "pages.jsonl#10", "[" * 10 + "last"),
    ]
    assert [at for at, _ in reasons(found)] == [1, 2, 3, 4, 5, 7, 9]
    for at, part in zip(
        reasons(found),
        ("not JSON", "a number", "null", "'body'".strip("'"), "JSON array", "0xff", "id"),
        strict=True,
    ):
        assert part in at[1]


def test_an_endless_line_is_not_held(tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", [{"text": "a"}, {"text": "b" * 5000}, {"text": "c"}])
    found = list(read_jsonl(Part(str(path), "pages.jsonl", "jsonl"), Columns(), ReadLimits(1000)))
    assert [getattr(record, "text", None) for record in found] == ["a", None, "c"]
    assert "5,013 bytes; the limit is 1,000" in found[1].reason


def test_a_cut_gzip_gives_what_stands_before(tmp_path):
    rows = b"".join(
        json.dumps({"text": f"page {number} " + "x" * 100}).encode() + b"\n" for number in range(5000)
    )
    whole = gzip.compress(rows)
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b.jsonl.zst").write_bytes(zstd_of(rows)[:-20])
    (tmp_path / "c.jsonl.gz").write_bytes(b"no gzip")
    found = read(tmp_path)
    assert sum(isinstance(record, Document) and record.file == "a.jsonl.gz" for record in found) > 100
    broken = [record for record in found if isinstance(record, Rejected)]
    assert {record.file for record in broken} == {"a.jsonl.gz", "b.jsonl.zst", "c.jsonl.gz"}
    assert all("to its end" in record.reason or "not JSON" in record.reason for record in broken)


def test_files_packed_by_brotli_are_read_in_pieces(tmp_path):
    brotli = pytest.importorskip("brotli")
    texts = [f"page {number} " + "x" * 700 for number in range(3000)]
    packed = brotli.compress(b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts))
    (tmp_path / "a.jsonl.br").write_bytes(packed)
    (tmp_path / "b.html.br").write_bytes(brotli.compress(b"<p>a page"))
    found = read(tmp_path)
    assert [record.text for record in found] == [*texts, "<p>a page"]
    (tmp_path / "a.jsonl.br").write_bytes(packed[:-20])
    (tmp_path / "b.html.br").write_bytes(b"no Brotli at all")
    broken = [record for record in read(tmp_path) if isinstance(record, Rejected)]
    assert [(record.file, "to its end" in record.reason) for record in broken] == [
        ("a.jsonl.br", True),
        ("b.html.br", True),
    ]


@pytest.mark.parametrize("shard_bytes", [1, 300, 5000, 10**6])
def test_parts_of_a_file_are_the_file(tmp_path, pages, shard_bytes):
    path = write_jsonl(tmp_path / "pages.jsonl", [*pages[:7], b"", b"{", *pages[7:]])
    found = read(path, shard_bytes=shard_bytes)
    assert found == read(path)
    assert [record.id for record in found if isinstance(record, Document)] == [row["id"] for row in pages]


def test_csv_rows(tmp_path):
    path = tmp_path / "pages.csv"
    path.write_bytes(
        b'\xef\xbb\xbfid,text,url\na,"two\nlines, and a comma",https://x.example/1\nb,short\nc,\xff,u\nd,last,\n'
    )
    found = read(path)
    documents = [record for record in found if isinstance(record, Document)]
    assert [(document.id, document.text, document.site) for document in documents] == [
        ("a", "two\nlines, and a comma", "x.example"),
        ("d", "last", "page:pages.csv#3"),
    ]
    assert reasons(found) == [(1, "2 cells, but 3 columns"), (2, "bytes that are not UTF-8")]


def test_sites(tmp_path):
    rows = [
        {"text": "a", "url": "https://www.news.example.co.uk:8080/x?y"},
        {"text": "a", "url": "http://one.github.io/x"},
        {"text": "a", "url": "http://two.github.io/x"},
        {"text": "a", "url": "http://192.168.0.1/x"},
        {"text": "a", "url": "http://münchen.de/"},
        {"text": "a", "url": "http://[broken"},
        {"text": "a", "url": "mailto:x"},
        {"text": "a", "site": "mine", "url": "http://one.github.io/x"},
        {"text": "a"},
    ]
    found = read(write_jsonl(tmp_path / "pages.jsonl", rows))
    assert [record.site for record in found] == [
        "example.co.uk",
        "one.github.io",
        "two.github.io",
        "192.168.0.1",
        "münchen.de",
        "page:pages.jsonl#5",
        "page:pages.jsonl#6",
        "mine",
        "page:pages.jsonl#8",
    ]


def test_kinds():
    assert [kind_of(name) for name in ("a.JSONL.GZ", "b.html", "c.wet.gz", "d.parquet.gz", "e", "f.pdf")] == [
        "jsonl",
        "page",
        "warc",
        None,
        None,
        None,
    ]


def test_the_same_file_twice_is_read_once(tmp_path, pages):
    path = write_jsonl(tmp_path / "in" / "pages.jsonl", pages)
    assert len(read(path, tmp_path / "in", path)) == len(pages)


def test_files_of_one_name_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        write_jsonl(tmp_path / folder / "x.jsonl", [{"text": folder}])
    assert [record.id for record in read(tmp_path / "a", tmp_path / "b")] == ["a/x.jsonl#0", "b/x.jsonl#0"]


@pytest.mark.parametrize("name", ["nowhere", "empty", "picture.png"])
def test_nothing_to_read_is_reported(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"x")
    with pytest.raises(SettingsError, match=r"does not exist|nothing to read|cannot be read"):
        inputs_of([str(tmp_path / name)], Path("nowhere"))


def parquet_of(path, rows, **options):
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, **options)
    return path


def test_parquet_keeps_its_columns(clean, pages, tmp_path):
    import pyarrow.parquet

    rows = [{**row, "scores": [1, 2], "n": None if at % 2 else at} for at, row in enumerate(pages)]
    rows[4] = {**rows[4], "text": None}
    out, outcome = clean(parquet_of(tmp_path / "pages.parquet", rows, row_group_size=10))
    files = sorted((out / "data").iterdir())
    assert len(files) > 1
    written = [row for file in files for row in pyarrow.parquet.read_table(file).to_pylist()]
    assert [row["id"] for row in written] == [row["id"] for at, row in enumerate(rows) if at != 4]
    assert written[0]["scores"] == [1, 2]
    assert written[1]["n"] is None
    assert "Leave a Reply" not in written[0]["text"]
    assert (
        outcome.report["rejected"] == {"… is null, not a text": 1}
        or sum(outcome.report["rejected"].values()) == 1
    )


def warc_of(path, pages):
    from fastwarc.warc import WarcRecord, WarcRecordType

    with path.open("wb") as file:
        for number, text in enumerate(pages):
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["WARC-Target-URI"] = f"https://site.example/{number}"
            record.headers["Content-Type"] = "application/http; msgtype=response"
            body = "".join(f"<p>{line}</p>" for line in text.split("\n")).encode()
            kind = b"image/png" if number == 2 else b"text/html; charset=utf-8"
            record.set_bytes_content(
                b"HTTP/1.1 200 OK\r\nContent-Type: "
                + kind
                + b"\r\n\r\n<html><body>"
                + body
                + b"</body></html>"
            )
            plain = io.BytesIO()
            record.write(plain)
            file.write(gzip.compress(plain.getvalue()))
    return path


def test_warc_becomes_wet_that_others_read(clean, tmp_path):
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    out, outcome = clean(warc_of(tmp_path / "crawl.warc.gz", [page(number) for number in range(5)]))
    assert outcome.report["total"]["documents"] == 4
    with (out / "data" / "crawl.wet.gz").open("rb") as file:
        found = [
            (record.record_type, record.headers["WARC-Target-URI"], record.reader.read().decode())
            for record in ArchiveIterator(file)
        ]
    assert [url for _, url, _ in found] == [f"https://site.example/{number}" for number in (0, 1, 3, 4)]
    assert all(kind == WarcRecordType.conversion for kind, _, _ in found)
    assert all("came to watch" in text and "Leave a Reply" not in text for _, _, text in found)
    _, outcome = clean(out / "data" / "crawl.wet.gz", name="again")
    assert outcome.report["total"]["kept"] == 4


def test_files_of_many_records_are_never_taken_for_a_page():
    """Add a new kind of file to `_KINDS` of text/record_files.py too, or `detector score` reads it as a page."""
    taken = [end for end, kind in KINDS.items() if (records_kind(f"a{end}", b"") is None) != (kind == "page")]
    assert taken == [".json"], "this one is known by its content, as JSON that is one value is no corpus"
    assert records_kind("a.json", b'{"text": "a page"}') == "JSON"


@pytest.mark.parametrize("end", COMPRESSED)
@pytest.mark.parametrize("upper", [False, True])
def test_what_is_compressed_is_read_and_what_is_written_is_what_its_name_says(
    clean, pages, tmp_path, end, upper
):
    brotli = pytest.importorskip("brotli")
    compress = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd_of}
    pack = {**compress, ".br": brotli.compress}[end]
    unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(end)
    path = tmp_path / ("PAGES.JSONL" + end.upper() if upper else f"pages.jsonl{end}")
    path.write_bytes(pack(write_jsonl(tmp_path / "plain.jsonl", pages).read_bytes()))
    out, outcome = clean(path)
    assert outcome.report["total"]["documents"] == len(pages)
    (written,) = (out / "data").iterdir()
    # Brotli and xz are only read.
    assert written.name == (path.name[: -len(end)] if end in (".br", ".xz") else path.name)
    kept = [record.id for record in read(written)]
    assert len(kept) == outcome.report["total"]["kept"] > 0
    assert set(kept) <= {row["id"] for row in pages}
    if unpack is not None:
        assert all(json.loads(line) for line in unpack(written.read_bytes()).splitlines())


@pytest.mark.parametrize(
    "to", ["jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet", "warc.gz", "text"]
)
def test_every_format_is_written(clean, pages, tmp_path, to):
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", pages), name="one", to=to)
    other, _ = clean(tmp_path / "pages.jsonl", name="two", to=to)
    assert everything(out) == everything(other)
    wanted, _ = clean(tmp_path / "pages.jsonl", name="plain")
    texts = [row["text"] for row in rows_of(wanted / "data")]
    if to == "text":
        paths = sorted((out / "data").rglob("*.txt"))
        assert [path.read_text().removesuffix("\n") for path in paths] == texts
    else:
        found = [record for record in read(out / "data") if isinstance(record, Document)]
        assert [record.text for record in found] == texts


def test_a_cut_archive_gives_what_stands_before(tmp_path):
    data = warc_of(tmp_path / "crawl.warc.gz", [page(number) for number in range(5)]).read_bytes()
    for missing in (300, 100):
        (tmp_path / "crawl.warc.gz").write_bytes(data[:-missing])
        found = read(tmp_path / "crawl.warc.gz")
        assert sum(isinstance(record, Document) for record in found) == 3
        assert reasons(found)[-1][1].startswith("truncated: ")


def test_what_was_sent_compressed_is_not_cut(tmp_path):
    from fastwarc.warc import WarcRecord, WarcRecordType

    chunked = b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    packed = b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hi")
    with (tmp_path / "crawl.warc").open("wb") as file:
        for sent in (chunked, packed, b"\r\nhi"):
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["Content-Type"] = "application/http; msgtype=response"
            record.set_bytes_content(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + sent)
            record.write(file)
    assert [record.text for record in read(tmp_path / "crawl.warc")] == ["hi", "hi", "hi"]


def test_wet_is_read_by_warcio(clean, pages, tmp_path):
    from warcio.archiveiterator import ArchiveIterator

    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", pages), to="warc.gz")
    wanted, _ = clean(tmp_path / "pages.jsonl", name="plain")
    found = []
    for path in sorted((out / "data").iterdir()):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                url = record.rec_headers.get_header("WARC-Target-URI")
                found.append((record.rec_type, url, record.content_stream().read().decode()))
    rows = rows_of(wanted / "data")
    assert found == [("conversion", row["url"], row["text"]) for row in rows]


def test_csv_is_written_whole(clean, pages, tmp_path):
    path = tmp_path / "pages.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "url", "text", "date"])
        writer.writeheader()
        writer.writerows(pages)
    out, _ = clean(path)
    with (out / "data" / "pages.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == [row["date"] for row in pages]
    assert "came to watch" in rows[0]["text"]


def test_folders_of_pages_keep_their_names(clean, tmp_path):
    for name in ("a/one.html", "a/one.txt", "b/two.htm", "b/.hidden.txt", "three.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(len(name)))
    out, _ = clean(tmp_path / "in", duplicates=0)
    names = sorted(path.relative_to(out / "data").as_posix() for path in (out / "data").rglob("*.txt"))
    assert names == ["a/one.html.txt", "a/one.txt.txt", "b/two.txt", "three.txt"]


def test_a_url_is_read_through_fsspec(clean, pages, tmp_path):
    write_jsonl(tmp_path / "in" / "deep" / "pages.jsonl", pages)
    out, _ = clean(f"file://{tmp_path}/in")
    assert len(rows_of(out / "data" / "deep")) == len(pages)


def test_ids_are_used_once(clean, pages, tmp_path):
    write_jsonl(tmp_path / "in" / "a.jsonl", pages[:20])
    write_jsonl(tmp_path / "in" / "b.jsonl", [*pages[20:], {**pages[0], "id": "page-23"}])
    out, outcome = clean(tmp_path / "in")
    assert outcome.report["total"]["documents"] == len(pages)
    (rejected,) = rows_of(out / "rejects")
    assert (rejected["file"], rejected["record"]) == ("b.jsonl", len(pages) - 20)
    assert rejected["reason"] == "the id 'page-23' was used before in this file"


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("shard_bytes", [1000, 10**6])
def test_two_files_may_use_the_same_ids(clean, pages, tmp_path, kind, shard_bytes):
    for name, rows in (("a", pages[:20]), ("b", pages[20:30]), ("c", [*pages[30:], *pages[:3]])):
        numbered = [{**row, "id": at} for at, row in enumerate(rows)]
        path = tmp_path / "in" / f"{name}.{kind}"
        if kind == "jsonl":
            write_jsonl(path, numbered)
        else:
            path.parent.mkdir(exist_ok=True)
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(numbered), path, row_group_size=4)
    out, outcome = clean(tmp_path / "in", shard_bytes=shard_bytes)
    total = outcome.report["total"]
    assert (total["documents"], total["kept"], total["duplicates"]) == (len(pages) + 3, len(pages), 3)
    assert outcome.report["rejected"] == {}
    again = [(row["id"], row["duplicate_of"]) for row in rows_of(out, "duplicates.jsonl")]
    assert again == [(f"c.{kind}:{at + len(pages) - 30}", str(at)) for at in range(3)]
    ids = [record.id for record in stored_records(out)]
    assert len(set(ids)) == len(ids) == len(pages) + 3
    assert ids[20] == f"b.{kind}:0"
    if kind == "jsonl":
        assert [row["id"] for row in rows_of(out / "data")][20:23] == [0, 1, 2]


@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "\ufeffSEP=;", "sep=;;", "sep=;\r\n", "\r\nsep=;"])
def test_excel_names_the_separator_in_a_line_of_its_own(tmp_path, mark):
    text = "The mill, the bridge, and the ferry at Low Marsh opened again on Monday for all who wait there."
    (tmp_path / "a.csv").write_text(f"{mark}\r\nid;text, with a comma\r\n1;{text}\r\n", encoding="utf-8")
    part = Part(str(tmp_path / "a.csv"), "a.csv", "csv")
    found = list(read_csv(part, Columns("text, with a comma"), ReadLimits()))
    assert [(record.id, record.text) for record in found] == [("1", text)]


@pytest.mark.parametrize(("name", "delimiter"), [("pages.tsv", "\t"), ("pages.csv", ";"), ("other.csv", "|")])
def test_tables_with_other_delimiters(clean, pages, tmp_path, name, delimiter):
    path = tmp_path / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "url", "text", "date"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(pages)
    out, _ = clean(path)
    with (out / "data" / name).open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t" if name.endswith(".tsv") else ","))
    assert [row["id"] for row in rows] == [page["id"] for page in pages]
    assert all(row["text"] and row["detector_verdict"] for row in rows)
