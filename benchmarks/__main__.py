"""The program of the benchmarks: `python -m benchmarks`. It imports only the chosen command."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final, NamedTuple

import click

from detector.errors import DetectorError


class Entry(NamedTuple):
    """A command: the module that has it as `command`, or the commands below it; and a line of help."""

    target: "str | Mapping[str, Entry]"
    help: str


RUN: Final = {
    "quality": Entry("benchmarks.run.quality", "Words F1 and other measures of peers and of our outputs."),
    "behind": Entry("benchmarks.run.behind", "Pages on which a peer is far ahead of us."),
    "answers": Entry("benchmarks.run.answers", "Ask peers beforehand: their answers are kept."),
    "kinds": Entry("benchmarks.run.kinds", "Kinds of lines, on pages that were read line by line."),
    "verdict": Entry("benchmarks.run.verdict", "Recognise walls, logins and errors, and no ordinary pages."),
    "outputs": Entry("benchmarks.run.outputs", "Write our out-of-fold outputs, for `run quality`."),
    "speed": Entry("benchmarks.run.timing.speed", "Time per page, compared with peers and version 0.1."),
    "workers": Entry("benchmarks.run.timing.workers", "The cost of a worker in other pipelines."),
    "near-duplicates": Entry("benchmarks.run.near_duplicates", "Rates, memory, precision and recall."),
    "serve": Entry("benchmarks.serving.load", "A server with many clients at the same time."),
    "corpus": Entry("benchmarks.run.corpus", "Corpus filters, and killed runs."),
    "corpus-sites": Entry("benchmarks.run.sites.corpus", "Corpus filters on real sites."),
    "spark": Entry("benchmarks.run.spark.command", "Data frames on Spark, compared with a corpus run."),
    "spark-skew": Entry("benchmarks.run.spark.skew", "One very large site, and a crowd of near-duplicates."),
    "spark-options": Entry("benchmarks.run.spark.options", "Filters, passages and earlier counts on Spark."),
    "profile": Entry("benchmarks.run.sites.profile", "The gain from site profiles."),
    "site-decisions": Entry(
        "benchmarks.run.sites.decisions", "Which decisions a real site changes, and how many rightly."
    ),
    "copies": Entry("benchmarks.run.copies", "Which copies are dropped on planted sites."),
    "newlines": Entry("benchmarks.run.sites.newlines", "Profiles on pages without newlines."),
    "adaptation": Entry("benchmarks.run.adaptation", "Adapting a model to languages that it does not know."),
    "adaptation-time": Entry("benchmarks.run.adaptation_time", "Time and memory of adapting."),
}
DATA: Final = {
    "splits": Entry("benchmarks.data.folds.make_splits", "Make the folds and the list of sets again."),
    "planted": Entry("benchmarks.data.planted.writing", "Write a synthetic corpus with known truth."),
    "package-texts": Entry("benchmarks.data.loaders.fetch_texts", "Download the labelled texts of packages."),
    "training-pages": Entry("benchmarks.data.training_pages", "Write the pages that models are trained on."),
}
TRAIN: Final = {
    "folds": Entry("benchmarks.train.fold_models", "Train a model, and one without each fold."),
    "info": Entry("benchmarks.train.model_info", "Rewrite the manifest and measures of the default model."),
    "kinds": Entry("benchmarks.train.line_kinds", "Refit the networks for kinds of these models."),
    "replay": Entry("benchmarks.train.replay", "Rewrite the rows that such a model keeps for adapting."),
    "copies": Entry("benchmarks.train.copy_probability", "Fit the probability that readers remove a copy."),
    "experiment": Entry("benchmarks.train.experiment", "Train by a configuration, and compare with another."),
    "adaptation": Entry(
        "benchmarks.train.adaptation_models", "Train a pair of models, one without some languages."
    ),
}
LABELS: Final = {
    "draw": Entry("benchmarks.labels.draw", "Draw the pages to label."),
    "packets": Entry("benchmarks.labels.packets", "Write packets for labellers, or read their answers."),
    "check": Entry("benchmarks.labels.check", "Check label files for errors."),
    "agreement": Entry("benchmarks.labels.agreement", "Measure how well two readings agree."),
    "alignment": Entry("benchmarks.labels.alignment_sample", "Show how gold texts become labels."),
    "choose": Entry("benchmarks.labels.kinds.choose", "Choose the pages to label by kind."),
    "show": Entry("benchmarks.labels.kinds.show", "Write pages as numbered lines for their readers."),
    "jobs": Entry("benchmarks.labels.kinds.jobs", "Write the chosen pages as reading jobs."),
    "take": Entry("benchmarks.labels.kinds.take", "Read the answers of reading jobs."),
    "agree": Entry("benchmarks.labels.kinds.agree", "Measure the agreement on kinds and copies."),
    "carry": Entry("benchmarks.labels.carry", "Carry labels over to lines that are read differently."),
    "read-pages": Entry("benchmarks.labels.read_pages", "Clean real sites, and show pages to read."),
    "site-decisions": Entry(
        "benchmarks.labels.site_decisions", "Draw lines that a site decides differently, to judge."
    ),
    "weak": Entry("benchmarks.labels.weak_labels", "Count the labels that rules give."),
}
RELIABILITY: Final = {
    "guided": Entry("benchmarks.reliability.fuzz.guided", "Fuzz one reader, guided by coverage."),
    "advisories": Entry(
        "benchmarks.reliability.advisories", "Look up known vulnerabilities of the dependencies."
    ),
    "versions": Entry("benchmarks.reliability.versions", "Test the lowest and the newest dependencies."),
    "mutants": Entry("benchmarks.reliability.mutation.run", "Change the code, and see whether tests notice."),
    "soak": Entry("benchmarks.reliability.soak", "Score pages for a long time: memory, and equal bytes."),
    "fuzz": Entry("benchmarks.reliability.fuzz.run", "Give every reader corrupted files."),
    "faults": Entry(
        "benchmarks.reliability.faults.run", "Kill commands, fill disks, cut networks, then resume."
    ),
}
COMMANDS: Final = {
    "setup": Entry("benchmarks.peers.environments", "Make the environments of the peers."),
    "run": Entry(RUN, "Measure, and write benchmarks/results/."),
    "tables": Entry("benchmarks.tables.fill", "Write the tables of README.md and docs/."),
    "check": Entry("benchmarks.measures.floors", "Check that nothing got worse."),
    "data": Entry(DATA, "Make folds, planted corpora, training pages."),
    "train": Entry(TRAIN, "Train the models that benchmarks need."),
    "labels": Entry(LABELS, "Draw, check and compare labels of lines."),
    "reliability": Entry(RELIABILITY, "What happens when things go wrong."),
}


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def __init__(self, name: str, entries: Mapping[str, Entry], help: str) -> None:
        super().__init__(name, help=help, context_settings=CONTEXT)
        self._entries = entries

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names in the order of the entries."""
        return list(self._entries)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import one command, or return a group of them."""
        if name not in self._entries:
            return None
        target, help = self._entries[name]
        if not isinstance(target, str):
            example = f"python -m benchmarks {name} {next(iter(target))} --help"
            return Commands(name, target, f"{help}\n\n\b\nExamples:\n  {example}")
        command = import_module(target).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._entries.items()])


CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
HELP: Final = """Measure this project and its peers, and write every published number.

\b
Examples:
  python -m benchmarks setup
  python -m benchmarks run speed html
  python -m benchmarks tables --check
"""
program = Commands("benchmarks", COMMANDS, HELP)


def main() -> None:
    """Run the chosen command. Errors that the user can fix end it with a message and exit code 1."""
    try:
        program(prog_name="python -m benchmarks")
    except DetectorError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
