"""Reads files compressed with Brotli (extra `fetch`), piece by piece."""

import io
from typing import Any, BinaryIO, Final, cast

from detector.extras import need

_STEP: Final = 1 << 16


class _BrotliFile(io.RawIOBase):
    """The contents of a compressed file.

    Reading raises `EOFError` if the file is truncated, and `OSError` if it is damaged.
    """

    def __init__(self, source: BinaryIO) -> None:
        need("brotli", "fetch", "a file compressed by Brotli")
        import brotli

        self._source = source
        self._unpacker = brotli.Decompressor()
        self._rest = memoryview(b"")
        self._damage: type[Exception] = brotli.error

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes; none at the end of the file."""
        while not self._rest and not self._unpacker.is_finished():
            self._rest = memoryview(self._more(len(buffer)))
        found, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(found)] = found
        return len(found)

    def _more(self, about: int) -> bytes:
        """Unpack some bytes; their number is bounded, but may be larger than requested."""
        can_take = self._unpacker.can_accept_more_data()
        packed = self._source.read(_STEP) if can_take else b""
        try:
            unpacked: bytes = self._unpacker.process(packed, output_buffer_limit=about)
        except self._damage as error:
            raise OSError(f"not Brotli, or damaged: {error}") from None
        if can_take and not packed and not unpacked and not self._unpacker.is_finished():
            raise EOFError("the compressed file ended before its end marker")
        return unpacked


def read_brotli(source: BinaryIO) -> BinaryIO:
    """Open a file to read its contents."""
    return cast(BinaryIO, io.BufferedReader(_BrotliFile(source), _STEP))
