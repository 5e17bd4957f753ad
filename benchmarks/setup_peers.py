"""Make the peers' virtual environments: `python -m benchmarks.setup_peers [NAME ...]`.

Each stands in .venv-peers/NAME beside this folder, with the list of what was installed.
What fails is said at the end, and its peers are reported as not installed.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peer_list import ENVIRONMENTS, OURS, Environment

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
# Written last: an environment without it is not complete.
INSTALLED = "installed.json"


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment."""
    return Path(sys.executable) if environment == OURS else PEERS / environment / "bin" / "python"


def installed(environment: str) -> dict[str, str]:
    """Return what is installed, name to version; nothing for an environment that is not complete."""
    path = PEERS / environment / INSTALLED
    return json.loads(path.read_text()) if path.is_file() else {}


def make(environment: Environment) -> bool:
    """Make one environment; tell whether that went well."""
    folder, python = PEERS / environment.name, python_of(environment.name)
    (folder / INSTALLED).unlink(missing_ok=True)
    if not python.is_file():
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    if subprocess.run([*pip, "install", "--quiet", *environment.requirements], check=False).returncode:
        return False
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True)
    versions = {row["name"].lower(): row["version"] for row in json.loads(listed.stdout)}
    (folder / INSTALLED).write_text(json.dumps(versions, indent=1, sort_keys=True) + "\n")
    return True


def main(names: list[str]) -> int:
    """Make the named environments, or all."""
    chosen = [environment for environment in ENVIRONMENTS if not names or environment.name in names]
    if unknown := set(names) - {environment.name for environment in chosen}:
        print(f"no such environment: {', '.join(sorted(unknown))}; they stand in benchmarks/peer_list.py")
        return 2
    failed = [environment.name for environment in chosen if not make(environment)]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} environments are ready")
    if failed:
        print(f"not installed, and reported so by every run: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
