"""`detector train`: adapt a model to pages, or train a new model."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from detector.cli.asking import ask
from detector.cli.command import Command, refuse_unused
from detector.cli.outputs import OutputPath
from detector.cli.terminal import counted, print_page_text, say
from detector.errors import SettingsError
from detector.model.files import folder_of
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
    "too few to tell": "too few labels to tell: label more lines (--ask 20), or add pages",
    "nothing known": "no labels, so it cannot be tested: label some lines (--ask 20)",
}


# Options without effect for a new model.
OF_ADAPTING: Final = ("model", "labels", "ask_", "general", "freeze_networks", "anyway")


class AdaptOptions(NamedTuple):
    """The options for adapting."""

    output: Path
    model: Path | None
    labels: Path | None
    ask: int
    general: Path | None
    anyway: bool
    frozen: bool


def _path() -> click.Path:
    return click.Path(path_type=Path)


@click.command(
    "train", cls=Command, common=("output", "model", "labels", "ask_", "replace", "anyway", "anew")
)
@click.argument("pages", nargs=-1, required=True, type=_path())
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputPath(file_okay=False),
    help="The folder for the model.",
)
@click.option("--model", type=_path(), help="The model to adapt: a folder, or default.")
@click.option(
    "--labels", type=OutputPath(dir_okay=False), help="Labels of lines, JSONL or CSV. Answers are added here."
)
@click.option(
    "--ask", "ask_", type=click.IntRange(min=1), default=None, help="Ask you for this many labels first."
)
@click.option("--general", type=_path(), help="Labelled pages of other sites, which must not get worse.")
@click.option(
    "--freeze-networks", is_flag=True, help="Adapt only the phrase weights: faster, and changes less."
)
@click.option("--anyway", is_flag=True, help="Write the new model even if it is not measurably better.")
@click.option("--overwrite", "--replace", "replace", is_flag=True, help="Replace the model in --output.")
@click.option("--anew", is_flag=True, help="Train a new model on labelled pages instead of adapting one.")
@click.option(
    "--seed", default=0, show_default=True, help="With --anew: the same pages and seed give the same model."
)
def command(
    pages: Sequence[Path], output: Path, replace: bool, anew: bool, seed: int, **given: object
) -> int:
    """Adapt the model to PAGES: folders, HTML and text files, JSONL, CSV; labelled or not.

    The model learns the words of new sites or a new language from lines that recur on a site,
    from its own scores, and from labels. HTML pages also teach its networks for text. It is tested
    on held-out pages, before and after. A model that is not measurably better is not written
    (exit code 3).

    \b
    Examples:
      detector train pages/ --output my-model
      detector train pages/ --ask 20 --labels labels.jsonl --output my-model
      detector train labelled.jsonl --anew --output my-model
      detector score page.html --model my-model
    """  # noqa: D301 (click needs the backspace)
    refuse_existing(output, replace)
    if anew:
        refuse_unused(OF_ADAPTING, "--anew", "adapting a model")
        return _train_anew(pages, output, seed)
    refuse_unused(("seed",), "adapting", "--anew")
    asked = given["ask_"]
    options = AdaptOptions(
        output,
        given["model"] if isinstance(given["model"], Path) else None,
        given["labels"] if isinstance(given["labels"], Path) else None,
        asked if isinstance(asked, int) else 0,
        given["general"] if isinstance(given["general"], Path) else None,
        bool(given["anyway"]),
        bool(given["freeze_networks"]),
    )
    return _adapt(pages, options)


def _adapt(paths: Sequence[Path], options: AdaptOptions) -> int:
    """Adapt a model, and write it if it is measurably better."""
    if options.ask and options.labels is None:
        raise SettingsError("name a file for the answers: --labels labels.jsonl")
    pages = read_page_files(paths)
    general = list(read_pages([options.general])) if options.general else []
    given = options.labels is not None and (options.labels.exists() or not options.ask)
    labels = read_labels(options.labels) if options.labels and given else []
    adaptation = adaptation_of(options.model, pages, labels, options.frozen)
    if options.ask and options.labels is not None:
        adaptation = ask(adaptation, options.labels, options.ask)
    adaptation.refuse_nothing()
    _tell_counts(adaptation)
    _tell_missing(adaptation, folder_of(options.model))
    found = adapted_training(adaptation, pages, general)
    if found.held_back is not None:
        _tell_change(f"pages held out, by {found.by}", found.held_back)
    if found.general is not None:
        _tell_change("general set", found.general)
    if not options.anyway and not found.is_better:
        say("not measurably better, so the model is not written (write it with --anyway)")
        return NOT_SEEN_BETTER
    _write(found, options.output)
    return 0


def _write(found: Training, output: Path) -> None:
    found.save(output, replace=True)
    say(f"model {found.model.model_id} written to {output}")


def _tell_missing(adaptation: Adaptation, folder: Path) -> None:
    """Say what the model's folder does not remember of its training."""
    if adaptation.memory.precision is None:
        say(f"{folder} has no precisions for its weights: other sites may get worse")
    if adaptation.memory.replay is None and not adaptation.frozen:
        say(f"{folder} has no rows of its training (replay.npz): only the phrase weights are adapted")


def _tell_counts(adaptation: Adaptation) -> None:
    counts = adaptation.counts()
    click.echo(
        f"{counted(counts.pages, 'page')} of {counted(counts.sites, 'site')}; "
        f"{counts.recurring_lines:,} lines recur, {counts.known_lines} lines with known labels"
    )
    if counts.labels_elsewhere:
        say(f"{counts.labels_elsewhere} labels belong to other sites and were not used")


def _tell_change(what: str, found: Change) -> None:
    """Print the log loss of labelled lines before and after."""
    if found.verdict == "nothing known":
        click.echo(f"{what:<30} {SAID[found.verdict]}")
        return
    interval = f"fell by {found.low:.3f} to {found.high:.3f}" if found.pages > 1 else "one page: no interval"
    click.echo(
        f"{what:<30} {found.pages:>5} pages {found.lines:>6} lines  log loss {found.loss_before:.3f} -> "
        f"{found.loss_after:.3f}  {interval}: {SAID[found.verdict]}"
    )


def _train_anew(paths: Sequence[Path], output: Path, seed: int) -> int:
    """Train a new model."""
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
