"""The tables for corpus runs: header and rows from a result."""

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.tables.cells import Results, Table, name_of

OURS: Final = "detector"
SPARK: Final = "detector-spark"

STEPS_HEAD: Final = [
    "system, step",
    "seconds",
    "CPU s (steps: task s)",
    "peak MB",
    "disk MB",
    "shuffled bytes per page",
]
HEAD = ["system", "MB/s", "CPU s", "peak MB", "disk MB", "template found", "content lost", "copies", "others"]


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
        rows.append([row["system"], f"{row['mb_per_s']:.1f}", f"{row['cpu_s']:,.0f}", *_space(row), *shares])
    return HEAD, rows


def _space(row: Results) -> list[str]:
    """Return memory and disk space; older results have no disk space."""
    return [f"{row['peak_mb']:,}", f"{row['disk_mb']:,}" if "disk_mb" in row else ""]


def stages(result: Results) -> Table:
    """Return the time of each stage of all systems, and its speed over the input."""
    megabytes = result["bytes"] / 1e6
    rows = []
    for row in (row for row in result["rows"] if "failed" not in row):
        rows.append([row["system"], f"{row['seconds']:.1f}", f"{row['mb_per_s']:.1f}"])
        for name, seconds in row["stages"].items():
            rate = f"{megabytes / seconds:.1f}" if seconds else ""
            rows.append([f"— {name}", f"{seconds:.1f}", rate])
    return ["system, stage", "seconds", "MB/s"], rows


def kinds(result: Results) -> Table:
    """Return what ours got wrong of each kind of planted lines; points are shares of all of that label."""
    own = next(row for row in result["rows"] if row["system"] == OURS)
    rows = []
    for label, head in (("template", "template lines left"), ("content", "content words lost")):
        found = [row for row in own["kinds"] if row["label"] == label]
        total = sum(row["number"] for row in found)
        for row in sorted(found, key=lambda row: -row["wrong"]):
            shares = (row["wrong"] / row["number"], row["wrong"] / total)
            rows.append(
                [head, row["kind"], f"{row['number']:,}", f"{row['wrong']:,}", *map("{:.2%}".format, shares)]
            )
    return ["", "kind", "number", "wrong", "of the kind", "of all"], rows


def when(result: Results) -> str:
    """Return a sentence: when a result was made, and what else the machine did."""
    day = result["made"]["when"].split("T")[0]
    if "load" not in result:
        return f"Measured on {day}.\n"
    load = result["load"]
    return (
        f"Measured on {day}, on {load['cores']} cores with other work: the load was {load['before']:.0f} "
        f"before and {load['after']:.0f} after.\n"
    )


def kills(result: Results) -> Table:
    """Return how many killed runs gave the same output."""
    row = [f"{result['count']:,}", f"{result['kills']}", f"{result['equal']}", f"{result['seconds']:.0f}"]
    return ["pages", "killed", "identical output", "seconds, undisturbed"], [row]


def read_pages(verdicts: Results) -> Table:
    """Return for each site, and for all, how many pages were read, and which lines were wrong."""
    rows = []
    for name in (*sorted({row["site"] for row in verdicts["pages"]}), "all"):
        pages = [row for row in verdicts["pages"] if name in (row["site"], "all")]
        right = sum(not row["lost"] and not row["left"] for row in pages)
        counts = [sum(row[key] for row in pages) for key in ("lines", "kept", "lost", "left")]
        rows.append([name, f"{len(pages)}", f"{right}", *(f"{count:,}" for count in counts)])
    return ["site", "pages", "without a fault", "lines", "kept", "wrongly dropped", "wrongly kept"], rows


def spark(result: Results) -> Table:
    """Return time, memory and quality of data frames on Spark and of a corpus run, and time of each step."""
    rows = [
        [
            row["system"],
            *(f"{row['seconds']:,.0f}", f"{row['cpu_s']:,.0f}", *_space(row), ""),
            *(f"{row[name]:.2%}" for name in ("template_found", "content_lost", "copies_removed")),
        ]
        for row in result["rows"]
    ]
    rows += [_step(step, result["count"], 3) for step in result["steps"]]
    return [*STEPS_HEAD, *HEAD[5:8]], rows


def spark_near_duplicates(result: Results) -> Table:
    """Return time, memory and results of ways to find near-duplicates on Spark, and the time of each step."""
    rows = []
    for texts, found in result["near_duplicates"].items():
        for row in found:
            rows.append(_near_duplicates_row(f"{name_of(row)}, {texts}", row, result["count"]))
            rows += [_step(step, result["count"], 2) for step in row["steps"]]
    return [*STEPS_HEAD, "copies found", "wrongly joined"], rows


def skew(result: Results) -> Table:
    """Return for each shape of a corpus what its steps on Spark take, and their longest tasks."""
    rows = []
    for row in result["rows"]:
        crowd = f"{row['crowd_kept']:,} of {row['crowd']:,}" if row["crowd"] else ""
        rows.append(
            [
                row["shape"],
                f"{row['seconds']:,.0f}",
                *[""] * 3,
                f"{row['peak_mb']:,}",
                f"{row['kept']:,}",
                crowd,
            ]
        )
        for step in row["steps"]:
            of_tasks = (f"{step[name]:,.0f}" for name in ("task_s", "longest_s"))
            shuffled = f"{step['shuffled'] / result['count']:,.0f}"
            rows.append([f"— {step['step']}", f"{step['seconds']:,.0f}", *of_tasks, shuffled, "", "", ""])
    head = ["pages", "seconds", "task seconds", "longest task", "bytes shuffled a page", "peak MB"]
    return [*head, "documents kept", "of the crowd"], rows


def options(result: Results) -> Table:
    """Return what each way to clean takes on Spark, and what it found."""
    found = {
        "clean with numbers and filters, write": f"{result['filtered']:,} documents filtered",
        "find passages, write": f"{result['passages']:,} passages",
        "counts of every second page, write": f"{result['counts']:,} counts",
        "clean the others with these counts, write": f"{result['new']:,} pages",
    }
    rows = []
    for step in result["steps"]:
        of_tasks = (f"{step[name]:,.0f}" for name in ("seconds", "task_s", "longest_s"))
        shuffled = f"{step['shuffled'] / result['count']:,.0f}"
        rows.append([step["step"], *of_tasks, shuffled, found.get(step["step"], "")])
    return ["step", "seconds", "task seconds", "longest task", "bytes shuffled a page", "found"], rows


def _near_duplicates_row(name: str, row: Results, count: int) -> list[str]:
    if "failed" in row:
        found = ["", row["failed"], ""]
    else:
        shuffled = sum(step.get("shuffled", 0) for step in row["steps"]) / count
        wrong = f"{row['wrongly_joined']:,} of {row['removed']:,}"
        found = [f"{shuffled:,.0f}", f"{row['copies_found']:.2%}", wrong]
    return [name, f"{row['seconds']:,.0f}", f"{row['cpu_s']:,.0f}", *_space(row), *found]


def _step(step: Results, count: int, empty: int) -> list[str]:
    """Return the row of a step; only its seconds if the program has not finished."""
    logged = ["", "", "", ""]
    if "task_s" in step:
        logged = [f"{step['task_s']:,.0f}", "", "", f"{step['shuffled'] / count:,.0f}"]
    return [f"— {step['step']}", f"{step['seconds']:,.0f}", *logged, *[""] * empty]


def cost(results: Sequence[Results], on_spark: Sequence[Results]) -> Table:
    """Return what a million pages cost, from runs over as many or fewer; and memory, and when they ran."""
    rows = []
    for result in results:
        own = next(row for row in result["rows"] if row["system"] == OURS)
        rows.append(_cost_row(f"corpus run, {result['count']:,} pages", own, result))
    for result in on_spark:
        rows += _cost_on_spark(result)
    return ["measured with", "on", "CPU hours", "GB read", "peak MB", "GB on disk", "GB shuffled"], rows


def _cost_on_spark(result: Results) -> list[list[str]]:
    count, name = result["count"], f"Spark, {result['count']:,} pages"
    own = next(row for row in result["rows"] if row["system"] == SPARK)
    shuffled = sum(step["shuffled"] for step in result["steps"])
    rows = [[*_cost_row(name, own, result)[:-1], f"{shuffled / count / 1e3:.2f}"]]
    for step in result["steps"]:
        hours, each = step["task_s"] / count * 1e6 / 3600, step["shuffled"] / count / 1e3
        rows.append([f"— {step['step']} (task hours)", "", f"{hours:.2f}", "", "", "", f"{each:.2f}"])
    return rows


def _cost_row(name: str, row: Results, result: Results) -> list[str]:
    each = 1e6 / result["count"]
    hours, size = row["cpu_s"] * each / 3600, result["bytes"] * each / 1e9
    day = result["made"]["when"].split("T")[0]
    disk = f"{row['disk_mb'] * each / 1e3:.1f}" if "disk_mb" in row else ""
    return [name, day, f"{hours:.2f}", f"{size:.1f}", f"{row['peak_mb']:,}", disk, ""]


ON_SPARK: Final[dict[str, Callable[[Results], Table]]] = {
    "": spark,
    "near-duplicates": spark_near_duplicates,
    "skew": skew,
    "options": options,
}


def real_sites(result: Results) -> Table:
    """Return time and quality of all systems on pages of real sites."""
    head = ["system", "words F1", "content lost", "other words in what stays", "pages gone", "seconds"]
    rows = []
    for row in result["rows"]:
        name = " ".join(filter(None, (row["system"], row["version"])))
        cells = [name, f"{row['words_f1']:.3f}", f"{row['content_lost']:.1%}", f"{row['other_kept']:.1%}"]
        rows.append([*cells, str(row["gone"]), f"{row['seconds']:.0f}" if row["seconds"] else ""])
    return head, rows


OF_RUNS: Final[dict[str, Callable[[Results], Table]]] = {
    "": systems,
    "stages": stages,
    "kinds": kinds,
    "real": real_sites,
}
