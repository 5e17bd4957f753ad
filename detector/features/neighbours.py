"""What stands around a line: averages that fade with the distance, and the next lines.

Each signal is averaged over the lines before and after with weights that halve every
1.5, 4, 12 and 40 lines; no line beyond the page's borders counts. The windows took
prototypes most of the way that recurrent networks went (../docs/how-it-works.md).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.schema import HALF_LIVES, OFFSETS
from detector.records import Floats, Integers, Number

N_LIVES: Final = len(HALF_LIVES)
FADES: Final = np.array([0.5 ** (1 / life) for life in HALF_LIVES], np.float32)
OFFSET: Final = np.array(OFFSETS, np.int64)


@inlined
def _sweep(
    signals: Floats, rows: tuple[Number, Number, Number], at: Number, evidence: Floats, state: Floats
) -> None:
    """Write one side's windows for the rows `first, last, step`, from column `at` on."""
    first, last, step = rows
    n_signals = signals.shape[1]
    state[:] = 0
    row = first
    while row != last:
        for life in range(N_LIVES):
            fade, weight = FADES[life], state[life, n_signals]
            scale = np.float32(1) / weight if weight > 0 else np.float32(0)
            for signal in range(n_signals):
                evidence[row, at + life * n_signals + signal] = state[life, signal] * scale
                state[life, signal] = (state[life, signal] + signals[row, signal]) * fade
            state[life, n_signals] = (weight + np.float32(1)) * fade
        row += step


@kernel
def windows(signals: Floats, page_segment: Integers, at: int, evidence: Floats, state: Floats) -> None:
    """Write the neighbour columns of `signals` (S, k), from column `at` on.

    state: float32 (4, k + 1), scratch.
    """
    n_signals = signals.shape[1]
    for page in range(page_segment.size - 1):
        first, last = page_segment[page], page_segment[page + 1]
        _sweep(signals, (first, last, 1), at, evidence, state)
        _sweep(signals, (last - 1, first - 1, -1), at + N_LIVES * n_signals, evidence, state)
        for row in range(first, last):
            column = at + 2 * N_LIVES * n_signals
            for number in range(OFFSET.size):
                near = row + OFFSET[number]
                inside = first <= near < last
                for signal in range(n_signals):
                    evidence[row, column] = signals[near, signal] if inside else np.float32(0)
                    column += 1


def write_windows(signals: Floats, page_segment: Integers, at: int, evidence: Floats) -> None:
    """Write the neighbour columns of `signals` (S, k), from column `at` on."""
    state: NDArray[np.float32] = np.zeros((N_LIVES, signals.shape[1] + 1), np.float32)
    windows(signals, page_segment, at, evidence, state)
