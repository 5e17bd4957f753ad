"""The profile of a site: on how many of its pages each line appears, in a small file.

    profile = SiteProfile.learn(Path("pages").iterdir())
    profile.save(Path("site.profile"))
    Detector(profile="site.profile").score(page)

Learned profiles are complete and can be merged in any order. `pruned` profiles, which `save` writes by
default, lack rare lines and cannot be merged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError, PageError
from detector.records import Batch, Integers, Words
from detector.sites import profile_files as files
from detector.sites import word_runs as runs
from detector.sites.recurrence import SURE_PAGES, LineCounts, Sites, merge, most_frequent
from detector.sites.sampled_pages import (
    PLACES,
    CountedPage,
    Known,
    KnownLine,
    all_known,
    batches,
    counted_pages,
    known_lines,
    page_hash,
)
from detector.sites.several_sites import refuse_several_sites
from detector.sites.templates import Sampled, recurring_lines, sizes_of, templates_of
from detector.sites.word_runs import NO_RUNS, RunCounts
from detector.text.keys import line_keys, site_id
from detector.text.page import Input, Page
from detector.text.words import words_of

# The least pages of a profile; up to this many it is not reliable.
LEAST_PAGES: Final = 2
# The most lines and runs in a pruned profile. From 10,000 pages, it has 180 KB.
MOST_LINES: Final = 10_000
MOST_RUNS: Final = 5_000
MOST_TEXTS: Final = 200
# The number of pages from which templates are found: those with the smallest keys.
SAMPLED: Final = 128


@dataclass(frozen=True)
class SiteProfile:
    """The lines that recur on a site.

    name: of the site; counts: on how many pages each line appears
    page: uint32, sorted hashes of the lines of each counted page
    known: texts of lines by key (as in `counts`)
    templates: number of pages of each template, in a sample of at most 128 pages
    sample: that sample; empty in a pruned profile
    whole: whether the profile has all lines
    runs: on how many pages each run of words in long lines appears
    recurring: number of different lines on at least two pages
    """

    name: str
    counts: LineCounts
    page: NDArray[np.uint32]
    known: dict[int, Known]
    templates: tuple[int, ...]
    sample: tuple[Sampled, ...] = ()
    whole: bool = True
    runs: RunCounts = NO_RUNS
    recurring: int = 0

    @property
    def pages(self) -> int:
        """The number of pages counted."""
        return int(self.counts.site_pages.sum())

    @property
    def is_sure(self) -> bool:
        """Whether there were enough pages for a reliable profile."""
        return self.pages >= SURE_PAGES

    @property
    def is_incomplete(self) -> bool:
        """Whether lines were left out because there were too many."""
        return not self.whole and self.counts.key.size + self.runs.key.size >= MOST_LINES

    @classmethod
    def learn(
        cls,
        pages: Iterable[Input | Page],
        name: str = "site",
        before: "Sequence[SiteProfile]" = (),
        redesigned: bool = False,
    ) -> "SiteProfile":
        """Learn the profile of a site from its pages. Repeated pages count once.

        before: whole profiles of the site to add the pages to
        redesigned: the pages belong to one site, even if they look like several
        Raises `PageError` for fewer than two pages, and for pages of several sites.
        """
        parts = list(before)
        seen = {own for part in parts for own in part.page.tolist()}
        for batch in batches(pages):
            counted = [page for page in counted_pages(batch, site_id(name)) if page.own not in seen]
            counted = list({page.own: page for page in counted}.values())
            seen.update(page.own for page in counted)
            parts.append(_of_pages(counted, name))
        profile = cls.merge(parts, name)
        if profile.pages < LEAST_PAGES:
            raise PageError(
                f"a site's profile needs at least {LEAST_PAGES} different pages, not {profile.pages}: "
                "name more pages of the site, or a folder of them"
            )
        if not redesigned:
            refuse_several_sites(profile.sample, _recurring(profile.counts, profile.runs))
        return profile

    @classmethod
    def merge(cls, profiles: "Sequence[SiteProfile]", name: str | None = None) -> "SiteProfile":
        """Return the profile of all pages of several profiles, in any order.

        Raises `ValueError` for profiles of several sites, for pruned ones, or if a page is in two of them.
        """
        names = {profile.name for profile in profiles} | ({name} if name is not None else set())
        if len(names) != 1:
            raise ValueError(f"a profile is for one site, not for {', '.join(sorted(names)) or 'none'}")
        if any(not profile.whole for profile in profiles):
            raise ValueError(f"the profile of {min(names)} is pruned: save it whole (`--whole`) to add to it")
        page = np.sort(np.concatenate([np.zeros(0, np.uint32), *(profile.page for profile in profiles)]))
        if (page[1:] == page[:-1]).any():
            raise ValueError(f"profiles of {min(names)} share pages: give each page once")
        counts = merge([profile.counts for profile in profiles])
        every = [entry for profile in profiles for entry in profile.sample]
        sample = sorted(every, key=lambda entry: entry.own)[:SAMPLED]
        of_runs = runs.merged([profile.runs for profile in profiles])
        templates = sizes_of(templates_of(sample, _recurring(counts, of_runs)), len(sample))
        known = all_known(profile.known for profile in profiles)
        profile = cls(min(names), counts, page, known, templates, tuple(sample), runs=of_runs)
        return replace(profile, recurring=sum(line.pages > 1 for line in profile.lines()))

    def pruned(self) -> "SiteProfile":
        """Return the profile with only its most frequent lines, and the texts of 200 recurring lines.

        With few pages, a line on a single page is evidence too, so such lines are kept if there is room.
        """
        of_runs = runs.recurring(self.runs, self.pages, MOST_RUNS)
        counts = most_frequent(self.counts, MOST_LINES - of_runs.key.size)
        there = set(counts.key.tolist())
        lines = (line for line in self.lines() if line.pages > 1 and line.key in there)
        known = {line.key: line.known for line in islice(lines, MOST_TEXTS)}
        return replace(self, counts=counts, known=known, sample=(), whole=False, runs=of_runs)

    def look_at(self, batch: Batch, words: Words) -> tuple[Batch, Words, Sites]:
        """Return the batch with long lines split at the site's runs, its words, and the counts."""
        page_segment = batch.page_segment()
        site = np.full(page_segment.size - 1, site_id(self.name), np.int64)
        counted = np.isin(page_hash(line_keys(words), page_segment), self.page)
        pages = runs.pages_of_words(batch, words, self.runs, self.pages, counted)
        if not pages.any():
            return batch, words, Sites(self.counts, site, counted, incomplete=self.is_incomplete)
        batch = runs.cut(batch, words, pages)
        words = words_of(batch)
        of_segments = runs.pages_of_segments(words, pages)
        return batch, words, Sites(self.counts, site, counted, of_segments, self.is_incomplete)

    def save(self, path: Path, whole: bool = False) -> None:
        """Write the profile atomically, pruned unless `whole`."""
        files.save(path, (self if whole else self.pruned())._stored())

    def _stored(self) -> files.Stored:
        return files.Stored(_about(self), _arrays_of(self))

    @classmethod
    def load(cls, path: str | Path) -> "SiteProfile":
        """Read a file, or hf://org/name; raises `ModelFormatError` if it is damaged or not a profile."""
        return _profile(files.load(found := files.path_of(path)), found)

    def push(self, address: str, private: bool = False, whole: bool = False) -> str:
        """Upload to hf://org/name; see `Model.push`. A profile has lines of its site: `show` lists them."""
        return files.push((self if whole else self.pruned())._stored(), self._head(), address, private)

    def lines(self) -> Iterator[KnownLine]:
        """Yield the lines that are known as text, each once, the most frequent first."""
        return known_lines(self.known, self.counts)

    def show(self, lines: int = 20) -> str:
        """Return the profile in words, with its most frequent lines."""
        rows = [
            f"{line.pages:>6}  {_place(line.known):<6}  {line.known.text}"
            for line in islice(self.lines(), lines)
        ]
        return "\n".join([self._head(), " pages  place   line", *rows])

    def _head(self) -> str:
        kinds = ", ".join(str(number) for number in self.templates)
        sure = "" if self.is_sure else f"; too few to be sure: give it {SURE_PAGES} or more"
        several = f"{len(self.templates)} templates, of {kinds} of the pages looked at"
        template = several if len(self.templates) > 1 else "one template"
        return (
            f"{self.name}: {self.pages} pages{sure}; {template if self.templates else 'no template'}; "
            f"{self.recurring} recurring lines{self._long_lines()}"
        )

    def _long_lines(self) -> str:
        """Return the counts of runs of words, if there are any."""
        number = runs.recurring(self.runs, self.pages, MOST_RUNS).key.size
        return f", {number} recurring runs of words in long lines" if number else ""


def _recurring(counts: LineCounts, of_runs: RunCounts) -> Integers:
    """Return int64, ascending: the keys of the recurring lines and runs of a site."""
    pages = int(counts.site_pages.sum())
    return np.union1d(recurring_lines(counts), runs.recurring(of_runs, pages, of_runs.key.size).key)


def _place(known: Known) -> str:
    return "top" if known.position < 0.25 else "bottom" if known.position > 0.75 else "middle"


def _of_pages(pages: Sequence[CountedPage], name: str) -> SiteProfile:
    """Return the profile of different pages."""
    return SiteProfile(
        name,
        merge([page.counts for page in pages]),
        np.sort(np.array([page.own for page in pages], np.uint32)),
        all_known(page.known for page in pages),
        (),
        tuple(
            Sampled(page.own, np.union1d(page.counts.key, page.runs), page.address, page.name)
            for page in pages
        ),
        runs=runs.counted([page.runs for page in pages]),
    )


def _arrays_of(profile: SiteProfile) -> dict[str, NDArray[Any]]:
    keys = [entry.key for entry in profile.sample]
    return {
        **profile.counts._asdict(),
        "run": profile.runs.key,
        "run_pages": profile.runs.pages,
        "page": profile.page,
        "sample_hash": np.array([entry.own for entry in profile.sample], np.uint32),
        "sample_start": np.cumsum([0, *(part.size for part in keys)], dtype=np.int64),
        "sample_key": np.concatenate([np.zeros(0, np.int64), *keys]),
    }


def _about(profile: SiteProfile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "whole": profile.whole,
        "templates": profile.templates,
        "recurring": profile.recurring,
        "addresses": [entry.address for entry in profile.sample],
        "lines": [[key, *known] for key, known in sorted(profile.known.items())],
    }


def _profile(stored: files.Stored, path: Path) -> SiteProfile:
    """Build the profile of a file; raises `ModelFormatError` if it is not one."""
    arrays, about = stored.arrays, stored.about
    try:
        name, whole = str(about["name"]), bool(about["whole"])
        known = {
            int(key): Known(str(text), int(place), int(pages)) for key, text, place, pages in about["lines"]
        }
        templates, recurring = tuple(int(number) for number in about["templates"]), int(about["recurring"])
        named = np.isin(np.array(list(known), np.int64), arrays["key"]).all()
        if not isinstance(about["addresses"], list) or not 0 <= recurring <= len(arrays["key"]):
            raise TypeError("addresses are a list, and at most all lines recur")
        if not all(0 <= line.place <= PLACES * line.pages for line in known.values()):
            raise ValueError("a line is on a page")
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ModelFormatError(f"{path} is not a profile; make it again") from None
    if not named or not files.fits(arrays, name):
        raise ModelFormatError(f"{path}: its parts do not fit together; make it again")
    counts = LineCounts(*(arrays[field] for field in LineCounts._fields))
    of_runs = RunCounts(arrays["run"], arrays["run_pages"])
    sample = _sample(stored)
    return SiteProfile(name, counts, arrays["page"], known, templates, sample, whole, of_runs, recurring)


def _sample(stored: files.Stored) -> tuple[Sampled, ...]:
    """Return the sampled pages of a file."""
    arrays, about = stored.arrays, stored.about
    own = arrays["sample_hash"].tolist()
    keys = np.split(arrays["sample_key"], arrays["sample_start"][1:-1])
    addresses = [None if one is None else str(one) for one in about["addresses"]]
    return tuple(Sampled(*page, "") for page in zip(own, keys, addresses, strict=False))
