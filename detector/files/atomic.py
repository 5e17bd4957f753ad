"""Files and folders that appear only when they are whole, and are on the disk by then.

>>> import tempfile
>>> from pathlib import Path
>>> from detector.files.atomic import new_file
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "new" / "page.txt"
...     with new_file(path) as file:
...         written = file.write(b"a page")
...     path.read_bytes()
b'a page'

Everything is written under another name, flushed to the disk, and renamed. A process that is killed
in between leaves a name that ends in `UNFINISHED`, and whatever stood there before.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from detector.files.json_lines import json_bytes

UNFINISHED: Final = ".unfinished"


def unfinished_name(path: Path) -> Path:
    """Return a name for a file or folder until it is whole: one that nobody can guess and make first."""
    return path.with_name(f"{path.name}.{os.urandom(4).hex()}{UNFINISHED}")


def sync(path: Path) -> None:
    """Wait until a file is on the disk, or the names in a folder are."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():  # Windows opens no folders
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Make errors name the path: a full disk says so when a file is written, without its name."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            # numpy says how much it could write, without a number for the reason.
            number = errno.EIO if error.errno is None else error.errno
            raise OSError(number, error.strerror or str(error), str(path)) from error
        raise


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which gets its name when the block ends without an error.

    Parameters
    ----------
    path
        The file's name. Folders above it are made; a file of this name is replaced.

    Yields
    ------
    BinaryIO
        The file, open for writing bytes.

    Raises
    ------
    OSError
        If it cannot be written. `filename` is set.
    """
    unfinished = unfinished_name(path)
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to write into, which gets its name when the block ends without an error.

    Parameters
    ----------
    path
        The folder's name. If another process has made it in the meantime, that one stays, and what
        was written here is removed: both did the same work.

    Yields
    ------
    Path
        The folder under its name for the time being.

    Raises
    ------
    OSError
        If it cannot be written. `filename` is set.
    """
    unfinished = unfinished_name(path)
    with _named(path):
        try:
            unfinished.mkdir(parents=True)
            yield unfinished
            for file in sorted(unfinished.rglob("*")):
                sync(file)
            if path.exists():
                shutil.rmtree(unfinished)
            else:
                unfinished.rename(path)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        sync(path.parent)


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file, which is made if it is not there, and wait until it is on the disk.

    Raises
    ------
    OSError
        If it cannot be written. `filename` is set.
    """
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, indented; what it holds may be any text, also one that UTF-8 has no bytes for."""
    with new_file(path) as file:
        file.write(json_bytes(content, indented=True) + b"\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it holds something else. The message says what.
    """
    try:
        content = json.loads(path.read_bytes())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return content
