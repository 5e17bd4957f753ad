"""The folder of a run. Every file in it is complete, because files are renamed when they are finished.

OUT/.run/plan.json         identifies the run: another run refuses the folder
OUT/.run/count/00000/      a shard's records and parsed pages, line counts and ids
OUT/.run/counts/           counts of all shards, and ids used before
OUT/.run/clean/00000/      clean text, line records and tally of a shard
OUT/.run/sketches/00000/   sketches of a shard's clean texts
OUT/.run/groups/           near-duplicates
OUT/.run/again/00000/      which lines of an earlier run would be decided otherwise now (`--since`)
OUT/.run/originals/        the page that each repeated line is from
OUT/.run/passages/00000/   passages that stand on another page, and texts without them
OUT/.run/out/00000/        a shard's output, named as it will be published
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import xxhash
from numpy.typing import NDArray

from detector.errors import SettingsError, ShardError, in_words
from detector.files import atomic
from detector.files.arrays import load_array, mapped_array
from detector.files.zstd_files import ZstdError, read_zstd

RUN: Final = ".run"
# The files of a finished run.
MANIFEST: Final = "manifest.json"
# Length and checksum of each file of a finished step.
Made = TypeVar("Made")
CHECKSUMS: Final = "checksums.json"
# Exists while the files of a run are moved to where they are published.
PUBLISHING: Final = "publishing"
_BLOCK: Final = 1 << 20


def _cannot_write(error: OSError) -> ShardError:
    return ShardError(
        f"{error.filename} cannot be written: {error.strerror}. Finished work is kept: "
        "free some space there and run the same command again"
    )


def damaged(path: Path, what: object) -> ShardError:
    """Return the error for a damaged file of a run."""
    return ShardError(
        f"{path} is damaged ({what}): delete the folder {path.parent} and run the same command again"
    )


def checksum_of(path: Path) -> list[Any]:
    """Return the length and the checksum of a file."""
    found = xxhash.xxh3_128()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
        return [file.tell(), found.hexdigest()]


def files_of(folder: Path) -> dict[str, list[Any]]:
    """Return the files that a finished step wrote, with length and checksum; `SettingsError` if damaged."""
    return read_json(folder / CHECKSUMS)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to write to, which gets its name when it is complete; see `atomic.new_folder`.

    If another process has finished it meanwhile, its result stays: it is the same. Raises `ShardError` if
    the folder cannot be written.
    """
    try:
        with atomic.new_folder(path) as folder:
            yield folder
            files = sorted(file for file in folder.rglob("*") if file.is_file())
            checksums = {file.relative_to(folder).as_posix(): checksum_of(file) for file in files}
            atomic.write_json(folder / CHECKSUMS, checksums)
    except OSError as error:
        raise _cannot_write(error) from None


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file atomically; raises `ShardError` if it cannot be written."""
    try:
        atomic.write_json(path, content)
    except OSError as error:
        raise _cannot_write(error) from None


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of a run; raises `SettingsError` if it is damaged."""
    try:
        return atomic.read_json(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{path} is damaged ({in_words(error)})") from None


def read_array(path: Path, mapped: bool = False) -> NDArray[Any]:
    """Read an array of a run; raises `ShardError` if it is damaged.

    mapped: read it from disk on demand, which keeps the file open
    """
    try:
        return mapped_array(path) if mapped else load_array(path)
    except (OSError, ValueError) as error:
        raise damaged(path, error) from None


def stored_lines(path: Path, made: Callable[[bytes], Made]) -> Iterator[Made]:
    """Yield a function of each line of a compressed file; raises `ShardError` if it is damaged."""
    try:
        with read_zstd(path) as file:
            for line in file:
                yield made(line)
    except (OSError, EOFError, ZstdError, ValueError, TypeError) as error:
        raise damaged(path, error) from None


def _damage(folder: Path, may_be_moved: bool) -> str:
    """Return what is wrong with the files of a finished step; empty if they are valid.

    may_be_moved: whether some files may already be where they are published
    """
    try:
        for name, checksum in files_of(folder).items():
            path = folder / name
            if (path.exists() or not may_be_moved) and checksum_of(path) != checksum:
                return f"{name} is not what was written"
    except (OSError, SettingsError) as error:
        return str(error)
    return ""


class RunFolder:
    """The folder with the finished work of a run."""

    def __init__(self, output: Path) -> None:
        self.output, self.path = output, output / RUN

    def of(self, step: str, shard: int) -> Path:
        """Return the folder of a step's shard."""
        return self.path / step / f"{shard:05d}"

    def step(self, step: str) -> Path:
        """Return the folder of a step over the whole corpus."""
        return self.path / step

    def is_used(self) -> bool:
        """Tell whether the folder holds a started or finished run."""
        return self.path.exists() or (self.output / MANIFEST).exists()

    def sweep(self) -> None:
        """Remove unfinished work of a stopped run, and finished steps that were damaged since.

        A step gives the same bytes again. Raises `ShardError` if a damaged file was about to be published.
        """
        for left in self.path.glob(f"**/*{atomic.UNFINISHED}"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        publishing = (self.path / PUBLISHING).exists()
        for folder in sorted(
            {*self.path.glob("*/[0-9]*/"), self.step("counts"), self.step("groups"), self.step("originals")}
        ):
            if folder.is_dir() and (fault := _damage(folder, publishing)):
                if publishing:
                    raise damaged(folder, fault)
                shutil.rmtree(folder)
