"""scikit-learn estimators: from pages to clean texts, and from lines to classes.

make_pipeline(PageCleaner(), TfidfVectorizer(), LogisticRegression()).fit(pages, topics)
LineClassifier().predict_proba(lines)

Both work without fitting.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detector.extras import need

need("sklearn", "train", "detector.integrations.sklearn")

import numpy as np  # noqa: E402  (after the word on how to get it)
from numpy.typing import NDArray  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin  # noqa: E402
from sklearn.utils import Tags  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import texts  # noqa: E402
from detector.integrations.sklearn_lines import Target, adapted, classes, line_probabilities  # noqa: E402
from detector.model.files import Model  # noqa: E402
from detector.records import OutputFormat  # noqa: E402
from detector.settings import Settings  # noqa: E402
from detector.sites.profile import SiteProfile  # noqa: E402


class _OfTexts(BaseEstimator):
    """An estimator whose samples are texts, not numbers."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.requires_fit = False
        return tags


class PageCleaner(TransformerMixin, _OfTexts):
    """Transforms pages to their clean texts.

    Parameters
    ----------
    model, settings
        As for `Detector`.
    site : bool
        Whether all pages belong to one site: `fit` learns its profile, and `transform` uses it.
    format : str
        The format of the results, as for `Detector.clean`.
    """

    def __init__(
        self,
        model: Model | str | Path | None = None,
        settings: Settings | None = None,
        site: bool = False,
        format: OutputFormat = "text",
    ) -> None:
        self.model, self.settings, self.site, self.format = model, settings, site, format

    def fit(self, X: Iterable[Any], y: object = None) -> "PageCleaner":
        """Learn the profile of the site if `site` is set. Raises `PageError` if there is only one page."""
        self.profile_ = SiteProfile.learn(X) if self.site else None
        return self

    def transform(self, X: Iterable[Any]) -> NDArray[np.object_]:
        """Return object (pages,): the clean text of each page, None for a missing one."""
        detector = Detector(self.model, self.settings, getattr(self, "profile_", None))
        return np.array([*texts(X, detector, self.format), None], object)[:-1]


class LineClassifier(ClassifierMixin, _OfTexts):
    """Classifies lines as "content" or "template", or with `target="kind"` by their kinds.

    X is an array of lines, each judged on its own, or a table with two columns, page and line, where the
    lines of a page are judged together, in order. `model` is as for `Detector`.
    """

    def __init__(self, model: Model | str | Path | None = None, target: Target = "template") -> None:
        self.model, self.target = model, target

    @property
    def classes_(self) -> NDArray[np.str_]:
        """The classes, in the order of the columns of `predict_proba`."""
        return np.array(classes(self.target))

    def fit(self, X: Any, y: Iterable[str] | None = None) -> "LineClassifier":  # noqa: ANN401
        """Adapt the model to labelled lines, as `detector.train` does; without labels, do nothing."""
        self.model_ = self.model if y is None else adapted(self.model, X, list(y))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401
        """Return float64 (lines, classes). A blank line is "template", of unknown kind."""
        return line_probabilities(Detector(getattr(self, "model_", self.model)), X, self.target)

    def predict(self, X: Any) -> NDArray[np.str_]:  # noqa: ANN401
        """Return str (lines,): the most likely class of each line."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])
