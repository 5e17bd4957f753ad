"""Detector as users call it: the seed page, formats, batches, results."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

import detector as package
from detector import Detector, Page, Settings
from detector.errors import PageError, SettingsError

NEWS = """Village council opens the new bridge

The mayor of the old village cut the ribbon on Monday, and many people came to see it. She had promised the bridge nine years ago, when the ferry was given up.

The mayor of the new village walked over it first, with his two dogs, and waited on the other side. He said that the bridge would carry four hundred cars a day.

A boat that used to carry fruit brought the guests from the far shore. The captain, who is seventy, plans to go on until the ice comes, and then to sell her.

Leave a Reply

Your email address will not be published. Required fields are marked *
"""


def texts(page, kept):
    return [line.text for line in page.lines if line.kept == kept and line.label != "blank"]


class TestSeedPage:
    """The page that the project started with, and variants of it."""

    @staticmethod
    def check(page, source, markup=False):
        lines = [line for line in page.lines if line.label != "blank"]
        wanted = [line for line in re.split("\r\n|\n", source) if line.strip()]
        if not markup:
            assert [line.text for line in lines] == wanted
        assert lines[0].kept
        assert not lines[0].cuts
        assert lines[1].kept
        assert lines[1].clean.startswith("Amerika Serikat dan sekutunya mencela")
        assert wanted[1].endswith(lines[1].clean)
        for number in (7, 8):
            assert (lines[number].kept, lines[number].label) == (False, "repeat")
            assert page.lines[lines[number].copy_of].text == lines[0].text
        for number in (13, 14):
            assert (lines[number].kept, lines[number].label) == (False, "template")
            assert lines[number].score >= 0.9
        for number in [0, *range(2, 7), *range(9, 13)]:
            assert lines[number].kept
            assert lines[number].clean == wanted[number]
            assert lines[number].score <= 0.4

    def test_as_it_is(self, detector, seed_page):
        self.check(detector.score(seed_page), seed_page)

    def test_crlf(self, detector, seed_page):
        source = seed_page.replace("\n", "\r\n")
        self.check(detector.score(source), source)

    def test_as_html(self, detector, seed_page):
        lines = [line for line in seed_page.split("\n") if line.strip()]
        body = "".join(f"<p>{line}</p>\n" for line in lines[1:])
        for page in (
            f"<html><head><title>{lines[0]}</title></head><body><h1>{lines[0]}</h1>{body}</body></html>",
            f"<!DOCTYPE html><body><article><h2>{lines[0]}</h2>{body}</article>",
        ):
            self.check(detector.score(page), seed_page, markup=True)

    @pytest.mark.parametrize(
        "change",
        [
            str.upper,
            lambda line: line + "!",
            lambda line: line.replace(" : ", " - ").replace(",", ""),
            lambda line: line.replace("Menentang", "Menolak"),
        ],
        ids=["case", "end mark", "punctuation", "one word"],
    )
    def test_headline_slightly_changed_in_its_copies(self, detector, seed_page, change):
        lines = seed_page.split("\n")
        for number in (14, 16):
            lines[number] = change(lines[number])
        source = "\n".join(lines)
        self.check(detector.score(source), source)


def test_a_page_is_read_from_text_bytes_and_path(detector, tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(NEWS, encoding="utf-8")
    wanted = detector.score(NEWS).to_dict()
    for source in (NEWS.encode(), path, bytearray(NEWS.encode())):
        found = detector.score(source).to_dict()
        assert found | {"encoding": None} == wanted
        assert found["encoding"] == "utf-8"


def test_the_shorthands_do_the_same(detector):
    assert package.clean(NEWS) == detector.clean(NEWS) == detector.score(NEWS).clean_text
    assert package.score(NEWS).to_dict() == detector.score(NEWS).to_dict()


def test_a_string_that_names_a_file_is_refused(detector, tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("x")
    with pytest.raises(ValueError, match=r"Path\("):
        detector.score(str(path))


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_what_cannot_be_read_is_a_page_error(detector, tmp_path, kind):
    path = tmp_path if kind == "folder" else tmp_path / "missing.html"
    with pytest.raises(PageError, match=re.escape(str(path))):
        detector.score(path)


@pytest.mark.parametrize("page", [None, 5, ["a"]])
def test_what_is_no_page_is_a_type_error(detector, page):
    with pytest.raises(TypeError, match=r"pathlib\.Path"):
        detector.score(page)


@pytest.mark.parametrize(
    ("page", "format"),
    [
        ("<!DOCTYPE html><p>x", "html"),
        ("  \n<html><body>x", "html"),
        ("<p>a</p>", "html"),
        ("<?xml version='1.0'?><html xmlns='x'><body>x", "html"),
        ("<x-a></x-a><p>a</p><p>b</p><p>c</p>", "html"),
        ("PHP Notice: x\n<!DOCTYPE html><html><p>a</html>\n", "html"),
        ("Use <p> for paragraphs and <html> for the root.", "text"),
        ("<3 this song", "text"),
        ("", "text"),
    ],
)
def test_the_format_is_found(detector, page, format):
    assert detector.score(page).format == format


def test_a_given_format_is_taken(detector):
    assert detector.score("<p>a</p>", format="text").lines[0].text == "<p>a</p>"
    assert [line.text for line in detector.score("a\nb", format="html").lines] == ["a b"]


def test_pages_stream_in_order_and_as_alone(detector):
    pages = [NEWS, "<p>Home</p><article><h1>T</h1><p>" + NEWS + "</p></article>", "", NEWS.upper(), "x"] * 3
    small = Detector(settings=Settings(batch_bytes=800))
    wanted = [detector.score(page).to_dict() for page in pages]
    assert [page.to_dict() for page in small.score_pages(pages)] == wanted
    assert [page.to_dict() for page in detector.score_pages(iter(pages))] == wanted


def test_results_carry_what_contracts_say(detector):
    page = detector.score(NEWS, url="https://example.org/a")
    assert page.url == "https://example.org/a"
    assert page.model_id == detector.model.model_id
    assert 0 <= page.content_share <= 1
    assert 0.5 <= page.confidence <= 1
    assert "".join(line.text + line.end for line in page.lines) == NEWS
    for number, line in enumerate(page.lines):
        assert line.number == number
        if line.label == "blank":
            assert (line.score, line.kept, line.clean, line.reasons) == (None, False, "", ())
            continue
        assert line.clean == (line.text if line.kept else "")
        groups = [reason.group for reason in line.reasons]
        assert groups.count("policy") >= 1
        assert all((reason.contribution is None) == (reason.group == "policy") for reason in line.reasons)


def test_json_is_the_dict(detector):
    page = detector.score(NEWS)
    assert json.loads(page.to_json()) == json.loads(json.dumps(page.to_dict()))


def test_lone_surrogates_are_kept_in_text_and_escaped_in_json(detector):
    source = NEWS.replace("bridge", "bri\ud800dge")
    page = detector.score(source)
    assert "".join(line.text + line.end for line in page.lines) == source
    assert json.loads(page.to_json().encode())["lines"][0]["text"] == page.lines[0].text
    assert page.lines[0].score == detector.score(source.replace("\ud800", "\ufffd")).lines[0].score


def test_the_normal_form_hardly_changes_scores(detector):
    source = NEWS.replace("mayor", "maïré")
    scores = [line.score or 0 for line in detector.score(source).lines]
    again = [line.score or 0 for line in detector.score(unicodedata.normalize("NFD", source)).lines]
    assert again == pytest.approx(scores, abs=0.05)


def test_markdown_keeps_headings_lists_tables_and_code(detector):
    body = "".join(f"<p>{line}</p>" for line in NEWS.split("\n")[2:8] if line)
    page = (
        f"<article><h1>Bridge opens</h1>{body}<h2>What came</h2><ul><li>{'many people ' * 5}</li>"
        f"<li>{'many boats ' * 5}<ul><li>{'inner boats ' * 5}</li></ul></li></ul><table><tr><td>Boats</td><td>5 | 6</td></tr>"
        f"<tr><td>Days</td><td>two</td></tr></table><pre>a = 1\n  b = 2</pre>{body}</article>"
    )
    found = Detector(settings=Settings(threshold=1.0, drop_copies=())).score(page).to_markdown()
    assert "# Bridge opens\n\n" in found
    assert "\n\n## What came\n\n- many people" in found
    assert "\n- many boats" in found
    assert "\n  - inner boats" in found
    assert "\n| Boats | 5 \\| 6 |\n| --- | --- |\n| Days | two |\n" in found
    assert "\n```\na = 1\n  b = 2\n```\n" in found


def test_the_title_is_the_heads(detector):
    assert detector.score("<title>A &amp; B\n C</title><p>x").title == "A & B C"
    assert detector.score("<p>x").title is None


def test_scores_do_not_depend_on_policy(detector):
    wanted = [line.score for line in detector.score(NEWS).lines]
    for settings in (Settings(threshold=0.1), Settings(least_content=0.9), Settings(cut_headlines=False)):
        page = Detector(detector.model, settings).score(NEWS)
        assert [line.score for line in page.lines] == wanted


@pytest.mark.parametrize(
    "change", [{"threshold": 1.5}, {"threshold": -0.1}, {"least_content": 2.0}, {"batch_bytes": 0}]
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(SettingsError):
        Settings(**change)


def test_settings_are_read_from_toml(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("threshold = 0.25\ncut_headlines = false\n")
    assert Settings.read(path) == Settings(threshold=0.25, cut_headlines=False)
    assert Settings.read(path, threshold=0.5).threshold == 0.5
    for text in ("thresold = 1", "threshold = ", 'threshold = "a"', "\xff"):
        path.write_text(text, encoding="latin-1")
        with pytest.raises(SettingsError):
            Settings.read(path)
    with pytest.raises(SettingsError):
        Settings.read(Path(tmp_path / "missing.toml"))


def test_a_page_can_be_read_before_it_is_scored(detector):
    page = Page.read(NEWS.encode("utf-16"))
    assert (page.text, page.encoding, page.format) == (NEWS, "utf-16le", "text")
    assert detector.score_batch([page])[0].clean_text == detector.clean(NEWS)


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog and then goes home to sleep for a while.",
        "Presiden mengatakan bahwa harga beras akan turun bulan depan setelah panen raya.",
        "市政府周一宣布，旧桥将在春天之前关闭维修。",
        "قال الوزير يوم الاثنين إن المدرسة الجديدة ستفتح أبوابها في الخريف.",
        "<p>The council met on Monday and decided to keep the old mill open.</p>",
    ],
)
def test_a_sentence_alone_is_a_page(detector, text):
    assert detector.clean(text) == text.removeprefix("<p>").removesuffix("</p>") + "\n" * text.endswith("\n")


FIELDS = "Your email address will not be published. Required fields are marked *"


@pytest.mark.parametrize(
    "text", ["Leave a Reply", FIELDS, "Home\nAbout\nContact", "Sign in\nForgot your password?"]
)
def test_a_label_alone_leaves_no_text(detector, text):
    assert detector.clean(text) == ""
