"""The scoring processes, and the batches that they get: pages of many requests are scored together."""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from detector.web.metrics import Metrics
from detector.web.problems import Failure, Problem
from detector.web.settings import ServeSettings
from detector.web.tasks import PageJob, answers
from detector.web.worker import DiedError, ModelChoice, Task, TooSlowError, Worker

# The most pages and characters sent to a process together, as many as the pipe takes at once.
# `Detector.score_pages` may split them into smaller batches that fit the cache.
MOST_TOGETHER: Final = 64
MOST_CHARACTERS: Final = 800_000

Answer = bytes | Failure


class Pool:
    """Several processes. A caller waits until one is free."""

    def __init__(self, settings: ServeSettings, choice: ModelChoice, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._workers = [Worker(choice, settings.most_memory) for _ in range(settings.workers)]
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._threads = ThreadPoolExecutor(settings.workers, "detector-wait")
        self._waiting: deque[tuple[PageJob, asyncio.Future[Answer]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Wait until all processes can score."""
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            await loop.run_in_executor(self._threads, worker.wait_until_ready)
            self._free.put_nowait(worker)

    def close(self) -> None:
        """Stop all processes."""
        for task in self._tasks:
            task.cancel()
        for worker in self._workers:
            worker.close()
        self._threads.shutdown()

    async def _run(self, task: Task, *arguments: Any) -> Any:  # noqa: ANN401
        worker = await self._free.get()
        return await self._run_in(worker, task, arguments)

    async def _run_in(self, worker: Worker, task: Task, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
        """Run a task.

        The process is free again when the task is done, even if no caller waits for it any more.
        """
        seconds = self._settings.most_seconds
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, worker.run, task, arguments, seconds
        )
        running.add_done_callback(lambda done: self._free.put_nowait(worker))
        try:
            return await asyncio.shield(running)
        except (TooSlowError, DiedError):
            self._metrics.stopped.inc()
            raise

    async def call(self, task: Task, *arguments: Any) -> Any:  # noqa: ANN401
        """Return the result of a single task; raises `Problem` if it is refused or stopped."""
        try:
            return await self._run(task, *arguments)
        except TooSlowError:
            raise Problem(422, self._too_slow("this request")) from None
        except DiedError:
            raise Problem(422, "this request made its process fail: send less at a time") from None

    def _too_slow(self, what: str) -> str:
        return f"{what} took more than {self._settings.most_seconds:g} seconds and was stopped: send less"

    async def score(self, job: PageJob) -> Answer:
        """Return the answer for one page, which is scored together with pages of other requests."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        self._metrics.waiting.set(len(self._waiting))
        task = asyncio.create_task(self._next_batch())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await future

    async def _next_batch(self) -> None:
        """Score the waiting pages whenever a process is free.

        The busier the server, the larger the batches.
        """
        worker = await self._free.get()
        batch = self._together()
        if not batch:
            self._free.put_nowait(worker)
            return
        self._metrics.batch.observe(len(batch))
        jobs = [job for job, _ in batch]
        try:
            found: Sequence[Answer] = await self._run_in(worker, answers, (jobs,))
        except (TooSlowError, DiedError):
            found = [await self._alone(job, len(jobs) == 1) for job in jobs]
        except Problem as error:
            found = [Failure(error.status, str(error))] * len(jobs)
        for (_, future), answer in zip(batch, found, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _alone(self, job: PageJob, was_alone: bool) -> Answer:
        """Return the answer for a page of a batch that was stopped because of one of its pages."""
        try:
            if was_alone:
                return Failure(422, self._too_slow("this page"))
            found: Sequence[Answer] = await self._run(answers, [job])
            return found[0]
        except (TooSlowError, DiedError):
            return Failure(422, self._too_slow("this page"))
        except Problem as error:
            return Failure(error.status, str(error))

    def _together(self) -> list[tuple[PageJob, asyncio.Future[Answer]]]:
        batch: list[tuple[PageJob, asyncio.Future[Answer]]] = []
        size = 0
        while self._waiting and len(batch) < MOST_TOGETHER and size < MOST_CHARACTERS:
            job, future = self._waiting.popleft()
            if not future.done():  # the caller has disconnected
                batch.append((job, future))
                size += len(job.page)
        self._metrics.waiting.set(len(self._waiting))
        return batch
