"""`detector clean` on a corpus: what becomes of it, and what is said at the end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.cli.corpus_options import CorpusOptions
from detector.cli.options import Policy
from detector.cli.progress import ShownProgress
from detector.cli.terminal import print_page_text, say
from detector.corpus import api
from detector.corpus.run import Outcome
from detector.errors import SettingsError
from detector.records import Format
from detector.settings import Columns, CorpusSettings, EngineSettings, RecordSettings

OVER_LOSS_LIMIT: Final = 3
SHOWN: Final = 20
# Where a dry run would write to, if it is not said: nowhere.
NOWHERE: Final = Path("dry-run")


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
