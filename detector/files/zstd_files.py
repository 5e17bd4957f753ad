"""Files compressed with Zstandard: Python 3.14 has the module, and older versions use its backport.

Reading limits how much is decompressed at a time, accepts any number of frames, and raises `EOFError` if the
last frame is truncated.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import backports.zstd as zstd

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

ZstdError: Final = zstd.ZstdError
# Unpacks a single frame.
ZstdDecompressor: Final = zstd.ZstdDecompressor
_BUFFER: Final = 1 << 17
# What the library says if it gets no memory.
_NO_MEMORY: Final = "Allocation error"
# Of the library that compresses.
VERSION: Final[str] = zstd.zstd_version


@contextmanager
def _out_of_memory() -> Iterator[None]:
    """Raise `MemoryError` where the library says in words of its own that memory is missing.

    That a frame needs more memory than any may is a fault of the file.
    """
    try:
        yield
    except ZstdError as error:
        if _NO_MEMORY not in str(error):
            raise
        raise MemoryError(str(error)) from error


class _Decompressed(io.RawIOBase):
    """The content of a file, from which a buffer reads."""

    def __init__(self, source: Path | BinaryIO) -> None:
        self._file = zstd.ZstdFile(source)

    def readable(self) -> bool:
        """Tell that this is a file to read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read some bytes."""
        with _out_of_memory():
            return self._file.readinto1(buffer)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()


class _Writer(zstd.ZstdFile):
    """A file to write to."""

    def write(self, data: "ReadableBuffer", /) -> int:
        with _out_of_memory():
            return super().write(data)

    def close(self) -> None:
        with _out_of_memory():
            super().close()


def read_zstd(source: Path | BinaryIO) -> BinaryIO:
    """Open a file to read from.

    Reading raises `ZstdError` where it is damaged, `EOFError` where it is cut, and `MemoryError`.
    """
    with _out_of_memory():
        return io.BufferedReader(_Decompressed(source), _BUFFER)


def write_zstd(target: Path | BinaryIO, level: int) -> BinaryIO:
    """Open a file to write to, with a checksum at its end; the bytes do not depend on the time."""
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {parameter.compression_level: level, parameter.checksum_flag: 1}
    file = cast(BinaryIO, _Writer(cast(BinaryIO, target), "wb", options=options))
    file.write(b"")  # without this, a file of nothing has no frame, and looks cut off to readers
    return file
