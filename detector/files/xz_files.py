"""Reads files compressed with xz, piece by piece, in bounded memory (`lzma.open` has no limit for it)."""

import io
import lzma
from typing import Any, BinaryIO, Final, cast

_STEP: Final = 1 << 16
# The most memory to unpack with. `xz -9` needs 65 MB.
_MOST_MEMORY: Final = 1 << 27
# What the library says of a file that needs more.
_NO_MEMORY: Final = "Memory usage limit exceeded"


class _XzFile(io.RawIOBase):
    """The contents of a file of one or more streams.

    Reading raises `EOFError` if the file is truncated, and `OSError` if it is damaged.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._packed = source, b""
        self._unpacker: lzma.LZMADecompressor | None = None

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes; none at the end of the file."""
        found = b""
        while not found and self._goes_on():
            found = self._more(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def _goes_on(self) -> bool:
        """Tell whether there is more, and begin the next stream where one has ended."""
        if self._unpacker is not None and self._unpacker.eof:
            self._packed, self._unpacker = self._unpacker.unused_data, None
        if self._unpacker is None:
            while not (packed := self._packed.lstrip(b"\0")):  # streams are padded with zeros
                if not (read := self._source.read(_STEP)):
                    return False
                packed = self._packed = read
            self._packed = packed
            self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
        return True

    def _more(self, most: int) -> bytes:
        """Unpack at most this many bytes."""
        unpacker = cast(lzma.LZMADecompressor, self._unpacker)
        packed, self._packed = self._packed, b""
        if not packed and unpacker.needs_input and not (packed := self._source.read(_STEP)):
            raise EOFError("the compressed file ended before its end marker")
        try:
            return unpacker.decompress(packed, most)
        except lzma.LZMAError as error:
            if _NO_MEMORY in str(error):
                limit = f"{_MOST_MEMORY >> 20} MB"
                raise OSError(
                    f"it needs more than {limit} of memory to unpack: compress it with xz -9 or less"
                ) from None
            raise OSError(f"not xz, or damaged: {error}") from None


def read_xz(source: BinaryIO) -> BinaryIO:
    """Open a file to read its contents."""
    return cast(BinaryIO, io.BufferedReader(_XzFile(source), _STEP))
