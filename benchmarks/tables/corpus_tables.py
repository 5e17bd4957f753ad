"""The tables for corpus runs: header and rows from a result."""

from benchmarks.tables.cells import Results, Table

HEAD = ["system", "MB/s", "CPU s", "peak MB", "template found", "content lost", "copies", "others"]


def systems(result: Results) -> Table:
    """Return time, memory and quality of all systems."""
    rows = []
    for row in result["rows"]:
        if "failed" in row:
            rows.append([row["system"], row["failed"], *[""] * (len(HEAD) - 2)])
            continue
        shares = [
            f"{row[name]:.2%}"
            for name in ("template_found", "content_lost", "copies_removed", "originals_removed")
        ]
        rows.append(
            [row["system"], f"{row['mb_per_s']:.1f}", f"{row['cpu_s']:,.0f}", f"{row['peak_mb']:,}", *shares]
        )
    return HEAD, rows


def kills(result: Results) -> Table:
    """Return how many killed runs gave the same output."""
    row = [f"{result['count']:,}", f"{result['kills']}", f"{result['equal']}", f"{result['seconds']:.0f}"]
    return ["pages", "killed", "identical output", "seconds, undisturbed"], [row]


def spark(result: Results) -> Table:
    """Return time and memory of data frames on Spark, compared with a corpus run, and of each step."""
    rows = [
        [row["system"], f"{row['seconds']:,.0f}", f"{row['cpu_s']:,.0f}", f"{row['peak_mb']:,}", ""]
        for row in result["rows"]
    ]
    for step in result["steps"]:
        shuffled = f"{step['shuffled'] / result['count']:,.0f}"
        rows.append([f"— {step['step']}", f"{step['seconds']:,.0f}", f"{step['task_s']:,.0f}", "", shuffled])
    return ["system, step", "seconds", "CPU s (steps: task s)", "peak MB", "shuffled bytes per page"], rows
