"""The views show the kinds and copies of lines, tested with a page that has both."""

import json

import pytest

from tests.web.browser import serving

pytestmark = pytest.mark.browser

REASON = {"group": "evidence", "code": "phrases", "text": "words of comment forms", "contribution": 1.2}


def line(number, text, kind, kept, **more):
    rest = {
        "end": "\n",
        "score": 0.1 if kept else 0.9,
        "label": "content",
        "cuts": [],
        "clean": text,
    }
    return {
        "number": number,
        "text": text,
        "kind": kind,
        "kept": kept,
        "block": None,
        "reasons": [REASON],
        **rest,
        **more,
    }


PAGE = {
    "title": None, "format": "text", "content_share": 0.5, "clean_text": "The mill", "markdown": "The mill",
    "verdict": None, "cuts_if_kept": {}, "content_kept": [0, 1],
    "lines": [
        line(0, "The mill", "title", True, kinds={"title": 0.8, "body": 0.19, "notice": 0.01}),
        line(1, "The mill", "teaser", False, copy_of=0),
        line(2, "Leave a Reply", "form", False),
    ],
}  # fmt: skip


def test_kinds_are_shown_and_switched(new_page):
    with serving() as address:
        page = new_page()
        page.route(
            "**/ui/score", lambda route: route.fulfill(content_type="application/json", body=json.dumps(PAGE))
        )
        page.goto(address)
        page.get_by_role("button", name="Show me an example").click()
        page.locator("#L0").click()
        assert "title 0.80, body 0.19" in page.locator("#why .facts").text_content()
        page.locator("#L1 .jump").click()
        assert page.locator("#lines").get_attribute("aria-activedescendant") == "L0"
        page.get_by_text("Kinds", exact=True).click()
        page.get_by_label("Lines of the kind form").select_option("keep")
        page.get_by_role("tab", name="Clean text").click()
        assert page.locator("#text-out").text_content() == "The mill\nLeave a Reply"
