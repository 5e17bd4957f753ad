"""Floors under our figures, which only rise.

- `sample/...`: the shipped model on a fixed sample. It has seen these pages in training, so the figures
only catch faults, and are not published.
- `out-of-fold/...`: our rows of benchmarks/results/quality-*.json.

Floors are lowered only with a reason, which is stored with them. A floor that is lower than in an earlier
commit, or missing, is refused without a reason.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import click
import numpy as np

from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.environment import git
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, write_json
from benchmarks.measures import scoring
from benchmarks.measures.out_of_fold import OUR_NAMES

PATH: Final = Path(__file__).with_name("floors.json")
SAMPLE: Final = (
    ("wcxb-dev", 120),
    ("trafilatura-eval-dev", 80),
    ("daniel", 50),
    ("fundus", 40),
    ("labelled", 22),
)
SEED: Final = 11
# Figures are rounded to this many places. A difference in the last one counts.
PLACES: Final = 3

Scorer = Callable[[bytes | str, Literal["html", "text"]], str]
Figures = dict[str, float]


class FloorError(BenchmarkError):
    """Something got worse, or cannot be compared."""


class Sample(NamedTuple):
    """The pages of each set, and the pages as plain text."""

    pages: dict[str, list[Page]]
    texts: dict[str, str]

    def hash(self) -> str:
        """Return the SHA-256 of all pages and their truth."""
        digest = hashlib.sha256()
        for name in sorted(self.pages):
            for page in self.pages[name]:
                digest.update(f"{page.key}\0".encode() + (page.html or (page.text or "").encode()))
                digest.update(repr((page.gold, page.wanted, page.unwanted, page.lines)).encode())
        return digest.hexdigest()


def drawn(render: Callable[[bytes], str]) -> Sample:
    """Return the sample; `render` turns HTML into lines for systems that take text."""
    pages: dict[str, list[Page]] = {}
    for name, count in SAMPLE:
        every = list(dataset(name).pages())
        chosen = np.random.default_rng(SEED).permutation(len(every))[:count]
        pages[name] = [every[at] for at in sorted(chosen.tolist())]
    texts = {
        page.key: page.text or "" if page.html is None else render(page.html)
        for part in pages.values()
        for page in part
    }
    return Sample(pages, texts)


def _figures(measured: dict[str, Any]) -> Figures:
    """Return the figures of a system on a set that have floors. For all of them, more is better."""
    found: Figures = {}
    if "words" in measured:
        found |= {
            "words_f1": measured["words"]["mean"],
            "content_kept": 1 - measured["words"]["content_lost"],
        }
    if "snippets" in measured:
        found["snippet_f1"] = measured["snippets"]["f1"]
    if "lines" in measured:
        found |= {f"line_{name}": measured["lines"][name] for name in ("f1", "template_recall")}
    return {name: round(value, PLACES) for name, value in found.items()}


def sample_figures(scorer: Scorer, sample: Sample) -> Figures:
    """Return the figures of a scorer on the sample, for HTML and for text."""
    found: Figures = {}
    for name, pages in sample.pages.items():
        html = [scoring.scored(page, scorer(page.html, "html")) for page in pages if page.html is not None]
        text = [scoring.scored(page, scorer(sample.texts[page.key], "text")) for page in pages]
        for given, rows in (("html", html), ("text", text)):
            figures = _figures(scoring.measures(rows)) if rows else {}
            found |= {f"sample/{given}/{name}/{measure}": value for measure, value in figures.items()}
    return found


def stored_figures(folder: Path) -> Figures:
    """Return the figures of our out-of-fold rows."""
    found: Figures = {}
    for path in sorted(folder.glob("quality-*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        for row in result["rows"]:
            if row["system"] in OUR_NAMES.values():
                name = f"{row['system']}/{row.get('rendering', 'html')}/{result['set']}"
                found |= {f"out-of-fold/{name}/{measure}": value for measure, value in _figures(row).items()}
    return found


def worse(found: Figures, floors: Figures) -> list[str]:
    """Return what is below its floor, or was not measured."""
    problems = []
    for name, floor in sorted(floors.items()):
        if name not in found:
            problems.append(f"{name}: not measured, floor {floor:.{PLACES}f}")
        elif found[name] < floor:
            problems.append(f"{name}: {found[name]:.{PLACES}f}, floor {floor:.{PLACES}f}")
    return problems


def raised(found: Figures, floors: Figures, allow_regression: bool) -> Figures:
    """Return the new floors: the higher of old and new, or the new figures if a regression is allowed."""
    problems = worse(found, floors)
    if problems and not allow_regression:
        raise FloorError("floors only go up, unless --allow-regression says why:\n" + "\n".join(problems))
    return dict(sorted(found.items()))


def check(found: Figures, stored: dict[str, Any], sample_hash: str) -> None:
    """Refuse figures below their floors, and figures for other data."""
    if stored["sample"] != sample_hash:
        raise FloorError(
            "the sample's data is not what the floors were set on: see benchmarks/measures/floors.json"
        )
    if problems := worse(found, stored["floors"]):
        raise FloorError("below the floor:\n" + "\n".join(problems))


def lowered(now: dict[str, Any], earlier: Sequence[dict[str, Any]]) -> list[str]:
    """Return the floors that were higher in an earlier version of the file and have no reason."""
    reasons = now.get("lowered", {})
    highest: Figures = {}
    for version in earlier:
        for name, value in version["floors"].items():
            highest[name] = max(value, highest.get(name, value))
    return [
        f"{name}: {now['floors'].get(name, 'gone')}, was {value:.{PLACES}f}"
        for name, value in sorted(highest.items())
        if now["floors"].get(name, -1.0) < value and name not in reasons
    ]


def _earlier() -> list[dict[str, Any]]:
    """Return the versions of the file in the history of the checkout; none for a file elsewhere."""
    if not PATH.is_relative_to(ROOT):
        return []
    name = PATH.relative_to(ROOT).as_posix()
    commits = (git("log", "--format=%H", "--", name) or "").split()
    found = [git("show", f"{commit}:{name}") for commit in commits]
    return [json.loads(text) for text in found if text]


def check_not_lowered(stored: dict[str, Any]) -> None:
    """Refuse floors that were lowered without a reason."""
    if problems := lowered(stored, _earlier()):
        raise FloorError("floors only go up, unless --allow-regression says why:\n" + "\n".join(problems))


def _measured() -> tuple[Figures, str]:
    """Return the figures of the shipped model and of the results, and the hash of the sample."""
    from benchmarks.peers.html import detector_html
    from benchmarks.peers.renderers import detector_lines

    def scorer(page: bytes | str, given: Literal["html", "text"]) -> str:
        return detector_html.DETECTOR.clean(page, input_format=given)

    sample = drawn(lambda html: detector_lines.extract(html, None))
    return sample_figures(scorer, sample) | stored_figures(RESULTS), sample.hash()


@click.command()
@click.option("--raise", "raises", is_flag=True, help="Move floors up to what is found.")
@click.option(
    "--allow-regression", "why", default="", help="With --raise: let floors go down, too, for this reason."
)
def command(raises: bool, why: str) -> None:
    """Check that nothing got worse: figures against benchmarks/measures/floors.json.

    Two kinds of figures have floors: those of the shipped model on a fixed sample of pages
    (it has seen them in training, so they catch faults and are published nowhere), and our rows
    of benchmarks/results/quality-*.json. Fails with the figures below their floors. Minutes on
    two cores; needs the shared data.

    \b
    Examples:
      python -m benchmarks check
      python -m benchmarks check --raise
      python -m benchmarks check --raise --allow-regression "no gold sentence is trained on any more"
    """
    found, sample = _measured()
    stored: dict[str, Any] = {"sample": sample, "floors": {}}
    if PATH.is_file():
        stored = json.loads(PATH.read_text())
    if raises:
        down = [problem.split(":")[0] for problem in worse(found, stored["floors"])] if why else []
        reasons = stored.get("lowered", {}) | dict.fromkeys(down, why)
        floors = raised(found, stored["floors"], bool(why))
        write_json(PATH, {"sample": sample, "floors": floors, "lowered": reasons})
    else:
        check_not_lowered(stored)
        check(found, stored, sample)
    click.echo("\n".join(f"{name} {value:.{PLACES}f}" for name, value in sorted(found.items())))
