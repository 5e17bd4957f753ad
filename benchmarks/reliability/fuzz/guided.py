"""Fuzzes a reader guided by coverage, with atheris (`pip install atheris`), until it is stopped or fails.

    python -m benchmarks.reliability.fuzz.guided html -max_total_time=600

What stands after the reader's name goes to libFuzzer.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["detector"]):
    from benchmarks.reliability.fuzz.loop import outcome_of
    from benchmarks.reliability.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz the reader that is named."""
    names = [target.name for target in TARGETS]
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit(f"name a reader: {', '.join(names)}")
    target = TARGETS[names.index(sys.argv.pop(1))]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder, seeds = Path(name) / "files", Path(name) / "seeds"
        folder.mkdir()
        seeds.mkdir()
        for number, data in enumerate(target.seeds(folder)):
            (seeds / str(number)).write_bytes(data)
        read = target.reader(folder)

        def test(data: bytes) -> None:
            fault, _ = outcome_of(read, data)
            if fault:
                raise AssertionError(fault)

        atheris.Setup([sys.argv[0], str(seeds), *sys.argv[1:]], test)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
