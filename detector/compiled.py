"""The one decorator of all kernels.

numba keeps compiled kernels on disk, but by default beside the source (which may
be read-only) and keyed by one file only: a kernel that calls a changed kernel of
another file keeps its stale machine code. So every kernel here goes to one folder
named by a hash of all sources of this package, numba's version and Python's, in the
first place that can be written: the user's cache folder, else a temporary one.
Where neither can be written, kernels are compiled anew in each process.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numba.extending

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).parent

# Untyped on purpose: numba's own types know neither of the two.
_njit: Any = numba.njit
_config: Any = numba.config

# Kernels allocate nothing, so reference counting is left out: it costs an atomic
# instruction for every array that a small function takes, ten times what reading one
# character costs. The caller makes all arrays.
NO_COUNTING = {"nogil": True, "_nrt": False}


def start_without_blas() -> None:
    """Load the rest of numba without scipy, for a program of our own.

    numba would import scipy's linear algebra, an eighth of a second, for functions that
    no kernel here uses. A library must not do that to its user's process; a command may.
    """
    before = sys.modules.get("scipy.linalg")
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    try:
        import_module("numba.np.arraymath")
    finally:
        del sys.modules["scipy.linalg"]
        if before is not None:
            sys.modules["scipy.linalg"] = before


@lru_cache(maxsize=1)
def source_hash() -> str:
    """Hash of everything that machine code depends on: the files with kernels, numba, Python."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_bytes()
        if b"compiled import" in source:
            digest.update(source)
    return digest.hexdigest()[:16]


def _user_cache() -> Path:
    """Return the user's cache folder by the platform's custom; `DETECTOR_CACHE` overrides it."""
    if own := os.environ.get("DETECTOR_CACHE"):
        return Path(own)
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", tempfile.gettempdir())
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(base) / "detector"


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Return the first folder that can be written, or None."""
    owner = getattr(os, "getuid", lambda: "user")()
    for base in (_user_cache(), Path(tempfile.gettempdir()) / f"detector-{owner}"):
        folder = base / source_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def is_warm() -> bool:
    """Tell whether kernels of this very version were compiled on this machine before."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("*.nbi"))


def kernel(function: F) -> F:
    """Compile `function` to machine code at its first call, cached on disk where possible.

    No fastmath and no parallel reduction: a line's score must not depend on the
    lines beside it in a batch.
    """
    folder = cache_folder()
    if folder is None:
        return cast(F, _njit(**NO_COUNTING)(function))
    # numba reads its folder setting when it decorates; other users of numba in
    # this process keep theirs.
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(folder)
    try:
        return cast(F, _njit(cache=True, **NO_COUNTING)(function))
    finally:
        _config.CACHE_DIR = before


def inlined(function: F) -> F:
    """Compile a function into each kernel that calls it."""
    return cast(F, _njit(forceinline=True, **NO_COUNTING)(function))


def intrinsic(function: Callable[..., Any]) -> Any:  # noqa: ANN401
    """Make an operation of LLVM instructions, for what numba cannot say (`loads`)."""
    return numba.extending.intrinsic(function)
