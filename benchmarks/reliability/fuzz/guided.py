"""Fuzzes a reader guided by coverage, with atheris (`pip install atheris`)."""

import mmap
import os
import struct
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, read_json, write_json

NAME: Final = "reliability-guided"
COUNT: Final = struct.Struct("<q")


@click.command()
@click.argument("reader")
@click.option("--seconds", default=600, show_default=True, help="How long.")
@click.option("--write/--no-write", default=True, help="Write the result.")
def command(reader: str, seconds: int, write: bool) -> None:
    """Fuzz READER guided by the coverage of our code, to reliability-guided.json.

    It ends at the first input that the reader fails on, and writes it to the current folder, like libFuzzer.

    \b
    Examples:
      python -m benchmarks reliability guided html --seconds 3600
    """
    if not find_spec("atheris"):
        raise BenchmarkError("atheris is not installed: pip install atheris")
    seen = mmap.mmap(-1, COUNT.size)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        pid = os.fork()
        if pid == 0:
            _fuzz(reader, seconds, Path(name), seen)
        _, status = os.waitpid(pid, 0)
    (inputs,) = COUNT.unpack(seen[:])
    if not inputs:
        raise BenchmarkError(f"{reader} was not fuzzed: is it one of the readers of `fuzz --help`?")
    if write:
        path = RESULTS / f"{NAME}.json"
        before: list[dict[str, Any]] = read_json(path)["rows"] if path.is_file() else []
        row = {"reader": reader, "seconds": seconds, "inputs": inputs, "failed": status != 0}
        rows = [*(old for old in before if old["reader"] != reader), row]
        write_json(path, {"made": made(), "rows": rows})


def _fuzz(reader: str, seconds: int, place: Path, seen: mmap.mmap) -> None:
    """Fuzz in the forked process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["detector"]):
        from benchmarks.reliability.fuzz.loop import outcome_of
        from benchmarks.reliability.fuzz.targets import TARGETS
    targets = {target.name: target for target in TARGETS}
    if reader not in targets:
        raise BenchmarkError(f"no such reader: {', '.join(targets)}")
    folder, seeds = place / "files", place / "seeds"
    folder.mkdir()
    seeds.mkdir()
    for number, data in enumerate(targets[reader].seeds(folder)):
        (seeds / str(number)).write_bytes(data)
    read = targets[reader].reader(folder)

    def test(data: bytes) -> None:
        (count,) = COUNT.unpack(seen[:])
        seen[:] = COUNT.pack(count + 1)
        fault, _ = outcome_of(read, data)
        if fault:
            raise AssertionError(fault)

    atheris.Setup(["fuzz", str(seeds), f"-max_total_time={seconds}"], test)
    atheris.Fuzz()
