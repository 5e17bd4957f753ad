"""What a result must say about where it was made: machine, versions, commit, time."""

import hashlib
import os
import platform
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from benchmarks.shared import ROOT

PACKAGES: Final = ("numpy", "numba", "turbohtml", "scikit-learn", "datasketch")


def commit() -> str:
    """Return the checkout's commit, read from its files; "unknown" outside a checkout."""
    head = ROOT / ".git" / "HEAD"
    if not head.is_file():
        return "unknown"
    name = head.read_text().strip().removeprefix("ref: ")
    loose, packed = ROOT / ".git" / name, ROOT / ".git" / "packed-refs"
    if loose.is_file():
        return loose.read_text().strip()
    for line in packed.read_text().splitlines() if packed.is_file() else ():
        if line.endswith(f" {name}"):
            return line.split(" ", 1)[0]
    return name if len(name) == 40 else "unknown"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@lru_cache(maxsize=1)
def machine() -> dict[str, str | int]:
    """Return processor, cores and system."""
    return {"cpu": _cpu(), "cores": os.cpu_count() or 0, "system": platform.platform(terse=True)}


def made() -> dict[str, object]:
    """Return machine, Python, versions, commit and time, for a result's head."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "python": platform.python_version(),
        "versions": {package: _version(package) for package in PACKAGES},
        "commit": commit(),
    }


def sources_hash(paths: list[Path]) -> str:
    """Return the first half of the SHA-256 of files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]
