"""joblib: one process per core (loky), or any other backend of joblib by name."""

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import psutil
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import resource_tracker
from joblib.externals.loky.process_executor import BrokenProcessPool
from joblib.parallel import get_active_backend

from detector.engines.engine import NAMES
from detector.engines.memory import MemoryWatch
from detector.errors import SettingsError, ShardError
from detector.safe_path import safe_path

SCHEDULER: Final = "DASK_SCHEDULER_ADDRESS"
LOKY: Final = "loky"
# Seconds after which a worker notices that its run has ended.
EVERY: Final = 0.5
# Standard output and error.
_STREAMS: Final = (1, 2)
_WATCH: Final = "end with the run"
# What Python and the loader of libraries say then.
_NO_MEMORY: Final = ("can't start new thread", "Cannot allocate memory", "failed to map segment")


@dataclass(frozen=True, eq=False)
class _Dependent:
    """A task for a worker on this machine, which ends when the main process does.

    Otherwise, workers of loky wait five minutes for more work, and finish their tasks even if nobody takes
    the results.
    """

    task: Callable[[Any], Any]
    parent: int

    def __call__(self, item: Any) -> Any:  # noqa: ANN401
        # With a single worker, joblib runs the tasks in this process.
        in_worker = os.getpid() != self.parent
        if in_worker and not any(thread.name == _WATCH for thread in threading.enumerate()):
            threading.Thread(target=self._watch, name=_WATCH, daemon=True).start()
        return self.task(item)

    def _watch(self) -> None:
        # A child whose parent has ended gets another parent, except on Windows.
        while os.getppid() == self.parent and psutil.pid_exists(self.parent):
            time.sleep(EVERY)
        os._exit(1)


@contextmanager
def _unheard() -> Iterator[None]:
    """Give processes that are started here a standard output and error that nobody reads.

    A worker without memory to start or to read a task prints a traceback there, and so does the resource
    tracker of a run that is stopped. What went wrong is raised here all the same.
    """
    if os.environ.get("DETECTOR_TRACEBACK"):
        yield
        return
    kept, nothing = [os.dup(stream) for stream in _STREAMS], os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        for number in _STREAMS:
            os.dup2(nothing, number)
        yield
    finally:
        for number, copy in zip(_STREAMS, kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(nothing)


def _is_short_of_memory(error: Exception) -> bool:
    """Tell whether the system gave a worker no memory: for a thread, or for a library to load."""
    return isinstance(error, ImportError | RuntimeError | OSError) and any(
        words in str(error) for words in _NO_MEMORY
    )


def _place(backend: str) -> dict[str, str]:
    """Register a backend with joblib, and return its address if the environment has one."""
    if backend == "ray":
        from ray.util.joblib import register_ray

        register_ray()
    return {"scheduler_host": os.environ[SCHEDULER]} if backend == "dask" and SCHEDULER in os.environ else {}


class Processes:
    """Workers of joblib.

    backend: "loky" (on this machine), "threading", "ray", "dask" (the current client, or the scheduler in
    DASK_SCHEDULER_ADDRESS), or another that is registered with joblib
    watch: when more memory is used than allowed, the workers finish their tasks, and one fewer continues;
    only for workers on this machine
    """

    def __init__(self, workers: int, backend: str = LOKY, watch: MemoryWatch | None = None) -> None:
        self.workers, self._backend, self._watch = workers, backend, watch

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item; yield results as they are ready."""
        waiting = deque(items)
        while waiting:
            with safe_path(), self._watch or nullcontext():
                yield from self._run(task, self._allowed(waiting))
            if waiting:
                self._do_with_less()
        if self._watch and self.workers == 1:
            self._watch.warn()

    def _allowed(self, waiting: deque[Any]) -> Iterator[Any]:
        """Yield waiting items as long as there is memory for all workers."""
        while waiting and not (self._watch and self._watch.passed and self.workers > 1):
            yield waiting.popleft()

    def _do_with_less(self) -> None:
        self.close()
        self.workers -= 1
        if self._watch:
            self._watch.say(f"workers go down from {self.workers + 1} to {self.workers}; nothing is lost")

    def _parallel(self) -> Parallel:
        """Return the workers; raises `SettingsError` for an unknown backend."""
        try:
            # This context knows the backends of other packages; `Parallel` does not.
            with parallel_config(self._backend, **_place(self._backend)):
                streams = get_active_backend()[0].supports_return_generator
                return Parallel(
                    self.workers,
                    return_as="generator_unordered" if streams else "list",
                    batch_size=1,
                    # No task is queued in advance, so that the bound takes effect with the next task.
                    pre_dispatch="n_jobs" if self._watch else "2*n_jobs",
                )
        except (ValueError, ImportError) as error:
            reason = str(error).strip().split("\n", 1)[0]
            raise SettingsError(
                f"{self._backend!r} is not an engine ({', '.join(NAMES)}), "
                f"and joblib cannot use the backend: {reason}"
            ) from None

    def _run(self, task: Callable[[Any], Any], items: Iterator[Any]) -> Iterator[Any]:
        parallel = self._parallel()
        try:
            if self._backend == LOKY:
                task = _Dependent(task, os.getpid())
                # The workers start here, with the first tasks. The results come later.
                with _unheard():
                    resource_tracker.ensure_running()
                    results = parallel(delayed(task)(item) for item in items)
            else:
                results = parallel(delayed(task)(item) for item in items)
            yield from results
        except BrokenProcessPool as error:
            # Also where it had no memory to read its task.
            raise ShardError(
                f"a worker was killed, or could not start ({signal.SIGKILL.name}: too little memory?). "
                "Finished work is kept: run the same command again, with fewer --workers"
            ) from error
        except (ImportError, RuntimeError, OSError) as error:
            if _is_short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise
        except (KeyboardInterrupt, SystemExit):
            self._end(kill=True)
            raise

    def _end(self, kill: bool) -> None:
        if self._backend == LOKY:
            get_reusable_executor().shutdown(wait=True, kill_workers=kill)

    def close(self) -> None:
        """End the workers when they have finished their tasks."""
        self._end(kill=False)
