"""Faults: pipes that are slow or end too early, and streams that are closed from the start."""

import os
import time
from contextlib import suppress

from benchmarks.reliability.faults.attempt import Attempt
from benchmarks.reliability.faults.processes import Ended, Start, Streams

PIECE = 700


def _read_all(end: int, pause: float) -> bytes:
    found = b""
    while data := os.read(end, PIECE):
        found += data
        time.sleep(pause)
    return found


def closed_pipe(attempt: Attempt) -> None:
    """The reader of standard output reads some bytes, then closes the pipe, as `head` does."""
    reading, writing = os.pipe()
    running = attempt.start(Start(fresh=True, streams=Streams(stdout=writing)))
    os.close(writing)
    if wanted := attempt.chance.choice((0, 1, 50, 5000)):
        os.read(reading, wanted)
    os.close(reading)
    attempt.check(running, ())
    attempt.call_again()


def slow_pipe(attempt: Attempt) -> None:
    """The reader of standard output is slow."""
    reading, writing = os.pipe()
    running = attempt.start(Start(fresh=True, streams=Streams(stdout=writing)))
    os.close(writing)
    found = _read_all(reading, attempt.chance.choice((0.0, 0.002, 0.01)))
    os.close(reading)
    ended = attempt.check(running, ())._replace(out=found)
    attempt.check_result(ended)
    attempt.call_again()


def _fed(attempt: Attempt, data: bytes, pause: float) -> Ended:
    reading, writing = os.pipe()
    running = attempt.start(Start(fresh=True, streams=Streams(stdin=reading)))
    os.close(reading)
    with suppress(BrokenPipeError):
        for at in range(0, len(data), PIECE):
            os.write(writing, data[at : at + PIECE])
            time.sleep(pause)
    os.close(writing)
    return attempt.check(running)


def slow_input(attempt: Attempt) -> None:
    """Standard input arrives in small pieces."""
    assert attempt.scenario.stdin
    data = (attempt.place.folder / attempt.scenario.stdin).read_bytes()
    ended = _fed(attempt, data, attempt.chance.choice((0.0, 0.002, 0.01)))
    attempt.check_result(ended)
    attempt.call_again()


def cut_input(attempt: Attempt) -> None:
    """Standard input ends in the middle."""
    assert attempt.scenario.stdin
    data = (attempt.place.folder / attempt.scenario.stdin).read_bytes()
    _fed(attempt, data[: attempt.chance.randrange(len(data))], 0.0)
    attempt.call_again()


def closed_streams(attempt: Attempt) -> None:
    """Standard input, output or errors are closed from the start."""
    closed = attempt.chance.choice(((0,), (1,), (2,), (0, 1), (0, 1, 2)))
    how = Start(fresh=True, streams=Streams(closed=closed))
    ended = attempt.check(attempt.start(how), says_why=2 not in closed)
    if attempt.disturbed == "finished" and 1 not in closed:
        attempt.check_result(ended)
    attempt.call_again()
