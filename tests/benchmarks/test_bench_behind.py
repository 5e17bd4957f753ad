from benchmarks.data.pages import Page
from benchmarks.measures.metrics import overlap
from benchmarks.run.behind import page_row, summary

GOLD = "the ferry runs all winter between the islands"


def row_of(ours, **peers):
    page = Page("wcxb-dev", "7", "a.example", "en", "article", gold=GOLD)
    return page_row(page, overlap(ours, GOLD), {name: overlap(text, GOLD) for name, text in peers.items()})


def test_the_best_peer_of_a_page_counts():
    row = row_of("the ferry runs", one="the ferry", other=GOLD)
    assert (row["peer"], row["theirs"], row["ours"]) == ("other", 1.0, round(6 / 11, 3))
    assert (row["lost"], row["left"]) == (round(5 / 8, 3), 0.0)


def test_what_we_keep_too_much_is_told_from_what_we_lose():
    row = row_of(f"{GOLD} leave a reply to this", other=GOLD)
    assert row["lost"] == 0
    assert row["left"] == round(5 / 13, 3)


def test_pages_are_listed_from_the_largest_difference():
    rows = [row_of("the ferry runs", other=GOLD), row_of("", other=GOLD), row_of(GOLD, other="the ferry")]
    found = summary([*rows, row_of(GOLD, other=GOLD)], 0.2)
    assert (found["pages"], found["behind"], found["ahead"], found["by_loss"]) == (4, 2, 1, 2)
    assert [row["ours"] for row in found["rows"]] == [0.0, round(6 / 11, 3)]
