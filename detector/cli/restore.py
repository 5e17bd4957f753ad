"""`detector restore`: whole texts, or clean texts under another policy, from the line records of a run."""

from pathlib import Path

import click

from detector.cli.command import Command, refuse_unused
from detector.cli.options import Policy, policy_options
from detector.cli.outputs import (
    OutputPath,
    overwrite_option,
    refuse_existing,
    refuse_other_formats,
    write_whole,
)
from detector.cli.terminal import note, print_json
from detector.corpus.restore import restored, settings_of
from detector.detector import Detector
from detector.errors import SettingsError


@click.command(
    "restore", cls=Command, common=("output", "clean", "model", "settings", "threshold", "lose_at_most")
)
@click.argument("run", type=click.Path(path_type=Path))
@policy_options
@click.option(
    "-o",
    "--output",
    type=OutputPath(),
    help="The .jsonl file to write; standard output by default.",
)
@overwrite_option
@click.option("--clean", is_flag=True, help="Print the clean texts of the run instead of the whole texts.")
def command(run: Path, policy: Policy, output: Path | None, clean: bool) -> int:
    """Restore the documents of RUN, the output folder of `detector clean` on a corpus.

    Prints a JSON line for each document, with all its fields and its whole text (for HTML, its lines).
    With --threshold, --lose-at-most, --precision, --recall, --drop-copies, --preset, --keep, --drop or
    --settings, prints the clean text under that policy instead, from the stored scores. Other settings
    and rules are those of the run.

    \b
    Examples:
      detector restore clean/ --output whole.jsonl
      detector restore clean/ --lose-at-most 0.1% --output gentler.jsonl
      detector restore clean/ --drop-copies none --output with-copies.jsonl
    """  # noqa: D301 (click needs the backspace)
    refuse_existing(output)
    refuse_other_formats(output, "documents")
    if policy.site is not None:
        raise SettingsError("the scores are stored, so a profile would change nothing: leave out --site")
    other = any(value is not None for value in policy._replace(model=None))
    if clean and other:
        raise SettingsError(
            "--clean uses the decisions of the run, the other options make new ones: choose one"
        )
    if not clean and not other:
        refuse_unused(
            ("model",), "whole texts", "--clean, and for other decisions such as --lose-at-most 0.1%"
        )
    detector = Detector(policy.model, policy.chosen(settings_of(run))) if clean or other else None
    rows = restored(run, detector, clean)
    if output is not None:
        write_whole(output, rows)
        note(f"written to {output}")
    else:
        for row in rows:
            print_json(row, end="")
    return 0
