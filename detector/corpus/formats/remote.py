"""Files behind URLs, through fsspec: listed, and read on from where the network broke off.

The systems of fsspec raise what their libraries raise. Here it becomes `SettingsError` while inputs
are listed, and `ShardError` while one is read. s3fs and others try again by themselves, but not all
do, and none of them opens a file again in its middle; tenacity does the waiting.
"""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeVar, cast

from detector.errors import SettingsError, ShardError
from detector.extras import need

T = TypeVar("T")

# Attempts to read, and the seconds before the second one; before each later one, four times as many.
ATTEMPTS: Final = 4
FIRST_WAIT: Final = 0.5
# Bytes asked for at once. s3fs would hold 50 MB a file, which no worker has room for.
BLOCK: Final = 1 << 22
# What network libraries raise that is no `OSError`.
FOREIGN: Final = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("httpx", "HTTPError"),
    ("gcsfs.retry", "HttpError"),
    ("azure.core.exceptions", "AzureError"),
)
# Asking again does not help here.
FINAL: Final = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, ImportError)


def _extra(name: str) -> ModuleType:
    """Import a module of the extra `cloud`."""
    need(name, "cloud", "reading from a URL")
    return import_module(name)


def _failures() -> tuple[type[Exception], ...]:
    """Return what a network may raise, of the libraries that are loaded."""
    loaded = [(sys.modules[module], name) for module, name in FOREIGN if module in sys.modules]
    foreign = [getattr(module, name) for module, name in loaded]
    return (OSError, EOFError, ValueError, RuntimeError, ImportError, *foreign)


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:300]


@contextmanager
def _said(path: str) -> Iterator[None]:
    """Turn any failure to look at a URL into a `SettingsError`."""
    try:
        yield
    except _failures() as error:
        raise SettingsError(f"{path} cannot be read: {_why(error)}") from None


def listed_there(path: str) -> list[tuple[str, str]]:
    """Return (URL, name below the given one) of a URL's files: itself, or a folder's.

    Hidden ones are left out. Raises `SettingsError` for what does not exist or cannot be listed.
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
    """Return a file's bytes (-1 if that is not told), and when it changed (ns; 0 if that is not)."""
    with _said(path):
        system, inside = _extra("fsspec").core.url_to_fs(path)
        size = system.size(inside)
        try:
            changed = int(system.modified(inside).timestamp() * 1e9)
        except (NotImplementedError, AttributeError, KeyError):  # a system that keeps no times
            changed = 0
        return -1 if size is None else int(size), changed


def _may_pass(error: BaseException) -> bool:
    """Tell whether a failure may be gone at the next attempt."""
    return isinstance(error, _failures()) and not isinstance(error, FINAL)


class RemoteFile(io.RawIOBase):
    """The bytes of a URL. What breaks in the middle is opened again where it broke.

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
        """Do something with the file, opened if it is not."""
        if self._file is None:
            self._open()
        return act()

    def _retried(self, act: Callable[[], T]) -> T:
        """Do something with the file; after a failure from a new opening on."""
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
        """Forget the opened file; one that is broken may not even close."""
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
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be gone to."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes."""
        room = memoryview(buffer)
        found = self._retried(lambda: self._read(min(len(room), BLOCK)))
        room[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is asked of the network."""
        if whence == io.SEEK_END and self._size is None:
            raise io.UnsupportedOperation(f"{self._path} does not say how long it is")
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size or 0}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._drop()
        super().close()
