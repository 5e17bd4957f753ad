"""Faults: a clock that goes backwards, and files from the future."""

import os
import time
from functools import partial

from benchmarks.reliability.faults.attempt import Attempt
from benchmarks.reliability.faults.processes import Start

DAY = 86_400.0


def _turn_back(after: int, by: float) -> None:
    """Let the clock go back after it has been read a few times, then continue from there."""
    real, looks = time.time, [0]

    def turned() -> float:
        looks[0] += 1
        return real() - (by if looks[0] > after else 0.0)

    time.time, time.time_ns = turned, lambda: int(turned() * 1e9)


def clock_back(attempt: Attempt) -> None:
    """A run is killed; then its files get another time, and the clock goes back while the run continues."""
    running = attempt.start()
    running.sleep(attempt.moment())
    running.kill_all()
    attempt.step = attempt.place.step()
    written = [path for name in attempt.scenario.writes for path in (attempt.place.folder / name).rglob("*")]
    moment = attempt.chance.choice((0.0, 1.0, time.time() + 400 * DAY))
    for path in written:
        os.utime(path, (moment, moment))
    by = attempt.chance.choice((1.0, DAY, 20_000 * DAY))
    prepare = partial(_turn_back, attempt.chance.choice((0, 1, 2, 5, 20)), by)
    ended = attempt.check(attempt.start(Start(prepare=prepare)), ())
    attempt.check_result(ended)
    attempt.call_again()
