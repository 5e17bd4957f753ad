"""From pages and labels to an adapted model and its test results: the order of the steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from detector.errors import PageError
from detector.model.files import Model
from detector.training.adapt.active_learning import Question, questions
from detector.training.adapt.apply_labels import with_labels
from detector.training.adapt.holdout import (
    Change,
    HeldBack,
    change,
    held_back,
    refuse_shared_sites,
    refuse_split_sites,
)
from detector.training.adapt.memory import Memory
from detector.training.adapt.model import Material, adapted, material_of, model_scores, recurring_lines
from detector.training.data.examples import examples_by_format
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.line_labels import LineLabel


class Counts(NamedTuple):
    """How much there is to learn from, in numbers."""

    pages: int
    sites: int
    recurring_lines: int
    known_lines: int
    labels_elsewhere: int


@dataclass(frozen=True)
class Adaptation:
    """A model, pages to adapt it to, and the labels so far. Changes make a new one.

    sites: names of the pages' sites; memory: what the model's folder remembers of its training
    frozen: only the phrase weights are adapted, not the networks
    """

    model: Model
    materials: Sequence[Material]
    sites: Sequence[str]
    memory: Memory
    frozen: bool = False
    elsewhere: int = 0

    def labelled(self, labels: Sequence[LineLabel]) -> "Adaptation":
        """Return the same with labels added; raises `PageError` if a label does not fit."""
        found = with_labels(self.materials, labels, self.sites)
        return replace(self, materials=found.materials, elsewhere=self.elsewhere + found.elsewhere)

    def counts(self) -> Counts:
        """Count what there is to learn from."""
        return Counts(
            sum(len(one.examples.pages) for one in self.materials),
            len(self.sites),
            sum(recurring_lines(one) for one in self.materials),
            sum(int((one.examples.share >= 0).sum()) for one in self.materials),
            self.elsewhere,
        )

    def refuse_nothing(self) -> None:
        """Raise `PageError` if there is too little to learn from."""
        counts = self.counts()
        if not counts.recurring_lines and not counts.known_lines:
            raise PageError(
                f"nothing to learn (pages: {counts.pages}, sites: {counts.sites}): no line recurs on "
                "four pages of one site, and no line is labelled; add pages of the same site, or label "
                "lines with --ask 20"
            )

    def questions(self, count: int) -> list[tuple[int, Question]]:
        """Return the lines whose labels would teach the adapted model most.

        Each with the number of its material; the most valuable first.
        """
        model = replace(self, frozen=True).adapted()  # in a moment, because somebody waits
        asked = [
            (at, question)
            for at, one in enumerate(self.materials)
            for question in questions(one.pool(model), count)
        ]
        return sorted(asked, key=lambda pair: -pair[1].worth)[:count]

    def adapted(self) -> Model:
        """Return the adapted model."""
        return adapted(self.model, self.materials, self._used())

    def held_back(self) -> tuple[HeldBack, Change]:
        """Return the scores on held-out pages before and after, and how they changed."""
        found = held_back(self.model, self.materials, self._used())
        return found, change([one.examples for one in self.materials], found.before, found.after)

    def _used(self) -> Memory:
        return self.memory._replace(replay=None) if self.frozen else self.memory


def general_change(
    old: Model, new: Model, pages: Sequence[LabelledPage], learned: Sequence[LabelledPage]
) -> Change:
    """Return how adapting changes the results on pages of other sites.

    Raises `PageError` for a site that is in both.
    """
    refuse_shared_sites(learned, pages, "the general set")
    examples = list(examples_by_format(pages).values())
    before = [model_scores(old, one) for one in examples]
    return change(examples, before, [model_scores(new, one) for one in examples])


def start(
    model: Model,
    pages: Sequence[LabelledPage],
    labels: Sequence[LineLabel],
    memory: Memory,
    frozen: bool = False,
) -> Adaptation:
    """Prepare the adaptation of a model to pages; raises `PageError` for a single page.

    memory: of the model (`load_memory`); frozen: adapt only the phrase weights
    """
    if len(pages) < 2:
        raise PageError(
            f"one page only ({pages[0].id if pages else 'or none'}): give several pages of the site, to show "
            "what recurs, and so that some can be held out"
        )
    refuse_split_sites(pages)
    sites = sorted({page.group for page in pages})
    materials = [material_of(examples, sites) for examples in examples_by_format(pages).values()]
    return Adaptation(model, materials, sites, memory, frozen).labelled(labels)
