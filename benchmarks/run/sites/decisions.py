"""Which decisions a site's counts change on real sites, and how many of these changes are right."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json
from benchmarks.measures.site_decisions import FORMATS, DecidedPage, decided, of_sites, site_row
from detector.model.files import Model, load
from detector.training.data.examples import FOLDS, examples_of, fold_of
from detector.training.data.labelled_pages import read_pages


def summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the means and sums over the sites of each format."""
    found = []
    for format in FORMATS:
        part = [row for row in rows if row["format"] == format]
        row: dict[str, Any] = {"format": format, "sites": len(part)}
        for name in ("f1_without", "f1_with"):
            row[name] = round(float(np.mean([one[name] for one in part])), 4)
        for name in ("pages", "brought_back", "brought_back_rightly", "dropped", "dropped_rightly"):
            row[name] = sum(one[name] for one in part)
        found.append(row)
    return found


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(pages: Path, models: Path) -> None:
    """Decide pages of real sites alone and with their site, to site-decisions.json.

    PAGES are training pages, and MODELS is a folder that `train folds` made from them.

    \b
    Examples:
      python -m benchmarks run site-decisions build/training.jsonl.gz build/models
    """
    of_fold: list[Model] = [load(models / f"fold-{fold}") for fold in range(FOLDS)]
    examples = examples_of(sorted(of_sites(list(read_pages([pages]))), key=fold_of))
    rows = []
    for format in FORMATS:
        sites: dict[str, list[DecidedPage]] = defaultdict(list)
        for page in decided(examples, of_fold, format):
            sites[str(page.page.of_site)].append(page)
        rows += [site_row(format, site, found) for site, found in sorted(sites.items())]
    identity = ours(*(model.model_id for model in of_fold))
    digest = hashlib.sha256(pages.read_bytes()).hexdigest()
    result = {"data_hash": digest, "made": made(), **identity, "summary": summary(rows), "rows": rows}
    write_json(RESULTS / "site-decisions.json", result)
