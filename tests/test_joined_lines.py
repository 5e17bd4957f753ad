"""Sentences split by the end of a printed page: joined on request, and only there."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from detector import Detector, Settings
from detector.cli.main import group
from detector.corpus.restore import restored
from detector.decisions import Decisions
from detector.joined_lines import APART, BY_SPACE, joined_lines
from detector.records import Copies
from detector.text.plain import text_batch
from detector.text.words import words_of

# Lines of printed pages. The first two share a sentence; the others begin with a new one.
PAGES = (
    "The miller had three sons and a mule, and when the flour ran out he sent the eldest",
    "to the town beyond the hills. Nobody there knew the name of the baker.",
    "The second son took the boat and a lantern, and his mother walked with him.",
    "The third son stayed at home and mended the wheel, which nobody thanked him for.",
)


def joined(detector, before, after, between="\n\f", join_lines=True):
    """The clean text of a few pages, with `before` and `after` at a page break."""
    text = "\n".join([PAGES[2], before + between + after, PAGES[3]])
    return (
        Detector(detector.model, Settings(threshold=1.0, join_lines=join_lines))
        .score(text, "text")
        .clean_text
    )


BEFORE = "In the spring the old wheel was put back by"


def joins_of(text, dropped):
    """How each line is joined to the one before it, if some lines are dropped."""
    batch = text_batch([text.encode()])
    words = words_of(batch)
    rows = batch.segment_start.size
    kept = np.ones(rows, np.bool_)
    kept[dropped] = False
    decisions = Decisions(kept, *(np.zeros(rows, np.int32) for _ in range(5)))
    copies = Copies(np.full(rows, -1), np.zeros(rows, np.uint8), np.zeros(rows, np.int32))
    return joined_lines(batch, words, copies, decisions).tolist()


@pytest.mark.parametrize("number", ["{}", "- {} -", "Page {}", "{} / 30", "Seite {} von 9", "[{}]"])
def test_the_number_of_a_page_stands_between_halves(number):
    lines = [f"{BEFORE}\n{number.format(at)}\nthe miller and two of his sons." for at in (7, 8, 9)]
    numbers = [1, 4, 7]
    assert joins_of("\n".join(lines), dropped=numbers) == [APART, APART, BY_SPACE] * 3
    assert joins_of("\n".join(lines), dropped=[]) == [APART] * 9, "they stay, so the halves stay apart"
    assert joins_of(lines[0], dropped=[1]) == [APART] * 3, "a number is no page's if no others rise from it"


@pytest.mark.parametrize(
    "between", ["Read also: the mill of Ostrand", "advertisement", "12 mills and a river", "12"]
)
def test_other_dropped_lines_are_no_end_of_a_page(between):
    assert joins_of(f"{BEFORE}\n{between}\nthe miller and two of his sons.", dropped=[1]) == [APART] * 3


@pytest.mark.parametrize("between", ["\n\f", "\n\n\f\n", "\r\n\r\n\f"])
def test_halves_are_joined(detector, between):
    assert f"{BEFORE} the miller and two." in joined(detector, BEFORE, "the miller and two.", between)


def test_running_heads_between_halves(detector):
    lines = []
    for number in range(9, 14):
        lines += [
            f"THE MILLER OF LOW MARSH {number}",
            f"they went down to Ostrand past the weir {number} with",
            "",
        ]
    text = "\n".join([*lines, "THE MILLER OF LOW MARSH 14", "their mother, who sang."])
    settings = Settings(threshold=1.0, join_lines=True)
    clean = Detector(detector.model, settings).score(text, "text").clean_text
    assert "weir 9 with they went down to Ostrand past the weir 10 with they" in clean
    assert clean.endswith("with their mother, who sang.")
    assert "\n" not in clean
    apart = Detector(detector.model, Settings(threshold=1.0)).score(text, "text").clean_text
    assert apart.split() == clean.split()
    assert apart.count("\n") == 10


@pytest.mark.parametrize(
    ("before", "after", "known", "wanted"),
    [
        ("he found it in the mid-", "dle of the old town", "The middle stayed dry.", "in the middle of"),
        ("he found it in the mid\u2010", "dle of the old town", "The Middle stayed dry.", "in the middle of"),
        ("he found it in the mid-", "dle of the old town", "It stayed dry.", "in the mid-dle of"),
        ("he found it in the mid\u00ad", "dle of the old town", "It stayed dry.", "in the middle of"),
        ("ia menemukan sungai yang ber-", "liku di bawah", "Jalan itu berliku.", "yang berliku di"),
        ("sie fand den alten Mühl-", "graben hinter dem Haus", "Der Mühlgraben war trocken.", "alten Mühlgraben hinter"),
        ("он нашёл его в сере-", "дине старого города", "Середине лета он был рад.", "в середине старого"),
    ],
)  # fmt: skip
def test_a_hyphen_goes_only_if_the_word_is_known(detector, before, after, known, wanted):
    assert wanted in joined(detector, f"And then at long last {before}", f"{after}. {known}")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (f"{BEFORE} the miller.", "his sons looked on.", "a sentence ends"),
        (BEFORE, "The miller looked on.", "a sentence begins"),
        ("The old wheel", "was put back by the miller.", "a few words may be a heading"),
        ("THE OLD WHEEL WAS PUT BACK AGAIN BY", "the miller looked on.", "a heading in capitals"),
        ("# The old wheel was put back again by", "the miller looked on.", "a heading of Markdown"),
        ("- the old wheel and the door\n- the wheel that was put back by", "- the miller", "a list"),
        ("wheel of the mill\toak\t12\ndoor of the mill\told oak in two parts with\t3", "iron\tnone\t4", "a table"),
        ("    for wheel in wheels_of(mill):\n        turn(wheel) if wheel.turns else pass", "    mend(wheel)", "code"),
        ("Ann: who put it back?\nBen: they did.\nAnn: and who are they and where do they", "ben: there.", "dialogue"),
        ("\u0623\u0639\u0627\u062f \u0627\u0644\u0631\u062c\u0644 \u0627\u0644\u0639\u062c\u0644\u0629 \u0625\u0644\u0649 \u0627\u0644\u0637\u0627\u062d\u0648\u0646\u0629 \u0641\u064a", "\u0627\u0644\u0631\u0628\u064a\u0639", "no case"),
    ],
    ids=lambda value: value if " " in value and len(value) < 35 else "",
)  # fmt: skip
def test_what_stays_apart(detector, before, after, why):
    assert joined(detector, before, after) == joined(detector, before, after, join_lines=False), why


def test_halves_within_a_printed_page_stay_apart(detector):
    assert f"{BEFORE}\nthe miller." in joined(detector, BEFORE, "the miller.", between="\n")
    assert f"{BEFORE}\n\nthe miller." in joined(detector, BEFORE, "the miller.", between="\n\n")


def test_html_is_never_joined(detector):
    page = Detector(detector.model, Settings(threshold=1.0, join_lines=True)).score(
        f"<p>{BEFORE}<p>\f12</p><p>the miller.", "html"
    )
    assert page.clean_text.startswith(f"{BEFORE}\n")


def test_it_is_off_by_default(detector):
    assert "\n" in joined(detector, BEFORE, "the miller.", join_lines=Settings().join_lines).removeprefix(
        PAGES[2]
    )


def test_on_the_command_line(tmp_path):
    source, wanted = tmp_path / "mill.txt", f"{BEFORE} the miller and his sons."
    source.write_text(f"{PAGES[2]}\n{BEFORE}\n\fthe miller and his sons.\n{PAGES[3]}")
    run = CliRunner().invoke(group, ["clean", str(source), "--threshold", "1", "--join-lines"])
    assert wanted in run.stdout
    assert wanted not in CliRunner().invoke(group, ["clean", str(source), "--threshold", "1"]).stdout


def test_in_a_corpus_and_restored(tmp_path):
    source, out, wanted = tmp_path / "pages.jsonl", tmp_path / "clean", f"{BEFORE} the miller and his sons."
    text = f"{PAGES[2]}\n{BEFORE}\n\fthe miller and his sons.\n{PAGES[3]}"
    source.write_text(json.dumps({"id": "a", "text": text}) + "\n")
    arguments = ["clean", str(source), "--output", str(out), "--threshold", "1", "--join-lines"]
    run = CliRunner().invoke(group, arguments)
    assert run.exit_code == 0, run.output
    again = CliRunner().invoke(group, ["restore", str(out), "--clean"]).stdout
    assert wanted in json.loads(again)["text"]
    other = CliRunner().invoke(group, ["restore", str(out), "--threshold", "1"]).stdout
    assert wanted in json.loads(other)["text"]
    whole = next(iter(restored(out, None, as_decided=False)))
    assert json.loads(whole)["text"] == text
