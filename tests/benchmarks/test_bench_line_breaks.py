from benchmarks.data.pages import Page
from benchmarks.files import write_json
from benchmarks.measures.line_breaks import line_breaks
from benchmarks.measures.scoring import measures, scored
from benchmarks.tables.quality_tables import breaks

FIRST = "The mill at Tarn was built of oak."
SECOND = "Its wheel has turned since the flood of that year."
THIRD = "Nobody lives there now, but the owls do."
GOLD = f"{FIRST}\n{SECOND}\nShort line\n{THIRD}"


def test_equal_lines_are_whole():
    assert line_breaks(GOLD, GOLD) == (3, 0, 0)
    assert line_breaks(f"Home\n{THIRD.upper()}\n\n{FIRST}", GOLD) == (2, 0, 0)


def test_lines_that_stand_on_one_line_are_glued():
    assert line_breaks(f"{FIRST} {SECOND}\n{THIRD}", GOLD) == (3, 0, 1)
    assert line_breaks(f"{FIRST} {SECOND} {THIRD}", GOLD) == (3, 0, 2)


def test_a_line_that_goes_on_below_is_torn():
    assert line_breaks(FIRST.replace("was ", "was\n") + f"\n{SECOND}\n{THIRD}", GOLD) == (3, 1, 0)


def test_lines_that_are_missing_are_not_counted():
    assert line_breaks("The mill at Tarn was built of stone.", GOLD) == (0, 0, 0)
    assert line_breaks("", GOLD) == (0, 0, 0)


def test_a_row_has_the_shares_over_all_pages(tmp_path):
    page = Page("s", "1", "s.example", "en", "article", text="", gold=GOLD)
    rows = [scored(page, f"{FIRST} {SECOND}"), scored(page, SECOND), scored(page, "")]
    found = measures(rows)["breaks"]
    assert found == {"torn": 0.0, "glued": 0.3333, "lines": 3, "pages": 3}
    row = {"system": "keep-all", "rendering": "html2lines", "breaks": found}
    write_json(tmp_path / "quality-s.json", {"rows": [row, {"system": "other", "breaks": found}]})
    assert breaks(tmp_path, "s") == (
        "| set | lines | html2lines |\n| --- | ---: | ---: |\n| s | torn | .000 |\n| s | glued | .333 |\n"
    )
