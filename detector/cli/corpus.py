"""`detector clean` on a corpus: when it is one, the options of it, and what is said at the end."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

import click

from detector.cli.options import Policy
from detector.cli.progress import ShownProgress
from detector.cli.terminal import print_page_text, say
from detector.corpus import api
from detector.corpus.formats.readers import kind_of
from detector.corpus.formats.remote import is_remote
from detector.corpus.run import Outcome
from detector.errors import SettingsError
from detector.records import Format
from detector.settings import Columns, CorpusSettings, EngineSettings, Lines, RecordSettings

F = TypeVar("F", bound=Callable[..., Any])

OVER_LOSS_LIMIT: Final = 3
SHOWN: Final = 20
UNITS: Final = {"": 10**6, "MB": 10**6, "GB": 10**9}
# Where a dry run would write to, if it is not said: nowhere.
NOWHERE: Final = Path("dry-run")


class Size(click.ParamType):  # type: ignore[type-arg]
    """Bytes of memory: 500MB, 2GB, or a number of MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int:  # noqa: ANN401
        """Read a size."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB|GB|)", str(value).strip().upper())
        if found is None or float(found[1]) == 0:
            self.fail(f"{value!r} is not a size: write 500MB or 2GB", param, context)
        return int(float(found[1]) * UNITS[found[2]])


_ENGINE: Final = (
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        help="Who cleans a corpus: process, joblib, spark, or a backend of joblib.",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes; as many as cores by default."),
    click.option(
        "--memory",
        type=Size(),
        default="4GB",
        show_default=True,
        help="Most memory of all processes together.",
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
    """Add the options that say how a corpus is read and by whom: `engine` and `columns`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        engine = EngineSettings(
            name=options.pop("engine"), memory=options.pop("memory"), workers=options.pop("workers")
        )
        columns = Columns(*(options.pop(f"{name}_column") for name in Columns._fields))
        return function(*arguments, engine=engine, columns=columns, **options)

    for option in reversed((*_COLUMNS, *_ENGINE)):
        command = option(command)
    return cast(F, command)


def is_corpus(names: Sequence[str]) -> bool:
    """Tell whether inputs are a corpus: a folder, a file of many records, or a URL."""
    return any(
        is_remote(name) or Path(name).is_dir() or kind_of(name) not in (None, "page") for name in names
    )


class CorpusOptions(NamedTuple):
    """The command's own options for a corpus."""

    output: Path | None
    to: str
    dry_run: bool
    rules: Path | None
    allow: tuple[str, ...]
    lines: Lines


def clean_corpus(
    names: Sequence[str],
    options: CorpusOptions,
    policy: Policy,
    *,
    format: Format | None,
    columns: Columns,
    engine: EngineSettings,
) -> int:
    """Clean a corpus and say what became of it; return the exit code."""
    if policy.site is not None:
        raise SettingsError("a corpus counts the lines of its sites itself: leave out --site")
    rules = CorpusSettings.read(options.rules, options.allow)
    say("a corpus: with the counts of each site, and without near-duplicates")
    with ShownProgress() as progress:
        outcome = api.clean_corpus(
            names,
            options.output or NOWHERE,
            policy.chosen(),
            rules,
            RecordSettings(columns, format, policy.model, options.to, options.lines),
            engine,
            sample=options.dry_run,
            progress=progress,
        )
    _tell(outcome, options)
    if outcome.losses and not options.dry_run:
        return OVER_LOSS_LIMIT
    return 1 if outcome.report["rejected"] else 0


def _tell(outcome: Outcome, options: CorpusOptions) -> None:
    """Say what became of a corpus."""
    report, total = outcome.report, outcome.report["total"]
    if options.dry_run:
        _print_sample(outcome)
    for reason, count in report["rejected"].items():
        say(f"set aside: {count:,} records: {reason}")
    share = total["bytes_kept"] / max(total["bytes"], 1)
    say(
        f"{total['kept']:,} of {total['documents']:,} documents stay ({total['empty']:,} empty, "
        f"{total['duplicates']:,} near-duplicates), {share:.1%} of the text"
    )
    if outcome.losses:
        for loss in outcome.losses[:SHOWN]:
            say(f"too much lost: {loss}")
        names = " ".join(f"--allow {loss.name}" for loss in outcome.losses[:SHOWN])
        hint = "" if options.dry_run else f" Nothing is published; the same command with {names} publishes it"
        say(f"{len(outcome.losses)} sites or sources lose too much.{hint}")
    elif not options.dry_run:
        say(f"written to {options.output}: see report.html there")


def _print_sample(outcome: Outcome) -> None:
    """Print what would go of a sample."""
    report = outcome.report
    rows = [f"A sample of {outcome.sampled} of {outcome.shards} shards. Of these would go:"]
    for kind in ("by_source", "by_site"):
        rows += ["", f"{kind.removeprefix('by_'):<40}  documents      kept   text lost"]
        rows += [
            f"{row['name'][:40]:<40}  {row['documents']:>9,} {row['kept']:>9,}  {row['lost']:>9.1%}"
            for row in report[kind][:SHOWN]
        ]
    rows += ["", "Lines dropped most often:"]
    rows += [
        f"{row['count']:>8,}  {row['site'][:30]:<30}  {row['text'][:70]}"
        for row in report["most_dropped_lines"][:SHOWN]
    ]
    for row in rows:
        print_page_text(row)
