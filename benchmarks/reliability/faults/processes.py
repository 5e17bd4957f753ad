"""Runs our commands as processes that a fault can affect.

A process is forked from this one, which has imported everything, so that a try takes a third of a second
instead of one and a half. If the start of Python matters, or workers are started, it executes Python again.
"""

import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import psutil

from benchmarks.files import ROOT
from benchmarks.measures.process_tree import crowding
from detector.cli import main as cli

# Seconds after which a command counts as hanging, and after which its workers must be gone, on an idle
# machine; longer on a busy one.
MOST_SECONDS: Final = 120.0
GONE_WITHIN: Final = 5.0
EVERY: Final = 0.005
HUNG: Final = -1000


class Ended(NamedTuple):
    """A process that has ended. code: negative for a signal, `HUNG` for one that had to be killed."""

    code: int
    out: bytes
    err: str
    seconds: float


@dataclass
class Streams:
    """The streams of a process: open file descriptors, or None for files in the log folder.

    closed: which of 0, 1 and 2 the process does not have
    """

    stdin: int | None = None
    stdout: int | None = None
    closed: tuple[int, ...] = ()


@dataclass
class Start:
    """How a process starts.

    fresh: execute Python again; prepare: called in the process, before the command
    environment: variables to set, or to remove if None
    """

    fresh: bool = False
    prepare: Callable[[], None] | None = None
    environment: dict[str, str | None] = field(default_factory=dict)
    streams: Streams = field(default_factory=Streams)


class Running:
    """A command that runs in a session of its own."""

    def __init__(self, pid: int, logs: Path) -> None:
        self.pid, self._logs, self._began = pid, logs, time.monotonic()
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, if it has ended."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def sleep(self, seconds: float) -> bool:
        """Wait for this long or until it has ended; tell whether it still runs."""
        until = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < until:
            time.sleep(EVERY)
        return self.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def workers(self) -> list[psutil.Process]:
        """Return the other processes of its session."""
        return [process for process in psutil.process_iter() if self._is_worker(process.pid)]

    def _is_worker(self, pid: int) -> bool:
        try:
            return pid != self.pid and os.getsid(pid) == self.pid
        except OSError:  # it has ended
            return False

    def ended(self, most_seconds: float = MOST_SECONDS) -> Ended:
        """Wait until it has ended; it is killed if it takes too long."""
        hangs = self.sleep(most_seconds * crowding())
        if hangs:
            self.kill_all()
        seconds = time.monotonic() - self._began
        out, err = ((self._logs / name).read_bytes() for name in ("stdout", "stderr"))
        code = HUNG if hangs else self._code
        assert code is not None
        return Ended(code, out, err.decode(errors="replace"), seconds)

    def left_behind(self) -> int:
        """Return how many workers are still running, seconds after it has ended; then kill them."""
        until = time.monotonic() + GONE_WITHIN * crowding()
        while (left := self.workers()) and time.monotonic() < until:
            time.sleep(0.05)
        for process in left:
            process.kill()
        return len(left)

    def kill_all(self) -> None:
        """Kill it and its workers."""
        for process in self.workers():
            process.kill()
        self.send(signal.SIGKILL)
        self.sleep(MOST_SECONDS)


def start(arguments: Sequence[str], logs: Path, how: Start) -> Running:
    """Start one of our commands.

    logs: the folder for standard output and standard error
    """
    for name in ("stdout", "stderr"):
        (logs / name).write_bytes(b"")
    sys.stdout.flush()
    sys.stderr.flush()
    beginning, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(arguments, logs, how)
    os.close(held)
    os.read(beginning, 1)  # until `_redirect` closes the other end: no signal may come before that
    os.close(beginning)
    return Running(pid, logs)


def _become(arguments: Sequence[str], logs: Path, how: Start) -> NoReturn:
    """Run the command in the forked process; never returns."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        warnings.resetwarnings()  # errors in a test
        _redirect(logs, how.streams)
        _set_environment(how.environment)
        sys.argv = ["detector", *arguments]
        if how.prepare:
            how.prepare()
        if how.fresh:
            os.environ["PYTHONPATH"] = str(ROOT)
            os.execv(sys.executable, [sys.executable, "-m", "detector", *arguments])
        _open_streams(how.streams)
        cli.main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _redirect(logs: Path, streams: Streams) -> None:
    stdin = os.open(os.devnull, os.O_RDONLY) if streams.stdin is None else streams.stdin
    stdout = os.open(logs / "stdout", os.O_WRONLY) if streams.stdout is None else streams.stdout
    stderr = os.open(logs / "stderr", os.O_WRONLY | os.O_APPEND)
    for place, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, place)
    # Our own ends of pipes would keep them open.
    os.closerange(3, 256)
    for place in streams.closed:
        os.close(place)


def _open_streams(streams: Streams) -> None:
    """Give Python the standard streams of this process, because the current ones may be those of a test."""
    sys.stdin, sys.stdout, sys.stderr = (
        None if place in streams.closed else os.fdopen(place, mode, 1, "utf-8", closefd=False)
        for place, mode in enumerate("rww")
    )


def _set_environment(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
