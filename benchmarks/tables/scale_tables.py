"""What a large crawl costs on Spark, calculated from measured rates."""

from typing import Final

from benchmarks.tables.cells import Results, Table

# Web pages: bytes of HTML, and these compressed with LZ4, which is an assumption.
HTML_BYTES: Final = 60_000
PACKED_BYTES: Final = 15_000
# Pages are read once to count lines and once to score them, if their site is large.
READINGS: Final = 2
SIZES: Final = (6, 8, 9, 10)
EXECUTORS: Final = 100
CORES: Final = 4
BANDS: Final = 21
GROUP_PAGES: Final = 1000
NEAR_DUPLICATES: Final = "near-duplicates, write"


def _bytes(number: float) -> str:
    unit, size = ("TB", 1e12) if number >= 1e11 else ("GB", 1e9)
    return f"{number / size:,.3g} {unit}"


def _power(number: float) -> str:
    digits, exponent = f"{number:.0e}".split("e")
    return f"10^{int(exponent)}" if digits == "1" else f"{digits}·10^{int(exponent)}"


def calculated(on_spark: Results, speed: Results) -> Table:
    """Return core hours, bytes and rows for sizes of crawls.

    on_spark: a measured run with as many pages as possible, for near-duplicates; speed: the rate for HTML
    """
    rate = next(row["mb_per_s"] for row in speed["rows"] if row["system"] == "detector-html") * 1e6
    step = next(step for step in on_spark["steps"] if step["step"] == NEAR_DUPLICATES)
    scoring, comparing = READINGS * HTML_BYTES / rate, step["task_s"] / on_spark["count"]
    rows = []
    for exponent in SIZES:
        pages = 10**exponent
        hours = [pages * seconds / 3600 for seconds in (scoring, comparing)]
        shuffled = [pages * PACKED_BYTES, pages * step["shuffled"] / on_spark["count"]]
        together = [f"{sum(hours) / EXECUTORS / CORES:,.2g}", _bytes(sum(shuffled) / EXECUTORS)]
        counts = [_power(pages * BANDS), _power(pages / GROUP_PAGES)]
        cells = [f"{one:,.2g}" if one < 100 else f"{one:,.0f}" for one in hours]
        rows.append([_power(pages), *cells, *map(_bytes, shuffled), *together, *counts])
    head = ["pages", "core hours: scoring", "near-duplicates", "shuffled: pages", "near-duplicates"]
    head += [f"hours on {EXECUTORS} executors", "shuffled by each", "rows of bands"]
    return [*head, f"groups of {GROUP_PAGES:,} pages"], rows
