"""The log of a run: OUT/log.txt, with what was done, how fast, and how long the rest will take."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from detector.errors import DetectorError, ShardError
from detector.progress import IN_BYTES, Progress, no_progress

# Called with messages for the user.
Tell = Callable[[str], None]

LOG: Final = "log.txt"
# The seconds between two lines about a step, in the file and for the caller.
LOG_EVERY: Final = 10
TELL_EVERY: Final = 60
# If fewer seconds are left, the time left is not reported.
SOON: Final = 30
# The approximate share of each step in a run's time (docs/corpus.md).
SHARES: Final = {
    "counting lines": 0.2, "cleaning": 0.63, "judging earlier pages": 0.05, "signing": 0.02,
    "finding passages": 0.02, "writing": 0.1,
}  # fmt: skip


def no_word(line: str) -> None:
    """Do nothing."""


def in_units(size: float) -> str:
    """Return a number of bytes as text.

    >>> in_units(1_234_567_890)
    '1.2 GB'
    """
    for name, unit in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 1e3:,.1f} KB"


def in_words(seconds: float) -> str:
    """Return a time as text.

    >>> in_words(95)
    '2 min'
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class _Step(NamedTuple):
    """A step in progress.

    before, done, total: its work: before it began, now, and all of it
    began: when it began; tasks: finished since then
    """

    name: str
    before: int
    began: float
    done: int
    total: int
    tasks: int = 0

    def share(self, done: int) -> float:
        """Return the share of the run's time for part of the step's work."""
        return SHARES.get(self.name, 0.0) * done / max(self.total, 1)

    def reached(self, workers: int) -> int:
        """Return the work since it began, with the tasks that are about to end.

        Workers begin together, so when the first of two ends its task, the other one is nearly done too.
        """
        worked, rounds = self.done - self.before, -(-self.tasks // workers)
        return min(worked * rounds * workers // max(self.tasks, 1), self.total - self.before)


class TimeLeft:
    """Estimates when a run ends, from the finished work and the usual shares of the steps.

    Work of an earlier, stopped run is not counted. steps: those of the run; workers: tasks at a time
    """

    def __init__(self, steps: Sequence[str], workers: int = 1) -> None:
        self._later = {name: SHARES[name] for name in steps}
        self._workers = workers
        self._worked = self._spent = 0.0

    def seconds(self, step: _Step, now: float) -> float | None:
        """Return the seconds left in the middle of a step; None if nothing is finished yet."""
        reached = step.reached(self._workers)
        worked = self._worked + step.share(reached)
        later = sum(share for name, share in self._later.items() if name != step.name)
        spent = self._spent + now - step.began
        return spent * (later + step.share(step.total - step.before - reached)) / worked if worked else None

    def finish(self, step: _Step, now: float) -> None:
        """Count a finished step."""
        if self._later.pop(step.name, None) is not None:
            self._worked += step.share(step.done - step.before)
            self._spent += now - step.began


class RunLog:
    """Writes the log of a run, and shows its progress; called as `Progress` is.

    tell: called with the messages that users wait for: the plan, and every minute the time left
    """

    def __init__(
        self,
        progress: Progress = no_progress,
        tell: Tell = no_word,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._progress, self._tell, self._clock = progress, tell, clock
        self._file: TextIO | None = None
        self._step: _Step | None = None
        self._left = TimeLeft(())
        self._logged = self._told = clock()

    @contextmanager
    def to(self, folder: Path, steps: Sequence[str], workers: int = 1) -> Iterator[None]:
        """Append to the log of a folder, also with the reason why the run stopped.

        steps: those that take long; workers: tasks at a time
        """
        self._left, self._told = TimeLeft(steps, workers), self._clock() - TELL_EVERY
        try:
            file = self._file = (folder / LOG).open("a", encoding="utf-8", errors="replace")
        except OSError as error:
            raise ShardError(f"{folder / LOG} cannot be written: {error.strerror}") from None
        try:
            yield
        except DetectorError as error:
            self.write(f"stopped: {error}")
            raise
        except (KeyboardInterrupt, SystemExit):
            self.write("stopped")
            raise
        finally:
            self._file = None
            with suppress(OSError):  # on a full disk, the rest cannot be written
                file.close()

    def write(self, line: str, tell: bool = False) -> None:
        """Write a line. tell: also pass it to the caller."""
        if tell:
            self._tell(line)
        if self._file is not None:
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            try:
                self._file.write(f"{moment} {' '.join(line.split())}\n")
                self._file.flush()
            except OSError:  # a full disk is reported where it loses work
                self._file = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show the progress of a step, and log it now and then."""
        self._progress(step, done, total)
        now = self._clock()
        if self._step is None or self._step.name != step:
            self._step, self._logged = _Step(step, done, now, done, total), now
        ended = done > self._step.done
        at = self._step = self._step._replace(done=done, total=total, tasks=self._step.tasks + ended)
        if done == total:
            self.write(f"{step}: done in {in_words(now - at.began)}{_rate(at, now)}")
            self._left.finish(at, now)
            self._step = None
        elif done > at.before:
            self._now_and_then(at, now)

    def _now_and_then(self, step: _Step, now: float) -> None:
        left = self._left.seconds(step, now)
        tells = now - self._told >= TELL_EVERY and left is not None and left >= SOON
        if not tells and now - self._logged < LOG_EVERY:
            return
        self._logged = now
        self._told = now if tells else self._told
        rest = f", about {in_words(left)} left" if left else ""
        self.write(f"{step.name}: {step.done / step.total:.0%}{_rate(step, now)}{rest}", tell=tells)


def _rate(step: _Step, now: float) -> str:
    """Return the work of a step per second."""
    worked, seconds = step.done - step.before, now - step.began
    if not worked or seconds <= 0:
        return ""
    rate = worked / seconds
    return f", {in_units(rate)}/s" if step.name in IN_BYTES else f", {rate:,.0f}/s"
