"""Copies: the kernel against its reference, and families of copies and of lines that are not copies."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.copies import find_copies, no_markup
from detector.errors import SettingsError
from detector.features.build import text_features
from detector.text.decoding import text_of
from detector.text.html import TITLE_HINT, html_batch
from detector.text.page import Page as Document
from detector.text.plain import text_batch
from detector.text.tags import INSIDE, NUMBER
from detector.text.words import words_of
from tests.conftest import lines_of
from tests.features.drawn import NO_PHRASES
from tests.oracles.copies import Page, Row, copies_of, keys_of
from tests.oracles.markup import Elements
from tests.oracles.repeats import Found
from tests.oracles.words import words_of as words_in

TITLES = (
    "Old mill sold to the town",
    "Old mill sold to the county",
    "Is the old mill safe?",
    "Mill sold to the town",
    "Mill sold to the county",
    "Mill sold to 12 county",
    "老磨坊卖给了镇上的居民",
    "老磨坊卖了",
    "Eski değirmen Iğdır'da satıldı",
    "ESKİ DEĞİRMEN IĞDIR'DA SATILDI",
)
PROSE = (
    "The town has bought the old mill for a sum that nobody wants to name, and it will open in May.",
    "Nobody lives there now. The last miller left in spring, when the river took the lower floor with it.",
)
SHORT = (
    "Share this",
    "- Old mill sold to the town",
    "The bell rang twice again.",
    "Home › News: Old mill sold to the town",
    "x = mill(old); y = mill(new)",
    "> quoted",
    "3. Old mill sold to the town",
    "4) Mill sold to the county",
    "Old mill sold to th…",
    "Old mill sold to...",
    "Is the old mi ⋯",
)
NOTES = (
    " (photo)",
    " [2]",
    " (12 May 2024)",
    " 12/5/2024",
    ", 12 May 2024",
    " 2024年5月12日",
    " part 2 of 3 again",
)
TAILS = ("", ". ", " … ", "...", " | Town News", "! ", " and ", ": ", *NOTES)


@st.composite
def line(draw):
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return draw(st.sampled_from(SHORT))
    if kind == 1:
        return draw(st.sampled_from(PROSE))
    return draw(st.sampled_from(TITLES)) + draw(st.sampled_from(TAILS)) + draw(st.sampled_from(("", *PROSE)))


LINES = st.lists(line(), min_size=1, max_size=12)


def test_text_has_no_markup():
    assert [column.size for column in no_markup()] == [0] * len(no_markup())


def found_rows(copies):
    return list(zip(copies.of.tolist(), copies.kind.tolist(), copies.cut_words.tolist(), strict=True))


def as_found(repeats):
    return Found(*(column.tolist() for column in repeats))


def text_rows(batch):
    texts = [
        text_of(bytes(batch.data[start:end]))
        for start, end in zip(batch.segment_start, batch.segment_end, strict=True)
    ]
    line = np.repeat(np.arange(batch.line_start.size), np.diff(batch.line_segment)).tolist()
    spans = zip(batch.segment_start.tolist(), batch.segment_end.tolist(), strict=True)
    return [
        Row(text, line[at], start=start, end=end)
        for at, (text, (start, end)) in enumerate(zip(texts, spans, strict=True))
    ]


PRINTED = ("12", "xiv", "The Old Mill 13", "the old mill IX", "The old mill", "\f", "\fThe Old Mill 4", "***",
           "and the wheel turned slowly in the Brown", "water of the river. Then it stood.")  # fmt: skip


@given(st.lists(st.sampled_from(PRINTED), min_size=6, max_size=30))
def test_running_heads_are_those_of_the_oracle(lines):
    batch = text_batch(["\n".join(lines).encode()])
    words = words_of(batch)
    repeats = text_features(batch, words, NO_PHRASES).repeats
    wanted = copies_of(Page(text_rows(batch), as_found(repeats), None), text_of(batch.data.tobytes()))
    assert found_rows(find_copies(batch, words, None, repeats)) == wanted


STORY = (
    "had three sons and a mule, and when the flour ran out he sent the eldest",
    "to the town beyond the hills, where a baker was said to owe money to every",
    "farmer of the valley. Nobody knew his name, but the smell of his bread went",
    "down the river as far as the weir, and the boys who swam there in summer",
    "never forgot it. The second son took the boat and a lantern, and his mother",
    "walked with him to the bridge. She had sewn a coin into his coat and said",
)


@pytest.mark.parametrize("feed", ["\f", ""])
def test_heads_and_feet_of_a_printed_book_go(detector, feed):
    lines = []
    for number, text in enumerate(STORY, start=9):
        lines += [f"{feed}THE MILLER OF LOW MARSH {number}", text]
    page = Detector(detector.model, Settings(threshold=1.0)).score("\n".join(lines), format="text")
    assert [line.number for line in page.lines if not line.kept] == list(range(0, len(lines), 2))
    assert {line.copy_kind for line in page.lines if not line.kept} == {"running-head"}


def test_numbered_headings_are_no_running_heads(detector):
    lines = []
    for number, text in enumerate(STORY, start=1):
        lines += [f"Chapter {number}", f"The miller {text}."]
    page = Detector(detector.model, Settings(threshold=1.0)).score("\n".join(lines), format="text")
    assert all(line.kept for line in page.lines)


# Titles, and the same titles in capitals or as typed on a keyboard.
AGAIN = [
    ("Kızıldere Irmağı'nda su seviyesi düştü", "KIZILDERE IRMAĞI'NDA SU SEVİYESİ DÜŞTÜ"),
    ("İstanbul'da eski iskele yeniden açıldı", "ISTANBUL'DA ESKI ISKELE YENIDEN AÇILDI"),
    ("Ο ψαράς της Μικρής Αγοράς γύρισε", "Ο ΨΑΡΑΣ ΤΗΣ ΜΙΚΡΗΣ ΑΓΟΡΑΣ ΓΥΡΙΣΕ"),
    ("École fermée à Évreux après l'orage", "ECOLE FERMEE A EVREUX APRES L'ORAGE"),
    ("Straße am Fluss wieder frei", "STRASSE AM FLUSS WIEDER FREI"),
    ("كتاب البحر القديم يعود إلى المكتبة", "كتـــاب البحر القديم يعود إلى المكتبة"),
    ("Paní Nováková otevřela mlýn u řeky", "Pani\u0301 Nova\u0301kova\u0301 otevřela mlýn u řeky"),
    ("旧水車小屋再開の日", "旧水車小屋再開の日"),
]


@pytest.mark.parametrize(("title", "again"), AGAIN)
@pytest.mark.parametrize("is_first", [False, True])
def test_capitals_and_other_forms_are_the_title_again(detector, title, again, is_first):
    first, second = (again, title) if is_first else (title, again)
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join([first, *PROSE, second, "The roof waits for June."]), format="text")
    assert (page.lines[3].copy_of, page.lines[3].copy_kind) == (0, "headline")
    assert [line.text for line in page.lines if line.kept and line.text in (title, again)] == [first]


def test_lines_that_differ_in_an_accent_are_not_copies_of_one_another(detector):
    lines = ["El molino del pueblo", *PROSE, "Si el agua llega a la rueda", "Sí el agua llega a la rueda"]
    page = Detector(detector.model, Settings(threshold=1.0)).score("\n".join(lines), format="text")
    assert all(line.kept for line in page.lines)


CHINESE = (
    "镇上的人说，这座磨坊已经有两百年的历史，可是从来没有人修过它的水轮。",
    "春天河水涨起来的时候，最后一位磨坊主离开了这里，再也没有回来。",
)


@pytest.mark.parametrize("title", ["老磨坊卖了", "老磨坊卖给镇上", "老磨坊卖给镇上居民"])
def test_a_short_chinese_title_is_cut_off_a_paragraph(detector, title):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join([title, f"{title}。{CHINESE[0]}", CHINESE[1]]), format="text")
    assert page.lines[1].clean == CHINESE[0]


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("老磨坊卖了", "老磨坊卖了以后，镇上的人再也没有见过那位磨坊主，可是他的歌还在。"),
        ("如何买面粉", "如何买面粉取决于季节，冬天的时候磨坊不开门，要到镇上的店里去买。"),
        ("老磨坊", "老磨坊。镇上的人说，这座磨坊已经有两百年的历史了。"),
    ],
)
def test_a_chinese_sentence_that_begins_with_a_heading_stays_whole(detector, heading, sentence):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join([heading, sentence, *CHINESE]), format="text")
    assert not any(line.cuts for line in page.lines)
    assert all(line.kept for line in page.lines)


@given(LINES)
def test_copies_of_text_are_those_of_the_oracle(lines):
    batch = text_batch(["\n".join(lines).encode()])
    words = words_of(batch)
    repeats = text_features(batch, words, NO_PHRASES).repeats
    wanted = copies_of(Page(text_rows(batch), as_found(repeats), None), text_of(batch.data.tobytes()))
    assert found_rows(find_copies(batch, words, None, repeats)) == wanted


@given(
    st.lists(st.tuples(st.sampled_from(["h1", "h2", "p", "li", "nav", "aside", "td", "pre", "blockquote"]), line()),
             min_size=1, max_size=10),
    st.sampled_from(["", *TITLES, "Old mill sold to the town - News"]),
)  # fmt: skip
def test_copies_of_html_are_those_of_the_oracle(parts, title):
    html = f"<title>{title}</title>" + "".join(
        f"<{tag}>{text}</{tag}>" if tag != "td" else f"<table><tr><td>{text}</table>" for tag, text in parts
    )
    batch, markup = html_batch([html.encode()])
    words = words_of(batch)
    repeats = text_features(batch, words, NO_PHRASES).repeats
    elements = Elements(batch, markup)
    rows = []
    for number, text in enumerate(lines_of(batch)):
        at = int(markup.line_element[number])
        bits = int(markup.inside[at]) if at >= 0 else 0
        inside = frozenset(name for bit, name in enumerate(INSIDE) if bits >> bit & 1)
        levels = [int(markup.tag[element]) - NUMBER["h1"] + 1 for element in elements.path(at)]
        level = next((level for level in levels if 1 <= level <= 6), 0)
        rows.append(Row(text, number, inside, level))
    titles = [list(keys_of(words_in(title)))] if title else []
    assert (markup.hint_kind == TITLE_HINT).sum() == len(titles)
    wanted = copies_of(Page(rows, as_found(repeats), titles))
    assert found_rows(find_copies(batch, words, markup, repeats)) == wanted


@given(st.lists(LINES, min_size=2, max_size=3))
def test_a_page_has_the_copies_that_it_has_alone(pages):
    detector = Detector()
    texts = ["\n".join(page) for page in pages]
    together = list(detector.score_pages(texts))
    for text, page in zip(texts, together, strict=True):
        alone = detector.score(text)
        assert [(one.copy_of, one.copy_kind, one.kept) for one in page.lines] == [
            (one.copy_of, one.copy_kind, one.kept) for one in alone.lines
        ]


LANGUAGES = json.loads(Path(__file__).with_name("copies.json").read_text("utf-8"))["languages"]
CASES = [(language, family) for language, case in LANGUAGES.items() for family in case["families"]]


@pytest.mark.parametrize(("language", "family"), CASES)
def test_only_the_title_again_is_a_copy(detector, language, family):
    case = LANGUAGES[language]
    title, (first, second), others = case["title"], case["paragraphs"], case["families"][family]
    glued = f"{title}. {first}"
    lines = [title, glued, *others, title, title.upper(), second]
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join(lines), format="text")
    gone = [line.text for line in page.lines if not line.kept]
    assert gone == [title, title.upper()]
    assert page.lines[1].clean == first
    assert [line.text for line in page.lines if line.kept and line.cuts] == [glued]


VARIED = [
    ("Glass bridge opens on Monday", "Glass bridge closes on Monday"),
    ("Le vieux moulin est vendu", "Le vieux moulin est racheté"),
    ("Brücke über die Aue gesperrt", "Brücke über die Eller gesperrt"),
    ("Three boats lost off Low Marsh", "3 boats lost off Low Marsh"),
]  # fmt: skip
BELOW = ("More from the valley", "Bread gets dearer", "Choir looks for tenors", "Contact", "Imprint")


@pytest.mark.parametrize(("title", "again"), VARIED)
def test_a_title_that_stands_again_with_another_word_goes(detector, title, again):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join(["Valley Post", title, *PROSE, again, *BELOW]), format="text")
    assert [line.text for line in page.lines if not line.kept] == [again]
    assert (page.lines[4].copy_of, page.lines[4].copy_kind) == (1, "headline")


@pytest.mark.parametrize(
    "after",
    [
        ["Glass bridge closes on Monday", PROSE[1], *BELOW],  # the heading of another section
        ["Glass bridge closes on Monday", "Its keeper says", PROSE[1], *BELOW],
        ["Glass bridge closes on Monday", "- at eight in winter", "- at nine in summer"],
        ["- Glass bridge closes on Monday", *BELOW],
        ["Glass bridge closes on Monday", "Glass bridge breaks on Monday", *BELOW],  # rows of a list
        ["Glass\tbridge\tcloses\ton\tMonday", *BELOW],
        ["Wood bridge closes on Monday", *BELOW],
    ],
)
def test_a_heading_that_differs_from_the_title_in_a_word_stays(detector, after):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join(["Glass bridge opens on Monday", PROSE[0], *after]), format="text")
    assert [line.text for line in page.lines if not line.kept] == []


@pytest.mark.parametrize(("first", "second"), [("Route 12 starts at noon", "Route 14 starts at noon")])
def test_numbers_make_other_titles(detector, first, second):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join([first, *PROSE, second, *BELOW]), format="text")
    assert all(line.kept for line in page.lines)


@pytest.mark.parametrize(
    ("element", "found"), [("p", ["", "headline", ""]), ("h2", ["", "", ""]), ("li", ["", "", ""])]
)
def test_html_says_what_is_no_heading(detector, element, found):
    html = f"<h1>Glass bridge opens on Monday</h1><{element}>Glass bridge unlocked on Monday</{element}><p>{PROSE[0]}"
    page = Detector(detector.model, Settings(threshold=1.0)).score(
        f"<title>The bridge</title>{html}", format="html"
    )
    assert [line.copy_kind or "" for line in page.lines] == found


def test_families_are_many_and_in_five_languages():
    assert len(LANGUAGES) >= 5
    assert all(len(case["families"]) >= 12 for case in LANGUAGES.values())


ARTICLE = (
    "Old mill sold to the town\nBy Ann Weir\n"
    + PROSE[0] + "\n" + PROSE[1] + "\n"
    + "Old mill sold to the town\nThe council will meet again in June to talk about the roof of the old mill and its wheel.\n"
)  # fmt: skip


@pytest.mark.parametrize("settings", [{}, {"threshold": 1.0}, {"lose_at_most": 0.0}, {"mostly_content": 0.0}])
def test_no_setting_brings_a_copy_of_the_title_back(settings):
    page = Detector(settings=Settings(**settings)).score(ARTICLE, format="text")
    assert page.clean_text.count("Old mill sold to the town") == 1
    copy = page.lines[4]
    assert (copy.copy_of, copy.copy_kind, copy.label) == (0, "headline", "repeat")
    assert copy.reasons[-1].text == "dropped: same text as line 0, the page's headline"


def test_kinds_of_copies_are_chosen_by_name():
    page = Detector(settings=Settings(threshold=1.0, drop_copies=())).score(ARTICLE, format="text")
    assert page.lines[4].kept
    with pytest.raises(SettingsError, match="unknown kinds headlines"):
        Settings(drop_copies=("headlines",))


def test_where_a_copy_would_stay_its_original_does():
    scores = np.array([line.score for line in Detector().score(ARTICLE).lines])
    between = float(min(scores[0], scores[4]))
    page = Detector(settings=Settings(threshold=between)).score(ARTICLE, format="text")
    assert page.lines[0].kept
    assert not page.lines[4].kept


def test_titles_of_heads_stay_with_their_pages():
    """Pages with one title, with none and with several: each is read as if it were alone."""
    titles = ("Old mill sold to the town", "The ferry stops in winter", "A bridge for the valley")
    heads = (
        f"<title>{titles[0]}</title>",
        "",
        f'<title>{titles[1]}</title><meta property="og:title" content="Ferry: all you need to know">',
    )
    menu = "".join(f"<li><a href='/'>{title}</a></li>" for title in titles)
    body = "".join(f"<div>{title}</div><p>{PROSE[at % 2]} {at}</p>" for at, title in enumerate(titles))
    shape = f"<html><head>{{}}</head><body><ul>{menu}</ul>{body}</body></html>"
    pages = [Document(shape.format(head), "html") for head in heads]
    found = [page.to_dict() for page in Detector().score_batch(pages)]
    assert found == [Detector().score_batch([page])[0].to_dict() for page in pages]
    headlines = [
        [at for at, line in enumerate(page["lines"]) if line["copy_kind"] == "headline"] for page in found
    ]
    assert headlines == [[0], [], [1]]  # the line of the menu that is the title of that page


NO_PREFIX = [
    # another word, other capitals, a sentence that the title quotes, a label before a colon
    ["Anna Weir leaves the mill", "The miller Anna Weir leaves the mill. Nobody knows who will turn the wheel now.", PROSE[0]],
    ["Milling Gets a Bad Name", "Milling gets a bad name. In this case the name is the right one, says the town.", PROSE[0]],
    ["Our rivers unite us all", PROSE[0], PROSE[1], "Our rivers unite us all", "Our rivers unite us all. You and I are blessed to live where they meet, and so are all the others."],
    ["Basics of the Mill Trade", PROSE[0], PROSE[1], "BASICS OF THE MILL TRADE", "Basics of the Mill Trade: A First Course for Beginners teaches all that a miller must know by heart."],
]  # fmt: skip


@pytest.mark.parametrize("lines", NO_PREFIX)
def test_a_sentence_of_its_own_is_not_cut(detector, lines):
    page = Detector(detector.model, Settings(threshold=1.0)).score("\n".join(lines), format="text")
    assert not any(line.cuts for line in page.lines)


@pytest.mark.parametrize("title", ["Old mill sold to the town", "OLD MILL SOLD TO THE TOWN"])
def test_capitals_may_be_those_of_a_heading(detector, title):
    lines = [title, f"Old mill sold to the town. {PROSE[0]}", PROSE[1]]
    page = Detector(detector.model, Settings(threshold=1.0)).score("\n".join(lines), format="text")
    assert page.lines[1].clean == PROSE[0]


FERRY = "The ferry at Low Marsh runs again"
CELLS = f"<table><tr><th colspan=2>{FERRY}</th></tr><tr><td>Previous</td><td>Next</td></tr></table>"


@pytest.mark.parametrize(
    ("table", "goes"),
    [
        (CELLS, [FERRY]),
        ("<table><tr><td>The ferry at Low Marsh</td><td>runs again</td></tr></table>", []),
        (f"<table><tr><td><pre>{FERRY}</pre></td></tr></table>", []),
    ],
)
def test_the_title_alone_in_a_table_row_goes(detector, table, goes):
    html = f"<title>{FERRY}</title>{table}<h1>{FERRY}</h1>" + "".join(f"<p>{text}</p>" for text in PROSE)
    page = Detector(detector.model, Settings(threshold=1.0)).score(html, format="html")
    assert [line.text for line in page.lines if not line.kept] == goes
    assert [line.copy_kind for line in page.lines if line.copy_kind == "headline"] == ["headline"] * len(goes)


@pytest.mark.parametrize(
    "before", ["Home › News › ", "You are here: Home / ", "Comments (0) - ", "原标题：", "Listen to: "]
)
def test_a_line_that_leads_to_the_title_goes(detector, before):
    again = before + FERRY
    page = Detector(detector.model, Settings(threshold=1.0)).score(
        "\n".join([FERRY, PROSE[0], FERRY.upper(), PROSE[1], again]), format="text"
    )
    assert [line.text for line in page.lines if not line.kept] == [FERRY.upper(), again]


@pytest.mark.parametrize(
    "again",
    [
        f"{FERRY[:-9]}…",
        f"{FERRY[:-8]} ...",
        f"{FERRY[:-6]}...",
        f"3. {FERRY}",
        f"12) {FERRY}",
        f"{FERRY} (12 May 2024)",
        f"{FERRY} (photo)",
        f"{FERRY} [from our archive]",
        f"{FERRY}, 12.5.2024",
        f"{FERRY} 12 May 2024",
        f"{FERRY} 2024年5月12日",
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_the_title_again_cut_off_numbered_or_with_a_note_goes(detector, again, times):
    policy = Detector(detector.model, Settings(threshold=1.0))
    page = policy.score("\n".join([FERRY, PROSE[0], *[again, PROSE[1]] * times, FERRY]), format="text")
    assert page.lines[0].kept
    gone = [line.text for line in page.lines if not line.kept and line.copy_kind == "headline"]
    assert gone == [*[again] * times, FERRY]


def test_copies_that_are_all_cut_off_or_have_a_note_show_the_title(detector):
    policy = Detector(detector.model, Settings(threshold=1.0))
    for again in (f"{FERRY[:-9]}…", f"{FERRY[:-6]}...", f"{FERRY} (12 May 2024)"):
        page = policy.score("\n".join([FERRY, PROSE[0], again, PROSE[1], again]), format="text")
        assert [line.kept for line in page.lines] == [True, True, False, True, False], again


def test_different_notes_are_headings_of_sections(detector):
    policy = Detector(detector.model, Settings(threshold=1.0))
    seasons = [f"{FERRY} (in {season})" for season in ("spring", "summer", "winter")]
    lines = [FERRY, PROSE[0], seasons[0], PROSE[1], *seasons[1:], *BELOW, FERRY]
    page = policy.score("\n".join(lines), format="text")
    assert [line.text for line in page.lines if line.copy_kind == "headline"] == [FERRY]


@pytest.mark.parametrize(
    "line",
    [
        f"{FERRY} (2)",  # the second part
        f"{FERRY} 2",
        f"{FERRY} 2024",
        f"{FERRY} and 3 of 12 people wait",
        f"3 {FERRY}",
        f"{FERRY[:11]}…",  # less than half of it
        f"{FERRY[:-9]}",
    ],
)
def test_a_line_that_is_more_or_less_than_the_title_stays(detector, line):
    page = Detector(detector.model, Settings(threshold=1.0)).score(
        "\n".join([FERRY, PROSE[0], FERRY.upper(), PROSE[1], line]), format="text"
    )
    assert [line.text for line in page.lines if not line.kept] == [FERRY.upper()]


@pytest.mark.parametrize(
    "line",
    [
        f"Nobody believed that {FERRY}",  # no separator
        f"It was said in all the village: {FERRY}",  # more than six words before it
        f"Nobody believed it. Yet: {FERRY}",
        f"# Part two: {FERRY}",  # a heading
    ],
)
def test_a_sentence_that_ends_with_the_title_stays(detector, line):
    page = Detector(detector.model, Settings(threshold=1.0)).score(
        "\n".join([FERRY, PROSE[0], FERRY.upper(), PROSE[1], line]), format="text"
    )
    assert [line.text for line in page.lines if not line.kept] == [FERRY.upper()]
