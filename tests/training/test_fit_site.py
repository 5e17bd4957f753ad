"""What the step for sites learns from: pages of sites, and content treated as if it recurred."""

import numpy as np

from detector.sites.recurrence import LineRecurrence
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import page_of_record
from detector.training.fit.site_network import _recurring, _sites


def page(number, **about):
    record = {"id": str(number), "page": f"Home\nStory {number}", "labels": ["template", "content"], **about}
    return page_of_record(record, "here")


def test_pages_of_a_group_are_a_site_unless_they_say_another_or_none():
    about = [{"group": "a.example"}] * 3 + [{"group": "book", "site": "book in Czech"}] * 3
    about += [{"group": "book", "site": "book in Thai"}] * 2 + [{"group": "ours", "site": ""}] * 4
    examples = examples_of([page(number, **fields) for number, fields in enumerate(about)])
    assert list(_sites(examples, None)) == [[0, 1, 2], [3, 4, 5]]


def seen(pages, lines=40):
    nothing = np.zeros(lines, np.int32)
    return LineRecurrence(nothing, nothing, nothing, np.array([pages], np.int32))


def test_some_lines_of_content_are_seen_as_if_they_recurred_on_up_to_half_of_the_pages():
    share = np.where(np.arange(40) % 2, 1.0, 0.0)
    for draw in range(20):
        found, chosen = _recurring(seen(10), share, np.random.default_rng(draw))
        assert chosen.sum() == 2
        assert (share[chosen] == 1).all()
        assert 1 <= found.exact[chosen].min() <= found.exact[chosen].max() <= 5
        assert (found.masked == found.exact).all()
        assert not found.exact[~chosen].any()


def test_with_too_few_pages_or_lines_nothing_is_seen_again():
    rng = np.random.default_rng(0)
    assert _recurring(seen(2), np.ones(40), rng) is None
    assert _recurring(seen(10), np.zeros(40), rng) is None
