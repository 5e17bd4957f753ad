"""`detector duplicates` as a user calls it."""

import csv
import gzip
import io
import json
import sys
from contextlib import ExitStack
from datetime import date
from types import SimpleNamespace

import pyarrow.parquet
import pytest

from detector import find_duplicates
from detector.cli.main import run
from detector.corpus.formats.writers import compressing

FERRY = "The last ferry of the winter left the harbour on Monday with eleven people and two dogs on board, the office said"
TEXTS = [
    f"{FERRY} today.",
    "Four new stalls open on the market square this Saturday in spring.",
    f"{FERRY}, today.",
]


@pytest.fixture
def call(capfd):
    def run_it(*arguments):
        code = run(["duplicates", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run_it


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def pages(tmp_path):
    path = tmp_path / "pages.jsonl"
    path.write_text(lines(*({"id": f"p{at}", "text": text, "score": at} for at, text in enumerate(TEXTS))))
    return path


def test_what_goes_is_printed_with_its_twin(call, pages):
    code, out, err = call(pages)
    assert (code, out) == (0, "p2\tp0\t1.000\n")
    assert "1 of 3 texts" in err
    assert call(pages, "--keep", "best")[1] == "p0\tp2\t1.000\n"


def test_json_has_everything(call, pages):
    _, out, _ = call(pages, "--json")
    assert json.loads(out) == {
        "texts": 3,
        "kept": ["p0", "p1"],
        "removed": {"p2": {"kept": "p0", "similarity": 1.0}},
        "pairs": [{"a": "p0", "b": "p2", "similarity": 1.0}],
        "abridged": False,
        "groups": [],
    }


def test_kept_records_are_written_whole(call, pages, tmp_path):
    code, _, _ = call(pages, "--output", tmp_path / "new" / "kept.jsonl")
    assert code == 0
    kept = (tmp_path / "new" / "kept.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == [
        json.loads(line) for line in pages.read_text().splitlines()[:2]
    ]
    assert not list(tmp_path.rglob("*.unfinished"))


def test_folders_files_and_gzip(call, tmp_path):
    folder = tmp_path / "folder"
    (folder / "in").mkdir(parents=True)
    (folder / "b.txt").write_bytes("Ein Text für alle Fälle und für jeden Tag".encode("latin-1"))
    (folder / "in" / "a.txt").write_text("Ein Text für alle Fälle und für jeden Tag")
    (folder / "other.md").write_text("not read")
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(
        gzip.compress(
            lines({"text": TEXTS[0]}, {"text": "Ein Text für alle Fälle und für jeden Tag"}).encode()
        )
    )
    code, out, _ = call(folder, packed)
    assert code == 0
    assert out.splitlines() == ["in/a.txt\tb.txt\t1.000", "packed.jsonl.gz#1\tb.txt\t1.000"]
    assert call(folder / "in" / "a.txt", folder / "b.txt")[1] == "b.txt\ta.txt\t1.000\n"


def test_what_is_missing_is_reported_before_anything_is_read(call, pages, tmp_path):
    code, out, err = call(pages, tmp_path / "missing.txt")
    assert (code, out) == (2, "")
    assert "missing.txt does not exist" in err


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "semicolons.csv", "t.parquet", "t.jsonl.zst"])
def test_tables_are_read_with_any_column_and_written_whole(call, tmp_path, name):
    rows = [{"key": f"k{at}", "body": text, "note": "a, b; c"} for at, text in enumerate(TEXTS)]
    path = tmp_path / name
    if name == "t.parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif name == "t.jsonl.zst":
        with compressing(path, stack := ExitStack()) as file:
            file.write(lines(*rows).encode())
        stack.close()
    else:
        delimiter = {"t.csv": ",", "t.tsv": "\t"}.get(name, ";")
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
    kept = tmp_path / "kept.jsonl"
    code, out, _ = call(path, "--column", "body", "--id-column", "key", "--output", kept)
    assert (code, out) == (0, "k2\tk0\t1.000\n")
    assert [json.loads(line) for line in kept.read_text().splitlines()] == rows[:2]
    code, _, err = call(path)
    assert code == 2
    assert (
        f"{name}: no column 'text'; there are: key, body, note; name the one with the text: --column" in err
    )


def test_of_html_the_text_is_compared(call, tmp_path):
    for at, text in enumerate(TEXTS):
        (tmp_path / f"{at}.html").write_text(
            f"<html><body class={at}><p>{text.replace(' ', ' <b>', 1)}</b></p></body></html>"
        )
    (tmp_path / "plain.txt").write_text(TEXTS[1])
    code, out, _ = call(tmp_path)
    assert code == 0
    assert out.splitlines() == ["2.html\t0.html\t1.000", "plain.txt\t1.html\t1.000"]


def test_two_files_may_use_the_same_ids(call, tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(lines(*({"id": at, "text": text} for at, text in enumerate(TEXTS[:2]))))
    code, out, err = call(tmp_path / "b.jsonl", tmp_path / "a.jsonl", "--output", tmp_path / "kept.jsonl")
    assert (code, out) == (0, "a.jsonl:0\t0\t1.000\na.jsonl:1\t1\t1.000\n")
    assert "set aside" not in err
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 2


def test_scores_and_dates_of_tables_are_compared_as_such(call, tmp_path):
    rows = [(9, "2024-01-02"), (0, "2024-01-01"), (10, "2023-12-31")]
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["text", "score", "date"],
                *((text, *row) for text, row in zip(TEXTS, rows, strict=True)),
            ]
        )
    assert call(path, "--keep", "best")[1] == "t.csv#0\tt.csv#2\t1.000\n"
    assert call(path, "--keep", "newest")[1] == "t.csv#2\tt.csv#0\t1.000\n"
    dated = [
        {"text": text, "date": date.fromisoformat(day)} for text, (_, day) in zip(TEXTS, rows, strict=True)
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(dated), tmp_path / "t.parquet")
    assert call(tmp_path / "t.parquet", "--keep", "newest")[1] == "t.parquet#2\tt.parquet#0\t1.000\n"


def test_a_threshold_may_be_a_percentage(call, pages):
    assert call(pages, "--threshold", "80%")[:2] == call(pages, "--threshold", "0.8")[:2]


@pytest.mark.parametrize("name", ["kept.csv", "kept.parquet", "kept.jsonl.gz"])
def test_an_output_of_another_format_is_refused(call, pages, tmp_path, name):
    code, _, err = call(pages, "--output", tmp_path / name)
    assert code == 2
    assert "the records to keep are written as JSONL: name it kept" in err
    assert not (tmp_path / name).exists()


def test_records_without_a_known_ending_are_no_page(call, pages, tmp_path):
    other = tmp_path / "pages.data"
    other.write_bytes(pages.read_bytes())
    code, out, err = call(other)
    assert (code, out) == (2, "")
    assert "is JSON Lines, a record a line, not a page: write one record per line, and name it .jsonl" in err
    other.write_text(TEXTS[0])
    assert call(other, pages)[1].splitlines() == ["p0\tpages.data\t1.000", "p2\tpages.data\t1.000"]


def test_standard_input(call, monkeypatch, tmp_path):
    given = lines(*({"text": text} for text in TEXTS)).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
    code, out, _ = call("-", "--output", tmp_path / "kept.jsonl")
    assert (code, out) == (0, "stdin#2\tstdin#0\t1.000\n")
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 2


def test_bad_records_are_set_aside(call, tmp_path):
    path = tmp_path / "bad.jsonl"
    good = [json.dumps({"id": 7, "text": "a"}), json.dumps({"id": "7", "text": "b"})]
    path.write_bytes(
        b"\xef\xbb\xbf" + good[0].encode() + b'\n\n{"text": 3}\n[1]\n{"text": "x"\n\xff\n{"text": "\\ud800 y", "id": true}\n' + good[1].encode()
    )  # fmt: skip
    code, out, err = call(path, "--json")
    assert code == 1
    assert json.loads(out)["kept"] == ["7"]
    for said in (
        "bad.jsonl, record 2: 'text' is a number, not a text",
        "record 3: a JSON array, not JSON Lines",
        "record 4: not JSON",
        "record 5: not UTF-8: byte 0xff at 0",
        "the id 'id' is neither",
        "the id '7' was used before in this file",
    ):
        assert said in err, said


def test_a_truncated_gzip_is_reported(call, tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    whole = gzip.compress(lines(*({"text": f"{at} {text}"} for at in range(500) for text in TEXTS)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    code, _, err = call(path)
    assert code == 1
    assert "cannot be read from here to its end" in err


def test_lone_surrogates_and_odd_texts(call, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text(lines({"text": "\ud800 a b c d e f"}, {"text": ""}, {"text": "a b c d e f"}))
    code, out, _ = call(path, "--output", tmp_path / "kept.jsonl")
    assert code == 0
    assert out == "odd.jsonl#2\todd.jsonl#0\t1.000\n"
    kept = (tmp_path / "kept.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in kept] == ["\ud800 a b c d e f", ""]


def test_an_index_remembers(call, pages, tmp_path):
    index = tmp_path / "seen"
    code, out, _ = call(pages, "--index", index, "--add")
    assert (code, out) == (0, "p2\tp0\t1.000\n")
    new = tmp_path / "new.jsonl"
    new.write_text(lines({"id": "n0", "text": TEXTS[2] + " Again."}, {"id": "n1", "text": "Something new."}))
    code, out, err = call(new, "--index", index, "--output", tmp_path / "unknown.jsonl")
    assert code == 0
    assert out.startswith("n0\tp0\t0.")
    assert [json.loads(line)["id"] for line in (tmp_path / "unknown.jsonl").read_text().splitlines()] == [
        "n1"
    ]
    code, out, _ = call(new, "--index", index, "--json", "--threshold", "1")
    assert [match["earlier"] for match in json.loads(out)] == [None, None]
    code, _, err = call(pages, "--index", index, "--add")
    assert code == 1
    assert "'p0' is already in the index" in err


def test_an_index_is_merged_into_another(call, pages, tmp_path):
    new = tmp_path / "new.jsonl"
    new.write_text(
        lines(
            {"id": "n1", "text": "Something new in a text of its own, with enough words."},
            {"id": "p0", "text": "x"},
        )
    )
    call(pages, "--index", tmp_path / "one", "--add")
    call(new, "--index", tmp_path / "two", "--add")
    code, _, err = call(tmp_path / "two", "--index", tmp_path / "one")
    assert code == 2
    assert "add --add to merge it" in err
    code, _, err = call(tmp_path / "two", "--index", tmp_path / "one", "--add")
    assert code == 1
    assert "'p0' is already in the index" in err
    new.write_text(lines({"id": "z", "text": "Something new in a text of its own, with enough words."}))
    assert call(new, "--index", tmp_path / "one")[1] == "z\tn1\t1.000\n"


def test_a_work_folder_goes_on(call, pages, tmp_path):
    wanted = call(pages)[1]
    assert call(pages, "--work", tmp_path / "work")[1] == wanted
    assert call(pages, "--work", tmp_path / "work")[1] == wanted
    pages.write_text(lines({"id": "other", "text": "other"}))
    code, _, err = call(pages, "--work", tmp_path / "work")
    assert code == 2
    assert "other texts" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--add"], "--add needs --index"),
        (["--threshold", "0.01"], "'0.01' is not a similarity from 0.05 to 1"),
        (["--threshold", "nan"], "'nan' is not a similarity from 0.05 to 1"),
        (["--memory", "1"], "memory must be at least"),
        (["--index", "nowhere"], "has no index"),
        (["--index", "x", "--keep", "longest"], "leave out --keep"),
        (["--keep", "last"], "not one of"),
        (["--containment", "--keep", "longest"], "leave out --keep and --work"),
        (["--keep", "newest", "--work", "PAGES"], "cannot be used"),
        (["--output", "PAGES/in/it"], "cannot be written"),
    ],
)
def test_wrong_use_is_explained(call, pages, arguments, said):
    code, out, err = call(pages, *[argument.replace("PAGES", str(pages)) for argument in arguments])
    assert code in (1, 2)
    assert said in err
    assert "Traceback" not in out + err


def test_the_command_and_the_function_say_the_same(call, pages):
    found = find_duplicates(TEXTS)
    assert json.loads(call(pages, "--json")[1])["kept"] == [f"p{at}" for at in found.kept]


def test_texts_inside_longer_ones(call, pages, tmp_path):
    archive = f"What was written in March. {FERRY} today. And the stalls of the market are open in spring, as each year."
    pages.write_text(lines({"id": "story", "text": FERRY}, {"id": "archive", "text": archive}))
    assert call(pages)[1] == ""
    code, out, err = call(pages, "--containment", "--output", tmp_path / "kept.jsonl")
    assert (code, out) == (0, "story\tarchive\t1.000\n")
    assert "1 of 2 texts are inside a longer one" in err
    assert json.loads((tmp_path / "kept.jsonl").read_text())["id"] == "archive"


def test_texts_inside_earlier_ones_of_an_index(call, pages, tmp_path):
    archive = f"What was written in March. {FERRY} today. And the stalls of the market are open in spring, as each year."
    pages.write_text(lines({"id": "archive", "text": archive}))
    index, jaccard = tmp_path / "index", tmp_path / "jaccard"
    assert call(pages, "--containment", "--index", index, "--add")[:2] == (0, "")
    pages.write_text(lines({"id": "story", "text": FERRY}))
    code, out, err = call(pages, "--index", index)
    assert (code, out) == (0, "story\tarchive\t1.000\n")
    assert "1 of 1 texts are inside an earlier one" in err
    assert call(pages, "--index", jaccard, "--add")[0] == 0
    code, out, err = call(pages, "--index", jaccard, "--containment")
    assert code == 2
    assert "compares by Jaccard similarity: leave out --containment" in err
