"""A scoring process that can be stopped, so that a page that costs too much harms no other.

Pages come from strangers. Parsing one may take a minute or a gigabyte, and neither a thread nor a parser can
be stopped from outside. So processes do the work: one that takes too long is stopped, and a new one starts.
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

# The most seconds until a new process can score.
START: Final = 60.0
# The most bytes that wait in the pipe between the processes. Linux allows this size without special rights.
PIPE: Final = 1 << 20


class ModelChoice(NamedTuple):
    """The model folder and the profile file to score with, or None."""

    model: Path | None = None
    profile: Path | None = None

    def detector(self) -> Detector:
        """Return a detector; raises `ModelFormatError` if the model or profile is invalid."""
        return Detector(self.model, profile=self.profile)


class TooSlowError(Exception):
    """The work was stopped: it took too long."""


class DiedError(Exception):
    """The process ended in the middle of the work."""


Task = Callable[..., Any]


def _limit_memory(most: int) -> None:
    """Limit the memory of this process, if the system can."""
    if most and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _answer(detector: Detector, task: Task, arguments: tuple[Any, ...]) -> object:
    try:
        return task(detector, *arguments)
    except DetectorError as error:
        return Failure(status_of(error), str(error))
    except MemoryError:
        return Failure(422, "this needs more memory than the server allows: send less at a time")


def _widen(pipe: PipeEnd) -> None:
    """Let a whole batch wait in the pipe, if the system can, so that it need not be read in parts."""
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
        except OSError:
            return  # this system allows less: keep the default size


def _work(tasks: PipeEnd, answers: PipeEnd, choice: ModelChoice, memory: int) -> None:
    """Answer until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the server, which stops this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    detector = choice.detector()
    detector.clean("a page")  # load the libraries now, so that the first caller does not wait
    _limit_memory(memory)
    answers.send(os.getpid())
    while True:
        try:
            task, arguments = tasks.recv()
        except EOFError:
            return
        answers.send(_answer(detector, task, arguments))


class Worker:
    """One process. Only one caller at a time may use it."""

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
        """Return the process id once it can score."""
        number = int(self._wait(START))
        self._is_ready = True
        return number

    def run(self, task: Task, arguments: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401
        """Run a task in the process and return its result; the task gets a detector and the arguments.

        Raises
        ------
        Problem
            If the task refused the request.
        TooSlowError, DiedError
            If it took too long, or the process ended. A new process runs the next task.
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
        """Stop the process."""
        self._process.kill()
        self._process.join()
        self._tasks.close()
        self._answers.close()
