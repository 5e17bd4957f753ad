"""Adapting: weak labels, labels of lines, the prior, questions, and what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from detector.cli.asking import QUIT, UNDO
from detector.errors import ModelFormatError, PageError
from detector.features.phrases import BUCKETS
from detector.model.files import DEFAULT, default_model
from detector.model.score import score_lines
from detector.records import LINE_KINDS
from detector.text.formats import found_format
from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.adapt.adaptation import general_change, start
from detector.training.adapt.fisher_information import FILE, load_precision, save_precision
from detector.training.adapt.map_update import Lines, precision_of, refitted
from detector.training.adapt.memory import Memory
from detector.training.adapt.model import scored
from detector.training.adapt.repetition import SiteLines, pages_with, recurring_shares, site_lines
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import CONTENT_LABELS, LABELS, NEITHER, LabelledPage
from detector.training.data.line_labels import KEYS, LineLabel
from detector.training.data.page_files import read_page_files

MENU = ("Zubo merela", "Kontu", "Prihlasa zin")
FOOT = ("Vilo prava rezervena", "Zuskriba novaletra")
# An invented language.
SYLLABLES = ("ka", "lo", "mi", "ren", "tu", "va", "zo", "pel", "sin", "dar")


def sentence(rng, words):
    made = ["".join(rng.choice(SYLLABLES, rng.integers(2, 4))) for _ in range(words)]
    return " ".join(made).capitalize() + "."


def page(site, number):
    rng = np.random.default_rng(1000 * site + number)
    lines = [*MENU, sentence(rng, 6), *(sentence(rng, 24) for _ in range(4)), *FOOT]
    text = "\n".join(lines)
    return LabelledPage(f"{site}/{number}", text, found_format(text), None, None, f"site{site}")


PAGES = [page(site, number) for site in range(2) for number in range(6)]


@pytest.fixture(scope="module")
def adaptation():
    return start(default_model(), PAGES, [], Memory(load_precision(DEFAULT)))


def labels_for(pages, texts, label):
    return [LineLabel(text, label, pages[0].group, where="labels.jsonl, row 1") for text in texts]


def scores(model, pages):
    examples = examples_of(pages)
    found = score_lines(examples.batch, examples.words, None, model).scores
    texts = [text for one in pages for text in one.page.split("\n")]
    return dict(zip(texts, found.tolist(), strict=True))


def counts_by_hand(lines):
    """How many pages of a site have a line, the slow way."""
    of = {}
    for site, key, number in zip(lines.site, lines.key, lines.page, strict=True):
        of.setdefault((site, key), set()).add(number)
    return [0 if key == 0 else len(of[site, key]) for site, key in zip(lines.site, lines.key, strict=True)]


@given(some.lists(some.tuples(some.integers(0, 3), some.integers(0, 5)), max_size=60))
def test_pages_are_counted_once_each(rows):
    page_number = np.array([number for _, number in rows], np.int64)
    key = np.array([key for key, _ in rows], np.int64)
    none = np.zeros(len(rows), np.bool_)
    lines = SiteLines(key, page_number, page_number % 2, none, none)
    assert pages_with(lines).tolist() == counts_by_hand(lines)


def test_what_recurs_is_template_and_what_is_long_and_single_content():
    examples = examples_of(PAGES[:6])
    found = recurring_shares(
        site_lines(examples.batch, examples.words, None, np.zeros(len(PAGES[:6]), np.int64))
    )
    first = found[:10].tolist()
    assert first == [0, 0, 0, -1, 1, 1, 1, 1, 0, 0]


def test_three_pages_say_nothing():
    examples = examples_of(PAGES[:3])
    found = recurring_shares(site_lines(examples.batch, examples.words, None, np.zeros(3, np.int64)))
    assert (found == -1).all()


def test_a_headline_that_recurs_is_no_template():
    pages = [
        LabelledPage(str(at), f"<ul><li>Meni</ul><h1>Zora</h1><p>{at} pelin</p>", "html", None, None, "s")
        for at in range(5)
    ]
    examples = examples_of(pages)
    found = recurring_shares(
        site_lines(examples.batch, examples.words, examples.markup, np.zeros(5, np.int64))
    )
    assert found[:2].tolist() == [0, -1]


def test_weights_that_are_surely_known_move_less():
    examples = examples_of(PAGES)
    from detector.training.fit.parts import phrase_matrix

    ngrams, weights = phrase_matrix(examples), default_model().phrases
    lines = Lines(ngrams, np.ones(ngrams.shape[0]), np.ones(ngrams.shape[0]))
    loose = np.abs(refitted(lines, weights, np.zeros(BUCKETS, np.float32)) - weights.bucket)
    tight = np.abs(refitted(lines, weights, np.full(BUCKETS, 50, np.float32)) - weights.bucket)
    touched = np.zeros(BUCKETS, np.bool_)
    touched[ngrams.indices] = True
    assert not loose[~touched].any()
    assert 0 < tight.sum() < loose.sum() / 3
    assert (precision_of(lines, weights)[touched] > 0).all()
    assert not precision_of(lines, weights)[~touched].any()


def test_the_loss_falls_and_the_same_pages_give_the_same_bits(adaptation):
    labels = [
        *labels_for(PAGES, [PAGES[0].page.split("\n")[5]], "content"),
        *labels_for(PAGES, MENU, "template"),
    ]
    known = adaptation.labelled(labels)
    model = known.adapted()
    assert model.model_id == start(default_model(), PAGES, labels, known.memory).adapted().model_id
    assert model.model_id != default_model().model_id
    before, after = scores(default_model(), PAGES[6:]), scores(model, PAGES[6:])
    assert sum(after[line] for line in MENU) > sum(before[line] for line in MENU)
    found, change = known.held_back()
    assert found.by == "page"
    assert change.lines == 19
    assert change.loss_after < change.loss_before


def test_known_english_is_not_forgotten(adaptation):
    english = ["Leave a Reply", "Your email address will not be published.", "All rights reserved"]
    model = adaptation.adapted()
    page_ = [LabelledPage("e", "\n".join(english), "text", None, None, "e")]
    before, after = scores(default_model(), page_), scores(model, page_)
    assert max(abs(after[line] - before[line]) for line in english) < 0.02


def test_the_questions_are_different_open_lines(adaptation):
    found = adaptation.questions(8)
    assert len({(question.site, question.text) for _, question in found}) == 8
    assert not {question.text for _, question in found} & {*MENU, *FOOT}
    text = found[0][1].text
    answered = adaptation.labelled([LineLabel(text, "unknown")])
    assert text not in [question.text for _, question in answered.questions(8)]


def test_a_question_says_what_the_line_looks_like(adaptation):
    _, question = adaptation.questions(1)[0]
    found = scored(adaptation.adapted(), adaptation.materials[0].examples)
    assert question.kind == LINE_KINDS[found.kinds[question.row].argmax()]
    without = replace(adaptation.model, text=replace(adaptation.model.text, kinds=None))
    assert replace(adaptation, model=without).questions(1)[0][1].kind is None


@pytest.mark.parametrize("label", LABELS)
def test_every_answer_teaches_content_template_or_neither(adaptation, label):
    share = adaptation.labelled([LineLabel("Kontu", label, page="0/0", line=1)]).materials[0].examples.share
    wanted = -1 if label in NEITHER else int(label in CONTENT_LABELS)
    assert share[1] == wanted
    assert (np.delete(share, 1) == -1).all()


def test_every_label_has_a_key_of_its_own():
    assert set(KEYS) == set(LABELS)
    assert len({*KEYS.values(), UNDO, QUIT}) == len(KEYS) + 2


def test_a_later_label_holds_and_one_answer_is_for_all_pages(adaptation):
    twice = adaptation.labelled([LineLabel("Kontu", "content"), LineLabel("kontu!", "template")])
    share = twice.materials[0].examples.share
    assert (share == 0).sum() == 12
    assert (share == 1).sum() == 0
    one_site = adaptation.labelled([LineLabel("Kontu", "template", "site1")])
    assert (one_site.materials[0].examples.share == 0).sum() == 6
    other = adaptation.labelled([LineLabel("Kontu", "template", "elsewhere")])
    assert other.counts().labels_elsewhere == 1
    assert other.counts().known_lines == 0


@pytest.mark.parametrize(
    ("label", "says"),
    [
        (
            LineLabel("Kontu", "template", page="0/0", line=2, where="f, row 1"),
            "is “Prihlasa zin”, not “Kontu”",
        ),
        (LineLabel("Kontu", "template", page="0/0", line=99, where="f, row 1"), "has no line 99"),
        (LineLabel("Kontu", "template", page="none", line=1, where="f, row 1"), "no page is called 'none'"),
        (LineLabel("Not there", "template", where="f, row 1"), "no line of these pages is “Not there”"),
        (LineLabel("Not there", "template", "site0", where="f, row 1"), "no line of the pages of site0"),
    ],
)
def test_labels_that_do_not_fit_are_shown(adaptation, label, says):
    with pytest.raises(PageError, match=f"^f, row 1: .*{says}"):
        adaptation.labelled([label])


def test_a_line_of_one_page_can_be_labelled(adaptation):
    found = adaptation.labelled([LineLabel("Kontu", "template", page="0/0", line=1)])
    assert (found.materials[0].examples.share == 0).sum() == 1


def test_pages_come_from_folders_html_csv_and_jsonl(tmp_path):
    (tmp_path / "pages" / "a.org").mkdir(parents=True)
    (tmp_path / "pages" / "a.org" / "x.html").write_text("<p>Ein Satz.</p>")
    (tmp_path / "pages" / "a.org" / "x.gold.txt").write_text("Ein Satz.")
    (tmp_path / "pages" / "y.txt").write_text("Text")
    (tmp_path / "p.csv").write_text('page,gold,site\n"<p>one</p>",one,b.org\n')
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "j", "page": "text", "group": "c.org"}))
    pages = read_page_files([tmp_path / "pages", tmp_path / "p.csv", tmp_path / "p.jsonl"])
    assert [(one.group, one.gold) for one in pages] == [
        ("a.org", "Ein Satz."),
        ("pages", None),
        ("b.org", "one"),
        ("c.org", None),
    ]
    assert [one.format for one in pages] == ["html", "text", "html", "text"]
    with pytest.raises(PageError, match="comes twice"):
        read_page_files([tmp_path / "pages", tmp_path / "pages"])


def test_what_cannot_be_adapted_to_is_reported(tmp_path):
    with pytest.raises(PageError, match="has no pages"):
        read_page_files([tmp_path])
    with pytest.raises(PageError, match="does not exist"):
        read_page_files([tmp_path / "a.html"])
    with pytest.raises(PageError, match="one page only"):
        start(default_model(), PAGES[:1], [], Memory())
    with pytest.raises(PageError, match=r"nothing to learn \(pages: 2, sites: 1\)"):
        start(default_model(), PAGES[:2], [], Memory()).refuse_nothing()


def test_a_site_on_both_sides_is_refused():
    model = default_model()
    with pytest.raises(PageError, match="both sides of the split: site1"):
        general_change(model, model, PAGES[6:], PAGES)
    folds = [LabelledPage(**{**fields(one), "fold": at % 2}) for at, one in enumerate(PAGES[:4])]
    with pytest.raises(PageError, match="site0 is on both sides"):
        start(model, folds, [], Memory())


def fields(one):
    return {name: getattr(one, name) for name in LabelledPage.__slots__}


def test_precisions_are_kept_and_damage_is_reported(tmp_path):
    assert load_precision(tmp_path) is None
    precision = np.arange(BUCKETS, dtype=np.float32)
    save_precision(precision, tmp_path)
    assert np.allclose(load_precision(tmp_path), np.minimum(precision, 60_000), rtol=1e-3)
    whole = (tmp_path / FILE).read_bytes()
    for damaged in (whole[:100], b"", b"x" * 100):
        (tmp_path / FILE).write_bytes(damaged)
        with pytest.raises(ModelFormatError, match="damaged"):
            load_precision(tmp_path)
    np.savez(tmp_path / FILE, format=np.array(1), phrases=np.ones(3, np.float16))
    with pytest.raises(ModelFormatError, match="does not hold"):
        load_precision(tmp_path)
    np.savez(tmp_path / FILE, format=np.array(9), phrases=np.ones(3, np.float16))
    with pytest.raises(ModelFormatError, match="format 9"):
        load_precision(tmp_path)


def test_keys_do_not_hang_on_case_or_marks():
    from detector.text.keys import line_keys

    keys = line_keys(words_of(text_batch([b"Read more\nread, MORE!\nmore read\n...\n"]))).exact
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] == 0
