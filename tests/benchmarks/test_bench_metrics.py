import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.labels.kinds.copy_groups import copy_groups
from benchmarks.labels.kinds.records import Copy, KindLabels
from benchmarks.measures import metrics
from benchmarks.measures.copies_kept import CopiesKept, copies_kept

TEXT = st.text(alphabet="abc deß Éé Жж ไทย中かな.,-_12\n", max_size=60)
SCORES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1), st.integers(1, 30)), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Straße, foo_bar-9 x²", ["strasse", "foo", "bar", "9", "x"]),
        ("e\u0301tude", ["étude"]),
        ("中文 かな ไทย", ["中", "文", "か", "な", "ไ", "ท", "ย"]),
        ("हिन्दी, العربية", ["हिन्दी", "العربية"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("", []),
    ],
)
def test_tokens(text, wanted):
    assert metrics.tokens(text) == wanted


@given(TEXT)
def test_ascii_and_unicode_tokens_agree(text):
    plain = text.encode("ascii", "ignore").decode()
    assert metrics.tokens(plain) == metrics.tokens(plain + " 中")[:-1]


@given(TEXT, TEXT)
def test_f1_is_a_share_and_symmetric(text, gold):
    score = metrics.words_f1(text, gold)
    assert 0 <= score <= 1
    if metrics.tokens(text) and metrics.tokens(gold):
        assert score == metrics.words_f1(gold, text)


@given(TEXT)
def test_a_text_against_itself_is_right(text):
    assert metrics.words_f1(text, text) == 1


@given(st.lists(st.sampled_from(["one", "two", "three"]), min_size=1), st.randoms(use_true_random=False))
def test_order_does_not_matter(words, random):
    shuffled = list(words)
    random.shuffle(shuffled)
    assert metrics.words_f1(" ".join(shuffled), " ".join(words)) == 1


def test_empty_gold_allows_five_words():
    assert metrics.words_f1("a b c d e", "") == 1
    assert metrics.words_f1("a b c d e f", " .") == 0


def test_f1_counts_copies():
    assert metrics.words_f1("a a b", "a b b") == pytest.approx(2 * 2 / 6)


def test_mean_interval_is_seeded_and_holds_the_mean():
    values = np.random.default_rng(0).random(200)
    interval = metrics.mean_interval(values)
    assert interval == metrics.mean_interval(values)
    assert interval.low < values.mean() < interval.high
    assert interval.pages == 200


def test_groups_widen_the_interval():
    values = np.repeat([0.0, 1.0], 100)
    alone, grouped = metrics.mean_interval(values), metrics.mean_interval(values, ["a"] * 100 + ["b"] * 100)
    assert grouped.high - grouped.low > 5 * (alone.high - alone.low)


def test_snippets_ignore_white_space_but_not_case():
    page = metrics.find_snippets("One\n  two three", ["one two", "One two", "two\tthree"], ["four", "three"])
    assert page == metrics.Snippets(2, 3, 1, 2)
    scores = metrics.snippet_scores([page])
    assert (scores.precision, scores.recall) == (2 / 3, 2 / 3)
    assert scores.accuracy == 3 / 5


def test_content_lost_is_over_all_pages():
    pages = [metrics.overlap("a b", "a b c d"), metrics.overlap("x", "x" + " y" * 5)]
    assert metrics.content_lost(pages) == 7 / 10


def test_line_scores_leave_metadata_out():
    labels = ["content", "content", "template", "repeat", "metadata", "comment"]
    scores = metrics.line_scores(labels, [True, False, True, False, True, False])
    assert (scores.precision, scores.recall, scores.template_recall, scores.lines) == (0.5, 0.5, 0.5, 4)
    assert scores.repeat_recall == 1


def test_content_lost_at_a_template_recall():
    labels = ["content", "content", "template", "template", "repeat", "template", "metadata"]
    scores, words = [0.1, 0.6, 0.9, 0.8, 0.7, 0.5, 0.99], [6, 2, 1, 1, 1, 1, 9]
    assert metrics.lost_at_template_recall(scores, labels, words, 0.75) == 0
    assert metrics.lost_at_template_recall(scores, labels, words, 1.0) == 0.25
    assert np.isnan(metrics.lost_at_template_recall([0.5], ["content"], [1], 0.9))


def test_kept_lines_follow_the_order():
    lines = ["Home", "The long first line of text", "Home", "Second line here"]
    kept = metrics.kept_lines(lines, "The long first line of text\nSecond line here")
    assert kept.tolist() == [False, True, False, True]


@given(st.lists(st.sampled_from(["a b", "c d e", "f", "a g", "--"]), max_size=8))
def test_all_lines_are_kept_of_the_whole_text(lines):
    assert metrics.kept_lines(lines, "\n".join(lines)).all()


def test_calibrated_scores_have_little_error_and_shifted_ones_their_shift():
    draw = np.random.default_rng(1)
    scores = draw.random(60_000)
    truth = draw.random(60_000) < scores
    assert metrics.calibration_error(scores, truth) < 0.01
    assert metrics.calibration_error(np.full(1000, 0.7), np.arange(1000) < 400) == pytest.approx(0.3)


@given(SCORES, st.randoms(use_true_random=False))
def test_calibration_ignores_order_and_scale_of_weights(rows, random):
    score, truth, weight = (np.array(column, float) for column in zip(*rows, strict=True))
    error = metrics.calibration_error(score, truth, weight)
    order = list(range(len(rows)))
    random.shuffle(order)
    assert metrics.calibration_error(score[order], truth[order], weight[order]) == pytest.approx(error)
    assert metrics.calibration_error(score, truth, weight * 4) == pytest.approx(error)
    assert 0 <= error <= 1


@given(SCORES)
def test_right_answers_have_no_error(rows):
    truth = np.array([row[1] for row in rows], float)
    assert metrics.calibration_error(truth, truth) == 0
    assert metrics.brier(truth, truth) == 0


def test_brier_weighs_words():
    assert metrics.brier([0, 1], [0, 0], [3, 1]) == 0.25


def test_page_error():
    assert metrics.page_error([0.5, 1], [0.25, 1]) == 0.125


def test_groups_of_copies_of_which_one_line_should_stay():
    groups = [(0, 1), (2, 3, 4), (5, 6)]
    found = copies_kept(groups, [True, False, True, True, False, False, False])
    assert found == CopiesKept(groups=3, one=1, several=1, none=1)


def test_copies_that_may_stay_are_in_no_group():
    kinds = ("title", "navigation", "body", "body", "body", "body", "body", "teaser", "teaser")
    copies = {
        1: Copy(0, "headline"),
        2: Copy(0, "prefix"),  # the paragraph that begins with the headline
        4: Copy(3, "block"),  # a row of a list that appears twice
        6: Copy(5, "block"),
        8: Copy(7, "teaser"),  # of an original that should go, too
    }
    labels = KindLabels("set/page", "r01", ("",) * 9, kinds, copies)
    assert copy_groups(labels, ["h1", "li", "p", "li", "li", "p", "li", "p", "p"]) == ((0, 1), (5, 6))
    parallel = KindLabels("set/page", "r01", ("",) * 2, ("body", "body"), {1: Copy(0, "refrain")})
    assert copy_groups(parallel, ["p", "p"]) == ()
