"""Files compressed with Zstandard are read back, and a lack of memory is not called damage."""

import io

import pytest

from detector.files.zstd_files import ZstdError, read_zstd, write_zstd, zstd
from detector.text.compressed import unpacked

SAID = [
    ("Allocation error : not enough memory", MemoryError),
    ("Frame requires too much memory for decoding", ZstdError),
    ("Operation not authorized", ZstdError),
]


def fails(says):
    def fail(*_):
        raise ZstdError(f"Unable: {says}")

    return fail


@pytest.mark.parametrize(("says", "raised"), SAID)
@pytest.mark.parametrize("method", ["write", "close"])
def test_missing_memory_is_a_memory_error(tmp_path, monkeypatch, method, says, raised):
    file = write_zstd(tmp_path / "a.zst", 3)
    with monkeypatch.context() as patched, pytest.raises(raised, match="Unable"):
        patched.setattr(zstd.ZstdFile, method, fails(says))
        file.write(b"x") if method == "write" else file.close()
    file.close()


READS = {
    "all": lambda file: file.read(),
    "some": lambda file: file.read(3),
    "once": lambda file: file.read1(3),
    "a line": lambda file: file.readline(),
    "lines": lambda file: list(file),
    "into": lambda file: file.readinto(bytearray(3)),
}


@pytest.fixture
def packed(tmp_path):
    with write_zstd(tmp_path / "a.zst", 3) as file:
        file.write(b"The mill\n" * 1000)
    return tmp_path / "a.zst"


@pytest.mark.parametrize(("says", "raised"), SAID)
@pytest.mark.parametrize("name", READS)
def test_a_reader_without_memory_says_so(packed, monkeypatch, name, says, raised):
    monkeypatch.setattr(zstd.ZstdFile, "readinto1", fails(says))
    with read_zstd(packed) as file, pytest.raises(raised, match="Unable"):
        READS[name](file)


@pytest.mark.parametrize(("says", "raised"), [(SAID[0][0], MemoryError)])
def test_a_page_that_lacks_memory_is_not_called_damaged(packed, monkeypatch, says, raised):
    monkeypatch.setattr(zstd.ZstdFile, "readinto1", fails(says))
    with pytest.raises(raised, match="Unable"):
        unpacked(packed.read_bytes())


def test_what_is_written_is_read(packed):
    with read_zstd(packed) as file:
        assert file.readline() == b"The mill\n"
        assert file.read() == b"The mill\n" * 999
    with packed.open("rb") as source, read_zstd(source) as file:
        assert list(file) == [b"The mill\n"] * 1000
    assert read_zstd(io.BytesIO(packed.read_bytes() * 2)).read() == b"The mill\n" * 2000


def test_damaged_and_cut_files_are_told_apart(packed):
    whole = packed.read_bytes()
    with pytest.raises(EOFError):
        read_zstd(io.BytesIO(whole[:-3])).read()
    with pytest.raises(ZstdError):
        read_zstd(io.BytesIO(b"no frame at all")).read()
    with pytest.raises(FileNotFoundError):
        read_zstd(packed.with_name("none.zst"))


def test_a_file_that_is_read_is_closed(packed):
    file = read_zstd(packed)
    source = file.raw._file
    file.close()
    assert source.closed


def test_a_file_of_nothing_is_read_as_nothing(tmp_path):
    """Without a frame, it looked cut off."""
    write_zstd(tmp_path / "a.zst", 3).close()
    assert read_zstd(tmp_path / "a.zst").read() == b""
    assert unpacked((tmp_path / "a.zst").read_bytes()) == b""
