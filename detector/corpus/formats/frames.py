"""Where a compressed file of lines can be cut: at gzip members or Zstandard frames that begin with a line.

Such files are made by joining compressed files, and by programs that compress blocks of lines in parallel.
"""

import zlib
from typing import Final, Protocol

from detector.files.zstd_files import ZstdDecompressor
from detector.text.compressed import GZIP, ZSTD

BLOCK: Final = 1 << 18
# The most bytes that are unpacked at a time.
UNPACKED: Final = 1 << 20
# A file whose first frame is longer than so many parts is probably a single frame.
MOST_PARTS: Final = 4
# The contents of a file that unpacks to more than so many times its size are not looked at any further.
MOST_RATIO: Final = 500


class Readable(Protocol):
    """A file to read."""

    def read(self, size: int) -> bytes:
        """Read some bytes."""
        ...


class _Member:
    """A gzip member that is being unpacked, with the methods of a Zstandard frame."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._unpacker.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, max_length)


def frame_starts(file: Readable, name: str, part_bytes: int) -> list[tuple[int, int]]:
    """Return the first byte of frames, and how many lines are before it.

    The frames are about `part_bytes` apart, the first one is at 0, and each begins with a line. Raises what
    the unpackers raise for damaged files.

    name: of the file, which shows how it is packed
    """
    starts = [(0, 0)]
    at = lines = unpacked = 0
    is_gzip = name.lower().endswith(".gz")
    last, data = b"\n", file.read(BLOCK)
    while data.startswith(GZIP if is_gzip else ZSTD):
        if last == b"\n" and at - starts[-1][0] >= part_bytes:
            starts.append((at, lines))
        frame = _Member() if is_gzip else ZstdDecompressor()
        size = 0
        while not frame.eof:
            if frame.needs_input and not data:
                data = file.read(BLOCK)
                if not data:
                    return starts  # it is cut off
            text = frame.decompress(data, UNPACKED)
            size, data = size + len(data), b""
            lines += text.count(b"\n")
            last = text[-1:] or last
            unpacked += len(text)
            if unpacked > MOST_RATIO * max(at + size, BLOCK):
                return [(0, 0)]
            here = size - len(frame.unused_data)
            if len(starts) == 1 and here > max(MOST_PARTS * part_bytes, 2 * BLOCK):
                return starts
        data = frame.unused_data
        at += size - len(data)
        data += file.read(BLOCK) if len(data) < len(ZSTD) else b""
    return starts
