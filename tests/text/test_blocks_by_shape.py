"""Blocks of plain text, by the shape of its lines; and what is not a block."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.blocks.find import blocks_by_shape

# A name, lines, and for each line the number of its block, or "." for none; then the kinds of the blocks.
CASES = [
    ("bullets", "Werkzeug\n• Säge\n• Axt\n\nDas war alles.", "000", ".00..", ["list"]),
    ("numbers, with a line that goes on", "1. Saw the oak\n   along the grain\n2. Plane it", "", "000", ["list"]),
    ("a list in a list", "- wood\n  - oak\n  - ash\n- stone", "", "0110", ["list", "list"]),
    ("tabs", "Ort\tHöhe\nMühle\t12\nHafen\t3", "", "000", ["table"]),
    ("pipes", "| a | b |\n|---|---|\n| 1 | 2 |", "", "000", ["table"]),
    ("gaps", "Time     Height\nMorning    2.31\nNoon       0.42", "", "000", ["table"]),
    ("fields", "Lieu : Saint-Malo\nHeure : midi\nPrix : 3 €", "", "000", ["definition-list"]),
    ("terms above what they mean", "Hemp\n    Long and strong.\nCoir\n    It floats.", "", "0000", ["definition-list"]),
    ("terms above sentences", "Hemp\nIt is long and strong.\nCoir\nIt floats on the sea.\nSisal\nIt is stiff and pale.", "", "000000", ["definition-list"]),
    ("a fence", "Run this:\n```sh\nmake all\n\nmake test\n```\nThen rest.", "", ".00.00.", ["code"]),
    ("indented statements", "So:\n\n    x = f(1)\n    return x\n\nDone.", "", "..00..", ["code"]),
    ("statements", "def f(x):\n    return x + 1\n\nprint(f(1))", "", "00.0", ["code"]),
    ("a quoted mail", "Ann wrote:\n> Kommst du?\n>> Wohin?\n> Ans Meer.\n\nJa.", "", ".000..", ["quotation"]),
    ("a prompt", ">>> f(1)\n>>> f(2)", "", "00", ["code"]),
    ("a chat", "[10:15] <ann> tea?\n[10:16] <ben> yes\n[10:17] <ann> now", "", "000", ["dialogue"]),
    ("subtitles", "1\n00:00:01,000 --> 00:00:04,000\nIl pleut.\n\n2\n00:00:05,500 --> 00:00:07,000\nEncore.", "", "000.000", ["dialogue"]),
    ("speakers", "Ann: Wer klopft?\n\nBen: Der Wind.\n\nAnn: Lass ihn klopfen.", "", "0.0.0", ["dialogue"]),
    ("a play", "WAT. Who knocks?\nISBEL. The wind.\nWAT. Let it knock.", "", "000", ["dialogue"]),
    ("dashes", "— ¿Quién llama?\n— El viento.", "", "00", ["dialogue"]),
    ("question and answer", "Q: How deep is it?\nA: Four metres.\n\nQ: Is it cold?\nA: It is.", "", "00.11", ["question", "question"]),
    ("questions", "Wie tief ist es?\nVier Meter.\n\nIst es kalt?\nJa, sehr.\n\nEnde", "", "00.11..", ["question", "question"]),
    ("questions, and what stands below the last answer", "Can I bring a bike?\nYes.\nDoes it cost more?\nOne crown.\nIs there a toilet?\nNo.\nContact\nImprint", "", "001122..", ["question"] * 3),
    ("posts under names", "ann\n12 May 2021, 10:15\nOur rope frays.\nben\n12 May 2021, 11:02\nTar it.\ncarl\n12 May 2021, 12:30\nTurn it.\nLogin", "", "000111222.", ["post"] * 3),
    ("posts", "16:42\nWater is falling.\n\n16:20\nThe road is open.\n\n15:58\nTen minutes, he said.", "", "00.11.22", ["post", "post", "post"]),
    ("posts with dates", "ann · 3 May 2024, 10:15\nI sailed on her.\n\nben · 3 May 2024, 10:20\nSo did I.\n\nann · 3 May 2024, 11:02\nWhen?", "", "00.11.22", ["post", "post", "post"]),
    ("verse", "Who walks the sand when the sea is out,\n   With never a step behind him,\nAnd carries a light in the middle of day\n   That nobody sees but the blind men?", "", "0000", ["verse"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers", "kinds"), [case[1:2] + case[3:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_blocks(text, numbers, kinds):
    found = blocks_by_shape(text.split("\n"))
    assert "".join("." if block is None else str(block.number) for block in found) == numbers
    assert [kind for _, kind in sorted({block for block in found if block})] == kinds


NO_BLOCKS = {
    "prose": "The mill stood empty for years, and then\nthe town bought it and mended the roof.\n\nIt turns again.",
    "a menu": "Home\nNews\nSport\nWeather\nSubscribe",
    "one item": "The mill\n• Read more",
    "one question": "Why does it float?\n\nNobody knows. The water is salt.",
    "a colon": "There was one rule: nobody swims.\nThe sea was grey and cold on that day.",
    "two clocks": "The boat leaves at 10:15 and comes back at 16:30.\nAt 12:00 there is lunch.",
    "numbered headings": "1. The mill\n\nIt stood empty for years.\n\n2. The town\n\nIt bought the mill.",
    "German headlines": "Stadt kauft Mühle\nFähre fährt wieder\nSchule bleibt zu",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_BLOCKS.values(), ids=NO_BLOCKS)
def test_what_is_no_block(text):
    assert blocks_by_shape(text.split("\n")) == [None] * (text.count("\n") + 1)


LINE = st.sampled_from([line for case in CASES for line in case[1].split("\n")]) | st.text(max_size=12)


@given(st.lists(LINE, max_size=30))
def test_blocks_of_any_lines(lines):
    found = blocks_by_shape(lines)
    assert len(found) == len(lines)
    assert all(block is None for line, block in zip(lines, found, strict=True) if not line.strip())
    first = list(dict.fromkeys(block.number for block in found if block))
    assert first == list(range(len(first))), "numbered by their first lines"
    kinds = {block.number: block.kind for block in found if block}
    assert all(kinds[block.number] == block.kind for block in found if block)


@pytest.mark.parametrize(
    "line", ["a:" * 5000, " " * 9999 + "x", "10:15 " * 3000, "- " * 4000, "| " * 4000, "a.b" * 3000]
)
def test_hostile_lines_take_no_time(line):
    begin = time.process_time()
    blocks_by_shape([line] * 200)
    assert time.process_time() - begin < 5
