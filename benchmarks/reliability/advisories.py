"""Known vulnerabilities of our dependencies, from a database that is available without a network.

`make audit` asks pypi.org for current data. If it cannot be reached, this reads the file of the package
safety-db (`pip download --no-deps safety-db`), which ended in 2021 and has only old advisories.
"""

import json
import zipfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import Any, Final

import click
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, write_json

NAME: Final = "reliability-advisories"
PACKAGE: Final = "boilerplate-detector"
FILE: Final = "safety_db/insecure_full.json"


def installed(extras: tuple[str, ...]) -> dict[str, str]:
    """Return all packages that ours needs, directly or indirectly, with their versions."""
    found: dict[str, str] = {}
    waiting = [(PACKAGE, extras)]
    while waiting:
        name, chosen = waiting.pop()
        for line in requires(name) or ():
            need = Requirement(line)
            key = canonicalize_name(need.name)
            wanted = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in chosen)
            if not wanted or key in found:
                continue
            try:
                found[key] = version(key)
            except PackageNotFoundError:
                continue  # of an extra that is not installed
            waiting.append((key, tuple(need.extras) or ("",)))
    return found


def _extras() -> tuple[str, ...]:
    return tuple(metadata(PACKAGE).get_all("Provides-Extra") or ())


def matching(advisories: dict[str, Any], packages: dict[str, str]) -> list[str]:
    """Return the advisories for an installed version."""
    return [
        f"{name} {number}: {row['id']}"
        for name, number in sorted(packages.items())
        for row in advisories.get(name, ())
        if any(number in SpecifierSet(spec, prereleases=True) for spec in row["specs"])
    ]


@click.command()
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(wheel: Path) -> None:
    """Look up installed dependencies in WHEEL, of the package safety-db; writes reliability-advisories.json.

    `pip download --no-deps safety-db` gets the wheel.

    \b
    Examples:
      python -m benchmarks reliability advisories safety_db-*.whl
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = json.loads(archive.read(FILE))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise BenchmarkError(f"{wheel} is not a wheel of safety-db") from None
    written = datetime.fromtimestamp(content.pop("$meta")["timestamp"], UTC).date().isoformat()
    advisories = {canonicalize_name(name): rows for name, rows in content.items()}
    rows = []
    for label, extras in (("a plain install", ()), ("with the extras that are installed", _extras())):
        packages = installed(("", *extras))
        found = matching(advisories, packages)
        rows.append(
            {
                "packages": label,
                "looked_up": len(packages),
                "known": sum(name in advisories for name in packages),
                "found": found,
            }
        )
        click.echo(f"{label}: {len(packages)} packages, {len(found)} advisories {found}")
    write_json(RESULTS / f"{NAME}.json", {"made": made(), "database": written, "rows": rows})
