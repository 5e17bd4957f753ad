"""ChromeRAG's learn and batch beside our profiles, HTML: `python -m benchmarks.run_profile_peer MODELS`.

The same pages, drawn alike, as in benchmarks/run_profile.py, 30 other pages of the site; at most
four known pages of a site. Adds "peer" to results/profile.json.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from benchmarks import metrics
from benchmarks.profile_sites import BenchSite, bench_sites, drawn
from benchmarks.run_profile import NEARLY, counts_of, interval, judged
from benchmarks.run_quality import RESULTS
from benchmarks.setup_peers import ROOT, installed, python_of
from detector.model.files import Model, load
from detector.sites.profile import MOST_LINES
from detector.sites.recurrence import merge, most_frequent
from detector.text.decoding import text_of
from detector.training.data.examples import FOLDS, Examples, examples_of
from detector.training.evaluate.judge import page_f1

OTHERS: Final = 30
MOST_TARGETS: Final = 4
PEER: Final = "chromerag"


def peer_f1(examples: Examples, text: str) -> float:
    """Return words F1 of a text: against the gold, else over the labelled lines that it kept."""
    gold = examples.pages[0].gold
    if gold is not None:
        return metrics.words_f1(text, gold)
    batch = examples.batch
    lines = [
        text_of(bytes(batch.data[start:end]))
        for start, end in zip(batch.line_start.tolist(), batch.line_end.tolist(), strict=True)
    ]
    kept = np.repeat(metrics.kept_lines(lines, text), np.diff(batch.line_segment))
    return float(page_f1(examples, kept)[0])


class Peer:
    """ChromeRAG in its own process."""

    def __init__(self) -> None:
        command = [str(python_of(PEER)), "-W", "ignore", "-m", "benchmarks.profile_peer"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def text(self, learn: list[str], page: str) -> str | None:
        """Return a page's text, None where the peer failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        output: IO[str] = self._process.stdout
        self._process.stdin.write(json.dumps({"learn": learn, "page": page}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(output.readline())
        return answer.get("text")

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def site_rows(site: BenchSite, models: Sequence[Model], peer: Peer) -> Iterator[dict[str, float]]:
    """Yield what each of a site's known pages scores: the peer's and ours, without and with other pages."""
    counts = {name: counts_of(html) for name, html in site.pages.items()}
    for target in site.targets[:MOST_TARGETS]:
        examples, chosen = examples_of([target]), drawn(list(site.pages), target.id)[:OTHERS]
        model = models[int(examples.fold[0])]
        texts = [
            peer.text([], target.page),
            peer.text([site.pages[name] for name in chosen], target.page),
        ]
        profile = most_frequent(merge([counts[name] for name in chosen]), MOST_LINES)
        yield {
            "peer_without": -1.0 if texts[0] is None else peer_f1(examples, texts[0]),
            "peer_with": -1.0 if texts[1] is None else peer_f1(examples, texts[1]),
            "ours_without": judged(examples, model, "html", None).f1,
            "ours_with": judged(examples, model, "html", profile).f1,
            "ours_text_with": judged(examples, model, "text", profile).f1,
        }


def measured(models: Sequence[Model]) -> dict[str, Any]:
    """Return the rows of all sites and their means; pages on which the peer failed are left out."""
    peer, rows, failed = Peer(), [], 0
    for site in bench_sites():
        if len(site.pages) - 1 < NEARLY * OTHERS:
            continue
        pages = list(site_rows(site, models, peer))
        good = [page for page in pages if min(page.values()) >= 0]
        failed += len(pages) - len(good)
        if good:
            means = {name: round(float(np.mean([page[name] for page in good])), 4) for name in good[0]}
            rows.append({"site": site.name, "pages": len(good), **means})
            print(rows[-1], flush=True)
    peer.close()
    names = [name for name in rows[0] if name not in ("site", "pages")]
    means = {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names}
    ahead = [row["ours_with"] - row["peer_with"] for row in rows]
    version = installed(PEER).get(PEER, "unknown")
    return {"version": version, "sites": len(rows), "failed": failed, "mean": means,
            "ours_ahead_90": interval(ahead, np.mean, 0.9), "rows": rows}  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS / "profile.json")
    options = parser.parse_args(arguments)
    models = [load(options.models / f"fold-{fold}") for fold in range(FOLDS)]
    found = json.loads(options.output.read_text(encoding="utf-8"))
    found["peer"] = measured(models)
    options.output.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
