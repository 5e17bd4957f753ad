"""scikit-learn estimators: scikit-learn's own checks where they apply to texts, and the results of a detector."""

import json
import pickle

import numpy as np
import pytest

from detector import Detector, Settings

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.utils import estimator_checks as checks  # noqa: E402

from detector.integrations.sklearn import LineClassifier, PageCleaner  # noqa: E402
from detector.records import LINE_KINDS  # noqa: E402

# The checks that do not need numeric samples. `check_estimator` itself does not take text estimators.
CHECKS = (
    "check_estimator_cloneable", "check_estimator_repr", "check_no_attributes_set_in_init",
    "check_valid_tag_types", "check_estimator_tags_renamed", "check_parameters_default_constructible",
    "check_get_params_invariance", "check_set_params", "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
)  # fmt: skip
LINES = ["Leave a Reply", "The mill stood empty for thirty-one years, until the town bought it.", ""]


@pytest.mark.parametrize("estimator", [PageCleaner(), LineClassifier()], ids=["pages", "lines"])
@pytest.mark.parametrize("check", CHECKS)
def test_the_checks_of_scikit_learn(estimator, check):
    getattr(checks, check)(type(estimator).__name__, clone(estimator))


def test_pages_in_a_pipeline(pages, clean):
    found = make_pipeline(PageCleaner(), CountVectorizer(analyzer=lambda text: [text])).fit(pages)
    assert sorted(found[-1].vocabulary_) == sorted(clean)


def test_parameters_travel_through_clone_and_pickle(pages):
    cleaner = clone(PageCleaner(settings=Settings(threshold=1.0), format="markdown"))
    assert cleaner.get_params()["settings"] == Settings(threshold=1.0)
    again = pickle.loads(pickle.dumps(cleaner.fit(pages)))
    assert again.transform(pages).tolist() == [
        Detector(settings=Settings(threshold=1.0)).clean(page, "markdown") for page in pages
    ]


def test_fit_learns_a_site():
    pages = [
        f"The Harbour Courier\nFerry number {n} left at dawn with {n} guests on board." for n in range(8)
    ]
    cleaner = PageCleaner(site=True).fit(pages)
    assert cleaner.profile_.pages == 8
    assert cleaner.transform(pages[:1]).tolist() == [Detector(profile=cleaner.profile_).clean(pages[0])]


def test_lines_on_their_own_do_not_know_each_other():
    found = LineClassifier().fit(LINES).predict_proba(LINES)
    scores = [Detector().score(line).lines[0].score for line in LINES[:2]]
    assert found[:2, 1].tolist() == scores
    assert found[2].tolist() == [0, 1]
    assert (LineClassifier().predict_proba(LINES[1:]) == found[1:]).all()


def test_lines_of_pages_are_judged_together():
    table = [("b", LINES[0]), ("a", LINES[0]), ("a", LINES[1]), ("b", LINES[1]), ("a", LINES[2])]
    found = LineClassifier().predict_proba(table)
    scores = [line.score for line in Detector().score("\n".join(LINES)).lines[:2]]
    assert found[[1, 2], 1].tolist() == scores


def test_kinds_are_classes():
    classifier = LineClassifier(target="kind")
    found = classifier.predict_proba(LINES)
    assert set(classifier.classes_) == set(LINE_KINDS)
    assert found.sum(axis=1) == pytest.approx(1)
    assert classifier.predict(LINES).tolist()[0] == Detector().score(LINES[0]).lines[0].kind


def test_fit_with_labels_adapts_the_model():
    lines = [f"Zumbo grafel {n} xanti" for n in range(12)] + [f"Moru pelid {n} kasta" for n in range(12)]
    labels = ["template"] * 12 + ["content"] * 12
    adapted = LineClassifier().fit(lines, labels)
    before, after = (one.predict_proba(lines)[:, 1] for one in (LineClassifier(), adapted))
    assert np.mean(after[:12] - after[12:]) > np.mean(before[:12] - before[12:]) + 0.1
    info = adapted.model_.info
    assert info.data["adapted_from"] == Detector().model.model_id
    assert info.data["before"]["sets"]
    assert info.licence == "Apache-2.0"
    assert json.loads(json.dumps(info.measures)) == info.measures
    assert adapted.model is None
    assert clone(adapted).model is None


def test_cross_validation_takes_lines():
    lines = LINES[:2] * 6
    scores = cross_val_score(LineClassifier(), lines, ["template", "content"] * 6, cv=2)
    assert scores.shape == (2,)


def test_a_row_of_several_lines_and_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="row 1 has several lines"):
        LineClassifier().predict_proba(["one", "two\nthree"])
    with pytest.raises(ValueError, match="pages and lines"):
        LineClassifier().predict_proba([["a", "b", "c"]])
    with pytest.raises(ValueError, match="one for each"):
        LineClassifier().fit(LINES, ["content"])
    with pytest.raises(ValueError, match="target is one of"):
        LineClassifier(target="kinds").predict(LINES)


def test_one_text_or_a_table_is_not_many_pages():
    """Its letters, or the names of its columns, were taken for pages."""
    for X in ("A page", {"text": ["A page"]}):
        with pytest.raises(TypeError, match="expected many pages, not"):
            PageCleaner().transform(X)
