"""The tables of near-duplicates: head and rows from a result."""

from collections.abc import Sequence

from benchmarks.peers.systems import CONTAINMENT_SYSTEMS, NEAR_DUPLICATE_SYSTEMS, Peer
from benchmarks.tables.cells import Results, Table, name_of


def _share(value: float | None) -> str:
    """Return a share without its leading zero, to three places, and 1 only if it is exactly 1."""
    if value is None:
        return "–"
    if value == 1:
        return "1"
    return f"{min(value, 0.999):.3f}".removeprefix("0")


def _with_left_out(result: Results, rows: list[list[str]]) -> list[list[str]]:
    """Return the rows, and below them the systems that failed or were not run, and why."""
    if not rows:
        return rows
    width = len(rows[0])
    absent = [[name_of(row), row["failed"]] for row in result["rows"] if "failed" in row]
    absent += [[name, f"not run: {why}"] for name, why in result.get("left_out", {}).items()]
    return [*rows, *([*row, *[""] * (width - 2)] for row in absent)]


def _note(row: Results, systems: Sequence[Peer]) -> str:
    """Return the current note on a system, or for a system of the past the one in its result."""
    return next((system.note for system in systems if system.name == row["system"]), str(row["note"]))


def _ran(result: Results) -> list[Results]:
    return [row for row in result["rows"] if "failed" not in row]


def rates(result: Results) -> Table:
    """Return how fast and how large systems are, the fastest first."""
    head = ["system", "texts/s", f"rate, {result['reference']} = 1", "CPU s", "added memory, MB", ""]
    rows = [
        [
            name_of(row),
            f"{row['texts_per_s']:,.0f}",
            f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})",
            f"{row['cpu_s']:,.4g}",
            f"{row['rise_mb']:,.0f}",
            _note(row, NEAR_DUPLICATE_SYSTEMS),
        ]
        for row in sorted(_ran(result), key=lambda row: row["cpu_s"])
    ]
    return head, _with_left_out(result, rows)


def quality(result: Results) -> Table:
    """Return how good pairs and removal are."""
    head = ["system", "pairs P", "pairs R", "removal P", "removal R", "groups lost", "single texts lost"]
    rows = []
    for row in _ran(result):
        pairs, removal = row.get("pairs", {}), row.get("removal", {})
        shares = [part.get(name) for part in (pairs, removal) for name in ("precision", "recall")]
        lost = [removal.get(name) for name in ("lost_groups", "lost_singles")]
        counts = ["–" if number is None else f"{number:,}" for number in lost]
        rows.append([name_of(row), *map(_share, shares), *counts])
    return head, rows


def bands(result: Results) -> Table:
    """Return the share of pairs that is found, by Jaccard; of flags, that of pairs flagged both."""
    found = [(name_of(row), row["pairs"]["by_band"]) for row in _ran(result) if "pairs" in row]
    flags = [(name_of(row), row["flags"]["by_band"]) for row in _ran(result) if "flags" in row]
    every = [*found, *((f"{name}, both flagged", by_band) for name, by_band in flags)]
    names = list(every[0][1])
    rows = [["pairs", *(f"{every[0][1][name]['pairs']:,}" for name in names)]]
    rows += [[name, *(_share(by_band[band]["found"]) for band in names)] for name, by_band in every]
    return ["Jaccard", *names], rows


def signing(result: Results) -> Table:
    """Return how fast signatures are made."""
    head = ["system", "MB/s", "texts/s", f"rate, {result['reference']} = 1"]
    rows = [
        [name_of(row), f"{row['mb_per_s']:,.3g}", f"{row['texts_per_s']:,.0f}", f"{row['ratio']:.3f}"]
        for row in _ran(result)
    ]
    return head, _with_left_out(result, rows)


def containment(result: Results) -> Table:
    """Return how many texts inside longer ones are found, at what cost."""
    head = ["system", "pairs found", "precision", "recall", "CPU s", "added memory, MB", ""]
    rows = [
        [
            name_of(row),
            f"{row['pairs']['found']:,}",
            _share(row["pairs"]["precision"]),
            _share(row["pairs"]["recall"]),
            f"{row['cpu_s']:,.4g}",
            f"{row['rise_mb']:,.0f}",
            _note(row, CONTAINMENT_SYSTEMS),
        ]
        for row in _ran(result)
    ]
    return head, _with_left_out(result, rows)


def news(result: Results) -> Table:
    """Return which labelled pairs of news are found."""
    ran = _ran(result)
    labels = ran[0]["labels"]
    head = ["system", *(f"{label} ({row['pairs']})" for label, row in labels.items())]
    rows = [[name_of(row), *(str(row["labels"][label]["found"]) for label in labels)] for row in ran]
    return head, _with_left_out(result, rows)


KINDS = {
    "rates": rates,
    "quality": quality,
    "bands": bands,
    "signing": signing,
    "containment": containment,
    "news": news,
}
