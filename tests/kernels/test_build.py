"""The kernels compiled otherwise: by other compilers, and with sanitizers. All compute the same bits."""

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
# Where all compilers must be there (.ci/run), none is left out.
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


@pytest.mark.slow
def test_sanitizers_find_nothing_and_give_the_same_bits(installed, tmp_path):
    if not shutil.which("g++"):
        pytest.skip("no g++ on this machine")
    build(["g++"], tmp_path / "kernels.so", "--sanitize")
    preload = [
        run(["g++", f"-print-file-name={library}"]).strip() for library in ("libasan.so", "libubsan.so")
    ]
    found = digests(
        tmp_path / "kernels.so", LD_PRELOAD=":".join(preload), ASAN_OPTIONS="detect_leaks=0:abort_on_error=1"
    )
    assert found == installed
