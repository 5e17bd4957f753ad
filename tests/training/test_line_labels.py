"""Labels of lines in files: appended, taken back, read, and refused where they are wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from detector.errors import PageError
from detector.training.data.line_labels import LineLabel, append_label, read_labels, undo_labels


def test_labels_are_appended_and_undone(tmp_path):
    path = tmp_path / "labels.jsonl"
    for text in ("a", "b", "c"):
        append_label(path, LineLabel(text, "template", "s"))
    before = path.read_text()
    assert [label.text for label in undo_labels(path, 2)] == ["a"]
    assert path.read_text().startswith(before)
    append_label(path, LineLabel("d", "content"))
    assert [(label.text, label.site) for label in read_labels(path)] == [("a", "s"), ("d", None)]
    with pytest.raises(PageError, match="cannot be undone"):
        undo_labels(path, 3)


@given(some.lists(some.one_of(some.text(min_size=1), some.none()), max_size=12))
def test_any_answers_and_undos_leave_what_holds(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    wanted = []
    for text in steps:
        if text is None and wanted:
            wanted.pop()
            undo_labels(path)
        elif text is not None and text.strip():
            text = text.encode("utf-8", "replace").decode()
            wanted.append(text)
            append_label(path, LineLabel(text, "content"))
    assert [label.text for label in read_labels(path)] == wanted if wanted or path.exists() else True


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "l.jsonl",
            '{"text": "a", "label": "boilerplate"}',
            "row 1: unknown label 'boilerplate'; there are",
        ),
        ("l.jsonl", '{"label": "template"}', 'row 1: "text" is missing'),
        (
            "l.jsonl",
            '{"text": "a", "label": "template"}\n{"undo": 2}',
            "row 2: 2 labels cannot be undone",
        ),
        ("l.jsonl", '{"text": "a", "label": "template", "page": "a.html"}', "go together"),
        ("l.jsonl", '{"text": "a", "label": "template", "page": "a.html", "line": "x"}', "number"),
        ("l.jsonl", "[1]", "row 1: a JSON array, not JSON Lines"),
        ("l.jsonl", "text", "row 1: not JSON"),
        ("l.csv", "a,b\n1,2", "first row must name the columns"),
        ("l.csv", "text,label\nx,no", "row 2: unknown label 'no'"),
    ],
)
def test_label_files_that_are_wrong_say_where(tmp_path, name, text, says):
    (tmp_path / name).write_text(text)
    with pytest.raises(PageError, match=says):
        read_labels(tmp_path / name)


def test_labels_as_csv(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text('text,label,page,line\n"Home, sweet",template,,\nNews,content,a.html,3\n')
    assert [(label.text, label.label, label.page, label.line) for label in read_labels(path)] == [
        ("Home, sweet", "template", None, None),
        ("News", "content", "a.html", 3),
    ]
