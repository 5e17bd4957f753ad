"""Labels carried over to lines that are read in another way."""

from benchmarks.labels.carry import carried, carried_kinds, sources
from benchmarks.labels.kinds.records import Copy, KindLabels
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
