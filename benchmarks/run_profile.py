"""Measure site profiles: `python -m benchmarks.run_profile MODELS`, to results/profile.json.

For every site with known pages and enough others: a profile of 10, 30 and 100 of the other
pages, drawn by chance; the known page is scored by the model of its fold without and with it,
as text only and as HTML. Sites count once each, however many pages they have.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.datasets import dataset
from benchmarks.environment import made
from benchmarks.profile_sites import BenchSite, bench_sites, drawn, labelled_sites
from benchmarks.run_quality import RESULTS
from benchmarks.splits import load as load_splits
from detector.decisions import decide_scored
from detector.model.files import Model, load
from detector.model.score import score_lines
from detector.records import Format
from detector.settings import Settings
from detector.sites.profile import MOST_LINES
from detector.sites.recurrence import LineCounts, Sites, count_lines, merge, most_frequent
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.keys import line_keys
from detector.text.words import words_of
from detector.training.data.examples import CONTENT, FOLDS, Examples, examples_of
from detector.training.evaluate.judge import page_f1

OTHERS: Final = (10, 30, 100)
# Sites of 30 pages have 29 others: near enough, where no more exist.
NEARLY: Final = 0.9
FORMATS: Final[tuple[Format, ...]] = ("text", "html")
ROUNDS: Final = 2000
TIMED_PAGES: Final = 1000


class Judged(NamedTuple):
    """One known page: words F1, and its lines (score, words, share of content, dropped)."""

    f1: float
    lines: NDArray[np.float64]


def counts_of(html: str) -> LineCounts:
    """Return the counts of one page."""
    batch, _ = html_batch([utf8(html)])
    return count_lines(line_keys(words_of(batch)), batch.page_segment(), np.zeros(1, np.int64))


def judged(
    examples: Examples, model: Model, format: Format, counts: LineCounts | None, counted: bool = False
) -> Judged:
    """Score the only page of the examples, with what `counts` (in which it may be) say of its site."""
    batch, words = examples.batch, examples.words
    markup = examples.markup if format == "html" else None
    sites = None if counts is None else Sites(counts, np.zeros(1, np.int64), counted)
    found = score_lines(batch, words, markup, model, sites)
    kept = decide_scored(found, words, batch.page_segment(), Settings()).kept
    size = np.diff(words.segment_word)
    lines = np.stack([found.scores, size, examples.share, ~kept], axis=1).astype(np.float64)
    return Judged(float(page_f1(examples, kept)[0]), lines[examples.share >= 0])


def template_left(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[float, float]:
    """Return the share of template lines left, without and with, at the same content loss.

    The loss is what the default decisions lose without the profile; on either side one
    threshold over the site's pages drops as much as that loss allows.
    """
    lines = np.concatenate([page.lines for page in before])
    content = np.where(lines[:, 2] >= CONTENT, lines[:, 1], 0)
    allowed = float(content[lines[:, 3] > 0].sum())
    return _left(lines, allowed), _left(np.concatenate([page.lines for page in after]), allowed)


def _left(lines: NDArray[np.float64], allowed: float) -> float:
    order = np.argsort(-lines[:, 0], kind="stable")
    score, content = lines[order, 0], np.where(lines[order, 2] >= CONTENT, lines[order, 1], 0)
    template = lines[order, 2] < CONTENT
    ends = np.append(np.flatnonzero(np.diff(score)), score.size - 1)
    fine = ends[np.cumsum(content)[ends] <= allowed]
    dropped = int(fine[-1]) + 1 if fine.size else 0
    return 1 - float(template[:dropped].sum()) / max(int(template.sum()), 1)


def interval(values: Sequence[float], statistic: Any, level: float) -> list[float]:  # noqa: ANN401
    """Return the bounds of a statistic's bootstrap interval."""
    array, rng = np.asarray(values), np.random.default_rng(0)
    samples = statistic(array[rng.integers(0, array.size, (ROUNDS, array.size))], axis=1)
    return [round(float(value), 4) for value in np.quantile(samples, ((1 - level) / 2, (1 + level) / 2))]


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
        "f1_gain_90": interval(gain, np.mean, 0.9),
        "template_left_without": round(left[0], 4),
        "template_left_with": round(left[1], 4),
    }


def site_rows(site: BenchSite, models: Sequence[Model]) -> Iterator[dict[str, Any]]:
    """Yield a site's rows, by format and number of other pages."""
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
        out[f"{name}_falls_median_90"] = interval(falls.tolist(), np.median, 0.9)
    out["mean_f1_gain_90"] = interval(gain.tolist(), np.mean, 0.9)
    out["worst_site"] = {"site": rows[worst]["site"], "f1_gain": round(float(gain[worst]), 4),
                         "f1_gain_90": rows[worst]["f1_gain_90"]}  # fmt: skip
    out["sites_worse_by_01"] = [row["site"] for row in rows if row["f1_gain_90"][1] < -0.01]
    return out


def corpus(models: Sequence[Model]) -> list[dict[str, Any]]:
    """Return what counts over all pages of a site, as a corpus run has them, do to the pages we labelled."""
    pages: dict[Format, list[tuple[Judged, Judged]]] = {format: [] for format in FORMATS}
    sites = 0
    for site in labelled_sites(load_splits()):
        counts = merge([counts_of(html) for html in site.pages.values()])
        sites += 1
        for examples in (examples_of([target]) for target in site.targets):
            model = models[int(examples.fold[0])]
            for format in FORMATS:
                alone = judged(examples, model, format, None)
                pages[format].append((alone, judged(examples, model, format, counts, counted=True)))
    return [{"format": format, "sites": sites, **_corpus_row(part)} for format, part in pages.items()]


def _corpus_row(pages: Sequence[tuple[Judged, Judged]]) -> dict[str, Any]:
    """Return both sides by their own decisions, and template lines left at the same content loss."""
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
    return out


def timed() -> dict[str, Any]:
    """Return seconds and peak memory of `detector profile` on 1,000 pages, and the file's size."""
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


def main(arguments: Sequence[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS / "profile.json")
    options = parser.parse_args(arguments)
    models = [load(options.models / f"fold-{fold}") for fold in range(FOLDS)]
    rows = []
    for site in bench_sites():
        rows += site_rows(site, models)
        print(site.name, len(site.targets), len(site.pages), flush=True)
    data = {name: dataset(name).files_hash() for name in ("sites", "daniel")}
    found = {"data_hash": data, "made": made(), "summary": summary(rows), "corpus": corpus(models),
             "timed": timed(), "rows": rows}  # fmt: skip
    options.output.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
