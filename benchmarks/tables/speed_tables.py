"""The tables of speed: pages, and whole processes."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.tables.cells import chosen, grid, name_of, read


def speed(folder: Path, words: str) -> str:
    """Return the table of a speed run: html, text, news, lines or start; after it, the systems to show."""
    name, *systems = shlex.split(words)
    if name == "start":
        return _start(folder)
    result = read(folder, f"speed-{name}")
    columns = ["ms_per_page", "mb_per_s", "lines_per_s", "ratio"]
    shown = [column for column in columns if any(column in row for row in result["rows"])]
    rows = [
        [name_of(row), *(f"{row[column]:,.4g}" for column in shown), str(row["failed_pages"])]
        for row in sorted(chosen(result["rows"], systems), key=lambda row: row["ms_per_page"])
    ]
    names = {"ms_per_page": "ms per page", "mb_per_s": "MB/s", "lines_per_s": "lines/s"}
    heads = [names.get(column, f"time, {result['reference']} = 1") for column in shown]
    return grid(["system", *heads, "failed"], rows)


def serve(folder: Path, name: str) -> str:
    """Return the table of servers under load: "load"."""
    result = read(folder, "serve")
    rows = [
        [
            row["system"],
            str(row["clients"]),
            f"{row['cpu_ms_per_request']:,.1f}",
            f"{row['requests_per_s']:,.1f}",
            f"{row['p50_ms']:,.0f}",
            f"{row['p99_ms']:,.0f}",
            str(row["failed"]),
            " / ".join(map(str, row["memory_mb"])),
            f"{row['load_average']:.0f}",
        ]
        for row in result["rows"]
    ]
    waits = ["requests/s", "p50 ms", "p99 ms", "failed"]
    return grid(["system", "clients", "CPU ms per page", *waits, "MB: first, most, last", "load"], rows)


def workers(folder: Path, name: str) -> str:
    """Return the table of workers in other libraries' pipelines: "ready"."""
    result = read(folder, "workers")["rows"]
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        "worker": lambda row: str(row["worker"]),
        "bytes sent": lambda row: f"{row['pickled_bytes']:,}",
        "CPU s until ready": lambda row: f"{row['cpu_s']:.2f}",
        "MB": lambda row: f"{row['memory_mb']:.0f}",
    }
    if all("library_cpu_s" in row for row in result):
        columns["its library's import, CPU s"] = lambda row: f"{row['library_cpu_s']:.2f}"
        columns["ratio"] = lambda row: f"{row['cpu_s'] / row['library_cpu_s']:.2f}"
    return grid(list(columns), [[cell(row) for cell in columns.values()] for row in result])


def _start(folder: Path) -> str:
    """Return the CPU seconds of each process, one column per version."""
    rows = read(folder, "speed-start")["rows"]
    systems = list(dict.fromkeys(row["system"] for row in rows))
    seconds = {(row["process"], row["system"]): f"{row['cpu_s']:.3f}" for row in rows}
    processes = list(dict.fromkeys(row["process"] for row in rows))
    table = [[f"`{process}`", *(seconds[process, system] for system in systems)] for process in processes]
    return grid(["CPU s per process", *systems], table)
