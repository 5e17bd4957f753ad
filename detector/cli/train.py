"""`detector train`: a model adapted to pages, or a whole new one."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from detector.cli.asking import ask
from detector.cli.terminal import print_page_text, say
from detector.errors import SettingsError
from detector.model.files import DEFAULT
from detector.training.adapt.adaptation import Adaptation
from detector.training.adapt.holdout import Change
from detector.training.api import Training, adaptation_of, adapted_training, refuse_existing, whole_training
from detector.training.data.labelled_pages import read_pages
from detector.training.data.line_labels import read_labels
from detector.training.data.page_files import read_page_files

NOT_SEEN_BETTER: Final = 3
SAID: Final = {
    "better": "better",
    "worse": "worse",
    "too few to tell": "too few labels to tell: label more lines (--ask 20), or give more pages",
    "nothing known": "no labels, so it cannot be judged: label some lines (--ask 20)",
}


class Wish(NamedTuple):
    """The options of adapting."""

    output: Path
    model: Path | None
    labels: Path | None
    ask: int
    general: Path | None
    anyway: bool


def _path(**more: bool) -> click.Path:
    return click.Path(path_type=Path, **more)


@click.command("train")
@click.argument("pages", nargs=-1, required=True, type=_path())
@click.option("--output", required=True, type=_path(file_okay=False), help="Where the model goes.")
@click.option("--model", type=_path(), help="Adapt this model, instead of the one that ships.")
@click.option("--labels", type=_path(dir_okay=False), help="Labels of lines: JSONL or CSV. Answers go there.")
@click.option("--ask", "ask_", type=click.IntRange(min=1), default=None, help="Ask for so many labels first.")
@click.option("--general", type=_path(), help="Labelled pages of other sites: what may not get worse.")
@click.option("--anyway", is_flag=True, help="Write the new model also if it is not seen to be better.")
@click.option("--replace", is_flag=True, help="Write over a model that is in --output already.")
@click.option("--anew", is_flag=True, help="Fit a whole model from labelled pages instead of adapting one.")
@click.option("--seed", default=0, show_default=True, help="With --anew: same pages and seed, same model.")
def command(
    pages: Sequence[Path], output: Path, replace: bool, anew: bool, seed: int, **options: object
) -> int:
    r"""Adapt the model to PAGES: folders, HTML and text files, JSONL, CSV; labelled or not.

    Lines that recur on a site, the model's own scores, and labels teach it the words of new
    sites or of a new language. Prints how the pages that were held back are judged before and
    after; a model that is not seen to be better is not written.

    \b
    Examples:
      detector train pages/ --output my-model
      detector train pages/ --ask 20 --labels labels.jsonl --output my-model
      detector train labelled.jsonl --anew --output my-model
      detector score page.html --model my-model
    """
    refuse_existing(output, replace)
    if anew:
        return _train_anew(pages, output, seed)
    asked = options["ask_"]
    wish = Wish(
        output,
        options["model"] if isinstance(options["model"], Path) else None,
        options["labels"] if isinstance(options["labels"], Path) else None,
        asked if isinstance(asked, int) else 0,
        options["general"] if isinstance(options["general"], Path) else None,
        bool(options["anyway"]),
    )
    return _adapt(pages, wish)


def _adapt(paths: Sequence[Path], wish: Wish) -> int:
    """Adapt a model, and write it unless it is not seen to be better."""
    if wish.ask and wish.labels is None:
        raise SettingsError("say where the answers go: --labels labels.jsonl")
    pages = read_page_files(paths)
    general = list(read_pages([wish.general])) if wish.general else []
    given = wish.labels is not None and (wish.labels.exists() or not wish.ask)
    labels = read_labels(wish.labels) if wish.labels and given else []
    adaptation, precision = adaptation_of(wish.model, pages, labels)
    if wish.ask and wish.labels is not None:
        adaptation = ask(adaptation, wish.labels, wish.ask)
    adaptation.refuse_nothing()
    _tell_counts(adaptation)
    if precision is None:
        name = wish.model or DEFAULT
        say(f"{name} does not say what it learned from: other sites may get worse")
    found = adapted_training(adaptation, precision, pages, general)
    if found.held_back is not None:
        _tell_change(f"pages held back, by {found.by}", found.held_back)
    if found.general is not None:
        _tell_change("general set", found.general)
    if not wish.anyway and not found.is_better:
        say("not seen to be better, so the old model is kept (--anyway)")
        return NOT_SEEN_BETTER
    _write(found, wish.output)
    return 0


def _write(found: Training, output: Path) -> None:
    found.save(output, replace=True)
    say(f"model {found.model.model_id} written to {output}")


def _tell_counts(adaptation: Adaptation) -> None:
    counts = adaptation.counts()
    click.echo(
        f"{counts.pages} pages of {counts.sites} sites; {counts.recurring_lines} lines recur, "
        f"{counts.known_lines} lines of known label"
    )
    if counts.labels_elsewhere:
        say(f"{counts.labels_elsewhere} labels are of other sites, and left")


def _tell_change(what: str, found: Change) -> None:
    """Print how lines of known label are judged, before and after."""
    if found.verdict == "nothing known":
        click.echo(f"{what:<30} {SAID[found.verdict]}")
        return
    interval = f"fell by {found.low:.3f} to {found.high:.3f}" if found.pages > 1 else "one page: no interval"
    click.echo(
        f"{what:<30} {found.pages:>5} pages {found.lines:>6} lines  log loss {found.loss_before:.3f} -> "
        f"{found.loss_after:.3f}  {interval}: {SAID[found.verdict]}"
    )


def _train_anew(paths: Sequence[Path], output: Path, seed: int) -> int:
    """Fit a whole model."""
    began = time.monotonic()

    def log(message: str) -> None:
        say(f"{time.monotonic() - began:6.0f} s  {message}")

    trained = whole_training(list(read_pages(paths)), seed, log)
    for format, groups in trained.out_of_fold:
        for name, found in groups.items():
            low, high = found["words_f1_90"]
            print_page_text(
                f"{format:<5} {name:<28} {found['pages']:>5} pages  words F1 {found['words_f1']:.4f} "
                f"({low:.4f} to {high:.4f})  calibration {found['calibration_by_word']:.3f}"
            )
    _write(trained, output)
    return 0
