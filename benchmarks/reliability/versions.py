"""Runs the tests with the lowest allowed versions of the dependencies, and with the newest."""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, write_json

NAME: Final = "reliability-versions"
EXTRAS: Final = ("train", "parquet", "warc", "datasketch")
TESTS: Final = (
    "tests/test_detector.py",
    "tests/test_settings.py",
    "tests/text/test_html.py",
    "tests/near_duplicates/test_find.py",
    "tests/corpus/test_run.py",
    "tests/corpus/test_tables.py",
)
# The packages that run the tests are not varied.
TOOLS: Final = ("pytest>=8.3", "hypothesis>=6.100")
WHICH: Final = {"lowest": "lowest-direct", "newest": "highest"}


def _called(command: list[str | Path], what: str, codes: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise BenchmarkError(f"{what}: {done.stderr[-2000:] or done.stdout[-2000:]}")
    return done.stdout


def _direct() -> set[str]:
    """Return the names of the dependencies that pyproject.toml lists."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [word for extra in EXTRAS for word in project["optional-dependencies"][extra]]
    return {
        re.split(r"[<>=;\[ ]", word, maxsplit=1)[0].lower() for word in (*project["dependencies"], *extras)
    }


def tried(which: str, folder: Path) -> dict[str, Any]:
    """Install the versions into an environment of their own, and run the tests there."""
    _called([sys.executable, "-m", "venv", folder / "tools"], "no environment")
    _called([folder / "tools/bin/pip", "install", "-q", "uv"], "uv cannot be installed")
    uv, place = folder / "tools/bin/uv", folder / "environment"
    _called([uv, "venv", "-q", "--python", sys.executable, place], "no environment")
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    install = [uv, "pip", "install", "-q", "--python", place / "bin/python"]
    _called([*install, "--resolution", WHICH[which], "-r", "pyproject.toml", *extras], "dependencies")
    _called([*install, *TOOLS], "what runs the tests")
    frozen = _called([uv, "pip", "freeze", "--python", place / "bin/python"], "versions").splitlines()
    packages = [line.replace("==", " ") for line in frozen if line.split("==")[0].lower() in _direct()]
    said = _called(
        [place / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS], "tests", (0, 1)
    )
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", said)}
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return {
        "which": which,
        "python": sys.version.split()[0],
        "packages": packages,
        "passed": counts.get("passed", 0),
        "failed": len(failed),
        "failures": failed[:20],
    }


@click.command()
@click.option("--which", type=click.Choice(list(WHICH)), multiple=True, help="By default both.")
def command(which: tuple[str, ...]) -> None:
    """Run tests with the lowest and the newest dependencies, to reliability-versions.json.

    \b
    Examples:
      python -m benchmarks reliability versions
      python -m benchmarks reliability versions --which lowest
    """
    rows = []
    for name in which or WHICH:
        with tempfile.TemporaryDirectory(prefix="versions-") as folder:
            rows.append(tried(name, Path(folder)))
        click.echo(f"{name}: {rows[-1]['passed']} passed, {rows[-1]['failed']} failed")
        for line in rows[-1]["failures"]:
            click.echo(f"  {line}")
        write_json(RESULTS / f"{NAME}.json", {"made": made(), "rows": rows})
