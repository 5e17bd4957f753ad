"""Site profiles: learned, merged, pruned, saved; what is refused; how they change the scores of a page."""

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.detector import Detector
from detector.errors import ModelFormatError, PageError
from detector.sites.profile import MOST_LINES, SiteProfile
from detector.sites.recurrence import LineCounts
from detector.sites.sampled_pages import Known
from detector.sites.word_runs import RunCounts
from detector.text.keys import site_id
from detector.text.page import Page
from tests.corpus.made import story

MENU = ["Home", "Boats for hire", "Our crew and their stories from the harbour", "Contact"]
FOOTER = ["Written by the crew of the old harbour, who sail and write when the weather allows it"]
BODY = "The {0} boat {1} left at dawn and came back with much {1}, which the crew sold on the {1} quay."


def word(number):
    """A word that only this page has."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}{number * 7:03d}")


def page(number, menu=MENU, footer=FOOTER):
    body = [BODY.format(name, word(number)) for name in ("red", "green", "blue")]
    return "\n".join(
        [*menu, f"Catch of {word(number)} bay", *body, f"Posted on May {number % 28 + 1}, 2024", *footer]
    )


PAGES = [page(number) for number in range(12)]


def same(one, two):
    return (
        all(np.array_equal(left, right) for left, right in zip(one.counts, two.counts, strict=True))
        and np.array_equal(one.page, two.page)
        and (one.known, one.templates, one.name, one.whole) == (two.known, two.templates, two.name, two.whole)
        and all(
            left[0] == right[0] and np.array_equal(left[1], right[1])
            for left, right in zip(one.sample, two.sample, strict=True)
        )
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 10), st.randoms())
def test_profiles_merge_in_any_order_to_what_all_pages_give(cut, random):
    shuffled = [*PAGES]
    random.shuffle(shuffled)
    one, two = SiteProfile.learn(shuffled[:cut], "s"), SiteProfile.learn(shuffled[cut:], "s")
    whole = SiteProfile.learn(PAGES, "s")
    assert same(SiteProfile.merge([one, two]), whole)
    assert same(SiteProfile.merge([two, one]), whole)
    assert same(SiteProfile.learn(shuffled[cut:], "s", [one]), whole)


def test_a_page_given_twice_counts_once_and_as_html_too():
    twice = SiteProfile.learn([*PAGES, *PAGES[:3], "  \n"])
    html = SiteProfile.learn(["".join(f"<p>{line}</p>" for line in text.split("\n")) for text in PAGES])
    assert twice.pages == html.pages == len(PAGES)
    assert np.array_equal(twice.counts.key, html.counts.key)


@pytest.mark.parametrize("whole", [True, False])
def test_save_and_load_are_bit_equal_and_the_same_file(tmp_path, whole):
    profile = SiteProfile.learn(PAGES, "harbour")
    profile.save(tmp_path / "one", whole=whole)
    loaded = SiteProfile.load(tmp_path / "one")
    assert same(loaded, profile if whole else profile.pruned())
    loaded.save(tmp_path / "two", whole=whole)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_profile_tells_what_it_knows():
    shown = SiteProfile.learn(PAGES, "harbour").show()
    assert "harbour: 12 pages; one template" in shown
    assert "top     Home" in shown
    few = SiteProfile.learn(PAGES[:3], "harbour")
    assert not few.is_sure
    assert "too few to be sure" in few.show()


def test_a_redesign_is_seen():
    new = [
        page(number, ["Start", "Ships", "People"], ["All rights kept by the sailors"])
        for number in range(20, 30)
    ]
    profile = SiteProfile.learn([*PAGES, *new], redesigned=True)
    assert profile.templates == (12, 10)
    assert "2 templates" in profile.show()


def test_pruned_profiles_are_small_and_cannot_be_added_to():
    many = [
        page(number) + "\n" + "\n".join(f"x{number}y{line} z{line}" for line in range(300))
        for number in range(60)
    ]
    profile = SiteProfile.learn(many)
    few = profile.pruned()
    assert few.counts.key.size == MOST_LINES < profile.counts.key.size
    assert few.counts.pages.max() == 60
    with pytest.raises(ValueError, match="pruned"):
        SiteProfile.merge([few])


def test_a_file_of_ten_thousand_pages_is_small(tmp_path):
    rng, pages = np.random.default_rng(0), 10_000
    key = np.unique(rng.integers(-(2**63), 2**63 - 1, 50_000))
    counts = LineCounts(
        key,
        rng.integers(1, pages, key.size).astype(np.int32),
        np.array([site_id("s")]),
        np.array([pages], np.int32),
    )
    own = np.sort(rng.choice(2**32, pages, replace=False)).astype(np.uint32)
    texts = rng.integers(97, 122, (key.size, 100), dtype=np.uint8)
    known = {int(one): Known(bytes(text).decode(), 500, 1) for one, text in zip(key, texts, strict=True)}
    runs = RunCounts(key, np.full(key.size, pages // 2, np.int32))
    SiteProfile("s", counts, own, known, (120,), runs=runs).save(tmp_path / "site.profile")
    assert (tmp_path / "site.profile").stat().st_size < 200_000
    assert len(SiteProfile.load(tmp_path / "site.profile").known) == 200


def test_what_cannot_be_merged_is_refused():
    one, other = SiteProfile.learn(PAGES, "one"), SiteProfile.learn(PAGES, "other")
    with pytest.raises(ValueError, match="one site"):
        SiteProfile.merge([one, other])
    with pytest.raises(ValueError, match="share pages"):
        SiteProfile.merge([one, one])


@pytest.mark.parametrize("pages", [[], [PAGES[0]], [PAGES[0], PAGES[0]], ["", "…"]])
def test_too_few_pages_are_refused(pages):
    with pytest.raises(PageError, match="at least 2"):
        SiteProfile.learn(pages)


def _members(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def _write(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)


def _changed(path, **changes):
    members = _members(path)
    members["profile.json"] = json.dumps({**json.loads(members["profile.json"]), **changes}).encode()
    _write(path, members)


def _array(path, name, array):
    members = _members(path)
    with (path.parent / "array").open("wb") as file:
        np.save(file, array, allow_pickle=True)
    members[f"{name}.npy"] = (path.parent / "array").read_bytes()
    _write(path, members)


def _with_place(path, place):
    with zipfile.ZipFile(path) as file:
        lines = json.loads(file.read("profile.json"))["lines"]
    lines[0][2] = place
    _changed(path, lines=lines)


HOSTILE = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a profile"),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "middle gone": lambda path: path.write_bytes(path.read_bytes()[:300] + path.read_bytes()[400:]),
    "no JSON": lambda path: _write(path, {"other": b""}),
    "newer format": lambda path: _changed(path, format=99),
    "older format": lambda path: _changed(path, format=1),
    "other keys": lambda path: _changed(path, keys=1),
    "another name": lambda path: _changed(path, name="elsewhere"),
    "fewer recurring lines than none": lambda path: _changed(path, recurring=-5),
    "more recurring lines than lines": lambda path: _changed(path, recurring=10**400),
    "a line far below its page": lambda path: _with_place(path, 10**400),
    "a line above its page": lambda path: _with_place(path, -1),
    "lines of another shape": lambda path: _changed(path, lines=[[1, 2]]),
    "a line that is not counted": lambda path: _changed(path, lines=[[5, "x", 1, 1]]),
    "pickled": lambda path: _array(path, "key", np.array([object()])),
    "floats": lambda path: _array(path, "key", np.array([1.5])),
    "unsorted": lambda path: _array(path, "key", np.array([5, 1])),
    "more pages than there are": lambda path: _array(path, "pages", np.full(40, 99, np.int32)),
    "pages of two sites": lambda path: _array(path, "site", np.array([1, 2])),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_damaged_and_hostile_files_are_refused(tmp_path, change):
    path = tmp_path / "site.profile"
    SiteProfile.learn(PAGES).save(path)
    change(path)
    with pytest.raises(ModelFormatError, match=r"again|detector profile"):
        SiteProfile.load(path)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_any_change_of_a_file_gives_a_profile_or_a_named_error(tmp_path_factory, at, junk):
    path = tmp_path_factory.mktemp("profile") / "site.profile"
    SiteProfile.learn(PAGES).save(path)
    content = bytearray(path.read_bytes())
    at %= len(content)
    content[at : at + len(junk)] = junk
    path.write_bytes(content)
    try:
        assert SiteProfile.load(path).pages == len(PAGES)
    except ModelFormatError as error:
        assert str(path) in str(error)


def test_a_missing_file_is_a_named_error(tmp_path):
    with pytest.raises(ModelFormatError, match="does not exist"):
        Detector(profile=tmp_path / "none")


def test_lines_of_the_site_score_higher_and_say_why():
    profile = SiteProfile.learn(PAGES)
    alone, known = Detector().score(page(99)), Detector(profile=profile).score(page(99))
    last = len(known.lines) - 1
    assert known.lines[last].score > alone.lines[last].score
    reasons = [reason for reason in known.lines[last].reasons if reason.code == "site"]
    assert [reason.text for reason in reasons] == ["appears on 12 of 12 other pages of this site"]
    assert reasons[0].contribution > 0
    body = [number for number, line in enumerate(known.lines) if "boat left" in line.text]
    assert all(known.lines[number].kept for number in body)


NAMES = ["Ambon", "Ternate", "Raja Ampat", "Nias", "Banda", "Wakatobi", "Dieng", "Biak", "Bromo", "Sumba"]


def test_names_are_masked_as_numbers_are():
    """And a sentence that is on all pages is template, too."""
    office = "The harbour office helps everyone who wants to know the times of the boats."
    pages = [
        f"{page(at)}\n{10 + at} photos of {name}\nMore from {name} and the islands\n{office}"
        for at, name in enumerate(NAMES)
    ]
    profile = SiteProfile.learn(pages[1:])
    alone, known = (Detector(profile=one).score(pages[0]) for one in (None, profile))
    for before, after in zip(alone.lines[-3:], known.lines[-3:], strict=True):
        assert after.score > before.score
        assert not after.kept
    said = [reason.text for reason in known.lines[-2].reasons if reason.code == "site"]
    assert said == ["appears on 9 of 9 other pages of this site, with other names or numbers"]


def test_a_reason_does_not_say_more_than_a_pruned_profile_knows(monkeypatch):
    """The line itself may be left out of a large profile, beside the same line with masked numbers."""
    pages = [f"{page(at)}\nOpen from {7 + at % 4} to 18 on weekdays" for at in range(12)]
    whole = SiteProfile.learn(pages[1:])

    def said(profile):
        line = Detector(profile=profile).score(pages[0]).lines[-1]
        return [reason.text for reason in line.reasons if reason.code == "site"]

    assert said(whole) == ["appears on 11 of 11 other pages of this site, also with other names or numbers"]
    assert said(whole.pruned()) == said(whole)
    often = int((whole.counts.pages == whole.pages).sum()) + whole.pruned().runs.key.size
    monkeypatch.setattr("detector.sites.profile.MOST_LINES", often)
    small = whole.pruned()
    assert small.is_incomplete
    assert said(small) == [
        "appears on 11 of 11 other pages of this site, as it is or with other names or numbers"
    ]


@pytest.mark.parametrize("title", ["Recipe for {}", "Review of the {} ferry", "How to Cook {}"])
def test_titles_that_differ_in_names_stay(title):
    menu, footer = ["Home", "News", "Ferries", "Timetable", "Sign in"], ["About us", "Privacy policy"]
    pages = ["\n".join([*menu, title.format(name), *story(at)[1:], *footer]) for at, name in enumerate(NAMES)]
    profile = SiteProfile.learn(pages)
    for text, name in zip(pages, NAMES, strict=True):
        line = Detector(profile=profile).score(text).lines[len(menu)]
        assert line.text == title.format(name)
        assert line.kept
        assert not any("other names" in reason.text for reason in line.reasons)


def test_a_page_that_was_learned_from_is_not_its_own_witness():
    profile = SiteProfile.learn(PAGES)
    others = SiteProfile.learn(PAGES[1:])
    found, wanted = (Detector(profile=one).score(PAGES[0], "text") for one in (profile, others))
    assert [line.score for line in found.lines] == [line.score for line in wanted.lines]


def test_batches_and_formats_change_nothing():
    detector = Detector(profile=SiteProfile.learn(PAGES))
    pages = [Page(PAGES[0], "text"), Page(f"<p>{PAGES[1]}</p>", "html"), Page(PAGES[2], "text")]
    together = detector.score_batch(pages)
    assert [one.to_dict() for one in together] == [
        detector.score_batch([page])[0].to_dict() for page in pages
    ]
