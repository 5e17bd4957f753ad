"""Labels carried over to a page whose lines are now split differently."""

import json

from click.testing import CliRunner

from benchmarks.data.pages import Page
from benchmarks.labels import carry, label_files
from benchmarks.labels.carry import carried, carried_kinds, carried_single, sources
from benchmarks.labels.kinds import records
from benchmarks.labels.kinds.records import Copy, KindLabels
from benchmarks.labels.kinds.single_lines import PATH, read_single_lines, write_single_lines
from benchmarks.labels.label_files import Labels, line_hash

OLD = ["Home", "The mill at Tarn", "1", "int main() {", "2", "}", "The mill at Tarn", "Imprint Contact"]
NEW = ["Home", "The mill at Tarn", "int main() {", "}", "The mill at Tarn", "Imprint", "Contact"]


def test_a_line_takes_the_label_of_what_it_was_part_of():
    assert sources(OLD, NEW) == [0, 1, 3, 5, 6, 7, 7]
    assert sources(OLD, OLD) == list(range(len(OLD)))
    assert sources(NEW, OLD)[-1] in (5, 6)


def test_labels_are_carried():
    row = Labels("x", tuple(map(line_hash, OLD)), ("t", "c", "t", "c", "t", "c", "r", "m"))
    assert carried(row, OLD, NEW) == Labels(
        "x", tuple(map(line_hash, NEW)), ("t", "c", "c", "c", "r", "m", "m")
    )


def test_copies_are_carried():
    kinds = ("navigation", "title", *["body"] * 4, "title", "legal")
    row = KindLabels("x", "r1", tuple(map(line_hash, OLD)), kinds, {6: Copy(1, "headline")})
    found = carried_kinds(row, OLD, NEW)
    assert found.copies == {4: Copy(1, "headline")}
    assert found.kinds == ("navigation", "title", "body", "body", "title", "legal", "legal")


def test_kinds_of_single_lines_are_carried():
    labels = {3: (line_hash(OLD[3]), "body"), 4: (line_hash("2"), "notice"), 7: (line_hash(OLD[7]), "legal")}
    assert carried_single(labels, OLD, NEW) == {
        2: (line_hash("int main() {"), "body"),
        5: (line_hash("Imprint"), "legal"),
        6: (line_hash("Contact"), "legal"),
    }


def test_single_lines_are_written_as_they_are_read(tmp_path):
    write_single_lines(read_single_lines(), tmp_path / "lines.jsonl")
    assert read_single_lines(tmp_path / "lines.jsonl") == read_single_lines(PATH)


def test_all_label_files_are_carried(tmp_path, monkeypatch):
    """The whole command, on label files of one page whose lines are now split differently."""
    kinds = tmp_path / "kinds"
    kinds.mkdir()
    hashes = tuple(map(line_hash, OLD))
    label_files.write(tmp_path / "first.jsonl", [Labels("s/1", hashes, ("content",) * 8)])
    records.write(kinds / "first.jsonl", [KindLabels("s/1", "r1", hashes, ("body",) * 8, {})])
    write_single_lines({"s/1": {7: (hashes[7], "legal")}}, kinds / "lines.jsonl")
    (tmp_path / "settled.json").write_text('[{"why": "x", "lines": [["s/1", 7, "template"]]}]')
    for folder in (tmp_path, kinds):
        (folder / "drawn.json").write_text('{"pages": [\n{"page": "s/1", "lines": 8, "lot": "new"}]}')
    (tmp_path / "old.json").write_text(json.dumps({"s/1": OLD}))
    page = Page("s", "1", "s", "en", "article", text="\n".join(NEW))
    monkeypatch.setattr(carry, "pages_named", lambda names: {"s/1": page} if names == {"s/1"} else {})
    monkeypatch.setattr(label_files, "FOLDER", tmp_path)
    monkeypatch.setattr(records, "FOLDER", kinds)
    monkeypatch.setattr(carry, "SINGLE_LINES", kinds / "lines.jsonl")
    result = CliRunner().invoke(carry.command, [str(tmp_path / "old.json")], catch_exceptions=False)
    assert result.output == "1 of 1 pages have other lines\n"
    assert len(label_files.read(tmp_path / "first.jsonl")[0].labels) == len(NEW)
    assert len(records.read(kinds / "first.jsonl")[0].kinds) == len(NEW)
    assert list(read_single_lines(kinds / "lines.jsonl")["s/1"]) == [5, 6]
    settled = json.loads((tmp_path / "settled.json").read_text())
    assert settled[0]["lines"] == [["s/1", 5, "template"], ["s/1", 6, "template"]]
    assert json.loads((kinds / "drawn.json").read_text())["pages"][0]["lines"] == len(NEW)
