"""The progress bar of a command: with rate and time left on a terminal, nothing elsewhere."""

import sys
from types import TracebackType
from typing import Any, Final, Self

from tqdm import tqdm

# Steps whose work is counted in bytes rather than in texts.
IN_BYTES: Final = ("looking at files", "counting lines", "cleaning", "signing", "writing")
BAR: Final = (
    "detector: {desc} {percentage:3.0f}% {bar:24} {n_fmt} of {total_fmt}, {rate_fmt}, {remaining} left"
)


class ShownProgress:
    """Shows the progress of each step on standard error; called with its name, the work done, and the total.

    Work that an earlier, stopped run did does not count for the rate and the time left.
    """

    def __init__(self) -> None:
        self._step = ""
        self._bar: Any = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show the progress; tqdm limits how often."""
        if step != self._step:
            self.close()
            self._step, self._bar = step, self._new_bar(step, done, total)
        self._bar.update(done - self._bar.n)

    @staticmethod
    def _new_bar(step: str, done: int, total: int) -> Any:  # noqa: ANN401
        in_bytes = step in IN_BYTES
        return tqdm(
            desc=step,
            initial=done,
            total=total,
            unit="B" if in_bytes else "",
            unit_scale=in_bytes,
            bar_format=BAR,
            disable=not sys.stderr.isatty(),
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
