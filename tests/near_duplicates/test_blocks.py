"""Blocks across pages: found with the place of their first copy, and split at line ends only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.near_duplicates.blocks import Block, PageLines, blocks_of_lines, find_blocks
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch

AGENCY = [
    "The ferry between the two islands will run all winter for the first time, the harbour office said on Monday.",
    "Until now the crossing was closed from November to March, because of the ice and for want of passengers.",
    "A second boat was bought from a lake in the north, where a bridge has taken its place since the summer.",
]
BOX = ["Read also", *(f"{town} votes on the new {thing} next week" for town, thing in
       (("Ostrau", "bridge"), ("Halden", "market hall"), ("Brenn", "school"), ("Vik", "harbour wall")))]  # fmt: skip


def own(page, count=3):
    """Lines that no other page has."""
    return [
        f"Page {page} says in its line {at} what nobody else says, word {page * 7 + at} of {page}."
        for at in range(count)
    ]


def found_in(pages, **options):
    batch = text_batch([utf8("\n".join(lines)) for lines in pages])
    lines = PageLines(batch.data, batch.line_start, batch.line_end, batch.page_line)
    blocks = blocks_of_lines(lines, **options)

    def text(at):
        return text_of(batch.data[batch.line_start[at] : batch.line_end[at]].tobytes())

    return blocks, [
        ([text(at) for at in range(first, end)], text(source), similarity)
        for first, end, source, similarity in zip(*map(np.ndarray.tolist, blocks), strict=True)
    ]


def test_a_syndicated_story_and_a_box_are_found():
    pages = [
        [*own(0), *AGENCY, *own(1), *BOX],
        [*own(2), *BOX, *own(3)],
        [*AGENCY, *own(4), "", *BOX],
    ]
    blocks, found = found_in(pages)
    assert found == [(BOX, BOX[0], 1.0), (AGENCY, AGENCY[0], 1.0), (BOX, BOX[0], 1.0)]
    assert (blocks.source < blocks.first).all()


def test_one_changed_word_does_not_hide_a_paragraph():
    changed = [AGENCY[0], AGENCY[1].replace("November", "December"), AGENCY[2]]
    _, found = found_in([[*AGENCY, *own(0)], [*own(1), *changed]])
    lines = [line for block, _, _ in found for line in block]
    assert lines == changed
    assert all(0.8 <= similarity <= 1 for _, _, similarity in found)


def test_what_a_page_repeats_of_itself_is_no_block_across_pages():
    _, found = found_in([[*AGENCY, *own(0), *AGENCY], own(1)])
    assert found == []


def test_short_copies_are_accidents():
    _, found = found_in([["Read also", *own(0)], ["Read also", *own(1)]])
    assert found == []


def test_blank_lines_and_other_gaps_do_not_matter():
    _, found = found_in([[*AGENCY], ["", AGENCY[0], "", " - ", AGENCY[1].upper(), AGENCY[2], ""]])
    ((lines, source, similarity),) = found
    assert lines == [AGENCY[0], "", " - ", AGENCY[1].upper(), AGENCY[2]]
    assert (source, similarity) == (AGENCY[0], 1.0)


@pytest.mark.parametrize("pages", [[], [[]], [[""], [""]], [["a"]], [["日" * 30], ["日" * 30]]])
def test_small_corpora(pages):
    _, found = found_in(pages)
    assert len(found) == (1 if len(pages) == 2 and pages[0][0] else 0)


@pytest.mark.parametrize(
    "line",
    [
        "วันนี้เรือข้ามฟากไม่ออกเพราะลมแรงและคลื่นสูงมาก",
        "اليوم لا تعبر العبارة النهر لأن الريح شديدة والموج عال جدا منذ الصباح الباكر وحتى ساعة متأخرة من الليل كما قال مكتب الميناء يوم الاثنين للصحفيين",
    ],
)
def test_other_scripts(line):
    _, found = found_in([[line, *own(0)], [*own(1), line]])
    assert [block for block, _, _ in found] == [[line]]


LINES = st.sampled_from([*AGENCY, *BOX, "", "Short line", *own(9)])
REPEATED = st.sampled_from(
    [
        *AGENCY, *(line.replace("the", "a", 1) for line in AGENCY), *BOX[1:], f"{BOX[1]} {BOX[2]}", BOX[1].upper() + " " + BOX[3],
        f"{AGENCY[0]} {AGENCY[1]}", "Short line",
    ]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.lists(LINES, max_size=9), max_size=6))
def test_blocks_are_lines_of_a_page_that_an_earlier_page_has(pages):
    blocks, _ = found_in(pages)
    page_line = np.cumsum([0] + [len(text_batch([utf8("\n".join(lines))]).line_start) for lines in pages])
    page = np.searchsorted(page_line, blocks.first, "right")
    assert (page == np.searchsorted(page_line, blocks.end - 1, "right")).all()
    assert (np.searchsorted(page_line, blocks.source, "right") < page).all()
    assert (blocks.similarity >= 0.8).all()


def overlapping(pages):
    """Pairs of blocks of one page that share lines and come from one earlier page."""
    blocks = find_blocks(["\n".join(lines) for lines in pages])
    return [
        (one, other)
        for at, one in enumerate(blocks)
        for other in blocks[at + 1 :]
        if (one.page, one.earlier_page) == (other.page, other.earlier_page)
        and one.first < other.end
        and other.first < one.end
    ]


def test_a_page_that_has_a_story_twice_gives_no_line_twice():
    changed = [AGENCY[0], AGENCY[1].replace("November", "December"), AGENCY[2]]
    assert overlapping([[*AGENCY, *own(0), *changed], [*own(1), *changed, *AGENCY]]) == []


@settings(max_examples=200)
@given(st.lists(st.lists(REPEATED, min_size=2, max_size=12), min_size=2, max_size=4))
def test_blocks_from_one_earlier_page_share_no_line(pages):
    assert overlapping(pages) == []
    blocks, _ = found_in(pages)
    assert (np.diff(blocks.first) >= 0).all()
    assert (blocks.first < blocks.end).all()


@settings(max_examples=30)
@given(st.lists(LINES, min_size=2, max_size=6), st.integers(0, 3), st.integers(0, 3))
def test_a_copied_run_of_lines_is_found_whole(lines, before, behind):
    if (
        sum(len(line.split()) for line in lines) < 40
        or len(set(lines)) < len(lines)
        or not (lines[0] and lines[-1])
    ):
        return
    pages = [lines, [*own(50, before), *lines, *own(60, behind)]]
    _, found = found_in(pages)
    assert [block for block, _, _ in found] == [lines]


def test_blocks_are_numbered_by_page():
    things = (("Vik", "bridge"), ("Brenn", "school"), ("Halden", "market hall"))
    box = "\n".join(f"{town} votes on the new {thing} in the coming week" for town, thing in things)
    pages = [
        "All the ferries of the coast and when each of them leaves\n" + box,
        "",
        "News\nof yesterday, read by our own staff, who were there\n" + box + "\nThe end",
    ]
    assert find_blocks(pages) == (Block(2, 2, 5, 0, 1, 1.0),)
    assert find_blocks([]) == ()
