"""What kind of text a page of plain text is, in several languages."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detector
from detector.text.shape import SHAPES, text_shape
from tests.golden.record import PAGES, read_case

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "cases" / "pages"

PARAGRAPH = "The mill stood empty for thirty-one years, and then\nthe town bought it and mended the roof in spring.\n\n"
TEXTS = {
    "pages that form feeds part": ("converted-pdf", f"{PARAGRAPH * 3}12\n\fMills of Ostrand\n{PARAGRAPH * 2}"),
    "pages whose numbers cut sentences": (
        "converted-pdf",
        "".join(f"{PARAGRAPH}In spring the wheel was put\n\n- {page} -\n\nback by the miller.\n" for page in (7, 8, 9)),
    ),
    "a mail with a head": (
        "mail",
        "From: Ann <ann@a.example>\nDate: Fri, 1 Feb 2002 11:53:40 -0500\nSubject: the mill\n\nThe wheel turns again.\n",
    ),
    "a German mail with a head": (
        "mail",
        "Von: Ann <ann@a.example>\nGesendet: 1. Februar 2002 11:53\nAn: Ben\nBetreff: die Mühle\n\nDas Rad dreht sich.\n",
    ),
    "an answer": (
        "mail",
        "Oui, à samedi.\n\nLe lun. 4 mars 2024 à 10:15, Ann <ann@a.example> a écrit :\n> On se voit samedi ?\n> Ann\n",
    ),
    "Markdown": (
        "markdown", "# The mill\n\nIt stood **empty** for years, see [here](https://a.example/b).\n\n## Now\n\nIt turns.\n",
    ),
    "Markdown with code": ("markdown", "Installing\n=====\n\nRun this:\n\n```sh\nmake\n```\n\nThen read the [notes](n.md).\n"),
    "SubRip": (
        "subtitles", "1\n00:00:01,000 --> 00:00:04,000\nLe film commence.\n\n2\n00:00:05,500 --> 00:00:07,000\nIl finit.\n",
    ),
    "WebVTT": ("subtitles", "WEBVTT\n\n00:01.000 --> 00:04.000\nSaya datang.\n\n00:05.000 --> 00:07.000\nKami pergi.\n"),
    "IRC": ("chat-log", "[10:15] <ann> hello\n[10:16] * ben waves\n[10:16] <ben> hello ann\n[10:17] <ann> tea?\n"),
    "a chat from a telephone": (
        "chat-log",
        "12/03/24, 10:15 - Ann: hola\n12/03/24, 10:16 - Ben: hola, ¿qué tal?\n12/03/24, 10:17 - Ann: bien\n",
    ),
    "Python": (
        "source-code",
        'def mean(values):\n    """Return the mean\n    of some values."""\n    # none has none\n    if not values:\n'
        "        raise ValueError(values)\n    return sum(values) / len(values)\n",
    ),
    "C": ("source-code", "#include <stdio.h>\n\nint main(void) {\n  /* it says\n     hello */\n  puts(\"hello\");\n  return 0;\n}\n"),
    "rows with tabs": ("table", "Ort\tHöhe\nMühle\t12\nHafen\t3\nTurm\t40\n"),
    "rows with commas": ("table", "place,height,year\nmill,12,1871\nharbour,3,1902\ntower,40,1650\n"),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "text"), TEXTS.values(), ids=TEXTS)
def test_what_is_plain_to_see_is_named(wanted, text):
    assert text_shape(text) == wanted
    assert text_shape(text.replace("\n", "\r\n")) == wanted


PLAIN = {
    "nothing": "",
    "prose": PARAGRAPH * 4,
    "a dialogue": "Ann: Where is the key?\nBen: In the mill.\nAnn: And the mill?\nBen: Sold.\nAnn: To whom?\n",
    "numbered sections": "".join(f"{number}\n{PARAGRAPH}" for number in range(1, 8)),
    "a schedule": "10:15 Opening of the mill\n11:00 A walk along the weir\n12:30 Lunch\n14:00 The wheel is set going\n",
    "a log": "".join(f"2024-01-0{day} 10:15:33 ERROR wheel: stopped\n" for day in range(1, 8)),
    "sentences with commas": "One, two, and three.\nFour, five, and six.\nSeven, eight, and nine.\nTen, eleven, and twelve.\n",
    "fields": "Name: mill\nVersion: 1.2\nAuthor-email: ann@a.example\nLicense: MIT\n" + PARAGRAPH,
    "a page that quotes a hash": "We ranked #1 again.\n# of visitors: 30\nThe tag #mill is used.\n"
    + PARAGRAPH,
    "a mail's ending in a page": "> The wheel turns again.\n\nsaid the miller.\n" + PARAGRAPH,
    "a form feed at the end": PARAGRAPH * 3 + "\f\n",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_all_else_is_plain(text):
    assert text_shape(text) == "plain"


def test_texts_of_web_pages_are_plain():
    names = {}
    for path in sorted(PAGES.glob("*.json")):
        case = read_case(path.stem)
        if case["format"] == "text":
            names[path.stem] = text_shape(
                case["input"] if isinstance(case["input"], str) else "\n".join(case["input"])
            )
    assert {name for name, shape in names.items() if shape != "plain"} == set()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not there")
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("12-pdf-running-heads.en.txt", "converted-pdf"),
        ("13-email-thread.de.txt", "mail"),
        ("37-markdown-instructions.en.md.txt", "markdown"),
        ("38-chat-log.en.txt", "chat-log"),
        ("35-etext-licence.en.txt", "plain"),
    ],
)
def test_shared_pages(name, wanted):
    assert text_shape((SHARED / name).read_text("utf-8")) == wanted


def test_pages_carry_their_shape():
    page = detector.score(TEXTS["IRC"][1], "text")
    assert page.shape == page.to_dict()["shape"] == "chat-log"
    html = detector.score("<p>The mill stood empty.</p>", "html")
    assert html.shape is html.to_dict()["shape"] is None


@given(st.text())
def test_any_text_has_a_shape(text):
    assert text_shape(text) in SHAPES


@pytest.mark.parametrize(
    "piece",
    [
        "x\n", "((", "[](", "a](b", "**a", "`a", ">>>", "-", "|", "#", "1\n", "\f", "a:", "\t", " \n", "'''\n", "/*", "a@", "12:",
        "a b ", "--- ", "a=", "_ ", ". ", "<a",
    ],
)  # fmt: skip
def test_time_is_bounded(piece):
    start = time.process_time()
    text_shape(piece * 500_000)
    text_shape((piece.strip() * 300)[:300] + "\n" + (("x " + piece.strip() * 300)[:299] + "\n") * 400)
    assert time.process_time() - start < 2
