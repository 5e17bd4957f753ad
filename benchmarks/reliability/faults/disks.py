"""Faults: full disks, and places that cannot be written to."""

import ctypes
import os
import resource
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.reliability.faults.attempt import Attempt
from benchmarks.reliability.faults.places import mount, unmount
from benchmarks.reliability.faults.processes import Start, Streams

PAGE: Final = 4096
# Version 3 of linux/capability.h.
CAPABILITIES: Final = 0x20080522
NOT_WRITABLE: Final = 0o555


def _peak(attempt: Attempt) -> int:
    """Return roughly how much a command writes: its results, and what a run keeps until its end."""
    size = sum(map(len, attempt.reference.result.values()))
    return max(4 * size, 16 * PAGE)


def full_disk(attempt: Attempt) -> None:
    """A disk that is full after a random number of bytes; later it has space again."""
    place = attempt.place
    place.resize(place.used() + PAGE * attempt.chance.randint(0, _peak(attempt) // PAGE))
    try:
        ended = attempt.check(attempt.start())
    finally:
        place.resize()
    attempt.conclude(ended)


def full_temporary(attempt: Attempt) -> None:
    """A disk for temporary files that is full after a random number of bytes."""
    temporary = attempt.place.temporary
    mount(temporary, f"size={PAGE * attempt.chance.choice((1, 2, 3, 5, 8, 20))}")
    try:
        ended = attempt.check(attempt.start())
    finally:
        unmount(temporary)
    attempt.conclude(ended)


def limited_files(attempt: Attempt) -> None:
    """A limit on file sizes, which fails in the same way as a full disk."""
    largest = max(map(len, attempt.reference.result.values()), default=PAGE)
    most = int(largest * attempt.chance.uniform(0, 1.2))
    prepare = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
    ended = attempt.check(attempt.start(Start(prepare=prepare)))
    attempt.conclude(ended)


def full_output(attempt: Attempt) -> None:
    """Standard output to a full disk."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        attempt.check(attempt.start(Start(fresh=True, streams=Streams(stdout=full))))
    finally:
        os.close(full)
    attempt.call_again()


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _heed_permissions() -> None:
    """Give up root's right to write and read everything; other users never had it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(_CapabilityHeader(CAPABILITIES, 0)), (ctypes.c_uint32 * 6)(*[0] * 6)):
        raise OSError(ctypes.get_errno(), "capabilities cannot be given up")


def not_writable(attempt: Attempt) -> None:
    """A folder that belongs to another user."""
    folders = [attempt.place.folder, *(path for path in attempt.place.folder.rglob("*") if path.is_dir())]
    modes = {folder: folder.stat().st_mode for folder in folders}
    for folder in folders:
        folder.chmod(NOT_WRITABLE)
    try:
        ended = attempt.check(attempt.start(Start(prepare=_heed_permissions)))
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    attempt.conclude(ended)


def becomes_read_only(attempt: Attempt) -> None:
    """A disk that becomes read-only at a random moment, as after a device error."""
    running = attempt.start()
    running.sleep(attempt.moment())
    is_busy = False
    try:
        attempt.place.make_read_only(True)
    except OSError:  # a file is open for writing
        is_busy = True
    ended = attempt.check(running)
    if not is_busy:
        attempt.place.make_read_only(False)
    attempt.conclude(ended)


def no_home(attempt: Attempt) -> None:
    """No home folder, or one that does not exist or cannot be written to; the same for temporary files."""
    missing = str(attempt.place.folder / "nowhere")
    homes: list[dict[str, str | None]] = [
        {"HOME": None},
        {"HOME": ""},
        {"HOME": missing},
        {"HOME": "/dev/null"},
        {"HOME": "/proc"},
        {"HOME": None, "TMPDIR": None},
        {"TMPDIR": missing},
        {"HOME": missing, "TMPDIR": missing, "XDG_CACHE_HOME": missing},
        {"HOME": None, "PATH": None, "LANG": None, "USER": None},
    ]
    ended = attempt.check(attempt.start(Start(fresh=True, environment=attempt.chance.choice(homes))))
    if attempt.disturbed == "finished":
        attempt.check_result(ended)
        if Path(missing).exists():
            attempt.problem("it made a folder where none should be", ended)
    attempt.call_again()
