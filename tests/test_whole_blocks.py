"""HTML blocks that are decided as a whole, against the rules written in Python."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.cli.main import group
from detector.decisions import BLOCK_DROPPED, BLOCK_KEPT, DecisionPolicy, decide
from detector.records import Copies
from detector.text.page import Page
from detector.text.plain import text_batch
from detector.text.read import read_batch
from detector.text.tags import NAMES
from detector.text.words import words_of
from detector.whole_blocks import whole_blocks
from tests.oracles import blocks as oracle

ANY = Settings(least_content=0, mostly_content=1)


def decided(page, blocks, settings=ANY):
    """Decide a page given as a list of (score, words)."""
    batch = text_batch(["\n".join("word " * words for _, words in page).encode()])
    scores = np.array([score for score, _ in page], np.float32)
    none = np.zeros(scores.size, np.int32)
    copies = Copies(np.full(scores.size, -1), none.astype(np.uint8), none)
    policy = DecisionPolicy(settings, settings.threshold)
    return decide(scores, words_of(batch), batch.page_segment(), copies, policy, np.array(blocks))


PAGE = st.lists(
    st.tuples(st.integers(0, 1000).map(lambda score: score / 1000), st.integers(1, 30)),
    min_size=1,
    max_size=14,
)


@given(PAGE, st.data())
def test_decisions_are_those_of_the_oracle(page, data):
    numbers = data.draw(st.lists(st.integers(-1, 3), min_size=len(page), max_size=len(page)))
    blocks = [-1 if number < 0 else numbers.index(number) for number in numbers]
    alone = decided(page, [-1] * len(page))
    found = decided(page, blocks)
    scores, sizes = ([float(np.float32(row[at])) for row in page] for at in (0, 1))
    free = [True] * len(page)
    kept, rule = oracle.decided(scores, sizes, blocks, float(alone.threshold[0]), alone.kept.tolist(), free)
    assert found.kept.tolist() == kept
    assert found.rule.tolist() == rule
    assert np.array_equal(found.threshold, alone.threshold)


LIST = [(0.02, 5), (0.75, 1), (0.15, 6), (0.8, 1), (0.02, 5)]


def test_a_list_stays_whole():
    page = [(0.05, 60), *LIST, (0.97, 40)]
    assert decided(page, [-1] * 7).kept.tolist() == [True, True, False, True, False, True, False]
    found = decided(page, [-1, 1, 1, 1, 1, 1, -1])
    assert found.kept.tolist() == [True] * 6 + [False]
    assert found.rule.tolist() == [0, 0, BLOCK_KEPT, 0, BLOCK_KEPT, 0, 0]


def test_a_row_leaves_its_list_on_strong_evidence():
    page = [(0.05, 60), *LIST[:3], (0.95, 1), LIST[4], (0.97, 40)]
    assert decided(page, [-1, 1, 1, 1, 1, 1, -1]).kept.tolist() == [
        True,
        True,
        True,
        True,
        False,
        True,
        False,
    ]


def test_a_menu_goes_whole():
    page = [(0.3, 60), (0.45, 2), (0.97, 3), (0.98, 3), (0.15, 1), (0.96, 3), (0.5, 9)]
    assert decided(page, [-1] * 7).kept.tolist() == [True, True, False, False, True, False, True]
    found = decided(page, [-1, 1, 1, 1, 1, 1, -1])
    assert found.kept.tolist() == [True, False, False, False, True, False, True]
    assert found.rule[1] == BLOCK_DROPPED


@pytest.mark.parametrize("sizes", [(7, 7), (3, 4, 11), (1, 2, 30, 5)])
def test_a_list_at_the_threshold_is_not_above_it(sizes):
    page = [(0.768, size) for size in sizes]
    assert decided(page, [0] * len(page)).kept.all()


@pytest.mark.parametrize(
    "settings", [Settings(threshold=0.5), Settings(whole_blocks=False, least_content=0, mostly_content=1)]
)
def test_a_threshold_decides_alone(settings):
    page = [(0.05, 60), *LIST, (0.97, 40)]
    assert not decided(page, [-1, 1, 1, 1, 1, 1, -1], settings).rule.any()


TAG = st.sampled_from(
    ["ul", "ol", "li", "dl", "dt", "dd", "pre", "table", "tr", "td", "p", "div", "article", "blockquote"]
)
HTML = st.recursive(
    st.sampled_from(["oak", "ash and elm", "<br>", " "]),
    lambda inner: st.tuples(TAG, st.lists(inner, max_size=4)).map(
        lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=16,
)


@given(st.lists(st.lists(HTML, min_size=1, max_size=4).map("".join), min_size=1, max_size=3))
def test_blocks_are_those_of_the_oracle(pages):
    batch, _, markup, _ = read_batch([Page(page, "html") for page in pages])
    wanted, rows_before = [], 0
    for number in range(len(pages)):
        first, last = markup.page_element[number : number + 2].tolist()
        tags = [NAMES[tag] for tag in markup.tag[first:last].tolist()]
        parent = [of - first if of >= 0 else -1 for of in markup.parent[first:last].tolist()]
        lines = range(*batch.page_line[number : number + 2].tolist())
        rows = np.diff(batch.line_segment)
        full = [line for line in lines if rows[line]]
        elements = [int(markup.line_element[line]) for line in full]
        elements = [element - first if element >= 0 else -1 for element in elements]
        found = oracle.blocks_of(tags, parent, elements, rows[full].tolist() if full else [])
        wanted += [of + rows_before if of >= 0 else -1 for of in found]
        rows_before += len(found)
    assert whole_blocks(batch, markup).tolist() == wanted


def test_text_has_no_such_blocks():
    batch, _, markup, _ = read_batch([Page("- oak\n- ash", "text")])
    assert whole_blocks(batch, markup).tolist() == [-1, -1]


RECIPE = (
    "<title>Leek soup</title><nav><a href=/a>Home</a> <a href=/b>News</a></nav><h1>Leek soup with barley</h1>"
    "<p>My neighbour makes it every week of the winter, and so do I since she told me how it is done.</p>"
    "<ul><li>three leeks from the garden, washed and cut<li>salt<li>two hundred grams of pearl barley<li>1 bay leaf</ul>"
    "<p>Rinse the barley and soften the leeks in butter before you add the stock and everything else.</p>"
)


def test_no_second_row_of_a_page_is_missing(detector):
    page = Detector(detector.model).score(RECIPE, "html")
    items = [line for line in page.lines if line.element == "li"]
    assert len(items) == 4
    assert len({line.kept for line in items}) == 1
    reasons = {reason.text for line in items for reason in line.reasons if reason.code == "block"}
    assert reasons <= {"kept with the rest of its list, table or code"}


def test_a_restored_run_decides_the_same_blocks(tmp_path):
    """Blocks are stored, so that another policy can use them too."""
    source, out = tmp_path / "pages.jsonl", tmp_path / "clean"
    source.write_text(
        "".join(
            json.dumps({"id": str(at), "html": RECIPE.replace("Leek", f"Leek {at}")}) + "\n"
            for at in range(3)
        )
    )
    run = CliRunner().invoke(group, ["clean", str(source), "--text-column", "html", "--output", str(out)])
    assert run.exit_code == 0, run.output
    texts = [
        [
            json.loads(line)["text"]
            for line in CliRunner().invoke(group, ["restore", str(out), *options]).stdout.splitlines()
        ]
        for options in (["--clean"], ["--drop-copies", "headline,running-head,block,repeat"])
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 3
