"""`detector evaluate`: measure a model on labelled pages."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from detector.cli.command import Command
from detector.cli.options import Share
from detector.cli.outputs import OutputPath, overwrite_option, refuse_existing, write_whole
from detector.cli.terminal import print_page_text, say
from detector.detector import profile_for
from detector.errors import SettingsError
from detector.model.files import model_of
from detector.settings import Settings
from detector.training.api import Evaluation, evaluation, labelled
from detector.training.evaluate.curves import threshold_for
from detector.training.evaluate.judge import FIGURES, Judged, examples_to_judge, judge
from detector.training.evaluate.report import evaluation_html

# With more sites than this, only the JSON lists them.
MOST_SITES: Final = 20

Comparison = dict[str, Any]


class Outputs(NamedTuple):
    """Where to write results, in addition to the terminal."""

    as_json: bool
    html: Path | None
    store: Path | None


@click.command("evaluate", cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--compare", type=click.Path(path_type=Path), help="Another model to compare with, on the same pages."
)
@click.option("--site", type=click.Path(path_type=Path), help="A profile of the site of all pages.")
@click.option("--threshold", type=Share(), help="Drop lines with a higher score.")
@click.option("--lose-at-most", type=Share(), help="Instead: lose at most this share of the content.")
@click.option("--json", "as_json", is_flag=True, help="Print all measures as JSON.")
@click.option("--html", type=OutputPath(), help="Write an HTML report with curves.")
@overwrite_option
@click.option(
    "--store",
    type=OutputPath(),
    help="Write the threshold that meets the goal to this TOML file.",
)
def command(
    model: Path,
    pages: Sequence[Path],
    compare: Path | None,
    threshold: float | None,
    lose_at_most: float | None,
    **options: Any,  # noqa: ANN401
) -> int:
    """Measure MODEL (a folder, or "default") on labelled PAGES: folders, HTML, JSONL or CSV.

    Prints 90 % intervals from a bootstrap over sites. --store finds the threshold that meets
    --lose-at-most on these pages, and writes it to a file for the option --settings.

    \b
    Examples:
      detector evaluate default pages.jsonl
      detector evaluate default pages.jsonl --compare my-model --html report.html
      detector evaluate default pages/ --site site.profile
      detector evaluate my-model pages.jsonl --lose-at-most 0.1% --store goal.toml
    """  # noqa: D301 (click needs the backspace)
    settings = Settings(threshold=threshold, lose_at_most=lose_at_most)
    if options["store"] and lose_at_most is None:
        raise SettingsError("--store needs a goal: --lose-at-most 0.1%")
    if options["store"] and options["store"] == options["html"]:
        raise SettingsError(f"{options['store']} is named twice as an output: choose another name for one")
    refuse_existing(options["store"], options["html"], inputs=map(str, pages))
    chosen, other = model_of(model), model_of(compare) if compare else None
    examples = examples_to_judge(labelled(pages), profile_for(chosen, options.pop("site")))
    outputs = Outputs(**options)
    if outputs.store:
        settings = _stored(outputs.store, judge(chosen, examples, Settings()), settings)
    found = evaluation(chosen, examples, settings, other)
    if outputs.html:
        title = f"{model}" + (f" and {compare}" if compare else "") + f" on {', '.join(map(str, pages))}"
        write_whole(outputs.html, evaluation_html(title, *found))
    _print(found, outputs.as_json)
    return 0


def _stored(path: Path, judged: Sequence[Judged], goal: Settings) -> Settings:
    """Write the threshold that meets a goal: the highest of all ways to read the pages."""
    threshold = max(threshold_for(goal, one.examples, one.scores) for one in judged)
    pages = sum(len(one.examples.pages) for one in judged if one.name != "html as text")
    write_whole(
        path,
        f"# Lost at most {goal.lose_at_most:g} of the content words of {pages} pages, by detector evaluate.\n"
        f"threshold = {threshold:g}\n",
    )
    say(f"threshold {threshold:g} written to {path}")
    return Settings(threshold=threshold)


def _print(evaluation: Evaluation, as_json: bool) -> None:
    found, others = evaluation.measures, evaluation.compared
    if as_json:
        both = {name: other for name, other in zip(found, others, strict=True) if other}
        told = {**found, "compared": both} if both else found
        click.echo(json.dumps(_without_nan(told), indent=1))
        return
    for (name, groups), other in zip(found.items(), others, strict=True):
        sites = sum(group.startswith("site:") for group in groups)
        for group, one in groups.items():
            if not group.startswith("site:") or sites <= MOST_SITES:
                print_page_text(_row(name, group, one))
        if sites > MOST_SITES:
            click.echo(f"{name:<13} {sites} sites: see --json")
        if other:
            _print_compared(name, other)


def _without_nan(told: Any) -> Any:  # noqa: ANN401
    """Return the measures with None for NaN, which JSON does not have."""
    if isinstance(told, dict):
        return {name: _without_nan(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_without_nan(value) for value in told]
    return None if isinstance(told, float) and math.isnan(told) else told


def _share(value: float) -> str:
    return "none known" if math.isnan(value) else f"{value:.3f}"


def _row(format: str, name: str, one: dict[str, Any]) -> str:
    low, high = one["words_f1_90"]
    interval = "one page: no interval" if one["pages"] < 2 else f"{low:.4f} to {high:.4f}"
    return (
        f"{format:<13} {name:<28} {one['pages']:>5} pages  "
        f"words F1 {one['words_f1']:.4f} ({interval})  "
        f"content lost {_share(one['content_lost'])}  template found {_share(one['template_recall'])}  "
        f"calibration {one['calibration_by_line']:.3f}"
    )


def _print_compared(name: str, found: Comparison) -> None:
    for figure in FIGURES:
        one = found[figure]
        if math.isnan(one["difference"]):
            continue
        low, high = one["difference_90"]
        interval = "one page: no interval" if found["pages"] < 2 else f"{low:+.4f} to {high:+.4f}"
        sure = "" if low > 0 or high < 0 else "  no significant difference"
        click.echo(
            f"{name:<13} compared: {figure.replace('_', ' '):<18} {one['before']:.4f} -> {one['after']:.4f}  "
            f"{one['difference']:+.4f} ({interval}){sure}"
        )
    click.echo(f"{name:<13} compared: {found['pages_better']} pages better, {found['pages_worse']} worse")
