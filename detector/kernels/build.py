"""Compile the kernels into one library. pip runs this when it builds the package (pyproject.toml).

By hand, in a checkout:

    python detector/kernels/build.py              # with $CXX, g++, clang++, or ziglang from PyPI
    python detector/kernels/build.py --sanitize   # address and undefined-behaviour sanitizers
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

KERNELS = Path(__file__).parent
LIBRARY = KERNELS / "kernels.so"
# On Windows the compiler is ziglang: what is called g++ or clang++ there needs libraries of its own.
COMPILERS = () if sys.platform == "win32" else ("g++", "clang++", "c++", "gcc", "clang", "cc")
# -ffp-contract=off: a fused multiply-add would change the last bit of a score.
# -fwrapv: sums of indices wrap for any input; they are checked where they are used.
FLAGS = (
    "-std=c++20", "-O3", "-g0", "-fPIC", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
    "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno", "-fwrapv", "-Wall", "-Wextra",
    "-Wno-psabi", "-Wno-unknown-warning-option",
)  # fmt: skip
SANITIZE = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def compiler() -> list[str] | None:
    """Return the command of a C++ compiler on this machine, or None."""
    if own := os.environ.get("CXX"):
        return shlex.split(own)
    for name in COMPILERS:
        if path := shutil.which(name):
            return [path]
    return [sys.executable, "-m", "ziglang", "c++"] if find_spec("ziglang") else None


def run(command: list[str]) -> None:
    """Run a compiler; raises `RuntimeError` with its error message."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the kernels of detector do not compile:\n{shlex.join(command)}\n{done.stderr}")


def compiled(library: Path, sanitize: bool = False) -> None:
    """Compile the kernels into a library. The file appears when it is complete."""
    command = compiler()
    if command is None:
        raise RuntimeError("no C++ compiler: install g++ or clang++, or `pip install ziglang`")
    checks = SANITIZE if sanitize else ()
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, str(KERNELS / "generate.py"), folder])
        sources = [*sorted(KERNELS.rglob("*.cpp")), Path(folder, "generated.cpp")]
        objects = [str(Path(folder, f"{number}.o")) for number in range(len(sources))]
        compile_one = [*command, *FLAGS, *checks, f"-I{KERNELS}", f"-I{folder}", "-x", "c++", "-c"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(
                lambda source, target: run([*compile_one, str(source), "-o", target]), sources, objects
            ):
                pass
        linked = str(Path(folder, library.name))
        run([*command, "-shared", *checks, *objects, *without_libraries(command, sanitize), "-o", linked])
        unfinished = library.with_suffix(".unfinished")
        shutil.copyfile(linked, unfinished)
        unfinished.replace(library)


def without_libraries(command: list[str], sanitize: bool) -> tuple[str, ...]:
    """Return the options for linking: the kernels need no C++ library, the sanitizers need their own."""
    if sanitize:
        return ()
    # Not by its name: Apple's g++ and zig's c++ are clang.
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False).stdout
    if "clang" in version:
        return ("-nostdlib++",)
    return ("-nodefaultlibs", "-lc", "-lgcc")


def platform_tag() -> str:
    """Return the platform part of the wheel's name."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


if find_spec("hatchling"):
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class KernelBuild(BuildHookInterface):  # type: ignore[misc]
        """Puts the library into the wheel: one wheel per platform, for every Python."""

        def dependencies(self) -> list[str]:
            """Return what the build needs: a compiler from PyPI if the machine has none."""
            return [] if self.target_name != "wheel" or compiler() else ["ziglang==0.16.0"]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Compile the kernels before the wheel is packed."""
            if self.target_name != "wheel":
                return
            compiled(LIBRARY)
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform_tag()}"
            build_data["artifacts"].append(str(LIBRARY.relative_to(self.root)))


if __name__ == "__main__":
    from argparse import ArgumentParser

    parser = ArgumentParser(description="Compile the kernels of detector.")
    parser.add_argument(
        "--sanitize", action="store_true", help="with the sanitizers for addresses and undefined behaviour"
    )
    parser.add_argument("--output", type=Path, default=LIBRARY, help="the library to write")
    options = parser.parse_args()
    compiled(options.output, options.sanitize)
