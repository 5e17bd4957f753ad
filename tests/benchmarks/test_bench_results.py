import gzip
import json

import pytest
from click.testing import CliRunner

from benchmarks.data.pages import Page, drawn
from benchmarks.measures import out_of_fold
from benchmarks.measures.out_of_fold import OutputError
from benchmarks.run import quality
from benchmarks.tables import fill
from benchmarks.tables.cells import TableError

LINES = [[0.1, 1, 10, 1.0], [0.9, 0, 10, 0.0], [0.5, 1, 0, -1]]


def outputs_file(tmp_path, rows, name="out.jsonl"):
    path = tmp_path / name
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def fake_rows():
    """Return a tiny fake of what `detector.training` writes."""
    pages = {"1": "the gold text", "2": "something else"}
    return [
        {
            "set": "wcxb-dev",
            "page": page,
            "rendering": rendering,
            "clean_text": text,
            "lines": LINES,
            "model_id": f"fold-{page}",
            "commit": "abc",
        }
        for rendering in ("html", "detector-lines", "html2lines")
        for page, text in pages.items()
    ]


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Return a folder with the results of the fake outputs on two of three pages."""
    monkeypatch.setattr(quality, "dataset", lambda name: type("Set", (), {"files_hash": lambda self: "x"})())
    pages = [
        Page("wcxb-dev", str(at), f"{at}.com", "en", ["article", "forum"][at % 2], gold="the gold text")
        for at in range(1, 4)
    ]
    ours = out_of_fold.read(outputs_file(tmp_path, fake_rows(), "out.jsonl.gz"))
    quality.write(quality.Run("wcxb-dev", pages, frozenset({"none"}), ours), tmp_path)
    return tmp_path


def test_outputs_are_read_by_set_and_rendering(tmp_path):
    found = out_of_fold.read(outputs_file(tmp_path, fake_rows()))
    assert set(found) == {("wcxb-dev", name) for name in ("html", "detector-lines", "html2lines")}
    assert found["wcxb-dev", "html"]["1"].lines.shape == (3, 4)


def test_outputs_that_are_wrong_are_refused(tmp_path):
    with pytest.raises(OutputError, match="clean_text"):
        out_of_fold.read(outputs_file(tmp_path, [{"set": "a", "page": "1", "rendering": "html"}]))
    with pytest.raises(OutputError, match="twice"):
        out_of_fold.read(outputs_file(tmp_path, fake_rows()[:1] * 2))


def test_our_rows_are_scored_and_missing_pages_counted(results):
    stored = json.loads((results / "quality-wcxb-dev.json").read_text())
    rows = {(row["system"], row.get("rendering")): row for row in stored["rows"]}
    assert set(rows) == {
        ("detector-html", None),
        ("detector-text", "detector-lines"),
        ("detector-text", "html2lines"),
    }
    row = rows["detector-html", None]
    assert row["failed"] == {"pages": 1, "reasons": {"no output": 1}}
    assert row["words"]["mean"] == 0.5
    assert row["words_by_type"]["article"]["pages"] == 1
    assert row["calibration"]["error_by_word"] == pytest.approx(0.1)
    assert {"when", "machine", "python", "versions", "commit"} <= row["made"].keys()
    assert (row["model_id"], row["commit"]) == (["fold-1", "fold-2"], "abc")
    assert row["versions"]["detector"]


def test_rows_of_the_same_data_are_kept_and_of_other_data_dropped(results, monkeypatch):
    pages = [Page("wcxb-dev", "1", "a.com", "en", gold="the gold text")]
    quality.write(quality.Run("wcxb-dev", pages, frozenset({"none"}), {}), results)
    path = results / "quality-wcxb-dev.json"
    assert len(quality._kept_rows(path, "x")) == 3
    assert quality._kept_rows(path, "y") == []


def test_a_sample_of_pages_is_the_same_for_every_system():
    pages = [Page("s", str(at), "a.com") for at in range(20)]
    few, more = drawn(pages, 5), drawn(pages[::-1], 10)
    assert len(few) == 5
    assert {page.id for page in few} < {page.id for page in more}
    assert [int(page.id) for page in few] == sorted(int(page.id) for page in few)
    assert drawn(pages, None) == drawn(pages, 99) == pages


def test_figures_of_a_sample_are_written_apart(results, monkeypatch):
    pages = [Page("wcxb-dev", str(at), "a.com", gold="the gold text") for at in range(3)]
    kept = {"files_hash": lambda _: "x", "pages": lambda _: iter(pages)}
    monkeypatch.setattr(quality, "dataset", lambda name: type("Set", (), kept)())
    before = (results / "quality-wcxb-dev.json").read_text()
    arguments = ["--set", "wcxb-dev", "--ceiling", "--pages", "2", "--results", str(results)]
    monkeypatch.setattr(quality.ceiling, "gold_lines", lambda page: page.gold)
    CliRunner().invoke(quality.command, arguments, catch_exceptions=False)
    assert (results / "quality-wcxb-dev.json").read_text() == before
    stored = json.loads((results / "samples" / "quality-wcxb-dev.json").read_text())
    assert (stored["pages"], stored["rows"][0]["words"]["pages"]) == (2, 2)
    assert "| gold-lines | 1.000 |" in fill.table(results, "sample-html wcxb-dev")


def test_a_results_file_holds_no_text(results):
    assert "gold text" not in (results / "quality-wcxb-dev.json").read_text()


def test_tables_are_written_between_their_marks(results):
    text = "before\n<!-- table: quality-html wcxb-dev -->\nold\n<!-- end table -->\nafter\n"
    filled = fill.filled(text, results)
    assert "| detector-html | .500 |" in filled
    assert "old" not in filled
    assert filled.startswith("before\n")
    assert filled.endswith("<!-- end table -->\nafter\n")
    assert fill.filled(filled, results) == filled


def test_all_lines_kept_stand_beside_systems_on_html(results):
    path = results / "quality-wcxb-dev.json"
    stored = json.loads(path.read_text())
    ours = next(row for row in stored["rows"] if row["input"] == "html")
    kept = [
        {
            **ours,
            "system": "keep-all",
            "input": "text",
            "rendering": name,
            "words": {**ours["words"], "mean": mean},
        }
        for name, mean in (("detector-lines", 0.25), ("inscriptis", 0.75))
    ]
    path.write_text(json.dumps({**stored, "rows": [*kept, *stored["rows"]]}))
    systems = [line.split(" | ")[:2] for line in fill.table(results, "quality-html wcxb-dev").splitlines()]
    assert systems[2:] == [["| detector-html", ".500"], ["| keep-all", ".250"]]


def test_every_quality_table_can_be_made(results):
    for name in ("quality-html", "quality-text", "renderings", "calibration"):
        assert fill.table(results, f"{name} wcxb-dev").startswith("| system |")
    assert "html2lines" in fill.table(results, "renderings wcxb-dev")


def test_wrong_marks_are_refused(results):
    with pytest.raises(TableError, match="no table"):
        fill.filled("<!-- table: nonsense -->\n<!-- end table -->\n", results)
    with pytest.raises(TableError, match="missing"):
        fill.filled("<!-- table: speed html -->\n<!-- end table -->\n", results)
    with pytest.raises(TableError, match="no `<!-- end"):
        fill.filled("<!-- table: speed html -->\n", results)


def test_the_speed_table_sorts_by_time(tmp_path):
    row = {
        "versions": {"fast": "1.0"},
        "ms_per_page": 1.5,
        "mb_per_s": 200.0,
        "ratio": 1.0,
        "failed_pages": 0,
    }
    rows = [{**row, "system": "slow", "ms_per_page": 30.0}, {**row, "system": "fast"}]
    (tmp_path / "speed-html.json").write_text(json.dumps({"reference": "fast", "rows": rows}))
    table = fill.table(tmp_path, "speed html")
    assert table.index("fast 1.0") < table.index("slow 1.0")
