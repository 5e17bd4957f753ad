"""Faults: processes that are killed or told to end, and two runs in one place."""

import os
import signal

from benchmarks.reliability.faults.attempt import NAMED, Attempt, launched, new_logs, remove

STOPPED = {signal.SIGTERM: 143, signal.SIGINT: 130}


def _send(attempt: Attempt, number: signal.Signals, code: int) -> None:
    """Send a signal to one to three calls in a row, then let one finish."""
    for _ in range(attempt.chance.choice((1, 1, 2, 3))):
        running = attempt.start()
        running.sleep(attempt.moment())
        running.send(number)
        ended = attempt.check(running, (code, -number))
        if attempt.disturbed == "finished":
            attempt.check_result(ended)
            break
    attempt.call_again()


def kill_run(attempt: Attempt) -> None:
    """Kill -9 of the command, at a random moment."""
    _send(attempt, signal.SIGKILL, -signal.SIGKILL)


def terminate_run(attempt: Attempt) -> None:
    """SIGTERM."""
    _send(attempt, signal.SIGTERM, STOPPED[signal.SIGTERM])


def interrupt_run(attempt: Attempt) -> None:
    """Ctrl-C."""
    _send(attempt, signal.SIGINT, STOPPED[signal.SIGINT])


def _send_to_worker(attempt: Attempt, number: signal.Signals) -> None:
    running = attempt.start()
    while running.sleep(0.05) and not running.workers():
        pass
    running.sleep(attempt.chance.uniform(0, 0.7) * attempt.reference.ended.seconds)
    if workers := running.workers():
        os.kill(attempt.chance.choice(workers).pid, number)
    ended = attempt.check(running, NAMED)
    attempt.conclude(ended)


def kill_worker(attempt: Attempt) -> None:
    """Kill -9 of a worker, as the kernel does when memory is short."""
    _send_to_worker(attempt, signal.SIGKILL)


def terminate_worker(attempt: Attempt) -> None:
    """SIGTERM of a worker."""
    _send_to_worker(attempt, signal.SIGTERM)


def two_at_once(attempt: Attempt) -> None:
    """Run the same command twice at once: at least one finishes, and the other finishes or says why not."""
    logs = new_logs()
    first = attempt.start()
    first.sleep(attempt.moment() * attempt.chance.choice((0.0, 0.5, 1.0)))
    second = launched(attempt.scenario, attempt.place, logs)
    if attempt.chance.random() < 0.3:
        second.sleep(attempt.moment())
        first.kill_all()
    ended = second.ended()
    one = attempt.check(first, (-9, *NAMED))
    finished = [found for found in (one, ended) if found.code == attempt.reference.ended.code]
    if ended.code not in (attempt.reference.ended.code, *NAMED) or "Traceback" in ended.err:
        attempt.problem("the second of two", ended)
    if not finished and one.code != -9:
        attempt.problem("neither of the two finishes", ended)
    if not attempt.scenario.once:
        for found in finished:
            attempt.check_result(found)
    attempt.call_again()
    remove(logs)
