import json
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.data.folds import splits
from benchmarks.data.loaders.package_texts import INDEX, PACKAGE_TEXTS
from benchmarks.data.pages import Page
from benchmarks.data.sets import OF_PAGES
from benchmarks.labels.kinds import take
from benchmarks.labels.kinds.agree import f1, report, together
from benchmarks.labels.kinds.answers import parse
from benchmarks.labels.kinds.candidates import Candidate
from benchmarks.labels.kinds.choose import ADDED, Quota, by_language, draw
from benchmarks.labels.kinds.jobs import JOB_LINES, jobs_of
from benchmarks.labels.kinds.records import FOLDER, Copy, KindLabels, check_lines, drawn, read, write
from benchmarks.labels.kinds.show import listing, shown_lines
from benchmarks.labels.kinds.single_lines import PATH as SINGLE_LINES
from benchmarks.labels.kinds.single_lines import kinds_of_lines, read_single_lines
from benchmarks.labels.label_files import LabelError, line_hash
from benchmarks.labels.lines import lines_of
from detector.records import LINE_KINDS

HTML = (
    b"<body><nav><ul><li><a href=/>Home</a></ul></nav><h1>A bridge opens in town</h1><p>It is "
    b"<a href=/long>long</a>.</p><p> </p><footer><div>A bridge opens in town</div></footer>"
)
PAGE = Page("s", "1", "s.example", "en", "article", html=HTML)
ANSWER = "0 navigation\n1 title\n2 body # a remark\n3 t copy 1 headline\n"


def labels(kinds, copies=(), page="s/1", reader="one"):
    return KindLabels(page, reader, tuple(map(str, range(len(kinds)))), tuple(kinds), dict(copies))


def test_an_answer_is_read():
    said = parse("0-1 n\n2,4 - 5 body\n\n# nothing\n3 title\n6-7 body copy 4 block", 8, "a")
    assert said.kinds == ("navigation", "navigation", "body", "title", "body", "body", "body", "body")
    assert said.copies == {6: Copy(4, "block"), 7: Copy(5, "block")}


def test_a_copy_of_a_copy_is_one_of_the_original():
    said = parse("0 t\n1 t copy 0 headline\n2 t copy 1 headline", 3, "a")
    assert said.copies == {1: Copy(0, "headline"), 2: Copy(0, "headline")}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("0-2 body", "no kind for 1 lines, the first is 3"),
        ("0-4 body", "no line 4"),
        ("0-3 body\n2 title", "line 2 has a kind already"),
        ("0-3 content", "is not `LINES KIND`"),
        ("body 0-3", "is not `LINES KIND`"),
        ("3-0 body", "neither a line nor a range"),
        ("0-2 body\n3 body copy 0 again", "not a kind of copy"),
        ("0-2 body\n3 body copy 9 block", "there are 4 lines"),
        ("0-2 body\n3 body copy 3 block", "copies of each other"),
        ("0-1 body\n2 body copy 3 block\n3 body copy 2 block", "copies of each other"),
    ],
)
def test_an_invalid_answer_is_refused(text, what):
    with pytest.raises(LabelError, match=what):
        parse(text, 4, "a")


def test_a_page_is_shown_with_its_markup():
    assert [line.text for line in shown_lines(PAGE)] == [line.text for line in lines_of(PAGE)]
    rows = list(listing(PAGE, "en", ("template", "content", "content", "repeat")))
    assert rows[0] == "# page s/1"
    assert rows[2:5] == [
        "0\tt\tnav li a\tHome",
        "1\tc\th1\tA bridge opens in town",
        "2\tc\tp\tIt is long.",
    ]
    text = replace(PAGE, html=None, text="one\n\n  two\x0cthree " + "x" * 200)
    assert list(listing(text, "en"))[2] == "0\t-\tone"
    assert list(listing(text, "en"))[3].startswith("1\t-\t  two three x")


def test_a_job_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(take, "pages_named", lambda wanted: {PAGE.key: PAGE})
    (tmp_path / "job.json").write_text(json.dumps({"reading": "first", "pages": {"00-s": "s/1"}}))
    with pytest.raises(LabelError, match=r"00-s\.ans is missing"):
        take.taken(tmp_path, "r")
    (tmp_path / "00-s.ans").write_text(ANSWER)
    reading, (row,) = take.taken(tmp_path, "r")
    assert reading == "first"
    assert row.kinds == ("navigation", "title", "body", "title")
    assert row.hashes[3] == line_hash("A bridge opens in town")
    write(tmp_path / "first.jsonl", [row])
    assert read(tmp_path / "first.jsonl") == [row]
    assert "bridge" not in (tmp_path / "first.jsonl").read_text()
    check_lines(row, [line.text for line in lines_of(PAGE)])
    with pytest.raises(LabelError, match="another text"):
        check_lines(row, ["Home", "x", "y", "z"])
    with pytest.raises(LabelError, match="has 1 lines"):
        check_lines(row, ["Home"])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"kinds": "nq"}, "not a kind"),
        ({"kinds": "n"}, "1 kinds for 2 lines"),
        ({"copies": {"1": [1, "headline"]}}, "of itself"),
        ({"copies": {"1": [2, "headline"]}}, "there are 2 lines"),
        ({"copies": {"1": [0, "again"]}}, "not a kind of copy"),
        ({"copies": {"1": [0, "block"], "0": [1, "block"]}}, "is a copy itself"),
    ],
)
def test_a_label_file_that_cannot_be_right_is_refused(tmp_path, change, what):
    record = {"page": "s/1", "reader": "r", "hashes": ["a", "b"], "kinds": "nt", "copies": {}}
    path = tmp_path / "first.jsonl"
    path.write_text(json.dumps(record | change) + "\n")
    with pytest.raises(LabelError, match=what):
        read(path)
    path.write_text((json.dumps(record) + "\n") * 2)
    with pytest.raises(LabelError, match="twice"):
        read(path)


def test_agreement_of_two_readings():
    one = labels(["title", "body", "body", "body"], {3: Copy(0, "headline")})
    two = labels(["title", "body", "body", "teaser"], {3: Copy(1, "headline")}, reader="two")
    found = report(together([one], [two]))
    # 3 of 4 agree; by chance title 1/16, body 3 x 2 / 16: (.75 - .4375) / (1 - .4375).
    assert found["kappa"] == pytest.approx(0.556, abs=1e-3)
    assert found["by_kind"]["body"] == {"lines": [3, 2], "kappa": 0.5, "f1": 0.8}
    assert found["confused"] == [("body", "teaser", 1)]
    assert found["same_original"] == 0
    assert found["by_copy"]["headline"]["f1"] == 1
    assert f1([("body", "title")], "body") == 0


def test_readings_that_cannot_be_compared_are_refused():
    one = labels(["title"])
    with pytest.raises(LabelError, match="both readings are by one"):
        together([one], [one])
    with pytest.raises(LabelError, match="same lines"):
        together([one], [replace(one, hashes=("x",), reader="two")])
    with pytest.raises(LabelError, match="no page"):
        together([one], [])


def test_a_quota_draws_every_site_before_one_twice():
    def page(name, site, lines):
        return Candidate(f"s/{name}", "s", site, site, "en", "page", "", lines)

    pool = [page("1", "a", 20), page("2", "a", 20), page("3", "b", 20), page("4", "c", 240)]
    quota = Quota(3, by_language, lambda page: True)
    for seed in range(5):
        assert [page.group for page in draw(quota, pool, {}, seed)][2] == "a"
        assert len({page.page for page in draw(quota, pool, {}, seed)}) == 3


def test_jobs_are_about_as_long():
    rows = [{"page": f"s/{n:03d}", "group": "g", "language": "en", "lines": 20 + n % 90} for n in range(200)]
    jobs = list(jobs_of(rows))
    assert [row for job in jobs for row in job] == rows
    assert all(abs(sum(row["lines"] for row in job) - JOB_LINES) < 200 for job in jobs)


def test_the_chosen_pages_are_as_the_rule_wants_them():
    rows, split = drawn(), splits.load()
    lots = Counter(row["lot"] for row in rows)
    assert lots["refined"] + lots["refined-locked"] == 204
    new = [row for row in rows if row["lot"] == "new"]
    locked = [row for row in rows if row["lot"] == "locked"]
    assert len(new) >= 300
    assert len(locked) >= 80
    assert 0.3 < sum(row["twice"] for row in new) / len(new) < 0.4
    assert sum(row["language"] in ("en", "unknown") for row in new) <= 0.6 * len(new)
    assert sum(row["language"] == "id" for row in new) >= 30
    assert len({row["language"] for row in locked}) >= 20
    # The sets of data/pages were added to the splits later; some of their sites are only for testing.
    tested = {record.name for record in OF_PAGES}
    chosen = {row["page"] for row in rows if row["page"].split("/", 1)[0] not in tested}
    assert not chosen & split.never_train
    shut = {row["group"] for row in rows if "locked" in row["lot"]} | split.locked_groups
    assert shut.isdisjoint({row["group"] for row in rows if "locked" not in row["lot"]})
    assert len({row["page"] for row in rows}) == len(rows)


def test_label_files_hold_chosen_pages():
    lines = {row["page"]: row["lines"] for row in drawn()}
    rows = [row for path in FOLDER.glob("*.jsonl") if path != SINGLE_LINES for row in read(path)]
    assert [row.page for row in rows if len(row.kinds) != lines.get(row.page)] == []


def test_mails_and_ocr_texts_are_read_and_no_package_is_locked_in_part():
    rows = [row for row in json.loads(INDEX.read_text()) if row["kind"] in ADDED]
    chosen = {row["page"]: row for row in drawn()}
    first = {row.page: row for row in read(FOLDER / "first.jsonl")}
    again = {row.page for row in read(FOLDER / "second.jsonl")}
    names = {f"{PACKAGE_TEXTS}/{row['page']}": row for row in rows}
    assert Counter(row["kind"] for row in rows) == {"mail": 24, "OCR": 11}
    assert len({row["language"] for row in rows}) >= 5
    assert all(row["licence"] and row["made"] and len(row["sha256"]) == 64 for row in rows)
    assert {chosen[name]["lot"] for name in names} == {"new"}
    assert names.keys() <= first.keys()
    assert again & names.keys() == {name for name in names if chosen[name]["twice"]}
    packages = {row["page"].split("/", 1)[0] for row in rows}
    locked = {name for name, row in chosen.items() if row["lot"] == "locked"}
    assert not {name.split("/")[1] for name in locked if name.startswith(PACKAGE_TEXTS)} & packages


def test_single_lines_are_of_pages_that_may_be_learned_from():
    """None of the pages is locked, and every label has a kind."""
    split = splits.load()
    labels = read_single_lines()
    assert len(labels) > 1000
    assert [page for page in labels if not split.may_train(page)] == []
    assert {kind for lines in labels.values() for _, kind in lines.values()} == set(LINE_KINDS)


def test_single_lines_are_refused_on_another_page():
    labels = {1: (line_hash("Read also"), "teaser")}
    assert kinds_of_lines("a", labels, ["One", "Read also"]) == [None, "teaser"]
    for texts in (["One", "Other"], ["One"]):
        with pytest.raises(LabelError, match="a, line 1: the page has another text there"):
            kinds_of_lines("a", labels, texts)
