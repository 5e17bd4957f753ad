"""What a run tells its user: its plan, what the first shard shows about it, and its end, each in a line."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from detector.corpus.first_shard import Needs
from detector.corpus.formats.documents import Shard
from detector.corpus.report.loss_limit import Loss
from detector.corpus.run_log import in_units, in_words


def planned(shards: Sequence[Shard], workers: int, memory: int, output: Path) -> str:
    """Return the plan of a run. memory: bytes for all processes together."""
    files, tasks = len({part.name for shard in shards for part in shard.parts}), len(shards)
    size, free = sum(shard.bytes for shard in shards), shutil.disk_usage(output).free
    return (
        f"plan: {in_units(size)} in {files:,} file{'s'[: files != 1]}, {tasks:,} shard{'s'[: tasks != 1]}; "
        f"{workers} worker{'s'[: workers != 1]}, at most {in_units(memory)} of memory; "
        f"{in_units(free)} of disk are free"
    )


def needed(needs: Needs, output: Path) -> str:
    """Return what a whole run needs, by its first shard."""
    free = shutil.disk_usage(output).free
    line = (
        f"by the first shard: the run takes about {in_words(needs.seconds)} "
        f"and {in_units(needs.disk)} of disk; {in_units(free)} are free"
    )
    return (
        line if needs.disk <= free else f"{line}: that is too little, so free some, or name another --output"
    )


def ended(report: Mapping[str, Any], lost: Sequence[Loss]) -> str:
    """Return the end of a run."""
    total = report["total"]
    if lost:
        return f"nothing is published: {len(lost)} sites or sources would lose too much"
    return f"published: {total['kept']:,} of {total['documents']:,} documents kept"
