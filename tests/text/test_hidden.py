"""What counts as hidden: `display: none`, `visibility: hidden` and `hidden`, and nothing else."""

import pytest

from detector.text.html import html_batch
from detector.text.tags import INSIDE

HIDDEN = {
    "attribute": "hidden",
    "attribute with a value": "hidden=until-found",
    "display": "style='display:none'",
    "display among others": "style='color: red; DISPLAY : None ; margin: 0'",
    "display, important": "style='display:none!important'",
    "visibility": "style='visibility: hidden'",
}
SHOWN = {
    "text decoration": "style='text-decoration:none'",
    "overflow": "style='overflow:hidden'",
    "border": "style='border:none'",
    "list style": "style='list-style:none'",
    "background": "style='background:none'",
    "display of another kind": "style='display:block; float:none'",
    "a name that ends in display": "style='--display:none'",
    "a value that begins with none": "style='display:none-such'",
    "aria-hidden": "aria-hidden=true",
    "a class": "class=hidden",
}


def is_hidden(attributes):
    batch, markup = html_batch([f"<div {attributes}><p>one</p></div><p>two</p>".encode()])
    assert batch.line_start.size == 2
    inside = markup.inside[markup.line_element[:2]]
    hidden = [bool(bits >> INSIDE.index("hidden") & 1) for bits in inside]
    assert not hidden[1]
    return hidden[0]


@pytest.mark.parametrize("attributes", HIDDEN.values(), ids=HIDDEN)
def test_hidden(attributes):
    assert is_hidden(attributes)


@pytest.mark.parametrize("attributes", SHOWN.values(), ids=SHOWN)
def test_shown(attributes):
    assert not is_hidden(attributes)
