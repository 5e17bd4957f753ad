"""How far the work is: a bar with rate and time left on a terminal, else a plain line now and then."""

import sys
import time
from typing import Final

import click

SECONDS_ON_TERMINAL: Final = 0.2
SECONDS_IN_A_LOG: Final = 30.0
BAR: Final = 24
# Steps whose work is counted in bytes rather than in documents.
IN_BYTES: Final = ("looking at files", "counting lines", "cleaning", "signing", "writing")


def _left(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


class ShownProgress:
    """Says on standard error how far each step is."""

    def __init__(self) -> None:
        self._step = ""
        self._began = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say it, not too often; always when a step is done."""
        now = time.monotonic()
        if step != self._step:
            self._step, self._began, self._last = step, now, now
        pause = SECONDS_ON_TERMINAL if self._terminal else SECONDS_IN_A_LOG
        if now - self._last < pause and done < total:
            return
        self._last = now
        text = self._line(step, done, total, max(now - self._began, 1e-3))
        if self._terminal:
            click.echo(f"\r\x1b[K{text}", err=True, nl=done >= total)
        else:
            click.echo(text, err=True)

    def _line(self, step: str, done: int, total: int, seconds: float) -> str:
        share = done / total if total else 1.0
        if step in IN_BYTES:
            counts = f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB, {done / 1e6 / seconds:.1f} MB/s"
        else:
            counts = f"{done:,} of {total:,}"
        left = f", {_left(seconds / share - seconds)} left" if 0 < share < 1 else ""
        full = round(BAR * share)
        bar = f"[{'#' * full}{'.' * (BAR - full)}] " if self._terminal else ""
        return f"detector: {step} {bar}{share:.0%} ({counts}{left})"
