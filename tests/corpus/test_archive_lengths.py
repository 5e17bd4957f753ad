"""Web archives with a wrong Content-Length: only the record that has it is lost."""

import bz2
import errno
import gzip
import lzma
import tempfile

import pytest

from detector.corpus.formats import archive_records
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.readers import read_part
from detector.errors import ShardError
from detector.files.limits import ReadLimits
from detector.settings import Columns
from tests.corpus.made import story

PACKERS = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
TYPES = {"page": "text/html", "image": "image/png"}


def record(number, extra=0, kind="page", length=None, body=None):
    """A record of an archive; `extra` makes its Content-Length wrong."""
    body = body or "".join(f"<p>{line}</p>" for line in story(number)).encode()
    if kind == "request":
        block, kind = b"GET / HTTP/1.1\r\n\r\n", "request"
    else:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n%s" % (TYPES[kind].encode(), body)
        kind = "response"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://v.example/{number}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block) + extra if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(path, records, **limits):
    """The numbers of the pages that are read from an archive, and why others are not."""
    packed = path.suffix == ".gz"
    path.write_bytes(b"".join(map(gzip.compress, records) if packed else records))
    return result(path, **limits)


def result(path, **limits):
    """The numbers of the pages in an archive, and why others are not read."""
    found = list(read_part(Part(str(path), path.name, "warc"), Columns(), ReadLimits(**limits)))
    pages = [one.url.rpartition("/")[2] for one in found if isinstance(one, Document)]
    assert all("WARC/1.0" not in one.text for one in found if isinstance(one, Document))
    assert [one.number if isinstance(one, Document) else one.record for one in found] == sorted(
        one.number if isinstance(one, Document) else one.record for one in found
    )
    return pages, [one.reason for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("kind", ["page", "image", "request"])
@pytest.mark.parametrize("extra", [10, 300, 2500, 10**9, 10**15])
def test_a_record_that_takes_in_others_is_the_only_one_lost(tmp_path, name, kind, extra):
    for broken in (0, 2, 4):
        records = [record(at, extra * (at == broken), kind if at == broken else "page") for at in range(6)]
        pages, reasons = read(tmp_path / name, records)
        assert pages == [str(at) for at in range(6) if at != broken]
        assert len(reasons) == 1
        assert reasons[0].startswith("damaged: its Content-Length is too large; reading goes on at byte ")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_last_record_that_is_too_short_is_truncated(tmp_path, name):
    pages, reasons = read(tmp_path / name, [record(0), record(1, 1000)])
    assert pages == ["0"]
    assert reasons == ["truncated: 996 bytes are missing"]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_page_about_archives_is_whole(tmp_path, name):
    """The text of a record may have a record in it."""
    body = b"<p>An archive begins so:</p><pre>\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n</pre>"
    path = tmp_path / name
    records = [record(0), record(1, body=body + b"<p>The end.</p>"), record(2)]
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    found = list(read_part(Part(str(path), path.name, "warc"), Columns(), ReadLimits()))
    assert [one.url[-1] for one in found] == ["0", "1", "2"]
    assert "WARC/1.1" in found[1].text
    assert found[1].text.endswith("<p>The end.</p>")


def test_a_record_above_the_limit_that_takes_in_others(tmp_path):
    records = [record(0), record(1, 10**12), *map(record, range(2, 30))]
    pages, reasons = read(tmp_path / "a.warc", records, record_bytes=3000)
    assert pages == [str(at) for at in range(30) if at != 1]
    assert len(reasons) == 1


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("claims", [lambda left: 10**12, lambda left: left, lambda left: left + 50])
def test_records_that_all_take_in_the_rest_are_read_in_linear_time(tmp_path, name, claims, monkeypatch):
    read_bytes, readinto = [], archive_records._Window.readinto

    def counted(window, buffer):
        read_bytes.append(readinto(window, buffer))
        return read_bytes[-1]

    monkeypatch.setattr(archive_records._Window, "readinto", counted)
    count, size = 300, len(record(10))
    records = [record(at, length=claims((count - at) * size)) for at in range(count)]
    pages, reasons = read(tmp_path / name, [*records, record(count)])
    assert pages == [str(count)]
    assert len(reasons) == count
    assert sum(read_bytes) < 15 * (tmp_path / name).stat().st_size


def test_a_part_of_an_archive_ends_where_the_next_one_begins(tmp_path):
    records = [record(at, 10**6 * (at == 3)) for at in range(8)]
    path, start = tmp_path / "a.warc", sum(map(len, records[:2]))
    path.write_bytes(b"".join(records))
    end = start + sum(map(len, records[2:4]))
    part = Part(str(path), path.name, "warc", start, end, 2)
    found = list(read_part(part, Columns()))
    assert [one.url[-1] for one in found if isinstance(one, Document)] == ["2"]
    assert [one.reason for one in found if isinstance(one, Rejected)] == [
        f"damaged: its Content-Length is too large; reading goes on at byte {end:,}"
    ]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc.xz", "a.warc.bz2", "a.wet.xz"])
@pytest.mark.parametrize("extra", [-4, 10, 2500, 10**9])
def test_an_archive_that_is_compressed_as_a_whole_is_read_on(tmp_path, name, extra):
    """With gzip, all records after it were lost, and one was reported. With xz and bzip2, all were."""
    path, pack = tmp_path / name, PACKERS[name.rpartition(".")[2]]
    for kind in ("page", "image"):
        for broken in (0, 3, 9):
            records = [
                record(at, extra * (at == broken), kind if at == broken else "page") for at in range(6)
            ]
            plain = read(tmp_path / "plain.warc", records)
            assert set(plain[0]) >= {str(at) for at in range(6) if at != broken}
            assert len(plain[1]) == (broken < 6 and extra > 0) or extra < 0
            path.write_bytes(pack(b"".join(records)))
            assert result(path) == plain


def test_a_compressed_archive_that_is_cut_or_too_large_gives_what_stands_before(tmp_path):
    data = b"".join(record(at) for at in range(40))
    path = tmp_path / "a.warc.xz"
    path.write_bytes(lzma.compress(data)[:-300])
    found = list(read_part(Part(str(path), path.name, "warc"), Columns()))
    pages = [one.url.rpartition("/")[2] for one in found if isinstance(one, Document)]
    assert pages == [str(at) for at in range(len(pages))]
    assert len(pages) > 5
    assert (
        found[-1].reason
        == "cannot be read from here to its end: the compressed file ended before its end marker"
    )
    path.write_bytes(lzma.compress(data))
    limits = ReadLimits(record_bytes=len(data) // 2, unpacked_ratio=1)
    found = list(read_part(Part(str(path), path.name, "warc"), Columns(), limits))
    assert 5 < sum(isinstance(one, Document) for one in found) < 25
    assert f"it unpacks to more than {len(data) // 2:,} bytes" in found[-1].reason


def test_without_room_to_unpack_an_archive_the_run_stops(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.warc.xz"
    path.write_bytes(lzma.compress(record(0)))
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(ShardError, match=r"a\.warc\.xz cannot be unpacked .* Set TMPDIR"):
        list(read_part(Part(str(path), path.name, "warc"), Columns()))
