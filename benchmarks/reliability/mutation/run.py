"""Runs the tests of a file on its mutants, and lists those that no test notices."""

import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
import types
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from itertools import product
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import pytest
from filelock import FileLock

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, read_json, write_json
from benchmarks.reliability.mutation.equivalent import reason_of
from benchmarks.reliability.mutation.mutants import Mutant, mutants_of

NAME: Final = "reliability-mutants"
# A mutant that makes the tests take this many times as long counts as noticed.
SLOWER: Final = 8.0
LEAST_SECONDS: Final = 20.0
# The files in which a wrong decision loses data, and their tests, the fastest first.
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "detector/decisions.py": (
        "tests/test_by_kind.py",
        "tests/test_decisions.py",
        "tests/test_whole_blocks.py",
    ),
    "detector/decisions_by_kind.py": ("tests/test_by_kind.py", "tests/model/test_kind_network.py"),
    "detector/copies.py": ("tests/test_copies.py",),
    "detector/near_duplicates/keep_policy.py": (
        "tests/near_duplicates/test_keep_policy.py",
        "tests/near_duplicates/test_pairs.py",
    ),
    "detector/near_duplicates/jaccard/verification.py": (
        "tests/near_duplicates/test_verification.py",
        "tests/near_duplicates/test_keep_policy.py",
    ),
    "detector/corpus/report/loss_limit.py": ("tests/corpus/test_loss_limit.py",),
    "detector/files/checked.py": ("tests/files/test_checked.py",),
    "detector/files/json_lines.py": ("tests/files/test_json_lines.py",),
    "detector/files/arrays.py": ("tests/files/test_arrays.py",),
    "detector/files/atomic.py": (
        "tests/files/test_atomic.py",
        "tests/files/test_sparse.py::test_json_of_ours_is_bounded",
    ),
    "detector/settings.py": ("tests/test_settings.py",),
    "detector/corpus/run_folder.py": ("tests/corpus/test_run_folder.py",),
    "detector/corpus/manifest.py": (
        "tests/corpus/test_manifest.py",
        "tests/corpus/test_damage.py::test_a_whole_run_is_restored",
        "tests/corpus/test_damage.py::test_a_foreign_manifest_is_refused",
        "tests/corpus/test_damage.py::test_lines_with_a_turned_bit_are_refused",
        "tests/corpus/test_damage.py::test_a_published_file_that_is_damaged_before_the_run_ends_is_named",
    ),
    "detector/corpus/restore.py": (
        "tests/corpus/test_restore.py",
        "tests/corpus/test_damage.py::test_a_whole_run_is_restored",
        "tests/corpus/test_damage.py::test_lines_that_are_not_all_there_are_refused",
        "tests/corpus/test_damage.py::test_a_foreign_manifest_is_refused",
        "tests/corpus/test_lines_column.py",
    ),
}


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module with a different source."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module, self._path, self._source = module, path, source

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module, if it is this one."""
        if name != self._module:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)  # type: ignore[arg-type]

    def exec_module(self, module: types.ModuleType) -> None:
        """Execute the changed source."""
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


def _test(file: str, source: str, tests: Sequence[str]) -> NoReturn:
    """Run the tests with a changed file, in the forked process."""
    code = 3
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the tests need none, and loading them takes seconds
    try:
        os.setsid()
        with open(os.devnull, "w") as nothing:  # noqa: PTH123
            for descriptor in (1, 2):
                os.dup2(nothing.fileno(), descriptor)
        for name in [name for name in sys.modules if name.split(".")[0] in ("detector", "tests")]:
            del sys.modules[name]
        module = file.removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, _Changed(module, ROOT / file, source))
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))
    finally:
        os._exit(code)


def _import_libraries() -> None:
    """Import what all tests need once, before the processes are forked."""
    for name in ("numpy", "regex", "msgspec", "turbohtml", "psutil", "xxhash", "publicsuffixlist"):
        importlib.import_module(name)


def _survives(file: str, source: str, tests: Sequence[str], most_seconds: float) -> tuple[bool, float]:
    """Tell whether all tests pass with a changed file, and how long they took."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _test(file, source, tests)
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        seconds = time.monotonic() - began
        if done:
            return status == 0, seconds
        if seconds > most_seconds:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return False, seconds
        time.sleep(0.02)


def _drawn(mutants: list[Mutant], most: int, seed: int) -> list[Mutant]:
    return mutants if len(mutants) <= most else sorted(random.Random(seed).sample(mutants, most))


def row_of(file: str, most: int, seed: int) -> dict[str, Any]:
    """Return how many mutants of a file its tests notice, and which ones they do not."""
    source = (ROOT / file).read_text("utf-8")
    tests = [test for test in FILES[file] if (ROOT / test.split("::")[0]).is_file()]
    _import_libraries()
    passes, seconds = _survives(file, source, tests, 600.0)
    if not passes:
        raise BenchmarkError(f"the tests of {file} fail without a change: {', '.join(tests)}")
    mutants = mutants_of(source)
    drawn = _drawn(mutants, most, seed)
    survivors: list[dict[str, Any]] = []
    equivalent: list[dict[str, Any]] = []
    for mutant in drawn:
        if _survives(file, mutant.source, tests, max(SLOWER * seconds, LEAST_SECONDS))[0]:
            found = {"line": mutant.line, "what": mutant.what}
            if why := reason_of(file, source, mutant.line, mutant.what):
                equivalent.append({**found, "why": why})
            else:
                survivors.append(found)
            click.echo(f"{file}:{mutant.line}: {mutant.what}{why and f' ({why})'}")
    return {
        "file": file,
        "seed": seed,
        "tests": tests,
        "possible": len(mutants),
        "mutants": len(drawn),
        "killed": len(drawn) - len(survivors) - len(equivalent),
        "survivors": survivors,
        "equivalent": equivalent,
    }


def _write(row: dict[str, Any]) -> None:
    """Put a row into the result. Those of other files and draws stay; several runs may write at once."""
    path = RESULTS / f"{NAME}.json"
    with FileLock(Path(tempfile.gettempdir()) / f"{NAME}.lock"):
        before = read_json(path)["rows"] if path.is_file() else []
        rows = {(one["file"], one["seed"]): one for one in [*before, row]}
        ordered = sorted(rows.values(), key=lambda one: (one["seed"], list(FILES).index(one["file"])))
        write_json(path, {"made": made(), "rows": ordered})


@click.command()
@click.option("--most", default=1000, show_default=True, help="Mutants of a file, drawn by chance.")
@click.option("--file", "words", multiple=True, help="Only files with these words in their names.")
@click.option("--seed", "seeds", type=int, multiple=True, default=(1, 2), show_default=True, help="Draws.")
@click.option("--write/--no-write", default=True, help="Write the result.")
def command(most: int, words: tuple[str, ...], seeds: tuple[int, ...], write: bool) -> None:
    """Change the code, a bit at a time, and see whether the tests notice, to reliability-mutants.json.

    Only tests that call the code in their own process can notice a change.

    \b
    Examples:
      python -m benchmarks reliability mutants --most 12 --seed 1 --seed 2
      python -m benchmarks reliability mutants --file decisions --no-write
    """
    chosen = [file for file in FILES if not words or any(word in file for word in words)]
    if not chosen:
        raise BenchmarkError(f"no such file: {', '.join(FILES)}")
    for file, seed in product(chosen, seeds):
        row = row_of(file, most, seed)
        click.echo(f"{file}, seed {seed}: {row['killed']} of {row['mutants']} noticed")
        if write:
            _write(row)
