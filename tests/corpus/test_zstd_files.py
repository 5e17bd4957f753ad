"""Files compressed by Zstandard: what is said when memory is missing."""

import pytest

from detector.corpus.formats.zstd_files import ZstdError, read_zstd, write_zstd, zstd


@pytest.mark.parametrize(
    ("says", "raised"),
    [
        ("Unable to compress Zstandard data: Allocation error : not enough memory", MemoryError),
        ("Unable to compress Zstandard data: Operation not authorized", ZstdError),
    ],
)
@pytest.mark.parametrize("method", ["write", "close"])
def test_missing_memory_is_a_memory_error(tmp_path, monkeypatch, method, says, raised):
    def fails(*_):
        raise ZstdError(says)

    file = write_zstd(tmp_path / "a.zst", 3)
    with monkeypatch.context() as patched, pytest.raises(raised, match="Unable"):
        patched.setattr(zstd.ZstdFile, method, fails)
        file.write(b"x") if method == "write" else file.close()
    file.close()


def test_what_is_written_is_read(tmp_path):
    with write_zstd(tmp_path / "a.zst", 3) as file:
        file.write(b"The mill " * 1000)
    with read_zstd(tmp_path / "a.zst") as file:
        assert file.read() == b"The mill " * 1000
