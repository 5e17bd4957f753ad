"""Fuzzes a reader guided by coverage, with atheris (`pip install atheris`)."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.errors import BenchmarkError


@click.command()
@click.argument("reader")
@click.option("--seconds", default=600, show_default=True, help="How long.")
def command(reader: str, seconds: int) -> None:
    """Fuzz READER guided by the coverage of our code.

    What it fails on is written to the folder that we are in, as libFuzzer does.

    \b
    Examples:
      python -m benchmarks reliability guided html --seconds 3600
    """
    if not find_spec("atheris"):
        raise BenchmarkError("atheris is not installed: pip install atheris")
    import atheris

    with atheris.instrument_imports(include=["detector"]):
        from benchmarks.reliability.fuzz.loop import outcome_of
        from benchmarks.reliability.fuzz.targets import TARGETS
    targets = {target.name: target for target in TARGETS}
    if reader not in targets:
        raise BenchmarkError(f"no such reader: {', '.join(targets)}")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder, seeds = Path(name) / "files", Path(name) / "seeds"
        folder.mkdir()
        seeds.mkdir()
        for number, data in enumerate(targets[reader].seeds(folder)):
            (seeds / str(number)).write_bytes(data)
        read = targets[reader].reader(folder)

        def test(data: bytes) -> None:
            fault, _ = outcome_of(read, data)
            if fault:
                raise AssertionError(fault)

        atheris.Setup(["fuzz", str(seeds), f"-max_total_time={seconds}"], test)
        atheris.Fuzz()
