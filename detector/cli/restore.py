"""`detector restore`: decoded texts, or clean ones by another policy, from a run's line records."""

from pathlib import Path

import click

from detector.cli.options import Policy, policy_options, write_whole
from detector.cli.terminal import print_json
from detector.corpus.restore import restored, settings_of
from detector.detector import Detector
from detector.errors import SettingsError


@click.command("restore")
@click.argument("run", type=click.Path(path_type=Path))
@policy_options
@click.option("--output", type=click.Path(path_type=Path), help="A .jsonl file; standard output by default.")
@click.option("--clean", is_flag=True, help="Clean texts as the run decided, instead of whole ones.")
def command(run: Path, policy: Policy, output: Path | None, clean: bool) -> int:
    r"""Restore the documents of RUN, a folder that `detector clean` wrote a corpus to.

    Each line that is printed is a document: its id and its whole text as it was decoded (of
    HTML, its lines). With --threshold, --lose-at-most, --precision, --recall or --settings
    it is the clean text by that policy, from the stored scores. The run's other settings and
    its rules hold.

    \b
    Examples:
      detector restore clean/ --output whole.jsonl
      detector restore clean/ --lose-at-most 0.1% --output gentler.jsonl
    """
    if policy.site is not None:
        raise SettingsError("scores are not made again, so a profile changes nothing: leave out --site")
    other = any(value is not None for value in policy._replace(model=None))
    if clean and other:
        raise SettingsError(
            "--clean is for the decisions of the run, the other options for new ones: give one of them"
        )
    detector = Detector(policy.model, policy.chosen(settings_of(run))) if clean or other else None
    rows = restored(run, detector, clean)
    if output is not None:
        write_whole(output, rows)
    else:
        for row in rows:
            print_json(row, end="")
    return 0
