"""The network for kinds of lines: the kernel against its reference, and what its output is used for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector import Detector, Settings
from detector.decisions_by_kind import KnownKinds, by_kind
from detector.errors import SettingsError
from detector.model.files import Model, default_model
from detector.model.line_kinds import EMBEDDING, NGRAM_BITS, TOKEN_BITS, LineKindNetwork, columns_of, in_bytes
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
    """Return a network with random weights."""
    rng = np.random.default_rng(seed)
    first, second = columns_of(format)
    dense, own = first.size + second.size + 1, EMBEDDING * (2 if format == "html" else 1)

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    tokens = 1 << TOKEN_BITS if format == "html" else 0
    return LineKindNetwork(
        *in_bytes(drawn(1 << NGRAM_BITS, EMBEDDING)), *in_bytes(drawn(tokens, EMBEDDING)), first, second,
        drawn(dense),
        np.abs(drawn(dense)), drawn(6, dense + 3 * own), drawn(6), drawn(13, 6), drawn(13),
    )  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Model:
    """A model whose networks for kinds have random weights."""
    base = default_model()
    return replace(
        base,
        html=replace(base.html, kinds=network("html")),
        text=replace(base.text, kinds=network("text", 1)),
    )


@pytest.mark.parametrize(("format", "text"), [("html", HTML), ("text", TEXT)])
def test_kernel_is_its_reference(model: Model, format: Format, text: str) -> None:
    """Pages get the same results as from numpy, alone and together with others."""
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
    """A line's kind is the most probable one, and all probabilities are given."""
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


def test_policy_by_kind() -> None:
    """A kept kind lowers the value decided by, a dropped kind raises it, and others leave the score as it is."""
    scores = np.array([0.9, 0.9, 0.1, 0.4], np.float32)
    kinds = np.zeros((4, len(LINE_KINDS)), np.float32)
    kinds[0, LINE_KINDS.index("title")] = 1
    kinds[1, LINE_KINDS.index("form")] = kinds[2, LINE_KINDS.index("caption")] = 1
    kinds[3, LINE_KINDS.index("title")] = kinds[3, LINE_KINDS.index("caption")] = 0.5
    pages, known = np.array([0, 3, 4]), KnownKinds(kinds, np.zeros(2, np.float32), np.zeros(2, np.float32))
    decided = by_kind(scores, known, pages, ("title",), ("caption",)).decided
    np.testing.assert_allclose(decided, [0, 0.9, 1, 0.5])
    np.testing.assert_array_equal(by_kind(scores, known, pages), (scores, scores))


def test_a_page_has_one_title() -> None:
    """Only the most probable line of each page stays as its title; the more it stands out, the surer this is."""
    scores = np.full(8, 0.8, np.float32)
    kinds = np.zeros((8, len(LINE_KINDS)), np.float32)
    kinds[:, LINE_KINDS.index("title")] = [0.5, 0.75, 0.25, 0.2, 0.2 / 3, 0.2 / 3, 0.09, 0]
    known, pages = (
        KnownKinds(kinds, np.zeros(4, np.float32), np.zeros(4, np.float32)),
        np.array([0, 3, 3, 6, 8]),
    )
    decided = by_kind(scores, known, pages, ("title",), ("comment",)).decided
    wanted = [0.8, 0.2, 0.8, 0.8 * (1 - 9 / 11), 0.8, 0.8, 0.8 * (1 - 0.09), 0.8]
    np.testing.assert_allclose(decided, wanted, atol=1e-3)


def test_comments_go_from_a_quarter_on() -> None:
    """But not on a forum, where they are the posts."""
    scores = np.full(4, 0.25, np.float32)
    kinds = np.zeros((4, len(LINE_KINDS)), np.float32)
    kinds[:, LINE_KINDS.index("comment")] = [0.25, 0.75, 1, 1]
    known = KnownKinds(kinds, np.array([0, 0.75], np.float32), np.zeros(2, np.float32))
    decided = by_kind(scores, known, np.array([0, 3, 4]), (), ("comment",)).decided
    np.testing.assert_allclose(decided, [0.25, 0.75, 1, 0.25], atol=1e-3)
    kept = by_kind(scores, known, np.array([0, 3, 4]), ("comment",)).decided
    np.testing.assert_allclose(kept, [0.188, 0.062, 0, 0], atol=1e-3)


def test_to_keep_the_title_drops_nothing_else() -> None:
    """The page's threshold is the one that the scores give without keeping the title."""
    page = "<nav><a href=/>Home</a></nav><h1>A title</h1><p>The town council met on Monday to discuss the bridge.</p>"
    for text in (HTML, TEXT, page):
        alone, default = (Detector(settings=Settings(keep=keep, drop=())).score(text) for keep in ((), None))
        assert {line.number for line in alone.lines if line.kept} <= {
            line.number for line in default.lines if line.kept
        }


@pytest.mark.parametrize(
    ("settings", "keep", "drop"),
    [
        (Settings(), ("title",), ("comment", "author")),
        (Settings(keep=("comment",)), ("comment",), ("author",)),
        (Settings(drop=("title",)), (), ("title",)),
        (Settings(keep=(), drop=()), (), ()),
        (Settings(lose_at_most=0.01), ("title",), ()),
        (Settings(recall=0.9, drop=("form",)), ("title",), ("form",)),
        (Settings(precision=0.9), ("title",), ("comment", "author")),
    ],
)
def test_the_default_gives_way(settings: Settings, keep: tuple[str, ...], drop: tuple[str, ...]) -> None:
    """Given settings replace the default, which never contradicts them."""
    assert settings.kinds_decided() == (keep, drop)


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


@pytest.mark.parametrize(
    ("keep", "drop", "message"),
    [(("headline",), (), "keep has unknown kinds headline"), (("form",), ("form",), "both have form")],
)
def test_wrong_kinds(keep: tuple[str, ...], drop: tuple[str, ...], message: str) -> None:
    """An unknown kind, or one that is both kept and dropped, is refused."""
    with pytest.raises(SettingsError, match=message):
        Settings(keep=keep, drop=drop)


def test_the_kind_is_named_where_it_decided() -> None:
    """If a line would be kept by its score alone, a reason says that its kind is dropped."""
    page = Path("examples/news.html").read_bytes()
    by_score = Detector(settings=Settings(keep=(), drop=())).score(page)
    without = Detector(settings=Settings(drop=("body",))).score(page)
    changed = [
        new for old, new in zip(by_score.lines, without.lines, strict=True) if old.kept and not new.kept
    ]
    assert {line.reasons[-1].text for line in changed if line.kind == "body"} == {
        "dropped because of its kind, body"
    }
    assert all(reason.code != "kind" for line in by_score.lines for reason in line.reasons)
