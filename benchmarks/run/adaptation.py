"""Adapting to a language that was kept out of training.

For each language: 20 pages of sites that are not in the test, drawn by seed; the model without the language,
adapted to these pages alone, then with 100 true answers to the questions of `detector train --ask`; and the
model with the language. Each is adapted twice, with networks fitted and with frozen ones.
"""

import json
import random
import resource
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json
from benchmarks.measures.adaptation_gap import closed
from benchmarks.train.adaptation_models import OWN, PAIRS, Pair, used_in_training
from detector.model.files import Model, load
from detector.settings import Settings
from detector.training.adapt.active_learning import Question
from detector.training.adapt.adaptation import Adaptation, start
from detector.training.adapt.holdout import line_loss
from detector.training.adapt.memory import load_memory
from detector.training.data.examples import CONTENT, Examples
from detector.training.data.labelled_pages import LabelledPage, read_pages
from detector.training.data.line_labels import LineLabel
from detector.training.evaluate.bootstrap import Parts, interval_of, interval_of_difference, ratio
from detector.training.evaluate.judge import Judged, examples_to_judge, figures, judge

PAGES: Final = 20
MOST_SITES: Final = 4
ANSWERS: Final = 100
ROUND: Final = 20
# How many times as many questions to make as to ask, because some have no answer.
OVER: Final = 10
DRAWS: Final = 3
# The end of the names of figures of models that were adapted in their phrase weights only.
FROZEN: Final = "_frozen"
FIGURES: Final = ("words_f1", "content_lost", "template_recall")
GENERAL_PAGES: Final = 120
READ: Final = ("html", "html as text")
# Ways to read pages that count as one: for pages of text, "text" and "html as text" are the same.
READ_AS: Final = {"html": "html", "html as text": "html as text", "text": "html as text"}
# A set with pages labelled by rules, for which most lines are unknown.
IN_PART: Final = "sites"


def drawn(pages: Sequence[LabelledPage], seed: int) -> list[LabelledPage]:
    """Return the pages to adapt to, from four sites in turn. Sites with several pages come first.

    Of a site, completely labelled pages come first.
    """
    rng, of_site = random.Random(seed), defaultdict(list)
    for page in sorted(pages, key=lambda page: page.id):
        of_site[page.group].append(page)
    for found in of_site.values():
        rng.shuffle(found)
        found.sort(key=lambda page: page.set == IN_PART)
    sites = sorted(of_site)
    rng.shuffle(sites)
    sites.sort(key=lambda site: -min(len(of_site[site]), PAGES // MOST_SITES))
    turns = zip_longest(*(of_site[site] for site in sites[:MOST_SITES]))
    return [page for turn in turns for page in turn if page is not None][:PAGES]


def _judged(model: Model, examples: dict[str, Examples]) -> dict[str, list[Judged]]:
    """Return the judged pages of each way to read them."""
    judged = judge(model, examples, Settings())
    return {read: [one for one in judged if READ_AS[one.name] == read] for read in READ}


def _parts(judged: Sequence[Judged], figure: str) -> Parts:
    """Return the parts of a figure by page, for pages read in one way."""
    parts = [figures(one.examples, one.kept)[figure] for one in judged]
    groups = [page.group for one in judged for page in one.examples.pages]
    return Parts(
        np.concatenate([one.over for one in parts]),
        np.concatenate([one.under for one in parts]),
        np.unique(groups, return_inverse=True)[1].astype(np.int64),
    )


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return words F1, lost content and log loss of pages read in one way."""
    weight = np.concatenate([one.examples.weight for one in judged])
    loss = np.concatenate([line_loss(one.scores, one.examples) for one in judged])
    return {
        **{figure: ratio(_parts(judged, figure)) for figure in FIGURES},
        "words_f1_90": list(interval_of(_parts(judged, "words_f1"))),
        "log_loss": float((weight * loss).sum() / weight.sum()),
    }


def measured(model: Model, examples: dict[str, Examples]) -> dict[str, Any]:
    """Return the figures for each way to read the pages."""
    return {read: _figures(judged) for read, judged in _judged(model, examples).items()}


def gap(old: Model, new: Model, examples: dict[str, Examples]) -> dict[str, list[float]]:
    """Return the 90 % interval of the gain in words F1 with the language, on the same drawn sites."""
    without, with_it = _judged(old, examples), _judged(new, examples)
    return {
        read: list(
            interval_of_difference(_parts(without[read], "words_f1"), _parts(with_it[read], "words_f1"))
        )
        for read in READ
    }


def answered(adaptation: Adaptation, truth: Sequence[Examples]) -> tuple[Adaptation, int]:
    """Return the adaptation with the answers, and how many of them are content or template."""
    said = 0
    for _ in range(ANSWERS // ROUND):
        labels = []
        asked = [pair for pair in adaptation.questions(ROUND * OVER) if _known(truth[pair[0]], pair[1])]
        for number, question in asked[:ROUND]:
            share = truth[number].share[question.row]
            label = "unknown" if share < 0 else "content" if share >= CONTENT else "template"
            said += int(share >= 0)
            labels.append(LineLabel(question.text, label, adaptation.sites[question.site]))
        adaptation = adaptation.labelled(labels)
    return adaptation, said


def _known(truth: Examples, question: Question) -> bool:
    """Tell whether the truth has an answer. A person would also answer for lines that rules do not label."""
    return truth.pages[question.page].set != IN_PART or bool(truth.share[question.row] >= 0)


def _general(pages: Sequence[LabelledPage], pair: Pair) -> list[LabelledPage]:
    wcxb = [page for page in pages if page.set == "wcxb-dev" and not pair.kept_out(page)]
    found = [page for page in wcxb if not used_in_training(page)]
    return sorted(random.Random(0).sample(found, GENERAL_PAGES), key=lambda page: page.id)


def _run(
    old: Model, folder: Path, chosen: Sequence[LabelledPage], sets: Sequence[dict[str, Examples]]
) -> dict[str, Any]:
    """Adapt to one draw of pages; sets: the test pages of the language, and the general ones."""
    truth = list({id(one): one for one in examples_to_judge(chosen).values()}.values())
    hidden = [replace(page, gold=None, labels=None) for page in chosen]
    asked = start(old, hidden, [], load_memory(folder))
    taught, said = answered(asked, truth)
    found: dict[str, Any] = {
        "pages": len(chosen),
        "sites": len({page.group for page in chosen}),
        "recurring_lines": asked.counts().recurring_lines,
        "answers_content_or_template": said,
    }
    for what, adaptation in (("unlabelled", asked), ("answered", taught)):
        for frozen in (False, True):
            began = time.monotonic()
            model = replace(adaptation, frozen=frozen).adapted()
            name = what + FROZEN * frozen
            found[f"seconds_{name}"] = round(time.monotonic() - began, 1)
            found[name] = measured(model, sets[0])
            if what == "answered":
                found[f"general_{name}"] = measured(model, sets[1])
    return found


def split(
    pages: Sequence[LabelledPage], pair: Pair, language: str
) -> tuple[list[LabelledPage], list[LabelledPage]]:
    """Return the pages of a language to test on, and those to adapt to. Each of our own pages is a site."""
    of_language = [page for page in pages if page.language == language]
    test = [page for page in of_language if page.set in pair.tested and pair.in_test(page)]
    learn = [page for page in of_language if page.set in pair.adapted_to and not pair.in_test(page)]
    return [replace(page, group=page.id) if page.set == OWN else page for page in test], learn


def _write(result: dict[str, Any], name: str) -> None:
    """Write the results so far, because each language takes minutes."""
    result["peak_megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    write_json(RESULTS / f"adaptation-{name}.json", result)


def summary(language: dict[str, Any]) -> dict[str, float]:
    """Return the shares of the gap that were closed."""
    return {
        f"{read} {figure} {what}": round(closed(language, read, figure, what), 3)
        for read in READ
        for figure in ("words_f1", "log_loss")
        for what in ("unlabelled", "answered", "answered_frozen")
    }


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("pair", type=click.Choice(list(PAIRS)))
def command(pages: Path, models: Path, pair: str) -> None:
    """Measure adapting to languages that were kept out of training, to adaptation-PAIR.json.

    PAGES is the file of `data training-pages`, MODELS the folder of `train adaptation`.

    \b
    Examples:
      python -m benchmarks run adaptation build/training.jsonl.gz build/adaptation news
    """
    chosen = PAIRS[pair]
    sets = chosen.tested | chosen.adapted_to | {"wcxb-dev"}
    read = [page for page in read_pages([pages]) if page.set in sets]
    folder = models / pair / "without"
    old, new = load(folder), load(models / pair / "with")
    general = examples_to_judge(_general(read, chosen))
    result: dict[str, Any] = {
        "made": made(),
        **ours(old.model_id, new.model_id),
        "models": {
            name: {"model_id": model.model_id, **model.info.data}
            for name, model in (("without", old), ("with", new))
        },
        "general_without": measured(old, general),
        "languages": {},
    }
    for language in chosen.languages:
        test, learn = split(read, chosen, language)
        examples = examples_to_judge(test)
        result["languages"][language] = {
            "test_pages": len(test),
            "test_sites": len({page.group for page in test}),
            "without": measured(old, examples),
            "with": measured(new, examples),
            "gap_words_f1_90": gap(old, new, examples),
            "draws": [_run(old, folder, drawn(learn, seed), (examples, general)) for seed in range(DRAWS)],
        }
        _write(result, pair)
        click.echo(f"{language} {json.dumps(summary(result['languages'][language]))}")
