"""Files compressed with Zstandard: Python 3.14 has the module, and older versions use its backport.

Reading limits how much is decompressed at a time, accepts any number of frames, and raises `EOFError` if the
last frame is truncated.
"""

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
    from _typeshed import ReadableBuffer

ZstdError: Final = zstd.ZstdError
# The compression level of the library.
VERSION: Final[str] = zstd.zstd_version


def read_zstd(source: Path | BinaryIO) -> BinaryIO:
    """Open a file to read its contents."""
    return cast(BinaryIO, zstd.ZstdFile(source))


@contextmanager
def _out_of_memory() -> Iterator[None]:
    """Raise `MemoryError` if the library reports in its own words that memory is missing."""
    try:
        yield
    except ZstdError as error:
        if "memory" not in str(error):
            raise
        raise MemoryError(str(error)) from error


class _Writer(zstd.ZstdFile):
    """A file to write to."""

    def write(self, data: "ReadableBuffer", /) -> int:
        with _out_of_memory():
            return super().write(data)

    def close(self) -> None:
        with _out_of_memory():
            super().close()


def write_zstd(target: Path | BinaryIO, level: int) -> BinaryIO:
    """Open a file to write to, with a checksum at its end; the bytes do not depend on the time."""
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {parameter.compression_level: level, parameter.checksum_flag: 1}
    return cast(BinaryIO, _Writer(cast(BinaryIO, target), "wb", options=options))
