"""A process that scores, and can be stopped: a page that costs too much costs no more than that.

Pages come from strangers. Parsing one may take a minute or a gigabyte, and neither a thread nor a parser
can be stopped from outside. So the work is done in processes: one that takes too long is ended, and
another begins.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection as PipeEnd
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.detector import Detector
from detector.errors import DetectorError
from detector.safe_path import safe_path
from detector.web.problems import Failure, Problem, status_of

# Seconds that a new process may take until it can score.
START: Final = 60.0
# Bytes that may wait between the processes. Linux allows so many without asking.
PIPE: Final = 1 << 20


class ModelChoice(NamedTuple):
    """What is scored with: the folder of a model, and the file of a profile, or None."""

    model: Path | None = None
    profile: Path | None = None

    def detector(self) -> Detector:
        """Return a detector; raises `ModelFormatError` if it cannot be made."""
        return Detector(self.model, profile=self.profile)


class TooSlowError(Exception):
    """The work was stopped: it took too long."""


class DiedError(Exception):
    """The process ended in the middle of the work."""


Task = Callable[..., Any]


def _limit_memory(most: int) -> None:
    """Refuse this process more than so many bytes, where the system can."""
    if most and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _answer(detector: Detector, task: Task, arguments: tuple[Any, ...]) -> object:
    try:
        return task(detector, *arguments)
    except DetectorError as error:
        return Failure(status_of(error), str(error))
    except MemoryError:
        return Failure(422, "this takes more memory than the server gives a page: send less at a time")


def _widen(pipe: PipeEnd) -> None:
    """Let a whole batch wait in a pipe, where the system can: the other process need not take it in bits."""
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
        except OSError:
            return  # this system allows less: it stays as it was


def _work(tasks: PipeEnd, answers: PipeEnd, choice: ModelChoice, memory: int) -> None:
    """Answer until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    detector = choice.detector()
    detector.clean("a page")  # so that the first caller does not wait for the libraries
    _limit_memory(memory)
    answers.send(os.getpid())
    while True:
        try:
            task, arguments = tasks.recv()
        except EOFError:
            return
        answers.send(_answer(detector, task, arguments))


class Worker:
    """One process. Not for two callers at a time."""

    def __init__(self, choice: ModelChoice, memory: int) -> None:
        self._choice, self._memory = choice, memory
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        tasks, self._tasks = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        _widen(self._tasks)
        _widen(self._answers)
        arguments = (tasks, answers, self._choice, self._memory)
        self._process = context.Process(target=_work, args=arguments, daemon=True, name="detector-worker")
        with safe_path():
            self._process.start()
        tasks.close()
        answers.close()
        self._is_ready = False

    def _wait(self, seconds: float) -> Any:  # noqa: ANN401
        if not self._answers.poll(seconds):
            raise TooSlowError
        return self._answers.recv()

    def wait_until_ready(self) -> int:
        """Return the number of the process once it can score."""
        number = int(self._wait(START))
        self._is_ready = True
        return number

    def run(self, task: Task, arguments: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401
        """Return what a task returns; it is called in the process with a detector and the arguments.

        Raises
        ------
        Problem
            If the task refused the request.
        TooSlowError, DiedError
            If it took too long, or ended the process. The next task gets a new one.
        """
        try:
            if not self._is_ready:
                self.wait_until_ready()
            self._tasks.send((task, arguments))
            found = self._wait(seconds)
        except (EOFError, OSError) as error:
            self._again()
            raise DiedError from error
        except TooSlowError:
            self._again()
            raise
        if isinstance(found, Failure):
            raise Problem(*found)
        return found

    def _again(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._tasks.close()
        self._answers.close()
