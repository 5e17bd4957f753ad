"""Training on a few small pages: deterministic, saved and loaded bit for bit, and no leak."""

import numpy as np
import pytest

from detector import Detector, SiteProfile
from detector.errors import PageError, SettingsError
from detector.model.files import arrays_of, load, save
from detector.training.api import evaluate
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import LabelledPage
from detector.training.fit.configuration import Configuration, Plan
from detector.training.fit.networks import NetworkPlan
from detector.training.fit.page_kinds import kind_number
from detector.training.fit.site_network import fit_site
from detector.training.fit.train import train

pytestmark = pytest.mark.slow

WORDS = [
    "river",
    "bridge",
    "council",
    "mill",
    "ferry",
    "garden",
    "winter",
    "market",
    "harbour",
    "lantern",
    "orchard",
    "meadow",
]
MENU = ("Home", "Contact us", "Log in", "Newsletter", "All rights reserved")


def story(rng, words):
    return " ".join(rng.choice(WORDS, words)).capitalize() + "."


def labelled_page(number, format, gold):
    rng = np.random.default_rng(number)
    text = [f"{story(rng, 6)}", *(story(rng, 25) for _ in range(5))]
    lines = [*MENU[:3], *text, *MENU[3:]]
    labels = ("template",) * 3 + ("content",) * len(text) + ("template",) * 2
    page = "\n".join(lines)
    if format == "html":
        body = "".join(f"<p>{line}</p>" for line in text)
        menu, foot = (
            "".join(f"<li>{line}</li>" for line in MENU[:3]),
            "".join(f"<p>{line}</p>" for line in MENU[3:]),
        )
        page = f"<title>{text[0]}</title><ul>{menu}</ul><main>{body}</main><footer>{foot}</footer>"
    return LabelledPage(
        id=str(number),
        page=page,
        format=format,
        gold="\n".join(text) if gold else None,
        labels=None if gold else labels,
        group=f"site{number % 7}",
        kind=("article", "forum")[number % 2],
        set="tiny",
    )


PAGES = [labelled_page(number, ("html", "html", "text")[number % 3], number % 2 == 0) for number in range(42)]
QUICK = Plan(
    NetworkPlan(networks=2, hidden=3, phases=((1e-2, 3),), batch=64),
    NetworkPlan(networks=1, hidden=3, phases=((1e-2, 3),), batch=64),
)
QUICKLY = Configuration(text=QUICK, html=QUICK)


@pytest.fixture(scope="module")
def trained():
    return train(PAGES, QUICKLY)


def test_the_same_pages_and_seed_give_the_same_bits(trained):
    again = train(PAGES, QUICKLY)
    assert again.model.model_id == trained.model.model_id
    assert [model.model_id for model in again.of_fold] == [model.model_id for model in trained.of_fold]
    assert train(PAGES, QUICKLY, seed=1).model.model_id != trained.model.model_id


def test_a_trained_model_is_saved_and_loaded_bit_for_bit(trained, tmp_path):
    save(trained.model, tmp_path / "model")
    again = load(tmp_path / "model")
    theirs = arrays_of(again)
    assert all((theirs[name] == array).all() for name, array in arrays_of(trained.model).items())
    page = Detector(tmp_path / "model").score(PAGES[0].page)
    assert [line.score for line in page.lines] == [
        line.score for line in Detector(trained.model).score(PAGES[0].page).lines
    ]


def test_it_learns_what_is_template(trained):
    for format in ("html", "text"):
        page = next(page for page in PAGES if page.format == format)
        lines = Detector(trained.model).score(page.page, format=format).lines
        score = {line.text: line.score for line in lines if line.score is not None}
        assert max(score[line] for line in score if line not in MENU) < min(score[line] for line in MENU)
    found = evaluate(trained.model, PAGES).measures
    assert found["html"]["all"]["words_f1"] > 0.9
    assert found["text"]["all"]["words_f1"] > 0.9


def other_labels(page):
    """Return a page with the opposite labels."""
    if page.gold is not None:
        kept = page.gold.split("\n")
        return LabelledPage(**{**fields(page), "gold": "\n".join([*kept[:1], *MENU])})
    swapped = {"content": "template", "template": "content"}
    return LabelledPage(**{**fields(page), "labels": tuple(swapped[label] for label in page.labels)})


@pytest.mark.parametrize("fold", [0, 3])
def test_the_model_of_a_fold_knows_nothing_of_it(trained, fold):
    """Other labels on all pages of one fold leave every array of that fold's model unchanged."""
    changed = [other_labels(page) if fold_of(page) == fold else page for page in PAGES]
    assert sum(one != two for one, two in zip(PAGES, changed, strict=True)) > 3
    again = train(changed, QUICKLY)
    mine, theirs = arrays_of(trained.of_fold[fold]), arrays_of(again.of_fold[fold])
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if not np.array_equal(mine[name], theirs[name])] == []
    for other in {fold_of(page) for page in PAGES} - {fold}:
        assert again.of_fold[other].model_id != trained.of_fold[other].model_id
    assert again.model.model_id != trained.model.model_id


def test_the_model_of_a_fold_knows_nothing_of_pages_that_are_kept_from_it(trained):
    kept = [
        LabelledPage(**{**fields(page), "kept_from": (0,)}) if fold_of(page) == 3 else page for page in PAGES
    ]
    changed = [other_labels(page) if fold_of(page) == 3 else page for page in kept]
    mine, theirs = (arrays_of(train(pages, QUICKLY).of_fold[0]) for pages in (kept, changed))
    assert [name for name in mine if not np.array_equal(mine[name], theirs[name])] == []
    one = arrays_of(trained.of_fold[0])
    assert [name for name in mine if not np.array_equal(mine[name], one[name])] != []


def test_the_number_of_workers_changes_nothing(trained):
    assert train(PAGES, QUICKLY, workers=3).model.model_id == trained.model.model_id


def fold_of(page):
    from detector.training.data.examples import fold_of as of

    return of(page)


def fields(page):
    return {name: getattr(page, name) for name in LabelledPage.__slots__}


def test_one_group_is_too_few():
    pages = [LabelledPage(**{**fields(page), "group": "one"}) for page in PAGES[:6]]
    with pytest.raises(PageError, match="three groups"):
        train(pages, QUICKLY)


def test_text_alone_can_be_trained_on():
    model = train([page for page in PAGES if page.format == "text"], QUICKLY).model
    assert Detector(model).score("<p>a page<p>of html").lines[0].score == 0.5


def test_the_step_for_sites_is_learned_where_sites_have_several_pages(trained):
    for scorer in (trained.model.text, trained.model.html):
        assert scorer.site is not None
    alone = [LabelledPage(**{**fields(page), "group": page.id}) for page in PAGES]
    model = train(alone, QUICKLY).model
    assert model.text.site is model.html.site is None
    with pytest.raises(SettingsError, match="without sites"):
        Detector(model, profile=SiteProfile.learn([page.page for page in PAGES]))


def test_pages_whose_labels_have_gaps_teach_the_step_nothing():
    """Labels from rules have gaps; a step trained on what recurs would only learn the rule."""
    gaps = [
        page
        if page.labels is None
        else LabelledPage(**{**fields(page), "labels": ("unknown", *page.labels[1:])})
        for page in PAGES
    ]
    examples = examples_of([page for page in gaps if page.format == "html"])
    odds = np.zeros(examples.share.size, np.float32)
    known = {page.id for page in examples.pages if page.gold is not None}
    assert fit_site(examples, odds) is not None
    nothing = examples_of([page for page in gaps if page.format == "html" and page.id not in known])
    assert fit_site(nothing, np.zeros(nothing.share.size, np.float32)) is None


def test_kinds_have_names():
    assert kind_number("collection") == kind_number("listing") >= 0
    assert kind_number("no such kind") == kind_number("") == -1
