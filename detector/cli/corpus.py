"""`detector clean` on a corpus: when it is one, the options of it, and what is said at the end."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

import click

from detector.cli.options import Policy
from detector.cli.progress import ShownProgress
from detector.corpus.api import grouping_memory
from detector.corpus.formats.readers import kind_of
from detector.corpus.formats.remote import is_remote
from detector.corpus.run import Outcome, dry_run, run
from detector.corpus.run_spec import Job
from detector.engines.choice import engine_of
from detector.errors import SettingsError
from detector.records import Format
from detector.settings import Columns, CorpusSettings, Lines

F = TypeVar("F", bound=Callable[..., Any])

STOPPED_BY_GUARD: Final = 3
SHOWN: Final = 20
UNITS: Final = {"": 10**6, "MB": 10**6, "GB": 10**9}


class Size(click.ParamType):  # type: ignore[type-arg]
    """Bytes of memory: 500MB, 2GB, or a number of MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int:  # noqa: ANN401
        """Read one."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB|GB|)", str(value).strip().upper())
        if found is None or float(found[1]) == 0:
            self.fail(f"{value!r} is no size: write 500MB or 2GB", param, context)
        return int(float(found[1]) * UNITS[found[2]])


class Machine(NamedTuple):
    """The options of who does the work."""

    engine: str
    workers: int | None
    memory: int


_MACHINE: Final = (
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        help="A corpus is cleaned by: process, joblib, spark, or a backend of joblib.",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes; as many as cores by default."),
    click.option(
        "--memory", type=Size(), default="4GB", show_default=True, help="Bounds all processes together."
    ),
)
_COLUMNS: Final = tuple(
    click.option(f"--{name}-column", default=default, show_default=True, help=text)
    for name, default, text in (
        ("text", "text", "The field of a record with the page."),
        ("id", "id", "The field with its name."),
        ("url", "url", "The field with its URL, for its site."),
        ("site", "site", "The field with its site, if there is no URL."),
        ("source", "source", "The field with what it was collected from."),
    )
)


def corpus_options(function: F) -> F:
    """Add the options that say how a corpus is read and by whom: `machine` and `columns`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        machine = Machine(*(options.pop(name) for name in Machine._fields))
        columns = Columns(*(options.pop(f"{name}_column") for name in Columns._fields))
        return function(*arguments, machine=machine, columns=columns, **options)

    for option in reversed((*_COLUMNS, *_MACHINE)):
        command = option(command)
    return cast(F, command)


def is_corpus(names: Sequence[str]) -> bool:
    """Tell whether inputs are a corpus: a folder, a file of many records, or a URL."""
    return any(
        is_remote(name) or Path(name).is_dir() or kind_of(name) not in (None, "page") for name in names
    )


class Wishes(NamedTuple):
    """The command's own options for a corpus."""

    output: Path | None
    to: str
    dry_run: bool
    rules: Path | None
    allow: tuple[str, ...]
    lines: Lines


def clean_corpus(
    names: Sequence[str], wishes: Wishes, policy: Policy, format: Format | None, by: tuple[Machine, Columns]
) -> int:
    """Clean a corpus and say what became of it; return the exit code."""
    machine, columns = by
    if policy.site is not None:
        raise SettingsError("a corpus counts the lines of its sites itself: leave out --site")
    job = Job(
        (wishes.output or Path()).absolute(),
        columns,
        policy.chosen(),
        CorpusSettings.read(wishes.rules, wishes.allow),
        policy.model,
        format,
        wishes.to,
        wishes.lines,
    )
    click.echo("detector: a corpus: with the counts of each site, and without near-duplicates", err=True)
    engine = engine_of(machine.engine, machine.memory, machine.workers)
    memory = grouping_memory(machine.memory)
    try:
        function = dry_run if wishes.dry_run else run
        outcome = function(names, job, engine, memory, ShownProgress())
    finally:
        engine.close()
    _say(outcome, wishes)
    if outcome.losses and not wishes.dry_run:
        return STOPPED_BY_GUARD
    return 1 if outcome.report["rejected"] else 0


def _say(outcome: Outcome, wishes: Wishes) -> None:
    report, total = outcome.report, outcome.report["total"]
    if wishes.dry_run:
        _say_what_would_go(outcome)
    for reason, count in report["rejected"].items():
        click.echo(f"detector: set aside: {count:,} records: {reason}", err=True)
    share = total["bytes_kept"] / max(total["bytes"], 1)
    click.echo(
        f"detector: {total['kept']:,} of {total['documents']:,} documents stay "
        f"({total['empty']:,} empty, {total['duplicates']:,} near-duplicates), {share:.1%} of the text",
        err=True,
    )
    if outcome.losses:
        for loss in outcome.losses[:SHOWN]:
            click.echo(f"detector: too much lost: {loss}", err=True)
        names = " ".join(f"--allow {loss.name}" for loss in outcome.losses[:SHOWN])
        hint = "" if wishes.dry_run else f" Nothing is published; the same command with {names} publishes it"
        click.echo(f"detector: {len(outcome.losses)} sites or sources lose too much.{hint}", err=True)
    elif not wishes.dry_run:
        click.echo(f"detector: written to {wishes.output}: see report.html there", err=True)


def _say_what_would_go(outcome: Outcome) -> None:
    report = outcome.report
    click.echo(f"A sample of {outcome.looked_at} of {outcome.shards} shards; of these would go:")
    for kind in ("by_source", "by_site"):
        click.echo(f"\n{kind.removeprefix('by_'):<40}  documents      kept   text lost")
        for row in report[kind][:SHOWN]:
            click.echo(
                f"{row['name'][:40]:<40}  {row['documents']:>9,} {row['kept']:>9,}  {row['lost']:>9.1%}"
            )
    click.echo("\nLines dropped most often:")
    for row in report["most_dropped_lines"][:SHOWN]:
        click.echo(f"{row['count']:>8,}  {row['site'][:30]:<30}  {row['text'][:70]}")
