"""joblib: a process a core (loky), or any other backend of joblib by its name."""

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from detector.errors import SettingsError, ShardError


class Processes:
    """joblib's workers.

    backend: "loky" (here), "threading", or one that is registered: "dask", "ray", "spark"
    """

    def __init__(self, workers: int, backend: str = "loky") -> None:
        self._workers, self._backend = workers, backend

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item; yield results as they are done."""
        if not items:
            return
        try:
            parallel = Parallel(
                self._workers,
                backend=self._backend,
                return_as="generator_unordered",
                batch_size=1,
                pre_dispatch="2*n_jobs",
            )
            yield from parallel(delayed(task)(item) for item in items)
        except TerminatedWorkerError as error:
            raise ShardError(
                f"a worker was ended from outside ({signal.SIGKILL.name}: too little memory?). "
                "What is done is kept: give the same command again, with fewer --workers"
            ) from error
        except ValueError as error:
            if "Invalid backend" not in str(error):
                raise
            raise SettingsError(f"joblib has no backend {self._backend!r}: {error}") from None

    def close(self) -> None:
        """End the workers."""
        if self._backend == "loky":
            get_reusable_executor().shutdown(wait=True)
