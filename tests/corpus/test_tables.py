"""Tables whose records differ: no field is lost, and no record stops a run."""

import csv
import datetime
import decimal
import gzip
import json
import subprocess
import sys

import pytest

from detector.corpus.formats.documents import Part
from detector.corpus.formats.readers import read_part
from detector.settings import Columns
from tests.corpus.made import page, read_jsonl, records, write_jsonl
from tests.corpus.test_formats import parquet_of


def rows_of(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).to_pylist()


def written(clean, tmp_path, *fields, **options):
    """The Parquet rows written for records with these fields."""
    rows = [{"id": str(at), "text": page(at), **more} for at, more in enumerate(fields)]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    out, _ = clean(path, to="parquet", duplicates=0, shard_bytes=10**9, **options)
    return rows_of(out / "data" / "pages.parquet")


def test_fields_that_come_late_are_kept(clean, tmp_path):
    rows = written(clean, tmp_path, {}, {"late": 1}, {"later": "x"})
    assert [(row["late"], row["later"]) for row in rows] == [(None, None), (1, None), (None, "x")]


def test_fields_that_come_in_a_later_row_group_are_kept(clean, tmp_path, monkeypatch):
    monkeypatch.setattr("detector.corpus.formats.parquet_writers.ROW_GROUP", 2)
    rows = written(clean, tmp_path, {"n": None}, {}, {"n": 1.5}, {"n": 2, "late": [1]}, {"late": []})
    assert [row["n"] for row in rows] == [None, None, 1.5, 2.0, None]
    assert [row["late"] for row in rows] == [None, None, None, [1], []]


MIXED = {
    "a number, then a text": [1, "two"],
    "a list, then a number": [[1], 2],
    "a whole number of more than 64 bits": [1, 10**30],
    "empty objects": [{}, {}],
    "an empty object inside": [{"a": {}}, {"a": {}}],
    "an empty object, then a text": [{}, "x"],
    "true, then a text": [True, "x"],
    "objects that differ": [{"a": 1}, {"a": "x"}],
    "large whole numbers, then a fraction": [2**60 + 1, 0.5],
    "only nothing": [None, None],
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("group", [1, 10_000])
def test_values_without_a_type_in_common_are_json(clean, tmp_path, monkeypatch, name, group):
    monkeypatch.setattr("detector.corpus.formats.parquet_writers.ROW_GROUP", group)
    rows = written(clean, tmp_path, *({"x": value} for value in MIXED[name]))
    found = [json.loads(row["x"]) if isinstance(row["x"], str) else row["x"] for row in rows]
    assert found == MIXED[name]


def test_lone_surrogates_deep_in_a_record(clean, tmp_path):
    rows = written(clean, tmp_path, {"x": {"a": ["\ud800"]}})
    assert rows[0]["x"] == {"a": ["\ufffd"]}


def test_csv_has_the_columns_of_all_records(clean, tmp_path):
    rows = [
        {"id": "0", "text": page(0)},
        {"id": "1", "text": page(1), "late": "x"},
        {"id": "2", "text": page(2), "later": [1]},
    ]
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", rows), to="csv", duplicates=0, shard_bytes=10**9)
    with (out / "data" / "pages.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["late"], row["later"]) for row in found] == [("", ""), ("x", ""), ("", "[1]")]


@pytest.mark.parametrize("content", [b"", b"PAR1PAR", b"<html></html>", None], ids=["0", "7", "HTML", "cut"])
def test_a_broken_parquet_file_is_set_aside_alone(clean, tmp_path, content):
    folder = tmp_path / "in"
    folder.mkdir()
    good = parquet_of(folder / "a.parquet", records(5))
    (folder / "b.parquet").write_bytes(good.read_bytes()[:-200] if content is None else content)
    write_jsonl(folder / "c.jsonl", [{**row, "id": f"c{row['id']}"} for row in records(5)])
    for to in ("same", "parquet"):
        out, outcome = clean(folder, name=to, to=to)
        assert outcome.report["total"]["documents"] == 10
        assert [row["file"] for row in read_jsonl(out / "rejects")] == ["b.parquet"]
        assert len(rows_of(out / "data" / "a.parquet")) == 5


def test_columns_of_all_types_stay(clean, tmp_path):
    import pyarrow
    import pyarrow.parquet

    moment = 1_700_000_000_123_456_789
    table = pyarrow.table(
        {
            "n": [1, None, 3],
            "text": [page(at) for at in range(3)],
            "moment": pyarrow.array([moment, None, moment], pyarrow.timestamp("ns", "UTC")),
            "moments": pyarrow.array([[moment], None, []], pyarrow.list_(pyarrow.timestamp("ns"))),
            "length": pyarrow.array([1, None, 3], pyarrow.duration("ns")),
            "price": [decimal.Decimal("1.10"), None, decimal.Decimal("2.20")],
            "day": [datetime.date(2024, 1, 2)] * 3,
            "bytes": [b"\x00\xff", None, b""],
            "word": pyarrow.array(["a", "b", "a"]).dictionary_encode(),
            "pairs": pyarrow.array([[("a", 1)], None, []], pyarrow.map_(pyarrow.string(), pyarrow.int8())),
        }
    ).replace_schema_metadata({"made by": "hand"})
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    out, outcome = clean(tmp_path / "in.parquet", duplicates=0)
    assert outcome.report["rejected"] == {}
    found = pyarrow.parquet.read_table(out / "data" / "in.parquet")
    assert found.schema.names == [*table.schema.names, "detector_verdict", "detector_content_share"]
    for name in table.schema.names:
        assert found.schema.field(name).type == table.schema.field(name).type
        if name != "text":
            assert found.column(name).equals(table.column(name))  # Python has no nanoseconds
    assert found.schema.metadata[b"made by"] == b"hand"
    out, _ = clean(tmp_path / "in.parquet", duplicates=0, to="jsonl", name="other")
    first = read_jsonl(out / "data")[0]
    assert "2023-11-14 22:13:20.123456789" in first["moment"]
    assert "2023-11-14 22:13:20.123456789" in first["moments"][0]


def test_rows_of_parquet_keep_their_fields_when_others_go(clean, tmp_path, monkeypatch):
    monkeypatch.setattr("detector.corpus.formats.parquet_files.ROWS_OF_FIELDS", 4)
    monkeypatch.setattr("detector.corpus.formats.parquet_files.ROWS", 3)
    monkeypatch.setattr("detector.corpus.formats.parquet_writers.ROW_GROUP", 3)
    rows = [{**row, "n": at} for at, row in enumerate(records(30))]
    for at in (0, 7, 8, 9, 20):
        rows[at]["text"] = None if at % 2 else "Share this page"
    path = parquet_of(tmp_path / "in.parquet", rows, row_group_size=10)
    for to in ("same", "jsonl"):
        out, _ = clean(path, name=to, to=to, duplicates=0)
        files = sorted((out / "data").iterdir())
        found = [row for file in files for row in rows_of(file)] if to == "same" else read_jsonl(out / "data")
        assert [(row["n"], row["id"]) for row in found] == [
            (at, f"page-{at}") for at in range(30) if at not in (0, 7, 8, 9, 20)
        ]


def peak_of(program, *arguments):
    """Run a program that prints a word; return its exit code, the word, its messages and its peak memory in bytes."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the peak of a process is read from Linux's /proc")
    # The peak of getrusage would include the parent's.
    ending = (
        "\nprint(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program + ending, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )
    *words, peak = found.stdout.split()
    return words, found.stderr, int(peak) * 1024


def test_large_texts_of_parquet_take_little_memory(tmp_path):
    """A small file with 40 rows of 10 MB: reading all rows at once took 1.6 GB."""
    import pyarrow
    import pyarrow.parquet

    texts = pyarrow.DictionaryArray.from_arrays([0] * 40, ["word " * 2_000_000])
    path = tmp_path / "in.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 1_000_000
    program = (
        "import sys\nfrom detector.corpus.formats.documents import Part\n"
        "from detector.corpus.formats.parquet_files import read_parquet\nfrom detector.settings import Columns\n"
        "from detector.files.limits import ReadLimits\nlimits = ReadLimits(unpacked_ratio=10**6)\n"
        "print(sum(len(one.text) for one in read_parquet(Part(sys.argv[1], 'x', 'parquet'), Columns(), limits)))"
    )
    (characters,), _, peak = peak_of(program, path)
    assert int(characters) == 400_000_000
    assert peak < 500_000_000


def test_a_quote_that_is_never_closed_is_reported(clean, tmp_path):
    lines = ["id,text", *(f"{at},page {at}" for at in range(50))]
    lines[2] = '1,"page 1'
    (tmp_path / "pages.csv").write_text("\n".join(lines) + "\n")
    out, outcome = clean(tmp_path / "pages.csv")
    assert outcome.report["total"]["documents"] == 1
    (row,) = read_jsonl(out / "rejects")
    assert row["record"] == 1
    assert "a quote that is never closed" in row["reason"]


def test_rows_that_end_with_the_file_are_whole(clean, tmp_path):
    (tmp_path / "pages.csv").write_text('id,text\n0,"a ""quoted"" page\nof two lines"\n1,last')
    _, outcome = clean(tmp_path / "pages.csv")
    assert outcome.report["rejected"] == {}
    assert outcome.report["total"]["documents"] == 2


def test_columns_of_one_name_are_all_kept(clean, tmp_path):
    (tmp_path / "pages.csv").write_text(
        f"id,text,tag,tag,,\n0,{page(1).splitlines()[6]!r},x,y,z,w\n".replace("'", '"')
    )
    out, _ = clean(tmp_path / "pages.csv", to="jsonl")
    (row,) = read_jsonl(out / "data")
    assert (row["tag"], row["tag.1"], row[""], row[".1"]) == ("x", "y", "z", "w")


def test_parquet_with_columns_of_one_name_is_set_aside_alone(clean, tmp_path):
    import pyarrow.parquet

    texts = pyarrow.array([page(1)])
    table = pyarrow.Table.from_arrays([texts, texts], names=["text", "text"])
    pyarrow.parquet.write_table(table, tmp_path / "twice.parquet")
    pyarrow.parquet.write_table(table.select([0]), tmp_path / "once.parquet")
    out, outcome = clean(tmp_path / "twice.parquet", tmp_path / "once.parquet")
    (row,) = read_jsonl(out / "rejects")
    assert (row["file"], row["record"]) == ("twice.parquet", 0)
    assert "several columns called 'text'" in row["reason"]
    assert outcome.report["total"]["documents"] == 1


def test_a_header_that_is_no_csv_is_reported(clean, tmp_path):
    (tmp_path / "pages.csv").write_text("x" * 200 + "\n1\n")
    _, outcome = clean(tmp_path / "pages.csv", record_bytes=100)
    assert "not CSV" in next(iter(outcome.report["rejected"]))


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_numbers_that_json_does_not_have(clean, tmp_path, to):
    path = tmp_path / "pages.jsonl"
    text = json.dumps(page(1))
    path.write_text(f'{{"id": "a", "text": {text}, "x": NaN, "y": [Infinity, 1], "z": -Infinity}}\n')
    out, _ = clean(path, to=to)
    if to == "jsonl":
        (line,) = (out / "data" / "pages.jsonl").read_text().splitlines()
        row = json.loads(line, parse_constant=pytest.fail)
        assert (row["x"], row["y"], row["z"]) == (None, [None, 1], None)


def test_deep_fields_are_set_aside_by_every_pass(clean, tmp_path):
    """A depth that Python allows in one call and not in another: the next document took this one's place."""
    rows = []
    for at, depth in enumerate((50, 99, 101, 600, 950, 960, 972, 985, 995, 2000, 100_000)):
        deep = b"[" * depth + b"]" * depth
        rows.append(b'{"id": "%d", "text": %s, "deep": %s}' % (at, json.dumps(page(at)).encode(), deep))
    rows.append(json.dumps({"id": "last", "text": page(50)}).encode())
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", rows), duplicates=0)
    assert [row["id"] for row in read_jsonl(out / "data")] == ["0", "1", "last"]
    assert outcome.report["rejected"] == {"nested more than 100 levels deep": 9}


@pytest.mark.parametrize("name", ["lines", "line"])
def test_zstd_is_read_in_linear_time_and_bounded_memory(tmp_path, name):
    """JSONL in a single block took seconds per megabyte; 48 KB that unpack to 1.5 GB took 3 GB."""
    from detector.files.zstd_files import write_zstd

    program = (
        "import sys, time\nfrom detector.corpus.formats.documents import Part\n"
        "from detector.corpus.formats.jsonl import read_jsonl\nfrom detector.settings import Columns\n"
        "from detector.files.limits import ReadLimits\nlimits = ReadLimits(unpacked_ratio=10**6)\n"
        "began = time.process_time()\n"
        "count = sum(1 for _ in read_jsonl(Part(sys.argv[1], 'x', 'jsonl'), Columns(), limits))\n"
        "print(count, time.process_time() - began)"
    )
    line = json.dumps({"text": "a" * 1000}).encode() + b"\n"
    path = tmp_path / "pages.jsonl.zst"
    with write_zstd(path, 1) as file:
        for piece in [line] * 64_000 if name == "lines" else [b"a" * (1 << 20)] * 1500:
            file.write(piece)
    (count, seconds), _, peak = peak_of(program, path)
    assert int(count) == (64_000 if name == "lines" else 1)
    assert float(seconds) < 10
    assert peak < 400_000_000


@pytest.mark.parametrize(
    "command", [["duplicates"], ["evaluate", "default"], ["train", "--output", "nowhere"]]
)
def test_a_line_without_end_is_not_held_by_other_commands(tmp_path, command):
    """A gzip file of 1.5 MB took 3 GB of memory."""
    path = tmp_path / "pages.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(800):
            file.write(b"a" * (1 << 20))
    program = "import sys\nfrom detector.cli.main import run\nprint(run(sys.argv[1:]))"
    words, said, peak = peak_of(program, *command, path)
    assert words == ["1"]
    assert "a line of 838,860,800 bytes; the limit is 100,000,000" in said
    assert peak < 500_000_000


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1"]


@pytest.mark.parametrize("safe", [False, True])
def test_cells_that_begin_as_formulas_do(tmp_path, safe):
    """Spreadsheets run them, so an apostrophe is put before them on request."""
    import csv

    from detector.cli.main import run

    rows = [
        {"id": value, "text": page(at), "number": -5, "share": "-1.5"} for at, value in enumerate(FORMULAS)
    ]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    options = ["--to", "csv", "--engine", "process", *["--csv-safe"] * safe]
    assert run(["clean", str(path), "--output", str(tmp_path / "out"), *options]) == 0
    with (tmp_path / "out" / "data" / "pages.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["id"] for row in found] == [("'" * safe) + value for value in FORMULAS]
    assert {(row["number"], row["share"]) for row in found} == {("-5", "-1.5")}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_the_byte_order_mark_is_not_in_the_first_name(tmp_path, encoding, separator):
    """Excel writes it. The ids of such a file in UTF-16 were lost."""
    path = tmp_path / "a.csv"
    rows = [["id", "text"], ["a", "水車小屋は長いあいだ空き家だった。"], ["b", "The mill"]]
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    found = list(read_part(Part(str(path), path.name, "csv"), Columns(), whole=True))
    assert [list(record.fields.items()) for record in found] == [
        list(zip(rows[0], row, strict=True)) for row in rows[1:]
    ]
    assert [record.id for record in found] == ["a", "b"]


def test_whole_numbers_that_are_floats_are_ids(tmp_path):
    """pandas makes them of ids if one is missing. All such records were set aside."""
    path = parquet_of(
        tmp_path / "a.parquet", [{"id": id, "text": "The mill"} for id in (1.0, float("nan"), 3.0, 1.5)]
    )
    found = list(read_part(Part(str(path), path.name, "parquet"), Columns()))
    assert [record.id for record in found[:3]] == ["1", "a.parquet#1", "3"]
    assert found[3].reason == "the id 'id' is neither a string nor a whole number"
