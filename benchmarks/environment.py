"""Where a result was made: machine, versions, commit, time, and our model."""

import hashlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from benchmarks.files import ROOT
from detector.model.files import default_model
from detector.version import __version__

PACKAGES: Final = ("numpy", "turbohtml", "scikit-learn", "datasketch")
# What our results depend on besides our code.
OUR_PACKAGES: Final = ("numpy", "turbohtml")
# Uncommitted changes in these are marked in the commit.
CODE: Final = ("detector", "benchmarks")


def git(*arguments: str) -> str | None:
    """Return the output of git for the checkout, or None without one."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


@lru_cache(maxsize=1)
def commit() -> str:
    """Return the checkout's commit, "+changes" behind it if code was changed since; or "unknown"."""
    name = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", *CODE, ":!benchmarks/results")
    return f"{name}+changes" if name and changed else name or "unknown"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def version_of(package: str) -> str:
    """Return the version of an installed package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@lru_cache(maxsize=1)
def machine() -> dict[str, str | int]:
    """Return processor, cores and system."""
    return {"cpu": _cpu(), "cores": os.cpu_count() or 0, "system": platform.platform(terse=True)}


def made() -> dict[str, Any]:
    """Return machine, Python, versions, commit and time, for the head of a result."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "python": platform.python_version(),
        "versions": {package: version_of(package) for package in PACKAGES},
        "commit": commit(),
    }


def ours(*model_ids: str) -> dict[str, Any]:
    """Return what identifies a system of ours: model, commit and versions.

    model_ids: of the models that were used; none for the one that ships
    """
    names = sorted(set(model_ids)) or [default_model().model_id]
    return {
        "model_id": names[0] if len(names) == 1 else names,
        "commit": commit(),
        "versions": {"detector": __version__, **{package: version_of(package) for package in OUR_PACKAGES}},
    }


def sources_hash(paths: list[Path]) -> str:
    """Return the first half of the SHA-256 of files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def load_since(before: float) -> dict[str, Any]:
    """Return the load of the machine before a measurement and now: other work makes times longer."""
    return {"before": before, "after": os.getloadavg()[0], "cores": os.cpu_count()}
