"""How likely it is that copies are removed: the stored weights, and what they give."""

import json

import numpy as np
import pytest

from detector import Detector, Settings
from detector.results.copy_probability import EVIDENCE, WEIGHTS, copy_evidence, copy_probabilities
from detector.text.page import Page

TITLE = "The old mill of Ostrand is sold to the town after thirty-one years"
STORY = [
    "The mill stood empty for thirty-one years, until the town bought it in March for the price of a boat.",
    "Nobody knows who built it, but the wheel is older than the church and was made of elm from the island.",
    "In spring the roof is to be mended, and in autumn the first flour will be ground and given to the school.",
]
REFRAIN = ["And the wheel turns round,", "And the water runs down,"]


@pytest.fixture(scope="module")
def page(detector):
    text = "\n".join([TITLE, STORY[0], *REFRAIN, STORY[1], *REFRAIN, STORY[2], TITLE])
    return Detector(detector.model, Settings(threshold=1.0)).score(text, "text")


def test_weights_are_those_of_the_evidence():
    fitted = json.loads(WEIGHTS.read_text("utf-8"))
    assert tuple(fitted["weights"]) == EVIDENCE
    assert fitted["out_of_fold"]["calibration_error"] < 0.03
    assert fitted["out_of_fold"]["auc"] > 0.9


def test_a_title_again_is_likelier_taken_out_than_a_refrain(page):
    found = {line.copy_kind: line.copy_probability for line in page.lines if line.copy_of is not None}
    assert found["headline"] > 0.9 > 0.6 > found["refrain"]


def test_only_copies_have_a_probability(page):
    for line in page.lines:
        assert (line.copy_probability is None) == (line.copy_of is None)
    assert any(line.copy_of is None for line in page.lines)


def test_the_formula(page):
    fitted = json.loads(WEIGHTS.read_text("utf-8"))
    rows, table = copy_evidence(page._lines)
    assert table.shape == (len(rows), len(EVIDENCE))
    for row, values in zip(rows.tolist(), table, strict=True):
        log_odds = fitted["intercept"]
        for name, value in zip(EVIDENCE, values, strict=True):
            log_odds += fitted["weights"][name] * value
        assert copy_probabilities(page._lines)[row] == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=6e-4)


def test_scores_and_policy_have_no_say(detector):
    text = "\n".join([TITLE, *STORY, TITLE, "Leave a Reply"])
    said = [
        [line.copy_probability for line in Detector(detector.model, settings).score(text, "text").lines]
        for settings in (Settings(), Settings(threshold=0.0), Settings(drop_copies=()))
    ]
    assert said[0] == said[1] == said[2]


def test_evidence_by_name(detector):
    html = f"<title>{TITLE}</title><nav><a href=/>{TITLE}</a></nav><h1>{TITLE}</h1><p>{STORY[0]}<p>{STORY[1]}"
    (lines,) = (scored._lines for scored in detector.score_batch([Page(html, "html")]))
    _, table = copy_evidence(lines)
    known = dict(zip(EVIDENCE, table[0].tolist(), strict=True))
    wanted = {
        "headline": 1,
        "block": 0,
        "in nav": 1,
        "in link": 1,
        "original in heading": 1,
        "original in nav": 0,
    }
    wanted |= {"html": 1, "after its original": 0, "distance": np.log1p(1), "words": np.log1p(14)}
    assert {name: known[name] for name in wanted} == pytest.approx(wanted)
    assert known["same words"] == known["similarity"] == 1
    assert known["words against its original's"] == 0


def test_a_page_without_copies(detector):
    lines = detector.score("\n".join(STORY), "text").lines
    assert [line.copy_probability for line in lines] == [None] * 3
