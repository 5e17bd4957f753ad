"""Files compressed with xz: several streams, padding, damage, and the memory to unpack."""

import io
import lzma

import pytest

from detector.files import xz_files
from detector.files.xz_files import read_xz

TEXT = b"".join(b"line %d of a text\n" % number for number in range(30_000))


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def read(self, size=-1):
        return super().read(min(size, 7) if size >= 0 else size)


@pytest.mark.parametrize("file", [io.BytesIO, Slow])
def test_streams_one_after_another_are_read(file):
    one, other = lzma.compress(TEXT[:9000]), lzma.compress(TEXT[9000:])
    for packed in (one + other, one + bytes(8) + other + bytes(4), lzma.compress(b"") + one + other):
        assert read_xz(file(packed)).read() == TEXT
    assert read_xz(file(lzma.compress(TEXT))).read(11) == TEXT[:11]
    assert read_xz(file(b"")).read() == b""


@pytest.mark.parametrize("missing", [1, 10, 200])
def test_what_is_cut_raises_after_what_stands_before(missing):
    packed = lzma.compress(TEXT) + lzma.compress(TEXT[:5000])
    file = read_xz(io.BytesIO(packed[:-missing]))
    assert file.read(len(TEXT)) == TEXT
    with pytest.raises(EOFError):
        file.read()


def test_damage_raises():
    packed = lzma.compress(TEXT)
    for broken in (
        b"a text that is not compressed",
        packed[:7] + b"xxxx" + packed[11:],
        packed + b"junk" * 9,
    ):
        with pytest.raises(OSError, match="not xz, or damaged"):
            read_xz(io.BytesIO(broken)).read()


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(xz_files, "_MOST_MEMORY", 1 << 20)
    with pytest.raises(
        OSError, match=r"^it needs more than 1 MB of memory to unpack: compress it with xz -9 or less"
    ):
        read_xz(io.BytesIO(lzma.compress(TEXT, preset=9))).read()
