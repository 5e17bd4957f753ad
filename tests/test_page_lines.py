"""The lines of a page taken out of its batch: those of the batch, counted from the start of the page."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector
from detector.results.batch import pages_lines
from detector.text.page import Page
from tests.features.drawn import HTML, TEXTS

DETECTOR = Detector()


def scored(pages, format):
    return DETECTOR.run([Page(page, format) for page in pages])


@given(
    st.lists(HTML, min_size=1, max_size=3) | st.lists(TEXTS, min_size=1, max_size=3),
    st.sampled_from(["text", "html"]),
)
def test_a_page_has_the_lines_that_it_has_alone(pages, format):
    for page, found in zip(pages, pages_lines(scored(pages, format)), strict=True):
        (alone,) = pages_lines(scored([page], format))
        for one, other in zip(found, alone, strict=True):
            assert np.array_equal(one, other)


@given(HTML, st.sampled_from(["text", "html"]))
def test_the_lines_of_a_page_are_those_of_its_batch(page, format):
    batch = scored([page], format)
    (found,) = pages_lines(batch)
    lines, clean, copies = batch.batch, batch.clean, batch.copies
    element = np.full(lines.line_start.size, -1) if batch.markup is None else batch.markup.line_element
    first = lines.line_start[0] if lines.line_start.size else 0
    wanted = (lines.line_start - first, lines.line_end - first, lines.line_segment[:-1], element)
    assert found.line.T.tolist() == [column.tolist() for column in wanted]
    size = lines.segment_end - lines.segment_start
    stays = (clean.stay_start - first, clean.stay_end - first)
    decided = (batch.decisions.kept, batch.decisions.cut_words > 0)
    wanted = (size, *stays, copies.of, *decided, copies.kind, batch.decisions.rule)
    assert found.segment.T.tolist() == [column.tolist() for column in wanted]
    if batch.markup is not None:
        assert found.element.T.tolist() == [batch.markup.tag.tolist(), batch.markup.parent.tolist()]
