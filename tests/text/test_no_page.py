"""Files that are not pages are refused by type, compressed pages are unpacked, and rare encodings are read."""

import bz2
import gzip
import json
import lzma
import random
import sys
import zipfile
import zlib
from io import BytesIO, TextIOWrapper

import pytest

import detector
from detector.cli.main import run
from detector.errors import PageError
from detector.text.compressed import unpacked
from detector.text.decoding import decode
from detector.text.page import Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import backports.zstd as zstd

TEXT = "The mill stood empty for thirty-one years, until the town bought it.\n"


def zipped(*names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return out.getvalue()


FILES = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "a PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "a GIF": b"GIF89a\x01\0\x01\0",
    "a WebP picture": b"RIFF\x24\0\0\0WEBPVP8 ",
    "a ZIP": zipped("a.txt"),
    "a Word document (.docx)": zipped("[Content_Types].xml", "word/document.xml"),
    "an Excel table (.xlsx)": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "an EPUB book": zipped("mimetype", "content.opf"),
    "an old Office document (.doc, .xls, .ppt)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50,
    "an MP3": b"ID3\x04\0\0\0\0\0\x23TSSE",
    "an MP4": b"\0\0\0\x20ftypisom\0\0\x02\0",
    "a tar archive": b"a.txt" + b"\0" * 252 + b"ustar\x0000",
    "a Parquet file": b"PAR1\x15\x04\x15\x10",
    "an SQLite database": b"SQLite format 3\0\x10\0",
    "a program": b"\x7fELF\x02\x01\x01\0",
    "RTF": b"{\\rtf1\\ansi Text}",
    "a binary file of an unknown kind": random.Random(1).randbytes(4000).replace(b"\x1b", b"\0"),
}


@pytest.mark.parametrize("name", FILES)
def test_refused_by_name(name, tmp_path):
    with pytest.raises(PageError, match=f"^this is {name.replace('(', '.').replace(')', '.')}"):
        Page.read(FILES[name])
    path = tmp_path / "page.html"
    path.write_bytes(FILES[name])
    with pytest.raises(PageError, match=f"page.html: this is {name.replace('(', '.').replace(')', '.')}"):
        detector.score(path, "text")


def test_the_command_line_says_so(tmp_path, capsys):
    path = tmp_path / "page.html"
    path.write_bytes(FILES["a PDF"])
    assert run(["score", str(path)]) == 1
    assert "this is a PDF, not a page: use a program such as pdftotext" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["BZh is what bzip2 begins with", "GIF87 is a format", "ID3 tags explained", "PK means a zip", "%PDF is a mark", "RIFF and WAVE",
     "MM", "", "\x0c\x0c page\x0c", "a\x1b[0m log\x1b[1m\n" * 20],
)  # fmt: skip
def test_texts_about_such_files_are_pages(text):
    assert Page.read(text.encode()).text == text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "koi8-r", "gb18030", "shift_jis"]
)
def test_text_in_any_encoding_is_no_binary_file(encoding):
    text = (
        "水車小屋は長いあいだ空き家だった。\n"
        if encoding in ("gb18030", "shift_jis")
        else "Мельница стояла пустой.\n"
    )
    assert Page.read((text * 40).encode(encoding)).format == "text"


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst", ".br"])
def test_packed_pages_are_unpacked(tmp_path, suffix):
    brotli = pytest.importorskip("brotli")
    compress = (gzip.compress, bz2.compress, lzma.compress, zstd.compress, brotli.compress)
    pack = dict(zip((".gz", ".bz2", ".xz", ".zst", ".br"), compress, strict=True))[suffix]
    path = tmp_path / f"page.txt{suffix}"
    path.write_bytes(pack(TEXT.encode()))
    assert Page.read(path).text == TEXT
    assert detector.clean(path) == TEXT.strip()
    if suffix != ".br":
        assert Page.read(path.read_bytes()).text == TEXT


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], "a.gz", "compressed with gzip, but damaged"),
        (b"\x1f\x8b\x08" + b"\0" * 40, "a.gz", "compressed with gzip, but damaged"),
        (b"BZh91AY&SY\x00\x01\x02", "a.html", "compressed with bzip2, but damaged"),
        (bz2.compress(b"x" * 5000)[:-9], "a.bz2", "compressed with bzip2, but damaged"),
        (bz2.compress(bytes(1 << 20)), "a.bz2", "has more than 1,000 bytes"),
        (zstd.compress(b"x" * 5000)[:-3], "a.zst", "compressed with Zstandard, but damaged"),
        (lzma.compress(b"x" * 5000)[:-9], "a.xz", "compressed with xz, but damaged"),
        (lzma.compress(b"x" * 5000) + b"junk", "a.xz", "compressed with xz, but damaged"),
        (b"\xfd7zXZ\0\0\x04", "a.html", "compressed with xz, but damaged"),
        (lzma.compress(bytes(1 << 20)), "a.xz", "has more than 1,000 bytes"),
        (b"no brotli at all", "a.br", "compressed with Brotli, but damaged"),
        (gzip.compress(bytes(1 << 20), mtime=0), "a.gz", "has more than 1,000 bytes"),
        (zstd.compress(bytes(1 << 20)), "a.zst", "has more than 1,000 bytes"),
    ],
)
def test_compressed_files_that_are_not_pages(data, name, message):
    pytest.importorskip("brotli")
    with pytest.raises(PageError, match=message):
        unpacked(data, name, limit=1000 if "more" in message else 1 << 28)


def test_a_packed_picture_is_a_picture():
    with pytest.raises(PageError, match="this is a PNG"):
        Page.read(gzip.compress(FILES["a PNG"], mtime=0))


RECORDS = "\n".join(json.dumps({"text": TEXT}) for _ in range(3))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.jsonl",
            RECORDS,
            "JSON Lines, a record a line, not a page: `detector clean .*a.jsonl(.gz)? --output",
        ),
        ("a.txt", RECORDS, "JSON Lines, a record a line"),
        ("a.csv", "text\nx\n", "a CSV table"),
        (
            "a.json",
            json.dumps([{"text": TEXT}], indent=1),
            "is JSON, not a page: write its records a line each",
        ),
        ("a.warc", "WARC/1.0\r\n", "a web archive"),
    ],
)
@pytest.mark.parametrize("pack", [False, True])
def test_files_of_many_records(tmp_path, name, text, message, pack):
    path = tmp_path / (name + ".gz" * pack)
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if pack else text.encode())
    with pytest.raises(PageError, match=message):
        Page.read(path)
    assert Page.read(path, "text").text == text
    assert Page.read(text).text == text


@pytest.mark.parametrize("text", ["[1] a note\n[2] another\n", "{ a: brace }", "[]x"])
def test_texts_that_begin_with_brackets_are_pages(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text)
    assert Page.read(path).text == text


def test_a_profile_is_not_learned_from_records(tmp_path, capsys):
    for number in range(12):
        (tmp_path / f"{number}.jsonl").write_text(RECORDS)
    assert run(["profile", str(tmp_path), "--output", str(tmp_path / "site.profile")]) != 0
    assert "`detector clean" in capsys.readouterr().err
    assert not (tmp_path / "site.profile").exists()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso-2022-jp", "水車小屋は長いあいだ空き家だった。\n町がそれを買った。"),
        ("iso-2022-kr", "방앗간은 오랫동안 비어 있었다."),
        ("utf-7", "Die M\u00fchle stand f\u00fcr J\u00e4hrchen leer, bis sie ge\u00f6ffnet wurde."),
    ],
)
def test_encodings_of_seven_bits(encoding, text):
    found = decode(text.encode(encoding))
    assert (found.text, found.encoding, found.replaced) == (text, encoding, 0)


@pytest.mark.parametrize(
    "text",
    ["1+1-2, a+b-c and foo+bar-baz", "+49-30-1234, +abc-, +defg-, +hijk-", "c++ and g++ - both", "i+++abcd- j+++abcd- k+++abcd-",
     "tel:+4930123-4 +4930123-5 +4930123-6"],
)  # fmt: skip
def test_plus_signs_are_no_encoding(text):
    assert decode(text.encode()) == (text, "utf-8", 0, text.encode())


def test_a_declared_encoding_is_second_to_what_bytes_plainly_are():
    german = "Die Mühle stand für viele Jahre leer, und über den Fluß führte keine Brücke. " * 3
    assert decode(german.encode(), "iso-8859-1").text == german
    assert decode(german.encode("latin-1"), "iso-8859-1").text == german
    assert decode("Мельница".encode("koi8-r"), "koi8-r").text == "Мельница"
    assert decode("Мельница".encode("koi8-r"), "no-such").replaced >= 0


def test_zlib_errors_are_page_errors():
    broken = bytearray(gzip.compress(TEXT.encode() * 50, mtime=0))
    broken[15] ^= 0xFF
    with pytest.raises(PageError):
        Page.read(bytes(broken))
    assert zlib.error is not PageError


def test_a_corpus_sets_them_aside(tmp_path):
    """A picture among the pages of a folder is reported, and the pages are cleaned."""
    from detector.corpus.formats.documents import Part, Rejected
    from detector.corpus.formats.readers import read_part
    from detector.settings import Columns

    found = {}
    for name, data in (("a.html", FILES["a PNG"]), ("b.html", b"<p>page</p>")):
        path = tmp_path / name
        path.write_bytes(data)
        part = Part(str(path), name, "page")
        (found[name],) = read_part(part, Columns())
    assert isinstance(found["a.html"], Rejected)
    assert "this is a PNG, not a page" in found["a.html"].reason
    assert found["b.html"].text == "<p>page</p>"


@pytest.mark.parametrize("command", ["score", "clean"])
def test_records_on_standard_input_are_no_page(command, monkeypatch, capsys):
    def piped(data, *options):
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data)))
        code = run([command, "-", *options])
        return code, capsys.readouterr()

    for data in (RECORDS.encode(), gzip.compress(RECORDS.encode(), mtime=0)):
        code, said = piped(data)
        assert (code, said.out) == (1, "")
        assert "standard input is JSON Lines" in said.err
        assert "`detector clean FILE.jsonl --output FOLDER` reads it as a corpus" in said.err
    code, said = piped(FILES["a PDF"])
    assert (code, "standard input: this is a PDF" in said.err) == (1, True)
    assert piped(RECORDS.encode(), "--input-format", "text")[0] == 0
    assert piped(TEXT.encode())[0] == 0


@pytest.mark.parametrize("name", ["a.txt", "a.log", "a"])
def test_records_under_the_name_of_a_page_have_to_be_renamed(tmp_path, name):
    """The command in the message would have read the file as a page again."""
    (tmp_path / name).write_text('{"text": "x"}\n{"text": "y"}\n')
    with pytest.raises(
        PageError, match=r"rename it to end in \.jsonl, and `detector clean a\.jsonl --output"
    ):
        detector.score(tmp_path / name)
