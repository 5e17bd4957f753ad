import gzip
import hashlib
import io
import tarfile

import pytest
from click.testing import CliRunner

from benchmarks.data.loaders import fetch_texts, package_texts
from benchmarks.data.loaders.made_texts import MAKERS, made_text
from benchmarks.data.loaders.package_files import members, output_of
from benchmarks.data.shared import MissingDataError
from benchmarks.errors import BenchmarkError

MAIL = (
    b"Received: from somewhere\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n"
    b"Subject: =?utf-8?q?Ein_Gru=C3=9F?=\r\n aus dem Tal\r\nFrom: Ana <ana@example.org>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nSch\xf6n hier.\r\n\r\n\r\n"
)
READ = "From: Ana <ana@example.org>\nSubject: Ein Gruß aus dem Tal\nDate: Mon, 2 Nov 2026 10:00:00 +0100\n\nSchön hier."


def sdist(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"a-1.0/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def row(text, **more):
    wanted = hashlib.sha256(text).hexdigest()
    known = {"page": "a/b", "registry": "pypi", "package": "a", "version": "1.0", "format": "text"}
    return {**known, "files": ["b.txt"], "sha256": wanted, **more}


class Local:
    """Registries with a single archive."""

    def __init__(self, path):
        self._path = path

    def archive(self, *_):
        return self._path


def test_mails_are_some_headers_and_the_text():
    assert made_text([MAIL], {"by": "mails"}).decode() == READ + "\n"
    assert made_text([MAIL, MAIL], {"by": "mails"}).decode() == f"{READ}\n\n{READ}\n"


def test_messages_of_a_mailbox_are_chosen_by_number():
    box = b"".join(b"From x\n" + MAIL.replace(b"Ana", name) + b"\n" for name in (b"Ana", b"Ben", b"Cem"))
    text = made_text([box], {"by": "mails", "messages": [2, 0]}).decode()
    assert text == f"{READ.replace('Ana', 'Cem')}\n\n{READ}\n"


def test_first_lines_are_taken_without_marks_of_other_systems():
    made = {"by": "first lines", "lines": 2}
    assert made_text([b"\xef\xbb\xbfone\r\ntwo\r\nthree\r\n"], made) == b"one\ntwo"
    assert made_text([b"one\r\n"], None) == b"one\r\n"


def test_files_of_a_package_are_unpacked(tmp_path):
    path = sdist(tmp_path / "a-1.0.tar.gz", {"b.txt": b"text", "c/d.gz": gzip.compress(b"packed")})
    assert members(path, ["c/d.gz", "b.txt"]) == [b"packed", b"text"]
    with pytest.raises(BenchmarkError, match=r"a-1\.0\.tar\.gz has no e"):
        members(path, ["b.txt", "e"])


def test_a_text_is_written_only_if_it_is_the_labelled_one(tmp_path):
    registries = Local(sdist(tmp_path / "a-1.0.tar.gz", {"b.txt": b"text"}))
    fetch_texts.fetch(row(b"text"), registries, tmp_path / "texts")
    assert (tmp_path / "texts/a/b.txt").read_bytes() == b"text"
    with pytest.raises(BenchmarkError, match=r"made by first lines of a-1\.0\.tar\.gz is not the labelled"):
        fetch_texts.fetch(row(b"other", made={"by": "first lines"}), registries, tmp_path / "others")
    assert not (tmp_path / "others").exists()


def test_what_cannot_be_made_is_named_and_what_is_there_stays(tmp_path, monkeypatch):
    local = Local(sdist(tmp_path / "a-1.0.tar.gz", {"b.txt": b"text"}))
    rows = [row(b"there", page="a/there"), row(b"text"), row(b"text", page="a/gone", files=["c"])]
    (tmp_path / "a").mkdir()
    (tmp_path / "a/there.txt").write_bytes(b"there")
    monkeypatch.setattr(fetch_texts, "index", lambda: rows)
    monkeypatch.setattr(fetch_texts, "Registries", lambda _: local)
    result = CliRunner().invoke(fetch_texts.command, ["--to", str(tmp_path)])
    assert result.exit_code == 1
    assert f"2 of 3 texts are in {tmp_path}" in result.output
    assert result.output.endswith("Error: not made: a/gone\n")
    result = CliRunner().invoke(fetch_texts.command, ["a/unheard", "--to", str(tmp_path)])
    assert "package_texts.json has no a/unheard" in result.output


def test_a_program_that_is_missing_or_fails_is_named(tmp_path):
    with pytest.raises(BenchmarkError, match="no-such-program is not installed"):
        output_of(["no-such-program"], tmp_path)
    with pytest.raises(BenchmarkError, match="sh ended with code 3: too bad"):
        output_of(["sh", "-c", "echo too bad >&2; exit 3"], tmp_path)


def test_the_index_says_of_every_text_how_it_is_made():
    rows = package_texts.index()
    assert len({row["page"] for row in rows}) == len(rows)
    assert {row["registry"] for row in rows} == {"debian", "debian source", "npm", "pypi"}
    assert [row["page"] for row in rows if row.get("made", {"by": "man"})["by"] not in MAKERS] == []
    assert all(row["files"] for row in rows)


def test_a_missing_text_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv(package_texts.VARIABLE, str(tmp_path))
    with pytest.raises(MissingDataError, match="run `python -m benchmarks data package-texts` first"):
        next(package_texts.package_texts())
