"""Web archives as crawlers write them: stale headers, HTTP charsets, and records that are not pages."""

import gzip
import hashlib
import io
import json
import zlib

import pytest

from detector import clean_corpus
from detector.cli.main import run
from detector.corpus.formats import intact_records
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.files import size_and_time
from detector.corpus.formats.http_bodies import sent_page, unchunked
from detector.corpus.formats.intact_records import next_record
from detector.corpus.formats.readers import read_part
from detector.corpus.formats.web_archives import read_warc
from detector.corpus.inputs import Input
from detector.corpus.survey import survey
from detector.files.limits import ReadLimits
from detector.settings import Columns
from detector.text.compressed import GZIP
from tests.corpus.made import page, read_jsonl

HTML = ("Content-Type", "text/html; charset=utf-8")
TEXT = ("Content-Type", "text/plain")


def html(number):
    lines = "".join(f"<p>{line}</p>" for line in page(number).split("\n"))
    return f"<!doctype html><html><body>{lines}</body></html>".encode()


def archive(path, records):
    """Write responses: address, status, headers, body."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    with path.open("wb") as file:
        for url, status, headers, body in records:
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["WARC-Target-URI"] = url
            record.headers["Content-Type"] = "application/http; msgtype=response"
            head = "".join(f"{name}: {value}\r\n" for name, value in headers)
            record.set_bytes_content(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
            plain = io.BytesIO()
            record.write(plain)
            data = plain.getvalue()
            file.write(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(path):
    return list(read_warc(Part(str(path), path.name, "warc"), Columns(), ReadLimits()))


CHUNKED = ("Transfer-Encoding", "chunked")


def test_a_stale_header_loses_nothing(tmp_path):
    stale = {
        2: CHUNKED,
        3: ("Content-Encoding", "gzip"),
        4: ("Content-Encoding", "br"),
        5: ("Content-Encoding", "deflate"),
    }
    pages = [
        (f"http://v.example/{n}", "200 OK", [HTML, stale[n]] if n in stale else [HTML], html(n))
        for n in range(8)
    ]
    found = read(archive(tmp_path / "stale.warc.gz", pages))
    assert [record.text.encode() for record in found] == [html(n) for n in range(8)]


def test_encodings_that_were_used_are_taken_off(tmp_path):
    body, half = html(1), len(html(1)) // 2
    chunks = (
        b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]))
        + b"0\r\n\r\n"
    )
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    sent = [
        ([CHUNKED], chunks),
        ([("Content-Encoding", "deflate")], zlib.compress(body)),
        ([("Content-Encoding", "deflate")], bare.compress(body) + bare.flush()),
        ([("Content-Encoding", "gzip")], gzip.compress(body)),
    ]
    pages = [
        (f"http://v.example/{n}", "200 OK", [HTML, *headers], data) for n, (headers, data) in enumerate(sent)
    ]
    assert [record.text.encode() for record in read(archive(tmp_path / "a.warc", pages))] == [body] * 4


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"5\r\nabc", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"-1\r\n\r\n", b"\r\n"]
)
def test_what_is_not_in_chunks_is_not_taken_for_it(body):
    assert unchunked(body) is None
    assert sent_page(body, "chunked", "") == body


def test_the_charset_of_http_is_used(tmp_path):
    text = "<html><body><h1>Мэр</h1><p>Дом</p></body></html>"
    headers = [("Content-Type", "text/html; charset=koi8-r")]
    path = archive(tmp_path / "a.warc", [("http://v.example/", "200 OK", headers, text.encode("koi8-r"))])
    assert read(path)[0].text == text


NO_PAGES = [
    ("http://v.example/old", "301 Moved Permanently", [HTML], html(1), "HTTP status 301"),
    ("http://v.example/none", "404 Not Found", [HTML], html(2), "HTTP status 404"),
    ("http://v.example/robots.txt", "200 OK", [TEXT], b"User-agent: *\nDisallow: /x\n", "robots.txt"),
    ("http://v.example/live.m3u8", "200 OK", [TEXT], b"#EXTM3U\n#EXTINF:10\na.ts\n", "a playlist"),
    ("metadata://gnu.org/software/wget/warc/wget.log", "200 OK", [TEXT], b"saved", "a record of the crawler"),
    ("dns:v.example", "200 OK", [TEXT], b"20240101 v.example. 60 IN A 192.0.2.1", "a record of the crawler"),
]


def test_records_that_are_no_pages(tmp_path, capsys):
    pages = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(3)]
    pages.append(("http://v.example/about.txt", "200 OK", [TEXT], page(9).encode()))
    path = archive(tmp_path / "a.warc", [*pages, *(record[:4] for record in NO_PAGES)])
    found = read(path)
    assert [record.url for record in found if isinstance(record, Document)] == [url for url, *_ in pages]
    reasons = [record.reason for record in found if isinstance(record, Rejected)]
    assert reasons == [f"no page, {reason}" for *_, reason in NO_PAGES]
    # They are listed, but nothing went wrong.
    assert run(["clean", str(path), "--output", str(tmp_path / "out"), "--engine", "process"]) == 0
    assert "1 record: no page, robots.txt" in capsys.readouterr().err
    rejected = json.loads((tmp_path / "out" / "report.json").read_text())["rejected"]
    assert sum(rejected.values()) == len(NO_PAGES)


@pytest.mark.parametrize("name", ["large.warc.gz", "large.warc"])
def test_a_large_archive_is_many_shards(clean, tmp_path, name):
    """It used to be read by a single worker from start to end."""
    pages = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(60)]
    pages[7:7] = [record[:4] for record in NO_PAGES]
    path = archive(tmp_path / name, pages)
    whole, once = clean(path, name="whole", to="jsonl", shard_bytes=10**9)
    parts, cut = clean(path, name="parts", to="jsonl", shard_bytes=path.stat().st_size // 5)
    assert once.shards == 1
    assert 4 <= cut.shards <= 6
    assert read_jsonl(parts / "data") == read_jsonl(whole / "data")
    assert cut.report["total"] == once.report["total"]
    assert read_jsonl(parts / "rejects") == read_jsonl(whole / "rejects")
    assert once.report["total"]["documents"] == 60


def test_an_archive_that_is_damaged_or_packed_as_a_whole(tmp_path):
    """What is read does not depend on where the file is split."""
    sent = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(9)]
    data = archive(tmp_path / "a.warc.gz", sent).read_bytes()
    half = len(data) // 2
    packed = gzip.compress(archive(tmp_path / "a.warc", sent).read_bytes())
    contents = {
        "damaged": data[:half] + b"x" * 99 + data[half:],
        "cut": data[:-50],
        "packed": packed,
        "empty": b"",
    }
    for name, content in contents.items():
        path = tmp_path / f"{name}.warc.gz"
        path.write_bytes(content)
        found = survey(Input(str(path), path.name, "warc", *size_and_time(str(path))), 500)
        assert found.hash == hashlib.blake2b(content, digest_size=16).hexdigest()
        ends = [*(start for start, _ in found.starts[1:]), -1]
        parts = [
            Part(str(path), path.name, "warc", start, end, first)
            for (start, first), end in zip(found.starts, ends, strict=True)
        ]
        once, cut = list(read_part(Part(str(path), path.name, "warc"), Columns(), ReadLimits())), []
        for part in parts:
            cut += read_part(part, Columns())
        assert cut == once
    assert len(parts) == 1


def _read_damaged(path, content):
    path.write_bytes(content)
    found = list(read_part(Part(str(path), path.name, "warc"), Columns(), ReadLimits()))
    pages = [record.url[-1] for record in found if isinstance(record, Document)]
    return pages, [record.reason for record in found if isinstance(record, Rejected)]


def test_reading_goes_on_after_damage(tmp_path):
    """A record that cannot be read is set aside, in archives of all kinds; those after it are read."""
    sent = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(9)]
    data = archive(tmp_path / "a.warc.gz", sent).read_bytes()
    fourth = [at for at in range(len(data)) if data.startswith(GZIP, at)][4]
    middle = fourth + 200
    for content in (
        data[:middle] + b"x" * 99 + data[middle:],
        data[:middle] + bytes(40) + data[middle + 40 :],
        data[:fourth] + bytes(2) + data[fourth + 2 :],
        data[:fourth] + GZIP + data[fourth:],
    ):
        pages, reasons = _read_damaged(tmp_path / "b.warc.gz", content)
        assert pages == [*"0123", *"5678"] or pages == [*"012345678"]
        assert [reason.split(":")[0] for reason in reasons] == ["damaged"]
        assert "reading goes on at byte" in reasons[0]
    plain = archive(tmp_path / "a.warc", sent).read_bytes()
    starts = [at for at in range(len(plain)) if plain.startswith(b"WARC/1", at)]
    for content in (
        plain[: starts[4]] + b"XARC" + plain[starts[4] + 4 :],
        plain[: starts[4]] + plain[starts[4] + 20 :],
    ):
        pages, reasons = _read_damaged(tmp_path / "b.warc", content)
        assert pages == [*"0123", *"5678"]
        assert len(reasons) == 1


def test_damage_everywhere_takes_no_more_than_a_look_at_each_byte(tmp_path):
    sent = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(9)]
    data = archive(tmp_path / "a.warc.gz", sent).read_bytes()
    broken = data.replace(GZIP, GZIP[:2] + b"\x00")
    pages, reasons = _read_damaged(tmp_path / "b.warc.gz", broken)
    assert pages == []
    assert reasons[0].startswith("cannot be read from here to its end")
    pages, reasons = _read_damaged(tmp_path / "b.warc.gz", data + GZIP * 50_000 + data)
    assert pages == [*"012345678"] * 2
    assert len(reasons) == 1


def test_a_damaged_beginning_loses_only_the_first_record(tmp_path):
    sent = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(4)]
    data = archive(tmp_path / "a.warc.gz", sent).read_bytes()
    for content in (bytes(4) + data[4:], data[:200] + bytes(40) + data[240:], b"junk" + data[2:]):
        pages, reasons = _read_damaged(tmp_path / "b.warc.gz", content)
        assert pages == [*"123"]
        assert [reason.split(":")[0] for reason in reasons] == ["damaged"]
    plain = archive(tmp_path / "a.warc", sent).read_bytes()
    pages, reasons = _read_damaged(tmp_path / "b.warc", b"XXXX" + plain[4:])
    assert pages == [*"123"]
    assert len(reasons) == 1


@pytest.mark.parametrize("block", [1, 9, 64, 1 << 20])
def test_the_next_record_is_found_across_blocks(monkeypatch, block):
    monkeypatch.setattr(intact_records, "BLOCK", block)
    monkeypatch.setattr(intact_records, "HEAD", 40)
    member = gzip.compress(b"WARC/1.1\r\n")
    packed = gzip.compress(b"other") + b"\x1f" + member
    assert next_record(io.BytesIO(packed), 0) == len(packed) - len(member)
    assert next_record(io.BytesIO(packed), len(packed) - len(member) + 1) == -1
    plain = b"WARC/1.0\r\nA: WARC/1.0\r\n\r\n" + b"\r" * 30 + b"\r\n\r\nWARC/1.0"
    assert next_record(io.BytesIO(plain), 1) == len(plain) - 8
    assert next_record(io.BytesIO(plain), len(plain) - 7) == -1
    assert next_record(io.BytesIO(b""), 1) == -1


def test_addresses_in_brackets_are_addresses(tmp_path):
    """wget writes <http://...>; such pages were left out as records of the crawler."""
    path = archive(tmp_path / "a.warc", [("<http://v.example/1>", "200 OK", [HTML], html(1))])
    assert [(record.url, record.site) for record in read(path)] == [("http://v.example/1", "v.example")]


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "unknown/unknown"])
def test_html_without_a_type_is_a_page(tmp_path, kind):
    """It was left out without a word."""
    headers = [("Content-Type", kind)] if kind else []
    sent = [
        ("http://v.example/1", "200 OK", headers, html(1)),
        ("http://v.example/2", "200 OK", [*headers, ("Content-Encoding", "gzip")], gzip.compress(html(2))),
        ("http://v.example/3", "200 OK", headers, b"\x89PNG\r\n\x1a\n" + bytes(99)),
        ("http://v.example/4", "404 Not Found", headers, html(4)),
    ]
    found = read(archive(tmp_path / "a.warc", sent))
    assert [record.url for record in found if isinstance(record, Document)] == [url for url, *_ in sent[:2]]
    reasons = [f"no page, of type {kind or 'unknown'}", "no page, HTTP status 404"]
    assert [record.reason for record in found[2:]] == reasons


PDF, PNG = ("Content-Type", "application/pdf"), ("Content-Type", "image/png; x=y")


def test_records_of_other_types_are_counted(tmp_path, capsys):
    sent = [(f"http://v.example/{n}", "200 OK", [HTML], html(n)) for n in range(3)]
    sent[1:1] = [(f"http://v.example/{n}.png", "200 OK", [PNG], bytes(n)) for n in range(4)]
    sent += [("http://v.example/a.pdf", "200 OK", [PDF], b"%PDF-1.4")]
    odd = ("Content-Type", "<b>'no\ttype\"</b>" + "x" * 999)
    sent += [("http://v.example/odd", "200 OK", [odd], b"?")]
    path = archive(tmp_path / "a.warc.gz", sent)
    assert run(["clean", str(path), "--output", str(tmp_path / "out"), "--engine", "process"]) == 0
    assert "6 records of other types: image/png 4, application/pdf 1, unknown 1" in capsys.readouterr().err
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["rejected"] == {
        "no page, of type application/pdf": 1,
        "no page, of type image/png": 4,
        "no page, of type unknown": 1,
    }
    assert report["total"]["kept"] == 3
    rows = read_jsonl(tmp_path / "out" / "rejects")
    assert [row["record"] for row in rows] == [1, 2, 3, 4, 7, 8]
    assert run(["duplicates", str(path)]) == 0


def test_the_report_has_a_bounded_number_of_types(tmp_path, monkeypatch):
    monkeypatch.setattr("detector.corpus.steps.publish.MOST_SORTS", 5)
    sent = [(f"http://v.example/{n}", "200 OK", [("Content-Type", f"image/x-{n}")], b"") for n in range(9)]
    sent += [("http://v.example/1", "200 OK", [HTML], html(1))]
    path = archive(tmp_path / "a.warc", sent)
    outcome = clean_corpus([path], tmp_path / "out", engine="process")
    assert outcome.report["rejected"] == {
        **{f"no page, of type image/x-{n}": 1 for n in range(5)},
        "no page, of type others": 4,
    }


def test_a_page_without_http_headers_is_set_aside(tmp_path):
    path = archive(tmp_path / "a.warc", [("http://v.example/1", "200 OK", [HTML], html(1))])
    head, _, body = path.read_bytes().partition(b"HTTP/1.1 200 OK\r\n")
    body = body.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line and not line.startswith(b"Content-Length")]
    length = b"Content-Length: %d" % len(body)
    path.write_bytes(b"\r\n".join([*lines, length, b"", body, b"", b""]))
    assert [record.reason for record in read(path)] == ["its HTTP headers are missing"]


def test_an_archive_with_other_line_ends_is_set_aside(tmp_path):
    """It had no records, and no word was said."""
    path = archive(tmp_path / "a.warc", [("http://v.example/1", "200 OK", [HTML], html(1))])
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    found = list(read_part(Part(str(path), path.name, "warc"), Columns()))
    assert [record.reason for record in found] == [
        "cannot be read from here to its end: no WARC headers: their lines have to end in CR and LF"
    ]


def test_a_page_with_an_empty_status_line_is_set_aside(tmp_path):
    """A fault that the fuzzer found."""
    path = archive(tmp_path / "a.warc", [("http://v.example/1", "200 OK", [HTML], html(1))])
    path.write_bytes(path.read_bytes().replace(b"HTTP/1.1 200 OK\r\n", b"\r\n" + b" " * 15))
    assert [record.reason for record in read(path)] == ["its HTTP headers are missing"]
