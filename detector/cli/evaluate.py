"""`detector evaluate`: a model's measures on labelled pages."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from detector.cli.options import Share
from detector.scores.model import DEFAULT, load
from detector.settings import Settings
from detector.training.evaluate import evaluate
from detector.training.pages import read_pages


@click.command("evaluate")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--threshold", type=Share(), help="Drop lines with a score above this.")
@click.option("--lose-at-most", type=Share(), help="Instead: lose at most this share of content.")
@click.option("--json", "as_json", is_flag=True, help="Print all measures as JSON.")
def command(
    model: Path,
    pages: Sequence[Path],
    threshold: float | None,
    lose_at_most: float | None,
    as_json: bool,
) -> int:
    r"""Measure MODEL (a folder, or "default") on PAGES: JSONL files of labelled pages.

    \b
    Example:
      detector evaluate default pages.jsonl
    """
    chosen = load(DEFAULT if str(model) == "default" else model)
    settings = Settings(threshold=threshold, lose_at_most=lose_at_most)
    found = evaluate(chosen, list(read_pages(pages)), settings)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return 0
    for format, groups in found.items():
        for name, one in groups.items():
            low, high = one["words_f1_90"]
            click.echo(
                f"{format:<13} {name:<28} {one['pages']:>5} pages  "
                f"words F1 {one['words_f1']:.4f} ({low:.4f} to {high:.4f})  "
                f"content lost {one['content_lost']:.3f}  template found {one['template_recall']:.3f}  "
                f"calibration {one['calibration_by_line']:.3f}"
            )
    return 0
