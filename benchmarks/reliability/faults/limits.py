"""Faults: limits on open files and on memory."""

import resource
from contextlib import suppress
from functools import partial

import psutil

from benchmarks.reliability.faults.attempt import Attempt
from benchmarks.reliability.faults.processes import Start

MB = 1 << 20


def few_files(attempt: Attempt) -> None:
    """At most 64 open files."""
    most = attempt.chance.choice((64, 64, 48))
    prepare = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (most, most))
    ended = attempt.check(attempt.start(Start(prepare=prepare)))
    attempt.conclude(ended)


def little_memory(attempt: Attempt) -> None:
    """`ulimit -v`, from too little memory to start to enough."""
    most = attempt.chance.randint(150, 900) * MB
    prepare = partial(resource.setrlimit, resource.RLIMIT_AS, (most, most))
    ended = attempt.check(attempt.start(Start(fresh=True, prepare=prepare)))
    attempt.conclude(ended)


def _is_worker(process: psutil.Process) -> bool:
    """Tell whether a process is still running, and does more than track the semaphores of others."""
    try:
        return not any("resource_tracker" in word for word in process.cmdline())
    except psutil.NoSuchProcess:  # it has ended, or is a zombie
        return False


def worker_without_memory(attempt: Attempt) -> None:
    """A worker cannot get any more memory, from a random moment on."""
    running = attempt.start()
    while running.sleep(0.05) and len(running.workers()) < 2:
        pass
    running.sleep(attempt.chance.uniform(0, 0.7) * attempt.reference.ended.seconds)
    workers = [one for one in running.workers() if _is_worker(one)]
    if workers:
        worker = attempt.chance.choice(workers)
        more = attempt.chance.choice((0, 1, 5, 20)) * MB
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            most = worker.memory_info().vms + more
            resource.prlimit(worker.pid, resource.RLIMIT_AS, (most, most))
    ended = attempt.check(running)
    attempt.conclude(ended)
