"""The arrays of a run: in memory while they fit, otherwise in files of a folder.

A folder named by the caller outlives the run. It records the progress of the run, so the same call continues
where it stopped. Arrays are .npy files, and the progress is in state.json.
"""

import json
import mmap
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from detector.errors import SettingsError
from detector.files.arrays import bytes_of, load_array
from detector.files.atomic import new_file, read_json, write_json

FORMAT: Final = 1
STATE_FILE: Final = "state.json"


class Workspace:
    """Arrays by name, and the progress of the run.

    folder: a folder that outlives the run, or None; memory: the most bytes of an array in memory; identity:
    what must be equal for a run to continue with the arrays of a folder
    """

    def __init__(self, folder: Path | None, memory: int, identity: Mapping[str, Any]) -> None:
        self._named, self._memory = folder, memory
        self._identity = json.loads(json.dumps({"format": FORMAT, **identity}))
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._state: dict[str, int] = {}
        self._mapped: list[mmap.mmap] = []

    def __enter__(self) -> "Workspace":
        if self._named is not None:
            self._resume(self._named)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mapped.clear()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _resume(self, folder: Path) -> None:
        """Read the progress of an interrupted run, or begin a new folder."""
        path = folder / STATE_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = read_json(path) if path.is_file() else None
        except OSError as error:
            raise SettingsError(f"the work folder {folder} cannot be used: {error.strerror}") from None
        except ValueError:
            raise self.damaged(path) from None
        if found is None:
            self.note()
            return
        if found.get("run") != self._identity:
            raise SettingsError(
                f"the folder {folder} holds another run (other texts or settings): give another "
                "folder, or delete it"
            )
        done = found.get("done")
        if not isinstance(done, dict) or not all(isinstance(number, int) for number in done.values()):
            raise self.damaged(path)
        self._state = done

    @property
    def folder(self) -> Path:
        """The folder: the named one, or a temporary one."""
        if self._named is not None:
            return self._named
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="detector-", ignore_cleanup_errors=True)
        return Path(self._temporary.name)

    @property
    def outlives(self) -> bool:
        """Tell whether the folder stays after the run."""
        return self._named is not None

    def damaged(self, path: Path) -> SettingsError:
        """Return the error for a file with invalid contents."""
        return SettingsError(f"{path} is damaged: delete the folder {path.parent} to start again")

    def done(self, step: str) -> int:
        """Return how much of a step was finished before."""
        return self._state.get(step, 0)

    def note(self, **done: int) -> None:
        """Save how much of a step is finished, after everything that it wrote has been flushed."""
        self._state |= done
        if self._named is not None:
            for mapped in self._mapped:
                mapped.flush()
            write_json(self._named / STATE_FILE, {"run": self._identity, "done": self._state})

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array, zero where nothing was written; in a file if it is too large or must be kept."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size == 0 or (self._named is None and size <= self._memory):
            return np.zeros(shape, dtype)
        path = self.folder / f"{name}.npy"
        try:
            found = np.lib.format.open_memmap(path, "r+" if path.is_file() else "w+", dtype, shape)
        except (ValueError, EOFError):
            raise self.damaged(path) from None
        if found.shape != shape or found.dtype != dtype:
            raise self.damaged(path)
        if isinstance(found.base, mmap.mmap):
            self._mapped.append(found.base)
        return found

    def release(self) -> None:
        """Let the system reclaim the memory of arrays in files, which are read again when needed."""
        for mapped in self._mapped:
            if hasattr(mmap, "MADV_DONTNEED"):
                mapped.flush()
                mapped.madvise(mmap.MADV_DONTNEED)

    def save(self, name: str, arrays: Iterable[NDArray[Any]]) -> None:
        """Keep small arrays for a later run, if the folder outlives the run."""
        if self._named is not None:
            for number, array in enumerate(arrays):
                with new_file(self._named / f"{name}-{number}.npy") as file:
                    file.write(bytes_of(array))

    def saved(self, name: str, count: int) -> list[NDArray[Any]]:
        """Return the arrays that `save` kept."""
        paths = [self.folder / f"{name}-{number}.npy" for number in range(count)]
        try:
            return [load_array(path) for path in paths]
        except (ValueError, OSError):
            raise self.damaged(paths[0]) from None
