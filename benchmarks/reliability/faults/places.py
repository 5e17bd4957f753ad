"""The folder in which commands are disturbed: on a disk of its own, which can be filled."""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SIZE: Final = 512 << 20
# Constants of linux/mount.h.
REMOUNT, READ_ONLY, DETACH = 32, 1, 2
STEPS: Final = ("out", "groups", "sketches", "clean", "counts", "count")


class MountError(OSError):
    """A file system cannot be mounted, because that needs root."""


def mount(target: Path, options: str, flags: int = 0) -> None:
    """Mount a file system in memory, or change a mounted one; raises `MountError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(target), b"tmpfs", flags, options.encode()):
        number = ctypes.get_errno()
        raise MountError(number, os.strerror(number), str(target))


def unmount(target: Path) -> None:
    """Remove a mounted file system when it is no longer in use."""
    ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(target), DETACH)


class Place:
    """A folder that always has the same name, and is filled again for each try.

    folder: where commands read and write; temporary, home: their folders for other files
    is_disk: whether it is a file system of its own
    """

    def __init__(self, folder: Path, template: Path, is_disk: bool) -> None:
        self.folder, self._template, self.is_disk = folder, template, is_disk
        self.temporary, self.home = folder / "tmp", folder / "home"

    def fill(self) -> None:
        """Empty it, and copy the inputs to it."""
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        shutil.copytree(self._template, self.folder, dirs_exist_ok=True)
        self.temporary.mkdir()
        self.home.mkdir()

    def used(self) -> int:
        """Return the number of bytes in use on its disk."""
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def resize(self, size: int = SIZE) -> None:
        """Change the size of its disk."""
        mount(self.folder, f"size={size}", REMOUNT)

    def make_read_only(self, is_so: bool) -> None:
        """Make its disk read-only, or writable again."""
        mount(self.folder, f"size={SIZE}", REMOUNT | (READ_ONLY if is_so else 0))

    def step(self) -> str:
        """Return the last step that a corpus run in it has started."""
        run = self.folder / "out" / ".run"
        if (self.folder / "out" / "manifest.json").exists():
            return "published"
        return next((name for name in STEPS if (run / name).exists()), "survey" if run.exists() else "")


@contextmanager
def new_place(work: Path, template: Path) -> Iterator[Place]:
    """Give a place, on a disk of its own if one can be mounted."""
    folder = work / "place"
    folder.mkdir()
    try:
        mount(folder, f"size={SIZE}")
    except MountError:
        yield Place(folder, template, False)
        return
    try:
        yield Place(folder, template, True)
    finally:
        unmount(folder)
