from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.data.planted import corpus_pages, writing
from benchmarks.data.planted.documents import PlantedDocuments, jaccard, shingles
from benchmarks.data.planted.sentences import languages, paragraph, sentence, shared_lines
from benchmarks.data.planted.sites import DECOY_PAGES, LARGEST, site, sites, sizes
from benchmarks.data.planted.stream import Stream

# Upper bounds of random integers; with some of them, many draws are rejected and repeated.
ENDS = st.sampled_from([1, 2, 28, 500, 225_000, 3_000_000_000])


@pytest.fixture(scope="module")
def corpus():
    return PlantedDocuments(300, seed=5)


@pytest.fixture(scope="module")
def some_sites():
    return [
        *sites(seed=2, count=6, largest=60),
        site(seed=2, number=9, size=1),
        site(2, 10, 2),
        site(2, 11, 3),
    ]


def test_true_pairs_are_those_of_brute_force(corpus):
    sets = {name: shingles(text) for name, text in corpus.documents()}
    assert sorted(sets) == list(range(300))
    every = {pair: jaccard(sets[pair[0]], sets[pair[1]]) for pair in combinations(sorted(sets), 2)}
    found = {(pair.left, pair.right): pair.jaccard for pair in corpus.pairs(0.8)}
    assert found == {pair: alike for pair, alike in every.items() if alike >= 0.8}
    assert len(found) > 30


def test_families_share_no_text(corpus):
    family = {name: number for number, members in enumerate(corpus.families()) for name, _ in members}
    sets = {name: shingles(text) for name, text in corpus.documents()}
    strangers = (
        jaccard(sets[one], sets[other])
        for one, other in combinations(sorted(sets), 2)
        if family.get(one, -one - 1) != family.get(other, -other - 1)
    )
    # Only short documents can share a few words by chance.
    assert max(strangers) < 0.05


def test_jaccard_is_spread_over_the_range():
    bins = Counter(int((pair.jaccard - 0.6) / 0.1) for pair in PlantedDocuments(3000, 1).pairs(0.6))
    counts = [bins[at] for at in range(4)]
    assert min(counts) > 0.6 * sum(counts) / 4


def test_documents_are_the_same_alone_and_in_a_stream(corpus):
    assert list(corpus.documents(17, 23)) == [corpus.document(name) for name in range(17, 23)]
    assert PlantedDocuments(300, 5).document(42) == corpus.document(42)
    assert PlantedDocuments(300, 6).document(42) != corpus.document(42)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(0, 10_000))
def test_every_id_stands_once(n, seed):
    corpus = PlantedDocuments(n, seed)
    assert sorted(corpus._id(place) for place in range(n)) == list(range(n))
    assert all(corpus._place(corpus._id(place)) == place for place in range(0, n, 7))


def test_a_million_documents_can_be_reached_one_by_one():
    corpus = PlantedDocuments(1_000_000, seed=3)
    assert len(corpus.document(999_999)[1]) > 20
    pair = next(corpus.pairs(0.8))
    texts = [shingles(corpus.document(name)[1]) for name in (pair.left, pair.right)]
    assert jaccard(*texts) == pair.jaccard


def test_sizes_follow_zipf():
    assert sizes(4) == [LARGEST, LARGEST // 2, LARGEST // 3, LARGEST // 4]
    assert sizes(20, largest=3)[-1] == 1


def test_sites_are_seeded(some_sites):
    assert list(sites(seed=2, count=6, largest=60)) == some_sites[:6]
    assert site(2, 3, 15) == some_sites[3]
    assert site(3, 3, 15) != some_sites[3]


def test_a_third_of_the_template_is_on_fewer_than_half_of_the_pages(some_sites):
    for one in some_sites:
        pages = len(one.pages)
        rare = [line for line in one.template if line.rare]
        assert all(2 * sum(line.on) < pages for line in rare)
        assert all(2 * sum(line.on) >= pages for line in one.template if not line.rare)
        assert len(rare) == (round(0.3 * len(one.template)) if pages > 2 else 0)


def test_template_lines_stand_where_their_site_says(some_sites):
    for one in some_sites:
        for number, page in enumerate(one.pages):
            wanted = Counter(line.text for line in one.template if line.on[number] and "{" not in line.text)
            found = Counter(
                line.text for line in page.lines if line.label == "template" and line.kind.startswith("fixed")
            )
            assert found == wanted


def test_numbers_and_dates_vary(some_sites):
    varying = {
        line.text for page in some_sites[0].pages for line in page.lines if line.kind.startswith("varying")
    }
    assert len(varying) > 60


def test_headlines_come_back_in_every_way(some_sites):
    kinds = Counter(line.kind for one in some_sites for page in one.pages for line in page.lines)
    assert min(kinds[kind] for kind in ("verbatim", "varied", "prefix", "teaser")) > 20
    for page in some_sites[0].pages:
        title = next(line.text for line in page.lines if line.kind == "headline")
        for line in page.lines:
            if line.kind == "verbatim":
                assert line.text == title
                assert line.label == "repeat"
            if line.kind == "prefix":
                assert line.text.startswith(title)
                assert line.text[: line.cut].startswith(title)
                assert line.label == "content"
            if line.kind == "teaser":
                assert line.text != title


def test_decoys_recur_and_are_content(some_sites):
    one = some_sites[0]
    pages = Counter(
        line.text for page in one.pages for line in {*page.lines} if line.kind in ("refrain", "heading")
    )
    assert len(pages) > 4
    assert min(pages.values()) >= DECOY_PAGES
    quoted = [line for page in one.pages for line in page.lines if line.kind == "quoted"]
    assert [line.label for line in quoted] == ["content"]
    own = [line for page in one.pages for line in page.lines if line.text == quoted[0].text]
    assert Counter(line.label for line in own)["template"] >= 1


def test_running_text_is_used_once():
    lines = [f"A line of running text, number {number}." for number in range(40)]
    one = site(1, 0, 9, {language.code: lines for language in languages()})
    used = Counter(line.text for page in one.pages for line in page.lines if line.text in lines)
    assert len(used) > 15
    assert set(used.values()) == {1}


def test_all_languages_have_material():
    for language in languages():
        assert len(set(language.words)) > 100
        assert len(language.template) == 20


def test_the_program_writes_both_kinds(tmp_path):
    writing.command(["documents", "--count", "60", "--output", str(tmp_path)], standalone_mode=False)
    options = ["--count", "3", "--largest", "9", "--output", str(tmp_path)]
    writing.command(["sites", *options], standalone_mode=False)
    assert len((tmp_path / "documents.jsonl").read_text().splitlines()) == 60
    assert len((tmp_path / "pages.jsonl").read_text().splitlines()) == 9 + 4 + 3
    assert len((tmp_path / "truth.jsonl").read_text().splitlines()) == 9 + 4 + 3


@pytest.mark.shared
def test_shared_lines_are_of_the_language(shared):
    assert len(shared_lines("de", most=50)) == 50


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(0, 2), ENDS, st.integers(0, 40))),
)
def test_the_stream_is_that_of_numpy(seed, before, draws):
    generator, other = np.random.default_rng(seed), np.random.default_rng(seed)
    for one in (generator, other):
        one.integers(0, 7, before)
    stream = Stream.after(other)
    for kind, end, size in draws:
        if kind == 0:
            assert stream.random() == generator.random()
        elif kind == 1:
            assert stream.integers(5, 5 + end) == generator.integers(5, 5 + end)
        else:
            assert stream.integers(5, 5 + end, size) == generator.integers(5, 5 + end, size).tolist()


def test_a_paragraph_is_that_of_numpy():
    for seed in range(20):
        generator, stream = np.random.default_rng(seed), Stream(np.random.PCG64(seed))
        for language in languages():
            count = generator.integers(2, 6)
            gap = "" if language.joined else " "
            made = gap.join(sentence(generator, language) for _ in range(count))
            assert paragraph(stream, language) == made


def test_a_corpus_is_the_same_in_pieces(tmp_path, monkeypatch):
    corpus_pages.write(tmp_path / "whole", 700)
    monkeypatch.setattr(corpus_pages, "TOGETHER", 37)
    monkeypatch.setattr(corpus_pages, "LEAST_TASKS", 100)
    corpus_pages.write(tmp_path / "pieces", 700)
    for name in ("pages.jsonl", "truth.jsonl"):
        whole = (tmp_path / "whole" / name).read_bytes()
        assert (tmp_path / "pieces" / name).read_bytes() == whole
        assert whole.count(b"\n") == 700
