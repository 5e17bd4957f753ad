"""ChromeRAG's learn and batch compared with our profiles, on HTML.

The pages are the same and drawn in the same way as for profiles: 30 other pages of the site, and at most four
known ones.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import numpy as np

from benchmarks.data.profile_sites import BenchSite, bench_sites, drawn
from benchmarks.measures import metrics
from benchmarks.measures.profile_scores import NEARLY, bounds, counts_of, judged
from benchmarks.peers.answers import cache_folder
from benchmarks.peers.environments import versions_of
from benchmarks.peers.process import PeerProcess
from benchmarks.peers.systems import PROFILE_PEER
from detector.model.files import Model
from detector.sites.profile import MOST_LINES
from detector.sites.recurrence import merge, most_frequent
from detector.text.decoding import text_of
from detector.training.data.examples import Examples, examples_of
from detector.training.evaluate.judge import page_f1

OTHERS: Final = 30
MOST_TARGETS: Final = 4


def peer_f1(examples: Examples, text: str) -> float:
    """Return words F1 of a text against the gold, or against the labelled content lines."""
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


def site_rows(site: BenchSite, models: Sequence[Model], peer: PeerProcess) -> Iterator[dict[str, float]]:
    """Yield words F1 of each known page of a site: the peer's and ours, without and with other pages."""
    counts = {name: counts_of(html) for name, html in site.pages.items()}
    for target in site.targets[:MOST_TARGETS]:
        examples, chosen = examples_of([target]), drawn(list(site.pages), target.id)[:OTHERS]
        model = models[int(examples.fold[0])]
        learned = [site.pages[name] for name in chosen]
        texts = [peer.ask(target.page, None, others).text for others in ([], learned)]
        profile = most_frequent(merge([counts[name] for name in chosen]), MOST_LINES)
        yield {
            "peer_without": -1.0 if texts[0] is None else peer_f1(examples, texts[0]),
            "peer_with": -1.0 if texts[1] is None else peer_f1(examples, texts[1]),
            "ours_without": judged(examples, model, "html", None).f1,
            "ours_with": judged(examples, model, "html", profile).f1,
            "ours_text_with": judged(examples, model, "text", profile).f1,
        }


def measured(models: Sequence[Model]) -> dict[str, Any]:
    """Return the rows of all sites and their means. Pages on which the peer failed are left out."""
    rows, failed = [], 0
    peer = PeerProcess(PROFILE_PEER, cache_folder() / "profile-peer.log")
    for site in bench_sites():
        if len(site.pages) - 1 < NEARLY * OTHERS:
            continue
        pages = list(site_rows(site, models, peer))
        good = [page for page in pages if min(page.values()) >= 0]
        failed += len(pages) - len(good)
        if good:
            means = {name: round(float(np.mean([page[name] for page in good])), 4) for name in good[0]}
            rows.append({"site": site.name, "pages": len(good), **means})
            click.echo(str(rows[-1]))
    peer.close()
    names = [name for name in rows[0] if name not in ("site", "pages")]
    means = {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names}
    ahead = [row["ours_with"] - row["peer_with"] for row in rows]
    version = versions_of(PROFILE_PEER)["chromerag"]
    return {"version": version, "sites": len(rows), "failed": failed, "mean": means,
            "ours_ahead_90": bounds(ahead, np.mean), "rows": rows}  # fmt: skip
