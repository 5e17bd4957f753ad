"""The pictures of the documentation show what the examples give today."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.pictures.__main__ import IMAGES, pictures


@pytest.fixture(scope="module")
def drawn():
    return pictures()


def test_pictures_are_up_to_date(drawn):
    stale = [name for name, picture in drawn.items() if (IMAGES / name).read_text("utf-8") != picture]
    assert stale == [], "run `make pictures`"


def test_pictures_are_svg_with_a_title(drawn):
    for picture in drawn.values():
        root = ElementTree.fromstring(picture)
        assert root.tag.endswith("svg")
        assert root[0].text


def test_every_drawn_picture_is_shown(drawn):
    docs = Path(IMAGES).parent
    shown = "".join(path.read_text("utf-8") for path in docs.glob("*.md"))
    assert [name for name in drawn if f"images/{name}" not in shown] == []
