"""Site profiles: how other pages of a site improve the scores of a page.

For every site with known pages and enough others, profiles of 10, 30 and 100 other pages are learned, drawn
at random. The known page is scored by the model of its fold without and with them, as text only and as HTML.
Each site counts once, however many pages it has.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.data.folds.splits import load as load_splits
from benchmarks.data.profile_sites import BenchSite, bench_sites, drawn, labelled_sites
from benchmarks.data.sets import dataset
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json
from benchmarks.measures.profile_scores import NEARLY, Judged, bounds, counts_of, judged, template_left
from benchmarks.run.sites import profile_peer
from detector.model.files import Model, load
from detector.records import Format
from detector.sites.profile import MOST_LINES
from detector.sites.recurrence import merge, most_frequent
from detector.training.data.examples import CONTENT, FOLDS, examples_of

OTHERS: Final = (10, 30, 100)
FORMATS: Final[tuple[Format, ...]] = ("text", "html")
TIMED_PAGES: Final = 1000


def _site_row(
    site: BenchSite, others: int, before: Sequence[Judged], after: Sequence[Judged]
) -> dict[str, Any]:
    gain = [two.f1 - one.f1 for one, two in zip(before, after, strict=True)]
    left = template_left(before, after)
    return {
        "site": site.name,
        "others": others,
        "pages": len(before),
        "f1_without": round(float(np.mean([page.f1 for page in before])), 4),
        "f1_with": round(float(np.mean([page.f1 for page in after])), 4),
        "f1_gain_90": bounds(gain, np.mean),
        "template_left_without": round(left[0], 4),
        "template_left_with": round(left[1], 4),
    }


def site_rows(site: BenchSite, models: Sequence[Model]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a site, by format and number of other pages."""
    counts = {name: counts_of(html) for name, html in site.pages.items()}
    examples = [examples_of([target]) for target in site.targets]
    for format in FORMATS:
        before = [judged(one, models[int(one.fold[0])], format, None) for one in examples]
        for others in OTHERS:
            if len(counts) - 1 < NEARLY * others:
                continue
            after = []
            for target, one in zip(site.targets, examples, strict=True):
                chosen = [counts[name] for name in drawn(list(counts), target.id)[:others]]
                profile = most_frequent(merge(chosen), MOST_LINES)
                after.append(judged(one, models[int(one.fold[0])], format, profile))
            yield {"format": format, **_site_row(site, others, before, after)}


def summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return medians over all sites, and over those with several known pages."""
    groups: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["format"], row["others"]].append(row)
    found = []
    for (format, others), part in sorted(groups.items(), key=lambda item: (item[0][0] != "text", item[0][1])):
        several = [row for row in part if row["pages"] > 1]
        found.append({**_summary(format, others, part), "which": "all"})
        if len(several) < len(part):
            found.append({**_summary(format, others, several), "which": "several known pages"})
    return found


def _summary(format: str, others: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    def column(name: str) -> NDArray[np.float64]:
        return np.array([row[name] for row in rows], np.float64)

    f1_error = 1 - (1 - column("f1_with")) / np.maximum(1 - column("f1_without"), 1e-9)
    had = column("template_left_without") > 0
    template = 1 - column("template_left_with")[had] / column("template_left_without")[had]
    gain = column("f1_with") - column("f1_without")
    worst = int(np.argmin(gain))
    out = {"format": format, "others": others, "sites": len(rows)}
    for name in ("f1_without", "f1_with", "template_left_without", "template_left_with"):
        out[f"median_{name}"] = round(float(np.median(column(name))), 4)
        out[f"mean_{name}"] = round(float(np.mean(column(name))), 4)
    for name, falls in (("f1_error", f1_error), ("template_left", template)):
        out[f"{name}_falls_median"] = round(float(np.median(falls)), 4)
        out[f"{name}_falls_median_90"] = bounds(falls.tolist(), np.median)
    out["mean_f1_gain_90"] = bounds(gain.tolist(), np.mean)
    out["worst_site"] = {"site": rows[worst]["site"], "f1_gain": round(float(gain[worst]), 4),
                         "f1_gain_90": rows[worst]["f1_gain_90"]}  # fmt: skip
    out["sites_worse_by_01"] = [row["site"] for row in rows if row["f1_gain_90"][1] < -0.01]
    return out


def corpus(models: Sequence[Model], locked: bool = False) -> list[dict[str, Any]]:
    """Return how counts over all pages of a site, as in a corpus run, change the pages that we labelled.

    models: those of the folds; of locked pages, which none learns from, the same one for each fold
    """
    pages: dict[Format, list[tuple[Judged, Judged]]] = {format: [] for format in FORMATS}
    sites = 0
    for site in labelled_sites(load_splits(), locked):
        counts = merge([counts_of(html) for html in site.pages.values()])
        sites += 1
        for examples in (examples_of([target]) for target in site.targets):
            model = models[int(examples.fold[0])]
            for format in FORMATS:
                alone = judged(examples, model, format, None)
                pages[format].append((alone, judged(examples, model, format, counts, counted=True)))
    return [{"format": format, "sites": sites, **_corpus_row(part)} for format, part in pages.items()]


def _corpus_row(pages: Sequence[tuple[Judged, Judged]]) -> dict[str, Any]:
    """Return both by their own decisions, and the remaining template lines at the same content loss."""
    before, after = zip(*pages, strict=True)
    out: dict[str, Any] = {"pages": len(pages)}
    for name, side in (("without", before), ("with", after)):
        lines = np.concatenate([page.lines for page in side])
        content, template = lines[:, 2] >= CONTENT, lines[:, 2] < CONTENT
        words = np.where(content, lines[:, 1], 0)
        out[f"template_lines_left_{name}"] = int((template & (lines[:, 3] == 0)).sum())
        out[f"content_lost_{name}"] = round(float(words[lines[:, 3] > 0].sum() / words.sum()), 4)
        out[f"words_f1_{name}"] = round(float(np.mean([page.f1 for page in side])), 4)
    out["template_lines"] = int(template.sum())
    left = template_left(before, after)
    out["left_at_same_loss_without"], out["left_at_same_loss_with"] = (round(share, 4) for share in left)
    return out | _changed(before, after)


def _changed(before: Sequence[Judged], after: Sequence[Judged]) -> dict[str, Any]:
    """Return how many lines with words the site drops or brings back, and how many of these rightly."""
    dropped = np.concatenate([page.lines for page in before])[:, 3]
    lines = np.concatenate([page.lines for page in after])
    changed = (dropped != lines[:, 3]) & (lines[:, 1] > 0)
    is_right = (lines[:, 2] < CONTENT) == (lines[:, 3] > 0)
    return {"changed": int(changed.sum()), "changed_rightly": int((changed & is_right).sum())}


def timed() -> dict[str, Any]:
    """Return seconds and peak memory of `detector profile` on 1,000 pages, and the size of the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pages").mkdir()
        for number, page in zip(range(TIMED_PAGES), dataset("sites").pages(), strict=False):
            (folder / "pages" / f"{number:04d}.html").write_bytes(page.html or b"")
        command = [
            sys.executable,
            "-m",
            "detector",
            "profile",
            f"{name}/pages",
            "--output",
            f"{name}/site.profile",
        ]
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True, capture_output=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "pages": TIMED_PAGES,
            "bytes": sum(file.stat().st_size for file in (folder / "pages").iterdir()),
            "seconds": round(time.monotonic() - started, 1),
            "cpu_seconds": round(used.ru_utime - before, 1),
            "peak_megabytes": used.ru_maxrss // 1024,
            "profile_bytes": (folder / "site.profile").stat().st_size,
        }


def measured(models: Sequence[Model]) -> dict[str, Any]:
    """Return all results for profiles, except for the peer."""
    rows = []
    for site in bench_sites():
        rows += site_rows(site, models)
        click.echo(f"{site.name} {len(site.targets)} {len(site.pages)}")
    data = {name: dataset(name).files_hash() for name in ("sites", "daniel")}
    identity = ours(*(model.model_id for model in models))
    return {"data_hash": data, "made": made(), **identity, "summary": summary(rows), "corpus": corpus(models),
            "timed": timed(), "rows": rows}  # fmt: skip


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--peer", is_flag=True, help="Measure ChromeRAG beside us, and add it to the result.")
@click.option("--locked", is_flag=True, help="Open the locked pages, and add them to the result.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=RESULTS / "profile.json", help="The result."
)
def command(models: Path, peer: bool, locked: bool, output: Path) -> None:
    """Measure the gain from site profiles, to profile.json.

    MODELS is a folder of `train folds`. With --peer, compares ChromeRAG's `learn` and `batch` with our
    profiles: on the same pages, 30 other pages of the site, at most four known pages of a site. With
    --locked, measures what the site changes on the locked labelled pages. Do that once per release.

    \b
    Examples:
      python -m benchmarks run profile build/models
      python -m benchmarks run profile build/models --peer
      python -m benchmarks run profile build/models --locked
    """
    of_fold = [load(models / f"fold-{fold}") for fold in range(FOLDS)]
    if not (peer or locked):
        write_json(output, measured(of_fold))
        return
    before = json.loads(output.read_text(encoding="utf-8"))
    if before["model_id"] != ours(*(model.model_id for model in of_fold))["model_id"]:
        raise click.ClickException(f"{output} has other models: first run this without --peer and --locked")
    if peer:
        before |= {"peer": profile_peer.measured(of_fold)}
    if locked:
        before |= {"locked": corpus([load(models / "all")] * FOLDS, locked=True)}
    write_json(output, before)
