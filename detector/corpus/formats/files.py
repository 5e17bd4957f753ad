"""Files of a corpus, local or remote: opening, listing, decompressing.

A file that cannot be opened or read does not count as a bad record, because it may be available again in a
minute. It raises `ShardError`, whether it is local or at a URL, so that nothing is silently left out.
"""

import bz2
import codecs
import gzip
import hashlib
import io
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from detector.corpus.formats.brotli_files import read_brotli
from detector.corpus.formats.documents import Part
from detector.corpus.formats.kinds import TABLES, is_remote
from detector.corpus.formats.remote import RemoteFile, listed_there, size_and_time_there
from detector.errors import SettingsError, ShardError
from detector.files.folders import refuse_folder
from detector.files.limits import ReadLimits, too_large
from detector.files.sparse import fault_of_holes
from detector.files.xz_files import read_xz
from detector.files.zstd_files import read_zstd
from detector.text.compressed import BZIP2, COMPRESSED, GZIP, XZ, ZSTD

BUFFER: Final = 1 << 20
# The number of bytes that show whether a file is HTML: a document type or `<html>` comes first, or after
# comments and an XML declaration.
HEAD: Final = 4096
HTML_HEAD: Final = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)

_OPENED_BY: Final = {".xz": read_xz, ".zst": read_zstd, ".br": read_brotli}
_PRINTED: Final = frozenset(b"\t\n\r" + bytes(range(0x20, 0x7F)))


class _LocalFile(io.FileIO):
    """The bytes of a local file. Raises `ShardError` if it cannot be read."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            super().__init__(path, "rb")
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> ShardError:
        return ShardError(
            f"{self._path} cannot be read: {error.strerror or error}. "
            "Finished work is kept: run the same command again when it can"
        )

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401
        """Read some bytes."""
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise self._unreadable(error) from None

    def refuse_changed(self, part: Part) -> None:
        """Raise `ShardError` if the size or time of the file has changed since the run began."""
        now = os.fstat(self.fileno())
        if part.size >= 0 and (now.st_size, now.st_mtime_ns) != (part.size, part.time):
            raise _changed(part)


def _changed(part: Part) -> ShardError:
    return ShardError(
        f"{part.path} has changed since the run began: start a new run, or put back what was there"
    )


def _refuse_other_bytes(file: BinaryIO, part: Part) -> None:
    """Raise `ShardError` if the bytes of the part have changed since the run began.

    A program can write to a file and restore its time, and some file systems store whole seconds only.
    """
    if part.piece and hash_of(file, part.piece.start, part.piece.end) != part.piece.hash:
        raise _changed(part)


def hash_of(file: BinaryIO, start: int, end: int) -> str:
    """Return BLAKE2b of a range of a file's bytes; an end of -1 is the end of the file."""
    digest = hashlib.blake2b(digest_size=16)
    file.seek(start)
    left = end - start if end >= 0 else sys.maxsize
    while left > 0 and (block := file.read(min(BUFFER, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def stored(path: str) -> BinaryIO:
    """Open a file's bytes as they are stored."""
    if is_remote(path):
        return io.BufferedReader(RemoteFile(path), BUFFER)
    return io.BufferedReader(_LocalFile(path), BUFFER)


@contextmanager
def stored_part(part: Part) -> Iterator[BinaryIO]:
    """Open the bytes of a part's file; raises `ShardError` if it changes before it is read to its end."""
    if is_remote(part.path):
        with io.BufferedReader(RemoteFile(part.path, None if part.size < 0 else part.size), BUFFER) as file:
            yield file
        return
    local = _LocalFile(part.path)
    with io.BufferedReader(local, BUFFER) as file:
        local.refuse_changed(part)
        yield file
        local.refuse_changed(part)
        _refuse_other_bytes(file, part)


def refuse_changed(part: Part) -> None:
    """Raise `ShardError` if a part's local file has changed since the run began."""
    if part.size >= 0 and not is_remote(part.path):
        with stored_part(part):
            pass


def _is_text(file: BinaryIO) -> bool:
    """Return whether a file begins like JSON, CSV or HTML, not like a compressed one."""
    head = cast(io.BufferedReader, file).peek(len(ZSTD))[: len(ZSTD)].removeprefix(codecs.BOM_UTF8)
    return len(head) > 0 and not head.startswith((ZSTD, b"BZh")) and all(byte in _PRINTED for byte in head)


@contextmanager
def unpacked(raw: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Return the contents of a file whose name ends as in `COMPRESSED`, or the file itself.

    Browsers and proxies decompress files without changing their names, so text is read as it is.
    Reading raises `EOFError` if compressed contents are truncated.
    """
    if not name.endswith(".br") and _is_text(raw):  # Brotli begins with any bytes
        yield raw
    elif name.endswith(".gz"):
        # A small buffer of its own gives everything before a truncation.
        with gzip.GzipFile(fileobj=raw) as file:
            yield cast(BinaryIO, file)
    elif name.endswith(".bz2"):
        with bz2.BZ2File(raw) as bzipped:
            yield cast(BinaryIO, bzipped)
    elif (opens := _OPENED_BY.get(name[name.rfind(".") :])) is not None:
        with opens(raw) as unpacked:
            yield unpacked
    else:
        yield raw


class _Bounded(io.RawIOBase):
    """The contents of a compressed file, up to a number of bytes; `OSError` if there are more."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most, self._left = cast(io.BufferedReader, file), most, most

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes, up to the limit."""
        if self._left < 0:
            raise too_large("it", self._most)
        found = self._file.read1(min(len(buffer), self._left + 1))
        self._left -= len(found)
        if self._left < 0:
            found = found[:-1]
            if not found:
                raise too_large("it", self._most)
        buffer[: len(found)] = found
        return len(found)


def _refuse_packed(file: BinaryIO, part: Part) -> None:
    """Raise `OSError` if a table is compressed, and its name does not say so."""
    head = cast(io.BufferedReader, file).peek(len(BZIP2[0])) if part.kind in TABLES else b""
    for begins, suffix in ((GZIP, ".gz"), (ZSTD, ".zst"), (BZIP2, ".bz2"), (XZ, ".xz")):
        if head.startswith(begins):
            raise OSError(f"it is compressed: add {suffix} to its name")


class _Range(io.RawIOBase):
    """Some bytes of a file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._left = file, end - start if end >= 0 else sys.maxsize
        file.seek(start)

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes, up to the end."""
        found = self._file.read(min(len(buffer), self._left))
        self._left -= len(found)
        buffer[: len(found)] = found
        return len(found)


def is_of_frames(part: Part) -> bool:
    """Tell whether a part is some frames of a compressed file, which are unpacked from their beginning."""
    is_cut = part.start > 0 or part.end >= 0
    return is_cut and part.kind == "jsonl" and part.path.lower().endswith(COMPRESSED)


def _frames_of(part: Part, file: BinaryIO) -> BinaryIO:
    """Return the bytes of a part that is some frames of a file, or else the file."""
    if not is_of_frames(part):
        return file
    return io.BufferedReader(_Range(file, part.start, part.end), BUFFER)


@contextmanager
def opened(part: Part, limits: ReadLimits) -> Iterator[BinaryIO]:
    """Open the contents of a part's file, decompressed, up to the limit."""
    with stored_part(part) as whole, unpacked(_frames_of(part, whole), part.path.lower()) as file:
        if file is whole:
            _refuse_packed(whole, part)
            yield whole
            return
        size = size_and_time(part.path)[0] if part.size < 0 else part.size
        size = (part.end if part.end >= 0 else size) - part.start
        with io.BufferedReader(_Bounded(file, limits.of_file(size)), BUFFER) as bounded:
            yield bounded


def _listed_here(folder: Path, written: Path | None) -> list[str]:
    """Return the files below a folder, except hidden ones and the folder `written`."""
    found = []
    left_out = written and os.path.realpath(written)
    for root, folders, files in os.walk(folder, onerror=refuse_folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(root, name)) != left_out  # noqa: PTH118
        ]
        found += [os.path.join(root, name) for name in files if not name.startswith(".")]  # noqa: PTH118
    return found


def listed(path: str, written: Path | None = None) -> list[tuple[str, str]]:
    """Return (path, name relative to it) of an input's files: itself, or those of a folder.

    Hidden files are left out, and the output folder of the run. Raises `SettingsError` if the input does not
    exist or cannot be listed.
    """
    if is_remote(path):
        return listed_there(path)
    place = Path(path)
    if place.is_dir():
        return [(file, Path(file).relative_to(place).as_posix()) for file in _listed_here(place, written)]
    if not place.exists():
        raise SettingsError(f"{path} does not exist: name files, folders or URLs")
    if fault := unreadable(path):
        raise SettingsError(f"{path} cannot be read: {fault}")
    return [(path, place.name)]


def unreadable(path: str) -> str:
    """Return why a local file cannot be read at all; empty if it can."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
        if not stat.S_ISREG(mode):
            return "it is not a regular file"
        with open(path, "rb"):  # noqa: PTH123
            return fault_of_holes(path)
    except FileNotFoundError:
        return "it does not exist, or is a link to nothing"
    except OSError as error:
        return error.strerror or str(error)


def begins_as_html(path: str) -> bool:
    """Tell whether a local file begins like an HTML document; False if it cannot be read."""
    if unreadable(path):
        return False
    with stored(path) as file:
        return HTML_HEAD.match(file.read(HEAD)) is not None


def size_and_time(path: str) -> tuple[int, int]:
    """Return a file's size, and its modification time (ns; 0 if unknown)."""
    if is_remote(path):
        return size_and_time_there(path)
    found = Path(path).stat()
    return found.st_size, found.st_mtime_ns
