"""Known vulnerabilities of what we depend on, where pip-audit cannot ask for them.

`make audit` runs pip-audit, which asks pypi.org about each version (`/pypi/NAME/VERSION/json`). Mirrors often
answer about names only (`/pypi/NAME/json`), with the advisories of the newest version: that is asked here. A
package of which every version is vulnerable is asked first, because a mirror may leave the advisories out.

Without a network there is the file of the package safety-db (`pip download --no-deps safety-db`). It ended in
2021: it knows old advisories only.
"""

import json
import urllib.request
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
ADDRESS: Final = "https://pypi.org/pypi/{}/json"
SECONDS: Final = 60
# Its last version, of 2013, has several advisories.
VULNERABLE: Final = "pycrypto"


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


def _asked(name: str) -> tuple[str, list[str]]:
    """Return the newest version of a package at pypi.org, and the advisories about it."""
    try:
        with urllib.request.urlopen(ADDRESS.format(name), timeout=SECONDS) as answer:
            found = json.loads(answer.read())
        newest = found["info"]["version"]
        advisories = [row["id"] for row in found["vulnerabilities"] if not row.get("withdrawn")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(f"pypi.org says nothing about {name}: {error}") from None
    return newest, advisories


def of_today() -> dict[str, Any]:
    """Ask pypi.org about the dependencies of a plain install whose newest version is installed."""
    if not _asked(VULNERABLE)[1]:
        raise BenchmarkError(f"this mirror of pypi.org has no advisories: none even about {VULNERABLE}")
    packages = installed(("",))
    answers = {name: _asked(name) for name in sorted(packages)}
    known = [name for name, (newest, _) in answers.items() if newest == packages[name]]
    older = {
        name: f"{packages[name]}, newest {newest}"
        for name, (newest, _) in answers.items()
        if name not in known
    }
    return {
        "packages": "a plain install",
        "database": f"pypi.org, {datetime.now(UTC).date().isoformat()}",
        "looked_up": len(packages),
        "known": len(known),
        "older": older,
        "found": [f"{name} {packages[name]}: {one}" for name in known for one in answers[name][1]],
    }


def of_safety_db(wheel: Path) -> list[dict[str, Any]]:
    """Look all dependencies up in the wheel of safety-db."""
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
        rows.append(
            {
                "packages": label,
                "database": f"safety-db, {written}",
                "looked_up": len(packages),
                "known": sum(name in advisories for name in packages),
                "found": matching(advisories, packages),
            }
        )
    return rows


@click.command()
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(wheel: Path) -> None:
    """Ask about the dependencies at pypi.org and in WHEEL, of safety-db, to reliability-advisories.json.

    `pip download --no-deps safety-db` gets the wheel.

    \b
    Examples:
      python -m benchmarks reliability advisories safety_db-*.whl
    """
    rows = [of_today(), *of_safety_db(wheel)]
    for row in rows:
        found = ", ".join(row["found"]) or "none"
        click.echo(f"{row['packages']}, {row['database']}: {row['looked_up']} packages, {found}")
    write_json(RESULTS / f"{NAME}.json", {"made": made(), "rows": rows})
