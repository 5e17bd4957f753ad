"""The kernels built by other compilers and with sanitizers: all compute the same bits."""

import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ZIG = [sys.executable, "-m", "ziglang", "c++"]
# Where all compilers must be present (.ci/run), none is skipped.
IN_CI = "DETECTOR_CI" in os.environ


def run(command, **variables):
    """Run a program in the checkout; return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-3000:]}"
    return done.stdout


def build(compiler, library, *options):
    run(
        [sys.executable, "detector/kernels/build.py", "--output", library, *options],
        CXX=shlex.join(compiler),
    )


def digests(library, **variables):
    """A hash of what each kernel computes over many pages."""
    lines = run([sys.executable, "-m", "tests.kernels.digest", library], **variables).splitlines()
    return dict(line.split() for line in lines)


@pytest.fixture(scope="module")
def installed():
    """The hashes of the library that is installed."""
    found = digests("detector/kernels/kernels.so")
    assert len(found) > 25
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["g++", "clang++", "zig"])
def test_every_compiler_gives_the_same_bits(name, installed, tmp_path):
    there = find_spec("ziglang") if name == "zig" else shutil.which(name)
    if not there:
        assert not (IN_CI and name == "zig"), "CI installs ziglang from PyPI"
        pytest.skip(f"no {name} on this machine")
    build(ZIG if name == "zig" else [name], tmp_path / "kernels.so")
    assert digests(tmp_path / "kernels.so") == installed


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory):
    """A library with sanitizers, and the environment that it runs in."""
    if not shutil.which("g++"):
        pytest.skip("no g++ on this machine")
    library = tmp_path_factory.mktemp("sanitized") / "kernels.so"
    build(["g++"], library, "--sanitize")
    preload = [
        run(["g++", f"-print-file-name={runtime}"]).strip() for runtime in ("libasan.so", "libubsan.so")
    ]
    return library, {"LD_PRELOAD": ":".join(preload), "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1"}


@pytest.mark.slow
def test_sanitizers_find_nothing_and_give_the_same_bits(installed, sanitized):
    library, variables = sanitized
    assert digests(library, **variables) == installed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "inputs"), {"html": 150, "text": 150, "words": 1500, "shingles": 150}.items()
)
def test_changed_pages_do_no_harm(target, inputs, sanitized, tmp_path):
    """About 15 seconds each; for more pages and other seeds, run `tests.kernels.fuzz_pages` by hand."""
    library, variables = sanitized
    last = tmp_path / "last"
    program = [sys.executable, "-m", "tests.kernels.fuzz_pages"]
    try:
        read = run([*program, library, target, inputs, 7, last], **variables)
    except AssertionError as error:
        pytest.fail(f"the page in hex: {last.read_bytes().hex()}: {error}")
    assert int(read) > inputs // 2
