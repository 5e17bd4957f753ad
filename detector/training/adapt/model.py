"""Adapts a model to new sites or a new language: its phrase weights, and its networks for text.

On new pages, a model mostly lacks the words. Its networks judge lines by shape, position, neighbours and
markup, in any language. So the words are learned from the model's own scores for the new pages, corrected by
what recurs on a site and by people's answers. HTML pages are scored with their markup for this, and so also
teach the words of plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.errors import PageError
from detector.model.files import Model, arrays_hash, arrays_of
from detector.model.info import ModelInfo
from detector.model.score import ScoredLines, score_lines
from detector.records import Floats, Integers
from detector.training.adapt.active_learning import Pool
from detector.training.adapt.map_update import Lines, refitted
from detector.training.adapt.memory import Memory
from detector.training.adapt.repetition import SiteLines, recurring_shares, site_lines
from detector.training.adapt.scorers import with_fitted_networks
from detector.training.data.examples import CONTENT, Examples, line_weights
from detector.training.fit.parts import phrase_matrix

# The weight of a line against the prior. Chosen from 1, 3, 10 and 30 on languages kept out of training.
LINES_WEIGH: Final = 10.0
# A long line on a single page is half as likely to be template as the model thinks. It may be the headline of
# another page in a list of news, so it does not count as content. But without this, the words of the text
# drift together with those of the template, and content is lost.
SINGLE_LINES: Final = 0.5
# A labelled line counts more than a guessed one, and at least as much as the average line.
KNOWN_WEIGHS: Final = 3.0


@dataclass(frozen=True)
class Material:
    """Pages of one format to adapt to.

    examples: their lines, with the truth from gold texts and labelled pages
    lines: the lines by site; ngrams: (S, buckets); recurring: float64 (S,), the label by
    repetition: 0 template, 1 content, -1 unknown; answered: bool (S,), already shown to the labeller
    """

    examples: Examples
    lines: SiteLines
    ngrams: sparse.csr_matrix
    recurring: NDArray[np.float64]
    answered: NDArray[np.bool_]

    def pool(self, model: Model) -> Pool:
        """Return the lines that may be asked about: without a label by people or by repetition."""
        unknown = ~self.answered & (self.recurring != 0)
        found = scored(model, self.examples)
        return Pool(self.examples.batch, self.lines, self.ngrams, found.scores, found.kinds, unknown)


def site_numbers(examples: Examples, names: Sequence[str]) -> Integers:
    """Return int64 (P,): the number of each page's site in the names."""
    number = {name: at for at, name in enumerate(names)}
    return np.array([number[page.group] for page in examples.pages], np.int64)


def material_of(examples: Examples, sites: Sequence[str]) -> Material:
    """Prepare pages for the adaptation; sites: the names of all sites, in order."""
    lines = site_lines(examples.batch, examples.words, examples.markup, site_numbers(examples, sites))
    recurring = recurring_shares(lines)
    return Material(examples, lines, phrase_matrix(examples), recurring, examples.share >= 0)


def model_scores(model: Model, examples: Examples) -> Floats:
    """Return float32 (S,): the scores by the model, with markup if there is any."""
    return scored(model, examples).scores


def scored(model: Model, examples: Examples) -> ScoredLines:
    """Return the scores and kinds of lines by the model, with markup if there is any."""
    return score_lines(examples.batch, examples.words, examples.markup, model)


def _wished(model: Model, material: Material, chosen: NDArray[np.bool_]) -> Lines:
    """Return what to learn from the chosen lines (S,)."""
    examples = material.examples
    wished = model_scores(model, examples).astype(np.float64)
    wished[material.recurring == 0] = 1.0
    wished[material.recurring == 1] *= SINGLE_LINES
    known = examples.share >= 0
    wished[known] = examples.share[known] < CONTENT
    # By words, as in training, and the same for each page, because most lines are template.
    weight = line_weights(examples)
    weight /= weight.mean()
    weight = np.where(known, KNOWN_WEIGHS * np.maximum(weight, 1), weight)
    weight[material.answered & ~known] = 0.0  # metadata and the like, which are neither
    return Lines(material.ngrams, wished, np.where(chosen, LINES_WEIGH * weight, 0.0))


def adapted(
    model: Model,
    materials: Sequence[Material],
    memory: Memory,
    without: Sequence[NDArray[np.bool_]] | None = None,
) -> Model:
    """Return the model with updated phrase weights, and networks if rows of the old training are kept.

    memory: what the model's folder remembers of its training
    without: for each material, pages (P,) not to learn from

    Raises `ValueError` if there is no line to learn from.
    """
    parts = [
        _wished(model, material, ~held[material.examples.page])
        for material, held in zip(materials, without or [_none(one) for one in materials], strict=True)
    ]
    lines = Lines(
        sparse.vstack([part.ngrams for part in parts]).tocsr(),
        np.concatenate([part.boilerplate for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )
    if not (lines.weight > 0).any():
        raise PageError("there is no line to learn from: all pages have a weight of 0")
    precision = memory.precisions()
    new = model
    if memory.replay is not None:
        sets = [material.examples for material in materials]
        new = with_fitted_networks(model, sets, lines, precision, memory.replay)
    bucket = refitted(lines, model.phrases, precision)
    new = replace(new, phrases=model.phrases._replace(bucket=bucket))
    adapted = {"adapted_from": model.model_id, "adapted_to_pages": sum(map(_size, materials))}
    info = ModelInfo(licence=model.info.licence, data={**adapted, "before": model.info.data})
    notes = {**model.notes, **adapted}
    return replace(new, model_id=arrays_hash(arrays_of(new)), notes=notes, info=info)


def _size(material: Material) -> int:
    return len(material.examples.pages)


def _none(material: Material) -> NDArray[np.bool_]:
    return np.zeros(_size(material), np.bool_)


def recurring_lines(material: Material) -> int:
    """Count the distinct lines that recur on their site."""
    chosen = material.recurring == 0
    pairs = np.stack([material.lines.site[chosen], material.lines.key[chosen]])
    return int(np.unique(pairs, axis=1).shape[1])
