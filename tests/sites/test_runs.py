"""Runs of words: how they split text without newlines, and that nothing else changes."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.detector import Detector
from detector.sites.profile import SiteProfile
from detector.sites.word_runs import NO_RUNS, RUN, cut, pages_of_words, runs_of_pages
from detector.text.decoding import text_of, utf8
from detector.text.page import Page
from detector.text.plain import text_batch
from detector.text.words import words_of

MENU = (
    "Home Boats for hire Our crew and their stories from the harbour Prices and seasons Contact and directions "
    "Newsletter Log in Register"
)
FOOTER = "(C) 1999 the crew of the old harbour All rights reserved Imprint Privacy policy Cookie settings"
NAMES = ["anna", "berta", "clara", "dora", "emma", "frida", "greta", "hanna", "ida", "jana", "karla", "lena"]
NOUNS = [
    "basket",
    "boat",
    "bell",
    "bridge",
    "captain",
    "cellar",
    "child",
    "coat",
    "crab",
    "cup",
    "doctor",
    "door",
    "fisherman",
    "fog",
    "garden",
    "girl",
    "hammer",
    "harbour",
    "herring",
    "horse",
    "house",
    "island",
    "keeper",
    "lamp",
    "letter",
    "light",
    "market",
    "mother",
    "net",
    "oar",
    "orchard",
    "pilot",
    "quay",
    "road",
    "rope",
    "sailor",
    "school",
    "shoemaker",
    "song",
    "storm",
    "table",
    "tide",
    "tower",
    "village",
    "wall",
    "widow",
    "window",
    "wind",
    "winter",
]
VERBS = [
    "found",
    "carried",
    "watched",
    "mended",
    "forgot",
    "painted",
    "sold",
    "followed",
    "remembered",
    "feared",
    "answered",
    "counted",
]
PLACES = ["behind", "under", "beside", "near", "above", "beyond", "across", "from", "inside", "towards"]
CHINESE = "首页新闻体育财经娱乐科技汽车房产教育旅游健康博客论坛视频图片专题登录注册联系我们"


def body(name):
    """Fifteen sentences of ordinary words, different for every name."""
    random = Random(name)

    def some(words):
        return random.choice(words)

    return " ".join(
        f"The {some(NOUNS)} {some(PLACES)} the {some(NOUNS)} {some(VERBS)} her {some(NOUNS)}, and {name} "
        f"{some(VERBS)} a {some(NOUNS)} {some(PLACES)} the old {some(NOUNS)}."
        for _ in range(15)
    )


def page(name, menu=MENU, footer=FOOTER):
    return f"{menu} {name.title()} and the {Random(name).choice(NOUNS)} {body(name)} {footer}"


PAGES = [page(name) for name in NAMES]
NEW = page("martha")


def segments(batch):
    spans = zip(batch.segment_start, batch.segment_end, strict=True)
    return [text_of(bytes(batch.data[start:end])) for start, end in spans]


def test_a_page_on_one_line_is_cut_where_the_site_begins_and_ends():
    profile = SiteProfile.learn(PAGES)
    batch = text_batch([utf8(NEW)])
    refined, words, sites = profile.look_at(batch, words_of(batch))
    found = segments(refined)
    assert found[0] == f"{MENU} "
    assert found[1].startswith("Martha and the")
    assert found[-1] == FOOTER
    assert sites.by_runs[0].tolist() == [len(PAGES), len(PAGES)]
    assert sites.by_runs[-1].tolist()[1] == len(PAGES)
    assert np.array_equal(words.key, words_of(batch).key)


def test_the_clean_text_loses_the_menu_and_keeps_the_story():
    profile = SiteProfile.learn(PAGES)
    scored = Detector(profile=profile).score(NEW)
    assert body("martha") in scored.clean_text
    assert "Log in" not in scored.clean_text
    assert "Imprint" not in scored.clean_text
    without = Detector(profile=replace(profile, runs=NO_RUNS)).score(NEW)
    assert ("Log in" in without.clean_text) or body("martha") not in without.clean_text
    assert "recurring runs of words in long lines" in profile.show()


def test_scripts_without_spaces_have_runs_too():
    # Forty characters in another order on every page: no two pages share a run of them.
    def story(seed):
        return "".join(chr(0x4E00 + (seed * 7919 + at * at * 31 + at * seed) % 5000) for at in range(1100))

    pages = [f"{CHINESE}{story(seed)}" for seed in range(1, 13)]
    profile = SiteProfile.learn(pages[:11])
    batch = text_batch([utf8(pages[11])])
    assert segments(profile.look_at(batch, words_of(batch))[0])[0] == CHINESE


def test_lines_that_are_not_long_are_not_cut():
    pages = [f"{MENU} {body(name)[:600]}" for name in NAMES]
    batch = text_batch([utf8(page) for page in pages])
    assert max(len(page) for page in pages) <= 1000
    assert all(not runs.size for runs in runs_of_pages(batch, words_of(batch)))
    assert SiteProfile.learn(pages).runs.key.size == 0


def test_other_numbers_are_no_exact_copies():
    rng = Random(0)
    pages = [" ".join(str(rng.randrange(10_000)) for _ in range(400)) for _ in range(12)]
    batch = text_batch([utf8(" ".join(str(rng.randrange(10_000)) for _ in range(400)))])
    _, _, sites = SiteProfile.learn(pages).look_at(batch, words_of(batch))
    assert sites.by_runs.tolist() == [[0, 12]]


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 10), st.randoms())
def test_runs_merge_in_any_order(at, random):
    shuffled = [*PAGES]
    random.shuffle(shuffled)
    one, two = SiteProfile.learn(shuffled[:at], "s"), SiteProfile.learn(shuffled[at:], "s")
    whole = SiteProfile.learn(PAGES, "s")
    for merged in (SiteProfile.merge([one, two]), SiteProfile.merge([two, one])):
        assert np.array_equal(merged.runs.key, whole.runs.key)
        assert np.array_equal(merged.runs.pages, whole.runs.pages)


@pytest.mark.parametrize("whole", [True, False])
def test_runs_are_saved(tmp_path, whole):
    profile = SiteProfile.learn(PAGES)
    profile.save(tmp_path / "site.profile", whole=whole)
    loaded, kept = SiteProfile.load(tmp_path / "site.profile"), profile if whole else profile.pruned()
    assert np.array_equal(loaded.runs.key, kept.runs.key)
    assert np.array_equal(loaded.runs.pages, kept.runs.pages)
    assert Detector(profile=loaded).score(NEW).to_dict() == Detector(profile=profile).score(NEW).to_dict()


def test_a_page_that_was_learned_from_is_not_its_own_witness():
    everyone, others = SiteProfile.learn(PAGES), SiteProfile.learn(PAGES[1:])
    found, wanted = (Detector(profile=one).score(PAGES[0]) for one in (everyone, others))
    assert found.lines == wanted.lines


def test_batches_change_nothing():
    detector = Detector(profile=SiteProfile.learn(PAGES))
    pages = [Page(text, "text") for text in (NEW, "Home\nContact", PAGES[0], "", f"{NEW}\n{body('nora')}")]
    together = detector.score_batch(pages)
    assert [one.to_dict() for one in together] == [
        detector.score_batch([page])[0].to_dict() for page in pages
    ]


WORD = st.sampled_from(["a", "Boat", "(harbour)", "1999", "“Ünïcode”", "字", "end.", "—", "x" * 40])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(WORD, min_size=1, max_size=60), st.integers(0, 40), st.sampled_from([" ", "", "\n", "\u2003"])
)
def test_cuts_lose_nothing_and_fall_between_words(words, at, space):
    site = " ".join(f"word{'abcdefghij'[number]}" for number in range(RUN + 2))
    profile = SiteProfile.learn([f"{site} {body(name)}" for name in NAMES])
    text = space.join([*words[:at], f" {site} ", *words[at:]]) + " " + body("zora")
    batch = text_batch([utf8(text)])
    before = words_of(batch)
    pages = pages_of_words(batch, before, profile.runs, profile.pages, np.zeros(1, np.bool_))
    refined = cut(batch, before, pages)
    assert "".join(segments(refined)) == "".join(segments(batch))
    assert (refined.segment_end > refined.segment_start).all()
    after = words_of(refined)
    assert np.array_equal(after.start, before.start)
    assert np.array_equal(after.end, before.end)
    assert refined.line_segment[-1] == refined.segment_start.size
