"""Rows of the original training: kept with the model, and used to fit its networks without forgetting."""

from dataclasses import replace

import numpy as np
import pytest

from detector.errors import ModelFormatError
from detector.features.schema import TEXT_COLUMNS
from detector.model.files import DEFAULT, default_model, load
from detector.model.network import CLIP
from detector.training.adapt.adaptation import start
from detector.training.adapt.fisher_information import load_precision
from detector.training.adapt.memory import Memory, load_memory
from detector.training.adapt.networks import Targets, fitted_again, probability
from detector.training.adapt.replay import FILE, Replay, Rows, load_replay, rows_of, save_replay
from detector.training.adapt.scorers import parts_of
from detector.training.api import adapted_training
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


def as_html(page):
    head, title, *body = page.page.split("\n")[2:-2]
    menu, foot = page.page.split("\n")[:2], page.page.split("\n")[-2:]
    lists = "".join(f"<li>{line}</li>" for line in (*menu, head))
    text = "".join(f"<p>{line}</p>" for line in body)
    end = "".join(f"<p>{line}</p>" for line in foot)
    html = f"<ul>{lists}</ul><main><h1>{title}</h1>{text}</main><footer>{end}</footer>"
    return replace(page, page=html, format="html")


NEW = [as_html(page) for page in PAGES]
OLD = gathered([english_page(number) for number in range(10)])["text"]


@pytest.fixture(scope="module")
def replay():
    return replay_rows([OLD], [default_model()] * 5, kept=300)


@pytest.fixture(scope="module")
def memory(replay):
    return Memory(load_precision(DEFAULT), replay)


@pytest.fixture(autouse=True)
def fewer_steps(monkeypatch):
    """Enough to see what is learned, in a tenth of the time."""
    monkeypatch.setattr("detector.training.adapt.networks.STEPS", 100)


def test_features_survive_as_bytes_to_within_half_a_step():
    table = np.random.default_rng(0).uniform(-1, 1, (4000, 4)).astype(np.float32) * (0.1, 5, 0, 1)
    table = (table + 3).astype(np.float32)
    table[0, 3] = 1000  # an outlier, which networks clip
    rows = rows_of(table, np.arange(4000))
    error = np.abs(rows.table() - table)
    assert (error[1:] <= rows.step / 2 + 1e-6).all()
    mean, scale = scale_of(table)
    assert rows.table()[0, 3] == pytest.approx(mean[3] + CLIP / scale[3], rel=1e-4)
    assert (rows.table()[:, 2] == table[:, 2]).all()


def test_rows_are_written_read_and_damage_is_reported(replay, tmp_path):
    assert load_replay(tmp_path) is None
    save_replay(replay, tmp_path)
    found = load_replay(tmp_path)
    for network in Replay._fields:
        one, other = getattr(found, network), getattr(replay, network)
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
        ({"first_low": np.zeros(3, np.float32)}, f"rows of {len(TEXT_COLUMNS)} features"),
        ({"first_step": np.full(len(TEXT_COLUMNS), np.nan, np.float32)}, "first network"),
        ({"second_codes": np.zeros((0, 0), np.uint8)}, "second network"),
        ({"second_codes": None}, "no rows for the second"),
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
    network, old = default_model().text.first, replay.first
    rng = np.random.default_rng(1)
    table = old.table()[rng.permutation(len(old.codes))[:300]]
    table[:, -40:] = rng.normal(size=(300, 40))  # nothing like the old rows
    targets = Targets(np.ones(300, np.float32), np.ones(300, np.float32))
    new = fitted_again(network, table, targets, old)
    assert (new.hidden == fitted_again(network, table, targets, old).hidden).all()
    # With a single old row, almost nothing is held fixed.
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
    network, old = default_model().text.second, replay.second
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


def test_networks_for_text_are_fitted_to_html_pages_unless_frozen(memory):
    old = default_model()
    adaptation = start(old, NEW, [], memory)
    model, frozen = adaptation.adapted(), replace(adaptation, frozen=True).adapted()
    assert model.model_id == adaptation.adapted().model_id != frozen.model_id
    assert (model.phrases.bucket == frozen.phrases.bucket).all()
    assert frozen.text is old.text
    assert model.html is old.html
    assert (model.text.first.hidden != old.text.first.hidden).any()
    assert (model.text.second.hidden != old.text.second.hidden).any()
    assert start(old, NEW, [], memory._replace(replay=None)).adapted().model_id == frozen.model_id


def test_pages_of_text_have_no_teacher(memory):
    old = default_model()
    assert start(old, PAGES, [], memory).adapted().text is old.text


def test_template_is_learned_as_text_and_old_pages_keep_their_scores(memory):
    old, model = default_model(), start(default_model(), NEW, [], memory).adapted()
    before, after = scores(old, PAGES[6:]), scores(model, PAGES[6:])
    assert sum(after[line] for line in MENU) > sum(before[line] for line in MENU)
    page = [english_page(77)]
    before, after = scores(old, page), scores(model, page)
    assert max(abs(after[line] - before[line]) for line in before) < 0.1


def test_the_file_travels_with_the_adapted_model(memory, tmp_path):
    training = adapted_training(start(default_model(), NEW, [], memory), NEW, [])
    training.save(tmp_path / "model")
    again = load_memory(tmp_path / "model")
    assert (again.replay.first.codes == memory.replay.first.codes).all()
    assert load(tmp_path / "model").model_id == training.model.model_id
    assert start(training.model, NEW, [], again).adapted().model_id != training.model.model_id
