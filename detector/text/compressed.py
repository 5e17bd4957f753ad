"""Compressed pages: gzip, bzip2, xz and Zstandard are found by their first bytes, Brotli by the name."""

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from detector.errors import PageError, in_words
from detector.extras import need

# How the names of compressed files end, here and in a corpus (`corpus/formats/files.py` opens those).
COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zst", ".br")
GZIP: Final = b"\x1f\x8b\x08"
# After three letters and a digit comes the head of the first block, or that of an empty file.
BZIP2: Final = tuple(
    b"BZh%d" % level + head for level in range(1, 10) for head in (b"1AY&SY", b"\x17rE8P\x90")
)
XZ: Final = b"\xfd7zXZ\0"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
# No page is larger than this, but a few bytes can decompress to any size.
LARGEST: Final = 1 << 28
_STEP: Final = 1 << 20


def unpacked(data: bytes, name: str = "", limit: int = LARGEST) -> bytes:
    """Decompress bytes; return them unchanged if they are not compressed.

    Parameters
    ----------
    data
        The bytes of a page.
    name
        Of its file, if it has one.
    limit
        The largest decompressed size in bytes.

    Raises
    ------
    PageError
        If the bytes are damaged, or decompress to more than the limit.
    MissingExtraError
        If they are compressed by Brotli, and it is not installed.
    """
    if data.startswith(GZIP):
        import gzip  # most pages are not compressed

        return _read(cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(data))), "gzip", limit)
    if data.startswith(BZIP2):
        import bz2

        return _read(cast(BinaryIO, bz2.BZ2File(io.BytesIO(data))), "bzip2", limit)
    if data.startswith(XZ):
        from detector.files.xz_files import read_xz

        return _read(read_xz(io.BytesIO(data)), "xz", limit)
    if data.startswith(ZSTD):
        return unpacked_zstd(data, limit)
    if name.lower().endswith(".br"):
        return unpacked_brotli(data, limit)
    return data


def unpacked_zstd(data: bytes, limit: int = LARGEST) -> bytes:
    """Decompress Zstandard."""
    from detector.files.zstd_files import ZstdError, read_zstd  # most pages are not compressed

    try:
        return _read(read_zstd(io.BytesIO(data)), "Zstandard", limit)
    except ZstdError as error:
        raise _damaged("Zstandard", error) from None


def unpacked_brotli(data: bytes, limit: int = LARGEST) -> bytes:
    """Decompress Brotli."""
    need("brotli", "fetch", "a page compressed by Brotli")
    import brotli

    unpacker = brotli.Decompressor()
    try:
        pieces = [unpacker.process(data[:_STEP])]
        for start in range(_STEP, len(data), _STEP):
            pieces.append(unpacker.process(data[start : start + _STEP]))
            _refuse_larger(sum(map(len, pieces)), "Brotli", limit)
    except brotli.error as error:
        raise _damaged("Brotli", error) from None
    if not unpacker.is_finished():
        raise _damaged("Brotli", EOFError("it is cut off"))
    _refuse_larger(sum(map(len, pieces)), "Brotli", limit)
    return b"".join(pieces)


def _read(file: BinaryIO, packer: str, limit: int) -> bytes:
    pieces, size = list[bytes](), 0
    try:
        for piece in _pieces(file):
            size += len(piece)
            _refuse_larger(size, packer, limit)
            pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(packer, error) from None
    return b"".join(pieces)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_STEP):
        yield piece


def _refuse_larger(size: int, packer: str, limit: int) -> None:
    if size > limit:
        raise PageError(
            f"this is compressed with {packer} and has more than {limit:,} bytes, too many for a page"
        )


def _damaged(packer: str, error: BaseException) -> PageError:
    return PageError(f"this is compressed with {packer}, but damaged: {in_words(error)}")
