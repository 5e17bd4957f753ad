"""The peers' virtual environments: making them, and calling a function in one.

Each is in .venv-peers/NAME beside benchmarks/, with the list of installed packages.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.environment import ours
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT, write_json
from benchmarks.peers import systems
from benchmarks.peers.systems import ENVIRONMENTS, OURS, Environment, Peer

PEERS: Final = ROOT / ".venv-peers"
# Written last: an environment without it is not complete.
INSTALLED: Final = "installed.json"
# Where `benchmarks` is imported from. It comes after all installed packages, so that the checkout does not
# hide an older version of this project.
CHECKOUT: Final = "checkout.pth"


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment."""
    return Path(sys.executable) if environment == OURS else PEERS / environment / "bin" / "python"


def calling(environment: str, function: str, *arguments: str) -> list[str]:
    """Return the command that calls a function ("module:name") in an environment, from the checkout."""
    module, name = function.split(":")
    code = f"import sys; from {module} import {name}; {name}(*sys.argv[1:])"
    safe = [] if environment == OURS else ["-P"]
    return [str(python_of(environment)), *safe, "-W", "ignore", "-c", code, *arguments]


def installed(environment: str) -> dict[str, str]:
    """Return the installed packages, name to version; none for an incomplete environment."""
    path = PEERS / environment / INSTALLED
    return json.loads(path.read_text()) if path.is_file() else {}


def versions_of(peer: Peer) -> dict[str, str]:
    """Return the versions of the packages that a peer's environment was made for."""
    wanted = next(
        (row.packages + row.requirements for row in ENVIRONMENTS if row.name == peer.environment), ()
    )
    have = installed(peer.environment)
    names = [re.split(r"[=<\[@ ]", requirement)[0].lower().replace("_", "-") for requirement in wanted]
    return {name: have.get(name, have.get(name.replace("-", "_"), "missing")) for name in names}


def identity_of(peer: Peer) -> dict[str, Any]:
    """Return what identifies a system in a result: versions, and for ours also model and commit."""
    if not peer.ours:
        return {"versions": versions_of(peer)}
    if peer.environment == OURS:
        return ours()
    environment = next(row for row in ENVIRONMENTS if row.name == peer.environment)
    # The location of the model in the package has changed over the versions.
    models = (PEERS / peer.environment).glob("lib/python*/site-packages/detector/**/default/config.json")
    model_id = next((json.loads(path.read_text())["model_id"] for path in models), "missing")
    return {"model_id": model_id, "commit": environment.commit, "versions": versions_of(peer)}


def _interpreter(version: str) -> str | None:
    """Return the Python of a version, or this one; None if neither pyenv nor the path has it."""
    if not version:
        return sys.executable
    # pyenv puts a shim on the path for every version, which may not start.
    built = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(built[-1]) if built else shutil.which(f"python{version}")


def _npm_versions(folder: Path, packages: tuple[str, ...]) -> dict[str, str]:
    names = [package.rpartition("@")[0] for package in packages]
    described = {name: folder / "node_modules" / name / "package.json" for name in names}
    return {name: json.loads(path.read_text("utf-8"))["version"] for name, path in described.items()}


def make(environment: Environment) -> bool:
    """Make one environment; tell whether that succeeded."""
    folder, python = PEERS / environment.name, python_of(environment.name)
    (folder / INSTALLED).unlink(missing_ok=True)
    if not python.is_file():
        interpreter = _interpreter(environment.python)
        if interpreter is None:
            return False
        subprocess.run([interpreter, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    commands = [[*pip, "install", "--quiet", *environment.requirements]]
    if environment.packages:
        commands.append(["npm", "install", "--silent", "--prefix", str(folder), *environment.packages])
    if any(shutil.which(command[0]) is None for command in commands):
        return False
    if any(subprocess.run(command, check=False).returncode for command in commands):
        return False
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True)
    versions = {row["name"].lower(): row["version"] for row in json.loads(listed.stdout)}
    versions |= _npm_versions(folder, environment.packages)
    for site_packages in folder.glob("lib/python*/site-packages"):
        (site_packages / CHECKOUT).write_text(f"{ROOT}\n")
    write_json(folder / INSTALLED, dict(sorted(versions.items())))
    return True


def _environments_of(names: tuple[str, ...]) -> list[Environment]:
    """Return the environments of some peers, or those with these names; by default all."""
    every = [value for value in vars(systems).values() if isinstance(value, tuple)]
    of_peer = {row.name: row.environment for rows in every for row in rows if isinstance(row, Peer)}
    known = {environment.name for environment in ENVIRONMENTS}
    chosen = {name if name in known else of_peer.get(name, "") for name in names}
    if unknown := [name for name in names if name not in known and of_peer.get(name, OURS) == OURS]:
        raise BenchmarkError(
            f"no environment for {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
        )
    return [environment for environment in ENVIRONMENTS if not names or environment.name in chosen]


@click.command()
@click.argument("peers", nargs=-1, metavar="[PEER]...")
def command(peers: tuple[str, ...]) -> None:
    """Make the environments of the peers, all or the named ones.

    They are in .venv-peers/. Failed installations are listed at the end; every later run reports these peers
    as not installed.

    \b
    Examples:
      python -m benchmarks setup
      python -m benchmarks setup resiliparse inscriptis html2lines
      python -m benchmarks setup detector-numba
    """
    chosen = _environments_of(peers)
    failed = [environment.name for environment in chosen if not make(environment)]
    click.echo(f"{len(chosen) - len(failed)} of {len(chosen)} environments are ready")
    if failed:
        raise BenchmarkError(f"not installed, and reported so by every run: {', '.join(failed)}")
