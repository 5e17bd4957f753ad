"""Measure adapting to a language that was kept out: `python -m benchmarks.run_adaptation PAGES MODELS`.

PAGES is the file of benchmarks/training_pages.py, MODELS the pair of benchmarks/adaptation_models.py
with their precisions. For each language: 20 pages of sites that are not tested on, drawn by seed;
the model without the language, adapted to the pages alone, then with 100 answers that the gold
text gives to the questions of `detector train --ask`; and the model with the language.
"""

import json
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.adaptation_models import LANGUAGES, TEST_FOLDS, used_in_training
from benchmarks.environment import made
from benchmarks.run_quality import RESULTS
from detector.scores.model import Model, load
from detector.settings import Settings
from detector.training.adaptation import Adaptation, start
from detector.training.evaluate import examples_to_judge, figures, judge
from detector.training.examples import CONTENT, Examples
from detector.training.held_back import line_loss
from detector.training.intervals import interval_of, ratio
from detector.training.line_labels import LineLabel
from detector.training.pages import LabelledPage, read_pages
from detector.training.precision import load_precision

PAGES: Final = 20
MOST_SITES: Final = 4
ANSWERS: Final = 100
ROUND: Final = 20
DRAWS: Final = 1
GENERAL_PAGES: Final = 120
READ: Final = ("html", "html as text")


def drawn(pages: Sequence[LabelledPage], seed: int) -> list[LabelledPage]:
    """Return the pages to adapt to: of a few sites, that have several."""
    rng, of_site = random.Random(seed), defaultdict(list)
    for page in sorted(pages, key=lambda page: page.id):
        of_site[page.group].append(page)
    sites = [site for site, found in sorted(of_site.items()) if len(found) >= PAGES // MOST_SITES]
    rng.shuffle(sites)
    sites = sites[:MOST_SITES]
    return [page for site in sites for page in rng.sample(of_site[site], PAGES // len(sites))]


def measured(model: Model, examples: dict[str, Examples]) -> dict[str, Any]:
    """Return words F1, lost content and log loss, for each way to read the pages."""
    out = {}
    for one in judge(model, examples, Settings()):
        found, weight = figures(one.examples, one.kept), one.examples.weight
        low, high = interval_of(found["words_f1"])
        out[one.name] = {
            "words_f1": ratio(found["words_f1"]),
            "words_f1_90": [low, high],
            "content_lost": ratio(found["content_lost"]),
            "template_recall": ratio(found["template_recall"]),
            "log_loss": float((weight * line_loss(one.scores, one.examples)).sum() / weight.sum()),
        }
    return out


def answered(adaptation: Adaptation, truth: Sequence[Examples]) -> tuple[Adaptation, int]:
    """Return what is there after the answers, and how many of them said content or template."""
    said = 0
    for _ in range(ANSWERS // ROUND):
        labels = []
        for number, question in adaptation.questions(ROUND):
            share = truth[number].share[question.row]
            label = "unknown" if share < 0 else "content" if share >= CONTENT else "template"
            said += int(share >= 0)
            labels.append(LineLabel(question.text, label, adaptation.sites[question.site]))
        adaptation = adaptation.labelled(labels)
    return adaptation, said


def _general(pages: Sequence[LabelledPage]) -> list[LabelledPage]:
    found = [page for page in pages if page.set == "wcxb-dev" and not used_in_training(page)]
    return sorted(random.Random(0).sample(found, GENERAL_PAGES), key=lambda page: page.id)


def _run(
    old: Model, folder: Path, chosen: Sequence[LabelledPage], sets: Sequence[dict[str, Examples]]
) -> dict[str, Any]:
    """Adapt to one draw of pages; sets: the language's test pages, and the general ones."""
    truth = list({id(one): one for one in examples_to_judge(chosen).values()}.values())
    began = time.monotonic()
    hidden = [replace(page, gold=None) for page in chosen]
    adaptation = start(old, hidden, [], load_precision(folder))
    alone = adaptation.adapted()
    seconds = time.monotonic() - began
    adaptation, said = answered(adaptation, truth)
    taught = adaptation.adapted()
    return {
        "pages": len(chosen),
        "sites": len({page.group for page in chosen}),
        "recurring_lines": adaptation.counts().recurring_lines,
        "answers_content_or_template": said,
        "seconds_unlabelled": round(seconds, 1),
        "unlabelled": measured(alone, sets[0]),
        "answered": measured(taught, sets[0]),
        "general_unlabelled": measured(alone, sets[1]),
        "general_answered": measured(taught, sets[1]),
    }


def main(pages_file: str, models: str) -> None:
    """Measure every language and write the result."""
    read = [page for page in read_pages([Path(pages_file)]) if page.set in ("daniel", "wcxb-dev")]
    folder = Path(models) / "without"
    old, new = load(folder), load(Path(models) / "with")
    general = examples_to_judge(_general(read))
    result: dict[str, Any] = {**made(), "general_without": measured(old, general), "languages": {}}
    for language in LANGUAGES:
        pages = [page for page in read if page.set == "daniel" and page.language == language]
        test = [page for page in pages if page.fold in TEST_FOLDS]
        examples = examples_to_judge(test)
        learn = [page for page in pages if page.fold not in TEST_FOLDS]
        result["languages"][language] = {
            "test_pages": len(test),
            "test_sites": len({page.group for page in test}),
            "without": measured(old, examples),
            "with": measured(new, examples),
            "draws": [_run(old, folder, drawn(learn, seed), (examples, general)) for seed in range(DRAWS)],
        }
        _write(result)
        print(language, json.dumps(summary(result["languages"][language])), flush=True)


def _write(result: dict[str, Any]) -> None:
    """Write what there is so far: each language takes minutes."""
    result["peak_megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    (RESULTS / "adaptation.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def closed(language: dict[str, Any], read: str, figure: str, what: str) -> float:
    """Return how much of the gap between the two models adapting closed, the mean of the draws."""
    before, after = language["without"][read][figure], language["with"][read][figure]
    reached = float(np.mean([draw[what][read][figure] for draw in language["draws"]]))
    return (reached - before) / (after - before)


def summary(language: dict[str, Any]) -> dict[str, float]:
    """Return the closed shares of the gap."""
    return {
        f"{read} {figure} {what}": round(closed(language, read, figure, what), 3)
        for read in READ
        for figure in ("words_f1", "log_loss")
        for what in ("unlabelled", "answered")
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
