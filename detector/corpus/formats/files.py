"""Files of a corpus, here or elsewhere: opened, listed, compressed or not."""

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import zstandard

from detector.corpus.formats.remote import RemoteFile, is_remote, listed_there, size_and_time_there
from detector.errors import SettingsError

COMPRESSED: Final = (".gz", ".zst")
BUFFER: Final = 1 << 20
UNPACKED_AT_ONCE: Final = 1 << 16


def stored(path: str) -> BinaryIO:
    """Open a file's bytes as they are stored."""
    if is_remote(path):
        return io.BufferedReader(RemoteFile(path), BUFFER)
    return open(path, "rb", buffering=BUFFER)  # noqa: PTH123 (the caller closes it)


class _Unpacked(io.RawIOBase):
    """What zstd frames hold. zstandard's own reader takes a cut file for a whole one."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._rest = packed, b""
        self._frame: Any = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes; raises `EOFError` in the middle of a frame."""
        out, room = b"", memoryview(buffer)
        if self._rest:
            out = self._rest
        while not out:
            out = self._more() or b""
            if self._frame is None and not out:
                return 0
        size = min(len(out), len(room))
        room[:size], self._rest = out[:size], out[size:]
        return size

    def _more(self) -> bytes:
        packed = self._frame.unused_data if self._frame is not None and self._frame.eof else b""
        packed = packed or self._packed.read(UNPACKED_AT_ONCE)
        if not packed:
            if self._frame is not None and not self._frame.eof:
                raise EOFError("the compressed file ended before its end was reached")
            self._frame = None
            return b""
        if self._frame is None or self._frame.eof:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        return cast(bytes, self._frame.decompress(packed))


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file's content: .gz and .zst are decompressed."""
    with stored(path) as raw:
        if path.endswith(".gz"):
            # Its own small buffer gives all that stands before a cut.
            with gzip.GzipFile(fileobj=raw) as file:
                yield cast(BinaryIO, file)
        elif path.endswith(".zst"):
            with io.BufferedReader(_Unpacked(raw)) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield raw


def plain_name(name: str) -> str:
    """Return a name without what says that it is compressed."""
    return next((name[: -len(end)] for end in COMPRESSED if name.endswith(end)), name)


def _listed_here(folder: Path) -> list[str]:
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(root, name) for name in files if not name.startswith(".")]  # noqa: PTH118
    return found


def listed(path: str) -> list[tuple[str, str]]:
    """Return (path, name below it) of an input's files: itself, or a folder's, hidden ones left out.

    Raises `SettingsError` for what does not exist.
    """
    if is_remote(path):
        return listed_there(path)
    place = Path(path)
    if place.is_dir():
        return [(file, Path(file).relative_to(place).as_posix()) for file in _listed_here(place)]
    if not place.is_file():
        raise SettingsError(f"{path} does not exist: name files, folders or URLs")
    return [(path, place.name)]


def size_and_time(path: str) -> tuple[int, int]:
    """Return a file's bytes, and when it changed (ns; 0 where that is not known)."""
    if is_remote(path):
        return size_and_time_there(path)
    found = Path(path).stat()
    return found.st_size, found.st_mtime_ns
