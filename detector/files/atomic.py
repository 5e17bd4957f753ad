"""Files and folders that appear only when they are complete and on the disk.

>>> import tempfile
>>> from pathlib import Path
>>> from detector.files.atomic import new_file
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "new" / "page.txt"
...     with new_file(path) as file:
...         written = file.write(b"a page")
...     path.read_bytes()
b'a page'

They are written under another name, flushed to the disk, and renamed. If the process is killed in between, a
name that ends in `UNFINISHED` remains, and the old file is unchanged.
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
from detector.files.limits import bytes_of_file

UNFINISHED: Final = ".unfinished"
# File systems take names of 255 bytes, and what is added to a temporary name needs some of them.
_LONGEST_NAME: Final = 220
# The most bytes of a JSON file to read: the manifest of a run names all its inputs.
MOST_JSON: Final = 1 << 30


def unfinished_name(path: Path) -> Path:
    """Return a temporary name for a file or folder, which nobody can guess and create first."""
    name = path.name
    while len(os.fsencode(name)) > _LONGEST_NAME:
        name = name[:-1]
    return path.with_name(f"{name}.{os.urandom(4).hex()}{UNFINISHED}")


def sync(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():  # Windows cannot open folders
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Add the path to errors: the error of a full disk has no name."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            # numpy reports how much it could write, without an error number.
            number = errno.EIO if error.errno is None else error.errno
            raise OSError(number, error.strerror or str(error), str(path)) from error
        raise


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing, which gets its name when the block ends without an error.

    Parameters
    ----------
    path
        The name of the file. Its folder is created; an existing file is replaced.

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
    """Make a folder to write to, which gets its name when the block ends without an error.

    Parameters
    ----------
    path
        The name of the folder. If another process has made it in the meantime, that one stays, and this
        one is removed: both did the same work.

    Yields
    ------
    Path
        The folder, under a temporary name.

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
    """Append to a file, which is created if necessary, and wait until it is on the disk.

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
    """Write an indented JSON file. Texts may have lone surrogates."""
    with new_file(path) as file:
        file.write(json_bytes(content, indented=True) + b"\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that contains an object.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it contains something else. The message says what.
    """
    try:
        content = json.loads(bytes_of_file(path, MOST_JSON))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return content
