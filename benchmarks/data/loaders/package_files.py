"""Files of packages from PyPI, npm and Debian, downloaded with the client of each registry."""

import gzip
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.errors import BenchmarkError

# Where apt keeps the list of archives; each archive is used with its sources too.
SOURCES: Final = Path("/etc/apt/sources.list.d")


def output_of(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> bytes:
    """Return the output of a program; if it is missing or fails, the error has its name and last words."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | (variables or {}), capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise BenchmarkError(f"{command[0]} is not installed") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise BenchmarkError(f"{Path(command[0]).name} ended with code {done.returncode}: {words[-1]}")
    return done.stdout


class Registries:
    """Downloads packages to a folder, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._apt: list[str] = []

    def archive(self, registry: str, package: str, version: str) -> Path:
        """Return a package's archive: sdist, npm package, .deb, or upstream's source."""
        folder = self._folder / registry / package
        folder.mkdir(parents=True, exist_ok=True)
        pattern = "*.orig.tar.*" if registry == "debian source" else "*"
        if not any(folder.glob(pattern)):
            self._download(registry, package, version, folder)
        return next(folder.glob(pattern))

    def _download(self, registry: str, package: str, version: str, folder: Path) -> None:
        if registry == "npm":
            output_of(["npm", "pack", "--silent", f"{package}@{version}"], folder)
        elif registry == "pypi":
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
            output_of([*pip, f"{package}=={version}"], folder)
        else:
            source = ["source", "--download-only"] if registry == "debian source" else ["download"]
            apt = [*self._apt_get(), *source]
            try:
                output_of([*apt, f"{package}={version}"], folder)
            except BenchmarkError:
                # A point release replaces versions. The hash of the text shows whether it matters.
                output_of([*apt, package], folder)

    def _apt_get(self) -> list[str]:
        """Return apt-get with an index of this machine's archives, including their sources."""
        if not self._apt:
            folder = self._folder / "apt"
            (folder / "lists").mkdir(parents=True)
            listed = "\n\n".join(path.read_text("utf-8") for path in sorted(SOURCES.glob("*.sources")))
            with_sources = listed.replace("Types: deb\n", "Types: deb deb-src\n")
            (folder / "debian.sources").write_text(with_sources)
            options = {
                "Dir::Etc::sourcelist": str(folder / "debian.sources"),
                "Dir::Etc::sourceparts": "-",
                "Dir::State::lists": str(folder / "lists"),
                # Container images disable these files, so the index would be downloaded every time.
                "Dir::Cache::pkgcache": str(folder / "pkgcache.bin"),
                "Dir::Cache::srcpkgcache": str(folder / "srcpkgcache.bin"),
                "APT::Sandbox::User": "root",
            }
            apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
            output_of([*apt, "update"], folder)
            self._apt = apt
        return self._apt


def members(archive: Path, names: Sequence[str]) -> list[bytes]:
    """Return files of a package, .gz unpacked.

    names: relative to / for a .deb, otherwise to the top folder
    """
    path = archive
    is_debian = archive.suffix == ".deb"
    if is_debian:
        path = archive.with_suffix(".tar")
        path.write_bytes(output_of(["dpkg-deb", "--fsys-tarfile", str(archive)], archive.parent))
    found: dict[str, bytes] = {}
    with tarfile.open(path) as tar:
        for member in tar:
            name = member.name.removeprefix("./") if is_debian else member.name.partition("/")[2]
            file = tar.extractfile(member) if name in names and member.isfile() else None
            if file is not None:
                found[name] = file.read()
    if is_debian:
        path.unlink()
    if missing := [name for name in names if name not in found]:
        raise BenchmarkError(f"{archive.name} has no {', '.join(missing)}")
    return [gzip.decompress(found[name]) if name.endswith(".gz") else found[name] for name in names]
