"""No text of an evaluated page gets into a training file: what is found, and that the program refuses it."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.data import plain_pages, text_pages, training_pages
from benchmarks.data.composed_pages import composed_pages, own_phrases, running_text
from benchmarks.data.evaluated import NEVER, Evaluated, cases, golden_pages
from benchmarks.data.folds.splits import LeakError, Splits, load
from benchmarks.data.sets import dataset
from benchmarks.data.wall import SITES, Wall
from benchmarks.files import write_json_lines

SENTENCE = "The ferry bell of Pelham Quay has rung every morning since the spring of 1911."
SPLIT = Splits(
    {"set/1": "one.org", "set/2": "two.org"}, {"one.org": 0, "two.org": 1}, 5, frozenset(), frozenset()
)


def judged(fold=0, content=(SENTENCE,), template=(), page="set/1"):
    return Evaluated(page, page, fold, content, template)


def record(text, fold=1, set="own", **more):
    return {"id": "a", "set": set, "fold": fold, "format": "text", "page": text, **more}


def refused(wall, *records):
    return list(wall.refuse(records))


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.upper(),
        "He said: the ferry bell of Pelham Quay, has rung every morning.",
        "Home\nThe ferry bell of Pelham\nQuay has rung every morning\nContact",
    ],
)
def test_a_planted_sentence_is_refused_with_source_and_page(text):
    with pytest.raises(LeakError, match=r"own/a holds text of set/1.*fold 0"):
        refused(Wall.around([judged()]), record("A page about nothing at all."), record(text))


def test_markup_hides_nothing():
    page = f"<title>x</title><ul><li>Home</ul><p>{SENTENCE.replace('Quay', '<b>Quay</b>')}</p>"
    with pytest.raises(LeakError, match="set/1"):
        refused(Wall.around([judged()]), {**record(page), "format": "html"})


def test_seven_words_in_a_row_are_nobodys():
    assert refused(
        Wall.around([judged()]), record("The ferry bell of Pelham Quay has stopped, they say, for good.")
    )


def test_a_page_may_be_learned_from_in_its_own_fold_and_where_it_is_kept_from_the_others():
    wall = Wall.around([judged(fold=2)])
    assert refused(wall, record(SENTENCE, fold=2), record(SENTENCE, fold=1, kept_from=[2]))
    with pytest.raises(LeakError, match="set/1"):
        refused(wall, record(SENTENCE, fold=1, kept_from=[3]))


def test_what_nobody_may_learn_from_is_refused_in_every_fold():
    with pytest.raises(LeakError, match="no model"):
        refused(Wall.around([judged(fold=NEVER)]), record(SENTENCE, fold=0, kept_from=[1, 2, 3, 4]))


def test_pages_of_others_are_kept_from_folds_or_left_out():
    wall = Wall.around(
        [judged(fold=2), judged(NEVER, ("Nobody may ever learn one word from this locked page here.",))]
    )
    left_out = Counter()
    given = [
        record(f"{SENTENCE} Then it rained.", set="news"),
        record("nobody may ever learn one word from this", set="news"),
        record("Nothing to see.", set="news"),
    ]
    found = list(wall.kept_apart(given, left_out))
    assert [one["kept_from"] for one in found] == [[2], []]
    assert left_out == {"news": 1}
    assert list(wall.refuse(found)) == found


def test_whole_lines_count_on_pages_of_ours_only():
    wall = Wall.around([judged(content=("Five boats came home",), template=("Never miss our next story",))])
    for line in ("Five boats came home", "Never miss our next story!"):
        with pytest.raises(LeakError, match="set/1"):
            refused(wall, record(f"Menu\n{line}\nEnd"))
        assert refused(wall, record(f"Menu\n{line}\nEnd", set="wcxb-dev"))
        assert refused(wall, record(f"Menu\nToday {line.lower()} again\nEnd"))


def test_labels_are_the_same_everywhere():
    wall = Wall.around([judged(content=("Three short words",), template=("Leave a comment",))])
    assert refused(wall, record("Three short words\nLeave a comment"))


def test_scripts_without_spaces_need_more_characters():
    chinese = "渡口的老钟从一九一一年春天起每天早上都会敲响"
    wall = Wall.around([judged(content=(chinese,))])
    assert refused(wall, record(chinese[:15]))
    with pytest.raises(LeakError, match="set/1"):
        refused(wall, record(chinese[2:20]))


def test_a_formula_of_many_sites_is_nobodys():
    wall = Wall.around([judged(page=f"set/{number}") for number in range(SITES + 1)])
    assert refused(wall, record(SENTENCE))


def test_lines_of_text_are_told_apart():
    wall = Wall.around([judged(), judged(NEVER, ("Five boats came home",))])
    assert wall.stand_in([SENTENCE, "Rain.", "Five boats came home", ""]).tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_the_program_writes_nothing_when_it_refuses(monkeypatch, tmp_path):
    monkeypatch.setattr(training_pages, "evaluated", lambda split: [judged()])
    monkeypatch.setattr(training_pages, "pages_of_others", lambda split: [])
    planted = [record("A page about nothing."), record(f"Menu\n{SENTENCE}")]
    monkeypatch.setattr(training_pages, "pages_of_ours", lambda wall, folds: planted)
    path = tmp_path / "training.jsonl"
    with pytest.raises(LeakError, match="own/a holds text of set/1"):
        write_json_lines(path, training_pages.training_pages(SPLIT, Counter()))
    assert not path.exists()
    monkeypatch.setattr(training_pages, "pages_of_ours", lambda wall, folds: planted[:1])
    assert write_json_lines(path, training_pages.training_pages(SPLIT, Counter())) == 1


def test_the_program_refuses_a_site_on_both_sides(monkeypatch):
    monkeypatch.setattr(training_pages, "evaluated", lambda split: [])
    monkeypatch.setattr(training_pages, "pages_of_ours", lambda wall, folds: [])
    page = record("Text", fold=0, set="set", source="set/1")
    monkeypatch.setattr(training_pages, "pages_of_others", lambda split: [page])
    assert list(training_pages.training_pages(SPLIT, Counter()))
    monkeypatch.setattr(training_pages, "pages_of_others", lambda split: [{**page, "fold": 1}])
    with pytest.raises(LeakError, match=r"both sides.*one.org"):
        list(training_pages.training_pages(SPLIT, Counter()))
    never = replace(SPLIT, never_train=frozenset({"set/1"}))
    monkeypatch.setattr(training_pages, "pages_of_others", lambda split: [page])
    with pytest.raises(LeakError, match="never"):
        list(training_pages.training_pages(never, Counter()))


@pytest.mark.shared
def test_what_we_wrote_holds_nothing_of_golden_pages_and_cases(shared):
    wall = Wall.around([*golden_pages(), *cases(shared.parent / "cases")])
    ours = [*training_pages.own_pages(), *plain_pages.records(), *text_pages.records()]
    assert len(refused(wall, *({"fold": 0, **one} for one in ours))) == len(ours) > 500


def test_no_line_of_a_golden_page_stands_in_our_lines():
    wall = Wall.around(golden_pages())
    for language, phrases in own_phrases().items():
        texts = [text for _, text in phrases]
        held = [text for text, is_held in zip(texts, wall.stand_in(texts), strict=True) if is_held]
        assert held == [], language


@pytest.mark.shared
def test_composed_pages_hold_no_gold_sentence(shared, monkeypatch):
    """A leak that was fixed: composed pages used sentences from the gold of DAnIEL and fundus as content."""
    split = load()
    pages = [
        judged(split.fold(page.key), tuple(page.gold.split("\n")), page=page.key)
        for page in dataset("daniel").pages()
    ]
    wall = Wall.around(pages)
    greek = {"el": running_text()["el"]}
    assert wall.stand_in(greek["el"][0]).mean() > 0.8
    monkeypatch.setattr("benchmarks.data.composed_pages.running_text", lambda: greek)
    composed = list(composed_pages(0, wall))
    assert composed
    assert refused(wall, *({"fold": 0, **one} for one in composed)) == [
        {"fold": 0, **one} for one in composed
    ]
