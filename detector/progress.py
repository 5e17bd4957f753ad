"""Progress bars with rate and remaining time, on a terminal and in a notebook."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

# Called with the name of a step, the work done, and the total work.
Progress = Callable[[str, int, int], None]

# Steps whose work is counted in bytes, not in texts.
IN_BYTES: Final = (
    "looking at files", "counting lines", "cleaning", "judging earlier pages", "signing", "finding passages",
    "writing",
)  # fmt: skip
BAR: Final = (
    "detector: {desc} {percentage:3.0f}% {bar:24} {n_fmt} of {total_fmt}, {rate_fmt}, {remaining} left"
)


def no_progress(step: str, done: int, total: int) -> None:
    """Show no progress."""


@contextmanager
def progress_of(wish: bool | Progress) -> Iterator[Progress]:
    """Yield what shows the progress: a bar for True, nothing for False, or the caller's own function."""
    if callable(wish):
        yield wish
    elif wish:
        with ShownProgress(wanted=True) as bar:
            yield bar
    else:
        yield no_progress


class ShownProgress:
    """Shows the progress of each step on standard error. Called with its name, the work done, and the total.

    Work done by an earlier, stopped run does not count for the rate and the remaining time. With `wanted`, it
    is also shown without a terminal.
    """

    def __init__(self, wanted: bool = False) -> None:
        self._step = ""
        self._bar: Any = None
        self._disabled = not (wanted or (sys.stderr is not None and sys.stderr.isatty()))

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show the progress; tqdm limits how often."""
        if self._disabled:
            return
        if step != self._step:
            self.close()
            self._step, self._bar = step, self._new_bar(step, done, total)
        self._bar.update(done - self._bar.n)

    def _new_bar(self, step: str, done: int, total: int) -> Any:  # noqa: ANN401
        from tqdm.auto import tqdm  # slow to import, and most work is too short for a bar

        in_bytes = step in IN_BYTES
        return tqdm(
            desc=step,
            initial=done,
            total=total,
            unit="B" if in_bytes else "",
            unit_scale=in_bytes,
            bar_format=BAR,
        )

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._step, self._bar = "", None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
