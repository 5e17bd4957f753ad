"""Faults: two commands at once in one place."""

from benchmarks.reliability.faults.attempt import NAMED, Attempt, launched, new_logs, remove


def two_at_once(attempt: Attempt) -> None:
    """The same command twice at once: at least one finishes, the other one finishes or says why not."""
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
