"""The loss limit: a run is not published if it would lose nearly all of a site or a source."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from detector.corpus.steps.write import LONE_PAGES
from detector.settings import CorpusSettings


class Loss(NamedTuple):
    """A site or source that would lose too much.

    kind: "site" or "source"; text, documents: the shares that would be dropped
    """

    kind: str
    name: str
    pages: int
    text: float
    documents: float

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.name}: {self.text:.1%} of the text and {self.documents:.1%} of "
            f"{self.pages:,} documents would be dropped"
        )


def loss_of(kind: str, name: str, row: Sequence[int]) -> Loss:
    """Return the losses of a site or source, from its counts (`DocumentTally`)."""
    documents, kept, _, _, before, after = row
    text = 1 - after / before if before else 0.0
    return Loss(kind, name, documents, text, 1 - kept / max(documents, 1))


def losses(tables: Mapping[str, Mapping[str, Sequence[int]]], settings: CorpusSettings) -> list[Loss]:
    """Return the sites and sources that lose more than the limit, the largest first."""
    found = [
        loss_of(kind, name, row)
        for kind in ("site", "source")
        for name, row in tables[f"{kind}s"].items()
        if name != LONE_PAGES and row[0] >= settings.least_pages and name not in settings.allow
    ]
    too_much = [loss for loss in found if max(loss.text, loss.documents) > settings.most_lost]
    return sorted(too_much, key=lambda loss: (-loss.pages, loss.kind, loss.name))
