"""The folder of a run: what is there is whole, and what is whole is done.

OUT/.run/plan.json         what the run is: another run refuses the folder
OUT/.run/count/00000/      line counts and ids of a shard
OUT/.run/counts/           counts of all shards, and ids used before
OUT/.run/clean/00000/      clean text, lines and tally of a shard
OUT/.run/sketches/00000/   sketches of a shard's clean texts
OUT/.run/groups/           near-duplicates
OUT/.run/out/00000/        a shard's output, named as it will be published
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from detector.errors import SettingsError, ShardError

RUN: Final = ".run"
UNFINISHED: Final = ".unfinished"


def _cannot(path: Path, error: OSError) -> ShardError:
    return ShardError(
        f"{path} cannot be written: {error.strerror or error}. What is done is kept: "
        "make room there and give the same command again"
    )


def _to_disk(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder to write into that gets its name only when all is written.

    The name in the meantime is this process's own: a stopped run may have left workers
    behind that still write. What another has finished before stays: it is the same.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        for file in unfinished.rglob("*"):
            if file.is_file():
                _to_disk(file)
        if path.exists():
            shutil.rmtree(unfinished)
        else:
            unfinished.rename(path)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise _cannot(path, error) from None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file so that it appears only when it is whole."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
        _to_disk(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise _cannot(path, error) from None


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of ours; raises `SettingsError` if it is damaged."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{path} is damaged")
    return found


class RunFolder:
    """Where a run keeps what it has done."""

    def __init__(self, output: Path) -> None:
        self.output, self.path = output, output / RUN

    def of(self, step: str, shard: int) -> Path:
        """Return the folder of a step's shard."""
        return self.path / step / f"{shard:05d}"

    def step(self, step: str) -> Path:
        """Return the folder of a step that is done in one go."""
        return self.path / step

    def is_done(self, step: str, shard: int) -> bool:
        """Tell whether a step has done a shard."""
        return self.of(step, shard).is_dir()

    def sweep(self) -> None:
        """Remove what a stopped run left unfinished."""
        for left in self.path.glob(f"**/*{UNFINISHED}"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
