"""Faults: inputs that disappear or change, and files of a run that are damaged."""

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.reliability.faults.attempt import Attempt, undisturbed

# The messages of a run that continues with other inputs than it began with.
OTHER_INPUTS: Final = "other inputs|has changed|changed since"
TO_DELETE: Final = re.compile(r"delete the folder (\S+)")


def _files(attempt: Attempt) -> list[Path]:
    place = attempt.place.folder
    files = []
    for name in attempt.scenario.reads:
        path = place / name
        files += [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if file.is_file()]
    return files


def vanished(attempt: Attempt) -> None:
    """Some inputs disappear at a random moment, and come back."""
    files = _files(attempt)
    gone = attempt.chance.sample(files, attempt.chance.randint(1, len(files)))
    running = attempt.start()
    running.sleep(attempt.moment())
    kept = attempt.place.folder / "kept"
    kept.mkdir()
    for number, path in enumerate(gone):
        path.rename(kept / str(number))
    ended = attempt.check(running)
    for number, path in enumerate(gone):
        (kept / str(number)).rename(path)
    attempt.conclude(ended)


def _appended(data: bytes, chance: random.Random) -> bytes:
    return data + data[: chance.randint(1, len(data))]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data) - 1)]


def _rotated(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = chance.randint(1, max(len(lines) - 1, 1))
    return b"".join(lines[at:] + lines[:at])


def _flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


CHANGES: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (_appended, _cut, _rotated, _flipped)


def changed(attempt: Attempt) -> None:
    """An input changes at a random moment: the result must be that of one version, or a named error."""
    path = attempt.chance.choice(_files(attempt))
    before, times = path.read_bytes(), path.stat()
    running = attempt.start()
    running.sleep(attempt.moment())
    path.write_bytes(attempt.chance.choice(CHANGES)(before, attempt.chance))
    if attempt.chance.random() < 0.5:  # like programs that copy files with their times
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    attempt.check(running)
    if (
        attempt.disturbed == "finished"
        and attempt.scenario.result(attempt.place.folder) != attempt.reference.result
    ):
        _check_changed(attempt)
    path.write_bytes(before)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    attempt.call_again(OTHER_INPUTS)
    if attempt.again == "refused":
        attempt.remove_written()
        attempt.call_again()


def _check_changed(attempt: Attempt) -> None:
    """Compare a result with that of the changed inputs, and restore everything."""
    found = attempt.scenario.result(attempt.place.folder)
    attempt.remove_written()
    wanted = undisturbed(attempt.scenario, attempt.place, attempt.logs)
    if found != wanted.result:
        attempt.problem("a result of neither the old nor the new inputs", wanted.ended)
    attempt.remove_written()


DAMAGES: Final = (_cut, _flipped, lambda data, chance: b"", lambda data, chance: chance.randbytes(len(data)))


def _damage(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    if data:
        path.write_bytes(chance.choice(DAMAGES)(data, chance))
    else:
        path.write_bytes(b"\x00")


def damaged_run(attempt: Attempt) -> None:
    """A run is killed, one of its files is damaged, and the run is continued."""
    running = attempt.start()
    running.sleep(attempt.moment())
    running.kill_all()
    attempt.step = attempt.place.step()
    files = [file for file in (attempt.place.folder / "out").rglob("*") if file.is_file()]
    # Published results of a finished run belong to the user.
    if not files or attempt.step == "published":
        attempt.call_again()
        return
    _damage(attempt.chance.choice(files), attempt.chance)
    for _ in range(3):
        ended = attempt.check(attempt.start())
        advice = TO_DELETE.search(ended.err)
        if attempt.disturbed == "finished":
            attempt.check_result(ended)
            attempt.again = "the same"
            return
        if advice is None:
            break
        shutil.rmtree(advice[1].rstrip(",.;:"), ignore_errors=True)
    attempt.again = "refused"


def damaged_file(attempt: Attempt) -> None:
    """A file that a command reads is damaged: there must be a result or a named error, never a crash."""
    path = attempt.chance.choice(_files(attempt))
    before = path.read_bytes()
    _damage(path, attempt.chance)
    attempt.check(attempt.start())
    path.write_bytes(before)
    for name in attempt.scenario.writes:
        (attempt.place.folder / name).unlink(missing_ok=True)
    attempt.call_again()
