"""Files at URLs, through fsspec: listed, and reopened at the same place if the network fails.

The file systems of fsspec raise the errors of their libraries. Here they become `SettingsError` while inputs
are listed, and `ShardError` while a file is read. s3fs and others retry on their own, but not all do, and
none reopens a file in its middle; tenacity does the waiting.
"""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeVar, cast

from detector.errors import SettingsError, ShardError
from detector.extras import need

T = TypeVar("T")

# The number of attempts to read, and the seconds before the second one. Each later attempt waits four times
# as long.
ATTEMPTS: Final = 4
FIRST_WAIT: Final = 0.5
# The number of files whose beginnings are requested together.
AT_ONCE: Final = 1000
# The number of files at a web server whose beginnings are read at once.
STREAMS: Final = 16
# Bytes requested at once. s3fs would hold 50 MB per file, which is too much for a worker.
BLOCK: Final = 1 << 22
# Errors of network libraries that are not `OSError`.
FOREIGN: Final = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("httpx", "HTTPError"),
    ("gcsfs.retry", "HttpError"),
    ("azure.core.exceptions", "AzureError"),
)
# Errors for which a retry does not help.
FINAL: Final = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, ImportError)


def _extra(name: str) -> ModuleType:
    """Import a module of the extra `cloud`."""
    need(name, "cloud", "reading from a URL")
    return import_module(name)


def _failures() -> tuple[type[Exception], ...]:
    """Return the errors that a network may raise, from the loaded libraries."""
    loaded = [(sys.modules[module], name) for module, name in FOREIGN if module in sys.modules]
    foreign = [getattr(module, name) for module, name in loaded]
    return (OSError, EOFError, ValueError, RuntimeError, ImportError, *foreign)


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:300]


@contextmanager
def _said(path: str) -> Iterator[None]:
    """Turn any error about a URL into a `SettingsError`."""
    try:
        yield
    except _failures() as error:
        raise SettingsError(f"{path} cannot be read: {_why(error)}") from None


def listed_there(path: str) -> list[tuple[str, str]]:
    """Return (URL, name relative to the given one) of a URL's files: itself, or those of a folder.

    Hidden files are left out. Raises `SettingsError` if the URL does not exist or cannot be listed.
    """
    with _said(path):
        system, inside = _extra("fsspec").core.url_to_fs(path)
        if system.isdir(inside):
            below = len(inside.rstrip("/")) + 1
            names = [(file, file[below:]) for file in system.find(inside)]
            return [(system.unstrip_protocol(file), name) for file, name in names if not _is_hidden(name)]
        if not system.exists(inside):
            raise SettingsError(f"{path} does not exist: name files, folders or URLs")
        return [(path, path.rstrip("/").rsplit("/", 1)[1])]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def size_and_time_there(path: str) -> tuple[int, int]:
    """Return a file's size (-1 if unknown), and its modification time (ns; 0 if unknown)."""
    with _said(path):
        system, inside = _extra("fsspec").core.url_to_fs(path)
        size = system.size(inside)
        try:
            changed = int(system.modified(inside).timestamp() * 1e9)
        except (NotImplementedError, AttributeError, KeyError):  # a file system without times
            changed = 0
        return -1 if size is None else int(size), changed


def heads_there(paths: Sequence[str], count: int) -> dict[str, bytes]:
    """Return the first bytes of files, many at a time; none of a file that is empty or must not be read."""
    systems: dict[Any, dict[str, str]] = {}
    found = dict.fromkeys(paths, b"")
    for path in paths:
        with _said(path):
            system, inside = _extra("fsspec").core.url_to_fs(path)
            if system.size(inside) != 0:
                systems.setdefault(system, {})[inside] = path
    for system, names in systems.items():
        inside = list(names)
        for some in (inside[at : at + AT_ONCE] for at in range(0, len(inside), AT_ONCE)):
            with _said(names[some[0]]):
                heads = _heads_of(system, some, count)
            for file, head in zip(some, heads, strict=True):
                if isinstance(head, Exception) and not isinstance(head, FINAL):
                    raise SettingsError(f"{names[file]} cannot be read: {_why(head)}")
                found[names[file]] = b"" if isinstance(head, Exception) else bytes(head)
    return found


def _heads_of(system: Any, files: Sequence[str], count: int) -> Sequence[bytes | Exception]:  # noqa: ANN401
    """Return the first bytes of files of one file system, or the error for a file."""
    if "https" in system.protocol:
        with ThreadPoolExecutor(STREAMS) as pool:
            return list(pool.map(partial(_streamed_head, system, count), files))
    found = system.cat_ranges(files, [0] * len(files), [count] * len(files), on_error="return")
    return cast(Sequence[bytes | Exception], found)


def _streamed_head(system: Any, count: int, file: str) -> bytes | Exception:  # noqa: ANN401
    """Return the first bytes of a file at a web server, or the error.

    A server without ranges sends the whole file, so the connection is closed after these bytes.
    """
    headers = {**system.kwargs.get("headers", {}), "Range": f"bytes=0-{count - 1}"}
    head = b""
    try:
        # Without a block size, it is a stream; with a size, no request is sent to ask for it.
        with system.open(file, block_size=0, size=count, headers=headers) as stream:
            while len(head) < count and (piece := stream.read(count - len(head))):
                head += piece
    except _failures() as error:
        return error
    return head


def _may_pass(error: BaseException) -> bool:
    """Tell whether an error may be gone at the next attempt."""
    return isinstance(error, _failures()) and not isinstance(error, FINAL)


class RemoteFile(io.RawIOBase):
    """The bytes of a URL. If reading fails in the middle, the file is reopened at the same place.

    size: the bytes that it must have, if that is known
    Raises `ShardError` if it stays broken: nothing is wrong with the records.
    """

    def __init__(self, path: str, size: int | None = None) -> None:
        self._path, self._at = path, 0
        self._file: Any = None
        self._size: int | None = size
        self._retried(lambda: None)

    def _open(self) -> None:
        system, inside = _extra("fsspec").core.url_to_fs(self._path)
        self._file = system.open(inside, "rb", block_size=BLOCK)
        size = getattr(self._file, "size", None)
        if self._size is not None and size is not None and size != self._size:
            raise ShardError(
                f"{self._path} has changed since the run began: start a new run, or put back what was there"
            )
        self._size = size

    def _opened(self, act: Callable[[], T]) -> T:
        """Call a function with the file, which is opened if necessary."""
        if self._file is None:
            self._open()
        return act()

    def _retried(self, act: Callable[[], T]) -> T:
        """Call a function with the file; after an error, reopen the file and try again."""
        tenacity = _extra("tenacity")
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential(multiplier=FIRST_WAIT, exp_base=4),
            retry=tenacity.retry_if_exception(_may_pass),
            before_sleep=lambda _: self._drop(),
            reraise=True,
        )
        try:
            return cast(T, retrying(self._opened, act))
        except _failures() as error:
            self._drop()
            raise ShardError(
                f"{self._path} cannot be read at byte {self._at:,}: {_why(error)}. "
                "Finished work is kept: run the same command again"
            ) from None

    def _drop(self) -> None:
        """Close the file; even closing a broken file may fail."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(*_failures()):
                file.close()

    def _read(self, most: int) -> bytes:
        if self._file.tell() != self._at:
            self._file.seek(self._at)
        found = cast(bytes, self._file.read(most))
        if not found and most and self._size is not None and self._at < self._size:
            raise EOFError(f"it ended early: it should have {self._size:,} bytes")
        return found

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def seekable(self) -> bool:
        """Tell that the file is seekable."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes."""
        room = memoryview(buffer)
        found = self._retried(lambda: self._read(min(len(room), BLOCK)))
        room[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; this sends no request."""
        if whence == io.SEEK_END and self._size is None:
            raise io.UnsupportedOperation(f"{self._path} does not say how long it is")
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size or 0}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._drop()
        super().close()
