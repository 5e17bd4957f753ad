"""`detector clean` on a corpus: run it and report the outcome."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from detector.cli.corpus_options import CorpusOptions
from detector.cli.options import Policy
from detector.cli.outputs import refuse_overwriting
from detector.cli.sample import print_sample
from detector.cli.terminal import counted, note, say
from detector.corpus import api
from detector.corpus.formats.documents import NO_PAGE, OTHER_TYPE
from detector.corpus.formats.kinds import is_remote, kind_of, output_kind
from detector.corpus.report.site_ways import in_words
from detector.corpus.report.summary import MOST_NAMED
from detector.corpus.run import Outcome
from detector.corpus.steps.write import LONE_PAGES
from detector.errors import SettingsError
from detector.progress import ShownProgress
from detector.records import Format
from detector.settings import Columns, CorpusSettings, EngineSettings, RecordSettings

OVER_LOSS_LIMIT: Final = 3
SHOWN: Final = 20
SHOWN_TYPES: Final = 8
# What only looks writes nothing, but needs a name for the folder.
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
    """Clean a corpus and report the outcome; return the exit code."""
    if policy.site is not None:
        raise SettingsError("a corpus run counts the lines of its own sites: leave out --site")
    rules = CorpusSettings.read(options.rules, options.allow)
    if policy.drop_copies is not None and rules.drop_copies is not None:
        raise SettingsError(f"{options.rules} has drop_copies too: leave out --drop-copies")
    _refuse_useless(names, options, engine)
    note("a corpus: lines are counted per site, near-duplicates are left out")
    try:
        with ShownProgress() as progress:

            def tell(line: str) -> None:
                progress.close()
                note(line)

            outcome = api.clean_corpus(
                names,
                options.output or NOWHERE,
                policy.chosen(),
                rules,
                RecordSettings(columns, format, policy.model, options.to, options.lines, options.csv_safe),
                engine,
                since=options.since,
                sample=options.looks_only(),
                progress=progress,
                tell=tell,
            )
    except KeyboardInterrupt:
        if not options.looks_only():
            say("finished work is kept: run the same command again to resume")
        raise
    if outcome.sample is not None:
        print_sample(outcome, outcome.sample, api.resources_of(engine), options.output)
    _tell(outcome, options)
    if outcome.losses and outcome.sample is None:
        return OVER_LOSS_LIMIT
    return 1 if any(not reason.startswith(NO_PAGE) for reason in outcome.report["rejected"]) else 0


def _refuse_useless(names: Sequence[str], options: CorpusOptions, engine: EngineSettings) -> None:
    """Refuse options that have no effect together with others."""
    refuse_overwriting("a corpus", "delete the folder of the finished run, or name another --output")
    if engine.name == "process" and (engine.workers or 1) > 1:
        raise SettingsError("--workers has no effect with --engine process: leave out one of them")
    kinds = {output_kind(options.to, kind_of(name) or "page") for name in names if not Path(name).is_dir()}
    may_be_csv = options.to == "same" and any(Path(name).is_dir() or is_remote(name) for name in names)
    if options.csv_safe and "csv" not in kinds and not may_be_csv and not options.to.startswith("csv"):
        raise SettingsError("--csv-safe has no effect: the output is not CSV (--to csv)")


def _tell(outcome: Outcome, options: CorpusOptions) -> None:
    """Report the outcome of a run."""
    report, total = outcome.report, outcome.report["total"]
    others = {reason: count for reason, count in report["rejected"].items() if reason.startswith(OTHER_TYPE)}
    if others:
        note(f"skipped: {counted(sum(others.values()), 'record')} of other types: {_types(others)}")
    for reason, count in report["rejected"].items():
        if reason in others:
            continue
        if reason.startswith(NO_PAGE):
            note(f"skipped: {counted(count, 'record')}: {reason}")
        else:
            say(f"set aside: {counted(count, 'record')}: {reason}")
    if total["documents"] > 1 and [row["name"] for row in report["by_site"]] == [LONE_PAGES]:
        note("no page has a site, so lines are not counted: see --url-column and --site-column")
    if ways := in_words(report.get("sites_found_by", {})):
        note(f"sites: {ways}")
    left_out = sum(row["documents"] for row in report.get("filtered", {}).values())
    filtered = f", {left_out:,} filtered" if "filtered" in report else ""
    share = total["bytes_kept"] / max(total["bytes"], 1)
    note(
        f"{total['kept']:,} of {counted(total['documents'], 'document')} kept ({total['empty']:,} empty, "
        f"{counted(total['duplicates'], 'near-duplicate')}{filtered}), {share:.1%} of the text"
    )
    if since := report.get("since"):
        runs = f"{len(since['runs'])} earlier run{'s' if len(since['runs']) > 1 else ''}"
        judged = f"{since['pages_that_would_change']:,} of {since['pages_judged_again']:,} earlier pages"
        note(
            f"{counted(since['documents'], 'document')} of {runs} stay; {judged} judged again would "
            f"change, and {counted(since['documents_that_would_go'], 'document')} would go: see the report"
        )
    named = {row["name"] for row in (*report["by_site"], *report["by_source"])}
    if len(named) < MOST_NAMED:
        for name in (name for name in options.allow if name not in named):
            say(f"no site or source is called {name} (--allow)")
    _tell_end(outcome, options)


def _types(others: Mapping[str, int]) -> str:
    """Return content types with their numbers, the most frequent ones first."""
    ranked = sorted(others.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{reason.removeprefix(OTHER_TYPE)} {count:,}" for reason, count in ranked[:SHOWN_TYPES]]
    return ", ".join(named) + (" and more" if len(ranked) > SHOWN_TYPES else "")


def _tell_end(outcome: Outcome, options: CorpusOptions) -> None:
    """Report what would lose too much, or where the output is."""
    if outcome.losses:
        for loss in outcome.losses[:SHOWN]:
            say(f"too much lost: {loss}")
        names = " ".join(f"--allow {loss.name}" for loss in outcome.losses[:SHOWN])
        hint = "" if outcome.sample else f" Nothing is published; to publish it, add {names}"
        say(
            f"{counted(len(outcome.losses), 'site or source', 'sites or sources')} would lose too much.{hint}"
        )
    elif outcome.sample is None:
        note(f"written to {options.output}: see report.html there")
