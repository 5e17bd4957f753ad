"""Rows of the original training: kept with the model, and used to fit its networks without forgetting."""

from dataclasses import replace

import numpy as np
import pytest

from detector.errors import ModelFormatError
from detector.features.schema import TEXT_COLUMNS
from detector.model.files import DEFAULT, default_model
from detector.model.network import CLIP
from detector.training.adapt.adaptation import start
from detector.training.adapt.fisher_information import load_precision
from detector.training.adapt.memory import Memory, load_memory
from detector.training.adapt.networks import Targets, fitted_again, probability
from detector.training.adapt.replay import FILE, FormatRows, Rows, load_replay, rows_of, save_replay
from detector.training.adapt.scorers import parts_of
from detector.training.data.examples import gathered
from detector.training.data.labelled_pages import LabelledPage
from detector.training.fit.networks import log_odds, scale_of
from detector.training.fit.replay_rows import drawn, replay_rows
from tests.training.test_adaptation import MENU, PAGES, scores

ENGLISH = (
    "Home\nAbout us\nLog in",
    "The ferry is back\nThe ferry to the islands runs again from Monday, after three weeks in the yard.",
    "The pilot said that the new engine is quieter, and that the crossing takes eleven minutes longer.",
    "Leave a Reply\nYour email address will not be published.\nAll rights reserved",
)


def english_page(number):
    text = "\n".join(ENGLISH).replace("Monday", f"the {number}th")
    lines = sum(len(part.split("\n")) for part in ENGLISH)
    labels = ("template",) * 3 + ("content",) * (lines - 6) + ("template",) * 3
    return LabelledPage(str(number), text, "text", None, labels, f"site{number}", language="en")


OLD = gathered([english_page(number) for number in range(10)])["text"]


@pytest.fixture(scope="module")
def replay():
    return replay_rows({"html": [], "text": [OLD]}, [default_model()] * 5)


@pytest.fixture(scope="module")
def memory(replay):
    return Memory(load_precision(DEFAULT), replay)


def test_features_survive_as_bytes_to_within_half_a_step():
    table = np.random.default_rng(0).normal(3, [[0.1, 5, 0, 1]], (4000, 4)).astype(np.float32)
    table[0, 3] = 1000  # an outlier, which networks clip
    rows = rows_of(table, np.arange(4000))
    error = np.abs(rows.table() - table)
    assert (error[1:] <= rows.step / 2 + 1e-6).all()
    mean, scale = scale_of(table)
    assert rows.table()[0, 3] == pytest.approx(mean[3] + CLIP / scale[3], rel=1e-4)
    assert (rows.table()[:, 2] == table[:, 2]).all()


def test_rows_are_written_read_and_damage_is_said(replay, tmp_path):
    assert load_replay(tmp_path) is None
    save_replay(replay, tmp_path)
    found = load_replay(tmp_path)
    assert set(found) == {"text"}
    for network in FormatRows._fields:
        one, other = getattr(found["text"], network), getattr(replay["text"], network)
        assert all((a == b).all() for a, b in zip(one, other, strict=True))
    assert load_memory(tmp_path).precision is None
    whole = (tmp_path / FILE).read_bytes()
    for damaged in (whole[:100], b"", b"x" * 100):
        (tmp_path / FILE).write_bytes(damaged)
        with pytest.raises(ModelFormatError, match="damaged"):
            load_replay(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": np.array(9)}, "format 9"),
        ({"text_first_low": np.zeros(3, np.float32)}, f"rows of {len(TEXT_COLUMNS)} features"),
        ({"text_first_step": np.full(len(TEXT_COLUMNS), np.nan, np.float32)}, "text_first"),
        ({"text_second_codes": np.zeros((0, 0), np.uint8)}, "text_second"),
        ({"text_second_codes": None}, "no rows for text_second"),
    ],
)
def test_rows_of_something_else_are_refused(replay, tmp_path, change, says):
    save_replay(replay, tmp_path)
    with np.load(tmp_path / FILE) as file:
        arrays = {**file, **change}
    np.savez(tmp_path / FILE, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ModelFormatError, match=says):
        load_replay(tmp_path)


def test_rows_are_drawn_by_weight():
    part = replace(OLD, weight=np.where(OLD.page < 5, 3.0, 1.0))
    rows = drawn([part], 4000)
    share = (part.page[rows] < 5).mean()
    weighed = part.weight[part.page < 5].sum() / part.weight.sum()
    assert share == pytest.approx(weighed, abs=1e-3)
    none = replace(OLD, weight=np.where(OLD.page == 2, 1.0, 0.0))
    assert set(OLD.page[drawn([none], 50)].tolist()) == {2}


def test_a_network_learns_new_rows_and_holds_its_outputs_for_old_ones(replay):
    network, old = default_model().text.first, replay["text"].first
    rng = np.random.default_rng(1)
    table = old.table()[rng.permutation(len(old.codes))[:300]]
    table[:, -40:] = rng.normal(size=(300, 40))  # nothing like the old rows
    targets = Targets(np.ones(300, np.float32), np.ones(300, np.float32))
    new = fitted_again(network, table, targets, old)
    assert (new.hidden == fitted_again(network, table, targets, old).hidden).all()
    # With a single old row, almost nothing is held.
    forgets = fitted_again(network, table, targets, Rows(old.low, old.step, old.codes[:1]))
    before = probability(log_odds(table, network)).mean()
    assert probability(log_odds(table, new)).mean() > before
    moved, moved_freely = (
        np.abs(probability(log_odds(old.table(), one)) - probability(log_odds(old.table(), network))).mean()
        for one in (new, forgets)
    )
    assert moved < 0.05
    assert moved < moved_freely / 2


def test_lines_without_weight_teach_nothing(replay):
    network, old = default_model().text.second, replay["text"].second
    table, weight = old.table()[:200], np.ones(200, np.float32)
    weight[100:] = 0
    target = np.ones(200, np.float32)
    other = np.where(weight > 0, target, 0).astype(np.float32)
    one, two = (fitted_again(network, table, Targets(wanted, weight), old) for wanted in (target, other))
    assert (one.out == two.out).all()


def test_parts_are_sites_or_pages_of_a_single_site():
    examples = gathered(PAGES)["text"]
    sites = [examples.pages[at].group for at in examples.page]
    part = parts_of([examples])
    assert len({(site, number) for site, number in zip(sites, part, strict=True)}) == 2
    one = gathered(PAGES[:6])["text"]
    assert set(parts_of([one]).tolist()) == {0, 1, 2, 3}
    assert all(len(set(parts_of([one])[one.page == page].tolist())) == 1 for page in range(6))


def test_networks_are_fitted_unless_frozen(memory):
    adaptation = start(default_model(), PAGES, [], memory)
    model, frozen = adaptation.adapted(), replace(adaptation, frozen=True).adapted()
    old = default_model()
    assert model.model_id == adaptation.adapted().model_id != frozen.model_id
    assert (model.phrases.bucket == frozen.phrases.bucket).all()
    assert frozen.text is old.text
    assert model.html is old.html  # no rows of HTML were kept
    assert (model.text.first.hidden != old.text.first.hidden).any()
    assert (model.text.second.hidden != old.text.second.hidden).any()
    without = start(old, PAGES, [], memory._replace(replay=None)).adapted()
    assert without.model_id == frozen.model_id
    before, after = scores(old, PAGES[6:]), scores(model, PAGES[6:])
    assert sum(after[line] for line in MENU) > sum(before[line] for line in MENU)


def test_old_pages_keep_their_scores(memory):
    model = start(default_model(), PAGES, [], memory).adapted()
    page = [english_page(77)]
    before, after = scores(default_model(), page), scores(model, page)
    assert max(abs(after[line] - before[line]) for line in before) < 0.1


def test_what_is_held_back_is_judged_with_fitted_networks(memory):
    labelled = [
        replace(page, labels=("template",) * 3 + ("content",) * 5 + ("template",) * 2) for page in PAGES
    ]
    adaptation = start(default_model(), labelled, [], memory)
    fitted, frozen = (one.held_back()[0] for one in (adaptation, replace(adaptation, frozen=True)))
    assert (fitted.before[0] == frozen.before[0]).all()
    assert (fitted.after[0] != frozen.after[0]).any()
