"""What is known about the kinds of lines, and the network that learns from it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sparse

from detector.errors import PageError
from detector.model.line_kinds import NGRAM_BITS
from detector.records import LINE_KINDS
from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import page_of_record
from detector.training.data.line_kinds import EVERY, bits, has_kinds, is_known
from detector.training.data.renderings import PageWords, joined_words
from detector.training.fit.kind_network import KindPlan, KindRows, fit_layers, shares, temperature
from detector.training.fit.kind_pages import KindPages, _joined, kind_rows, sources_of, with_known_lines

CONTENT = ("title", "body", "caption")


def page(**fields):
    return page_of_record({"id": "a", **fields}, "here")


def allowed(**fields):
    return examples_of([page(**fields)]).allowed.tolist()


def test_labels_say_what_a_line_can_be():
    """A kind allows that kind only; coarser labels allow several, and an unknown line can be anything."""
    labels = ["teaser", "content", "template", "metadata", "unknown"]
    found = allowed(page="One\nTwo\nThree\nFour\nFive", labels=labels, format="text")
    assert found == [
        bits(["teaser"]),
        bits(CONTENT),
        EVERY & ~bits([*CONTENT, "comment"]),
        bits(["byline"]),
        EVERY,
    ]


def test_gold_is_a_statement_about_kinds():
    """Inside and outside a gold text, by the set's own rules if there are any."""
    text = "The mill stood empty for years.\nLeave a reply below"
    gold = "The mill stood empty for years."
    assert allowed(page=text, gold=gold, format="text") == [
        bits([*CONTENT, "byline", "comment"]),
        EVERY & ~bits(["body"]),
    ]
    own = {"inside": ["title", "body"], "outside": ["form", "legal"]}
    assert allowed(page=text, gold=gold, format="text", **own) == [
        bits(["title", "body"]),
        bits(["form", "legal"]),
    ]


def test_readers_come_before_gold():
    """The label of a single line wins, even against the gold."""
    text = "The mill stood empty for years.\nLeave a reply below\nMore"
    gold = "The mill stood empty for years."
    found = allowed(page=text, gold=gold, format="text", kinds=["caption", "form", None])
    assert found == [bits(["caption"]), bits(["form"]), EVERY & ~bits(["body"])]
    found = allowed(page=text, gold=gold, format="text", kinds=["notice", None, None])
    assert found[0] == bits(["notice"])


def test_markup_narrows_what_is_not_labelled():
    """The innermost element with an informative class counts; a label that contradicts it wins."""
    html = "<div class=related><p>Other story<ul class=menu><li>News</ul></div><p>Text of it"
    found = allowed(page=html, labels=["unknown", "unknown", "unknown"], format="html")
    assert found[0] == bits(["teaser", "navigation", "byline", "promotion"])
    assert found[1] & bits(["navigation"]) and not found[1] & bits(["byline"])
    assert found[2] == EVERY
    assert allowed(page=html, labels=["body", "unknown", "unknown"], format="html")[0] == bits(["body"])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"labels": ["content"], "kinds": ["headline"]}, "\"kinds\" has 'headline', which is not one of"),
        ({"gold": "x", "inside": ["advert"]}, "\"inside\" has 'advert'"),
    ],
)
def test_unknown_kinds_are_refused(fields, says):
    with pytest.raises(PageError, match=says):
        page(page="x", **fields)


def test_as_many_kinds_as_lines():
    with pytest.raises(PageError, match="has 1 kinds, and 2 lines that are not blank"):
        allowed(page="One\nTwo", gold="One", kinds=["body"], format="text")


def test_pages_that_name_a_kind():
    """Coarse labels that mean one kind count; others do not."""
    assert has_kinds(page(page="x", labels=["teaser"]))
    assert has_kinds(page(page="x", gold="x", kinds=["body"]))
    assert not has_kinds(page(page="x", labels=["content"]))
    assert is_known(np.array([1, 3, EVERY], np.uint16)).tolist() == [True, False, False]


def made_pages(count):
    """Pages of four lines whose words give away their kinds; half of the pages have coarser labels."""
    rng = np.random.default_rng(0)
    words = {"title": "headline news story", "body": "text words long", "form": "reply email send",
             "sharing": "share tweet print"}  # fmt: skip
    pages = []
    for number in range(count):
        chosen = [" ".join(rng.permutation(said.split())) for said in words.values()]
        coarse = ["content", "content", "template", "template"]
        labels = list(words) if number % 2 else coarse
        pages.append(page(page="\n".join(chosen), labels=labels, format="text", group=str(number)))
    return [replace(one, id=str(number)) for number, one in enumerate(pages)]


def test_the_network_learns_from_sets_of_kinds():
    """It finds the kinds of lines that were only labelled as content or template."""
    examples = examples_of(made_pages(60))
    plan = KindPlan(hidden=8, phases=((1e-2, 40),), rows=60, dropped=0.1)
    rows = kind_rows(examples, np.zeros((examples.share.size, 2), np.float32), "text", plan)
    assert rows.weight[~is_known(examples.allowed)].max() < rows.weight[is_known(examples.allowed)].min()
    found = shares(fit_layers(rows, plan), rows)
    kinds = [LINE_KINDS[number] for number in found.argmax(axis=1)]
    assert kinds[:4] == ["title", "body", "form", "sharing"]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    again = shares(fit_layers(rows, plan), rows)
    np.testing.assert_array_equal(found, again)


def taught(rows, chosen, rng):
    """Return rows, some of them judged by another network."""
    share = rng.dirichlet(np.ones(len(LINE_KINDS)), rows.weight.size).astype(np.float32)
    allowed = np.where(chosen[:, None], share, rows.allowed)
    return rows._replace(allowed=allowed, taught=chosen)


@pytest.mark.parametrize("with_teacher", [False, True])
def test_slopes_are_those_of_the_loss(with_teacher):
    """The gradient of each weight agrees with the loss a little to either side."""
    from detector.training.fit import kind_network as under

    examples = examples_of(made_pages(4))
    plan = KindPlan(hidden=4)
    rng = np.random.default_rng(1)
    dense = rng.normal(size=(examples.share.size, 3)).astype(np.float32)
    rows = kind_rows(examples, dense, "text", plan)
    if with_teacher:
        rows = taught(rows, np.arange(rows.weight.size) % 3 == 0, rng)
    layers = under._first_layers(3, False, 4, rng)

    def loss():
        share = under.shares(layers, rows).astype(np.float64)
        of_sets = -np.log((share * rows.allowed).sum(axis=1))
        of_teacher = -(rows.allowed * np.log(share)).sum(axis=1)
        return (np.where(rows.taught, of_teacher, of_sets) * rows.weight).sum() / rows.weight.sum()

    slopes = under._slopes(layers, rows, penalty=0)
    for weights, slope in zip(layers, slopes, strict=True):
        if not weights.size:
            continue
        place = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        before = weights[place]
        weights[place] = before + 1e-2
        above = loss()
        weights[place] = before - 1e-2
        below = loss()
        weights[place] = before
        assert (above - below) / 2e-2 == pytest.approx(float(slope[place]), rel=0.05, abs=1e-4)


def test_a_pupil_finds_what_only_its_teacher_was_told():
    """The student calls lines of unknown kind forms if its teacher does."""
    examples = examples_of([replace(one, labels=("unknown",) * 4) for one in made_pages(60)])
    plan = KindPlan(hidden=8, phases=((1e-2, 40),), rows=60, dropped=0.1)
    rows = kind_rows(examples, np.zeros((examples.share.size, 2), np.float32), "text", plan)
    assert not rows.weight.any()
    share = np.tile(np.eye(len(LINE_KINDS), dtype=np.float32)[[0, 1, 9, 8]], (60, 1))
    every = np.ones(rows.weight.size, np.bool_)
    pupil = fit_layers(rows._replace(allowed=share, taught=every, weight=every.astype(np.float32)), plan)
    assert (shares(pupil, rows).argmax(axis=1) == share.argmax(axis=1)).all()


def pages_of(text, allowed, known):
    """Return one page, with what its lines can be (by name; `None` for anything)."""
    found = words_of(text_batch([text.encode()]))
    lines = len(allowed)
    kinds = np.ones((lines, len(LINE_KINDS)), np.float32)
    for row, kind in enumerate(allowed):
        if kind:
            kinds[row] = np.arange(len(LINE_KINDS)) == LINE_KINDS.index(kind)
    rows = KindRows(
        np.zeros((lines, 1), np.float32),
        sparse.csr_matrix((lines, 1 << NGRAM_BITS), dtype=np.float32),
        None,
        kinds,
        np.zeros(lines, np.bool_),
        np.full(lines, 0.01, np.float32),
        np.array([0, lines]),
    )
    words = PageWords(found.key, found.segment_word, np.zeros(lines, np.int64))
    return KindPages(rows, np.array(known, np.bool_), np.zeros((1, 5), np.bool_), words)


def joined(first, second):
    """Return the pages of both."""
    lines = first.known.size
    return KindPages(
        _joined([first.rows, second.rows]),
        np.concatenate((first.known, second.known)),
        np.concatenate((first.barred, second.barred)),
        joined_words([first.words, second.words]),
    ), lines


def test_a_rendering_has_the_kinds_of_the_lines_in_it():
    """A line of text is of a known kind if all HTML lines in it are, and otherwise learns from the teacher."""
    html = pages_of("Home\nNews\nThe mill is open\nBy Ann", ["navigation", "navigation", "title", None],
                    [True, True, True, False])  # fmt: skip
    rendering = pages_of("Home | News\nThe mill is open By Ann\nNot in the page", [None] * 3, [False] * 3)
    text, lines = joined(html, rendering)
    source = sources_of(text, html)
    found = with_known_lines(text, html, source)
    assert found.known[lines:].tolist() == [True, False, False]
    assert LINE_KINDS[int(found.rows.allowed[lines].argmax())] == "navigation"
    assert found.rows.allowed[lines].sum() == 1
    assert found.rows.weight[lines] == 1 > found.rows.weight[lines + 1]
    assert source[[lines + 1]].toarray()[0].tolist() == pytest.approx([0, 0, 4 / 6, 2 / 6])


def test_pages_without_lines_do_no_harm():
    """HTML pages of sites are learned from, even if nothing can be read of them."""
    html, nothing = pages_of("The mill is open", ["title"], [True]), pages_of("", [], [])
    text, lines = joined(html, pages_of("The mill is open", [None], [False]))
    text, _ = joined(text, nothing)
    found = with_known_lines(text, html, sources_of(text, html))
    assert found.known.tolist() == [True, True]
    assert found.rows.weight[lines] == 1


def test_probabilities_are_made_as_sure_as_they_are_right():
    """Log-odds that are twice as large as those the kinds were drawn with are divided by two."""
    rng = np.random.default_rng(2)
    lines = 20_000
    odds = rng.normal(size=(lines, len(LINE_KINDS)))
    share = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    kind = (share.cumsum(axis=1) < rng.random((lines, 1))).sum(axis=1).clip(0, len(LINE_KINDS) - 1)
    known = np.eye(len(LINE_KINDS), dtype=np.float32)[kind]
    weight = np.ones(lines, np.float32)
    too_sure = share**2 / (share**2).sum(axis=1, keepdims=True)
    assert temperature(share.astype(np.float32), known, weight) == pytest.approx(1, abs=0.05)
    assert temperature(too_sure.astype(np.float32), known, weight) == pytest.approx(2, abs=0.1)


def test_records_keep_kinds():
    """Kinds of a record survive JSON."""
    record = {"id": "a", "page": "One\nTwo", "labels": ["title", "body"], "kinds": [None, "caption"]}
    found = page_of_record(json.loads(json.dumps(record)), "here")
    assert found.kinds == (None, "caption") and found.labels == ("title", "body")
