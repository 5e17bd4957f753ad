"""`detector duplicates` as a user calls it."""

import gzip
import io
import json
import sys
from types import SimpleNamespace

import pytest

from detector import find_duplicates
from detector.cli.main import run

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
    assert out.splitlines() == ["in/a.txt\tb.txt\t1.000", f"{packed}#1\tb.txt\t1.000"]
    assert call(folder / "b.txt", folder / "in" / "a.txt")[1].startswith(
        f"{folder}/in/a.txt\t{folder}/b.txt\t"
    )


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
    code, out, err = call(path, tmp_path / "missing.txt", "--json")
    assert code == 1
    assert json.loads(out)["kept"] == ["7"]
    for said in (
        "record 2: no object",
        "record 3: JSON, but no object",
        "record 4: not JSON",
        "record 5: not UTF-8: byte 0xff at 0",
        '"id" is neither',
        "used before",
        "missing.txt does not exist",
    ):
        assert said in err, said


def test_a_cut_off_gzip_is_said(call, tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    whole = gzip.compress(lines(*({"text": f"{at} {text}"} for at in range(500) for text in TEXTS)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    code, _, err = call(path)
    assert code == 1
    assert "cannot be read to its end" in err


def test_lone_surrogates_and_odd_texts(call, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text(lines({"text": "\ud800 a b c d e f"}, {"text": ""}, {"text": "a b c d e f"}))
    code, out, _ = call(path, "--output", tmp_path / "kept.jsonl")
    assert code == 0
    assert out == f"{path}#2\t{path}#0\t1.000\n"
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
        (["--threshold", "0.01"], "--threshold is a similarity from 0.05 to 1, not 0.01"),
        (["--threshold", "nan"], "--threshold is a similarity from 0.05 to 1, not nan"),
        (["--memory", "1"], "memory must be at least"),
        (["--index", "nowhere"], "holds no index"),
        (["--index", "x", "--keep", "longest"], "leave out --keep"),
        (["--keep", "last"], "not one of"),
        (["--containment", "--index", "x"], "leave out --keep, --index"),
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
    assert "1 of 2 texts stand inside a longer one" in err
    assert json.loads((tmp_path / "kept.jsonl").read_text())["id"] == "archive"
