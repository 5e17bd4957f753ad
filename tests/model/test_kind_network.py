"""The network of kinds: the kernel against its reference, and the kinds that lines get.

What is decided by kinds is in tests/test_by_kind.py.
"""

from dataclasses import replace

import numpy as np
import pytest

from detector import Detector, Settings
from detector.model.files import Model, default_model
from detector.model.line_kinds import (
    BLOCKS,
    EMBEDDING,
    NGRAM_BITS,
    TOKEN_BITS,
    LineKindNetwork,
    columns_of,
    in_bytes,
)
from detector.model.score import score_lines
from detector.records import LINE_KINDS, Format
from detector.sites.profile import SiteProfile
from detector.text.page import Page
from detector.text.read import read_batch
from tests.oracles.line_kinds import kinds_of_lines

HTML = (
    "<html><body><nav class='menu'><ul><li><a href='/'>Home</a><li><a href='/n'>News</a></ul></nav>"
    "<h1>The mill is open</h1><p class=byline>By Ann</p><p>The mill stood empty for years. <b>Then</b> it was "
    "bought.</p><figure><figcaption>The mill in May</figcaption></figure>"
    "<div id=comments><p>Well done!</p></div><footer>© 2026 The Mill</footer></body></html>"
)
TEXT = "Home\nNews\nThe mill is open\n\nThe mill stood empty for years.\n木の家は古い。\nShare\n© 2026"


def network(format: Format, seed: int = 0) -> LineKindNetwork:
    """Return a network of random weights."""
    rng = np.random.default_rng(seed)
    first, second = columns_of(format)
    dense, own = first.size + second.size + 1, EMBEDDING * (2 if format == "html" else 1)

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    tokens = 1 << TOKEN_BITS if format == "html" else 0
    return LineKindNetwork(
        *in_bytes(drawn(1 << NGRAM_BITS, EMBEDDING)), *in_bytes(drawn(tokens, EMBEDDING)), first, second,
        drawn(dense),
        np.abs(drawn(dense)), drawn(6, dense + BLOCKS * own), drawn(6), drawn(13, 6), drawn(13),
    )  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Model:
    """A model with networks of kinds of random weights."""
    base = default_model()
    return replace(
        base,
        html=replace(base.html, kinds=network("html")),
        text=replace(base.text, kinds=network("text", 1)),
    )


@pytest.mark.parametrize(("format", "text"), [("html", HTML), ("text", TEXT)])
def test_kernel_is_its_reference(model: Model, format: Format, text: str) -> None:
    """Pages of a batch get what numpy says, alone and together with others."""
    other = "<p>One</p>" if format == "html" else "One"
    pages = [Page.read(page, format) for page in (other, text, text * 60, "" if format == "text" else "<p>")]
    batch, words, markup, _ = read_batch(pages)
    found = score_lines(batch, words, markup, model).kinds
    assert found.shape == (batch.segment_start.size, len(LINE_KINDS))
    np.testing.assert_allclose(found, kinds_of_lines(batch, words, markup, model), atol=2e-3)
    batch, words, markup, _ = read_batch(pages[1:2])
    alone = score_lines(batch, words, markup, model).kinds
    np.testing.assert_array_equal(found[1 : 1 + alone.shape[0]], alone)


def test_lines_have_kinds(model: Model) -> None:
    """A line's kind is the likeliest, and the probabilities come with it."""
    page = Detector(model).score(HTML)
    for line in page.lines:
        assert (line.kind is None) == (line.label == "blank")
        if line.kind is not None:
            assert line.kinds[line.kind] == max(line.kinds.values())
            assert sum(line.kinds.values()) == pytest.approx(1, abs=0.01)
    assert {"kind", "kinds"} <= page.to_dict()["lines"][0].keys()


def test_no_kinds_without_a_network() -> None:
    """A model that was trained without kinds gives none, and decides by scores alone."""
    base = default_model()
    without = replace(base, html=replace(base.html, kinds=None), text=replace(base.text, kinds=None))
    page = Detector(without).score(TEXT, "text")
    assert all(line.kind is None and not line.kinds for line in page.lines)
    assert page.clean_text == Detector(without, Settings(keep=("form",))).score(TEXT, "text").clean_text


def test_a_site_changes_kinds() -> None:
    """A line on every page of its site is not the page's title, however much it looks like one."""
    pages = [
        f"The Tarnfeld Herald\nMill {n} is sold\nMill {n} was sold on Monday for {n}00 euros."
        for n in range(12)
    ]
    alone = Detector().score(pages[3], "text").lines[0]
    known = Detector(profile=SiteProfile.learn(pages)).score(pages[3], "text").lines[0]
    assert known.score > alone.score
    assert known.kinds["title"] < alone.kinds["title"]
    assert sum(known.kinds.values()) == pytest.approx(1, abs=0.01)
