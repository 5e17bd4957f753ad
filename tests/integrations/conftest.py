"""Pages that all integrations are tested with."""

import pytest

import detector

ARTICLE = """<!doctype html><html><head><title>The mill</title></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a> <a href="/contact">Contact</a></nav>
<article><h1>The mill at the river reopens</h1>
<p>The mill stood empty for thirty-one years, until the town bought it last spring and repaired the wheel.</p>
<p>On Saturday the doors opened, and more than two hundred people came to see how flour used to be made.</p>
</article>
<form><label>Leave a Reply</label><p>Your email address will not be published.</p><button>Post Comment</button></form>
<footer>© 2026 The Courier. All rights reserved. <a href="/privacy">Privacy policy</a></footer></body></html>"""
TEXT = (
    "Leave a Reply\n"
    "The mill stood empty for thirty-one years, until the town bought it last spring.\n"
    "Your email address will not be published."
)


@pytest.fixture
def pages():
    return [ARTICLE, TEXT]


@pytest.fixture
def clean():
    return [detector.clean(page) for page in (ARTICLE, TEXT)]
