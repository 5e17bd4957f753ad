"""Near-duplicates of the same texts on Spark: ours, and the usual way, one after the other."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import ours, version_of
from benchmarks.files import json_lines
from benchmarks.measures.corpus_scores import joined_scored
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS
from benchmarks.run.spark.process import Limits, empty, failure, steps_in, used_by

NEAR_DUPLICATES: Final = "detector.spark.near_duplicates"
MINHASH_LSH: Final = "pyspark.ml MinHashLSH"
FUNCTIONS: Final = {
    NEAR_DUPLICATES: "benchmarks.run.spark.steps:near_duplicates",
    MINHASH_LSH: "benchmarks.run.spark.minhash_lsh:near_duplicates",
}
SYSTEMS: Final = tuple(FUNCTIONS)


def near_duplicates(
    texts: Path, truth: Path, folder: Path, memory: str, limits: Limits, systems: Sequence[str] = SYSTEMS
) -> list[dict[str, Any]]:
    """Return a row for each way to find the near-duplicates of texts (Parquet).

    If one fails, its row says why.
    """
    rows = []
    for system in systems:
        function = FUNCTIONS[system]
        identity = ours() if system == NEAR_DUPLICATES else {"versions": {"pyspark": version_of("pyspark")}}
        log = folder / "near-duplicates.log"
        with empty(folder / "near-duplicates") as out:
            used = used_by(calling(OURS, function, str(texts), str(out), memory), log, out, limits)
            failed = failure(used, log)
            found = {"failed": failed} if failed else joined_scored(json_lines(truth), _gone(out))
            steps = steps_in(out, not failed)
        rows.append({"system": system, **identity, **used.figures(), **found, "steps": steps})
        click.echo(json.dumps(rows[-1]))
    return rows


def _gone(out: Path) -> dict[str, str]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(out / "gone", columns=["id", "duplicate_of"])
    return dict(zip(table["id"].to_pylist(), table["duplicate_of"].to_pylist(), strict=True))
