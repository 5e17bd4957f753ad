"""Finds the sites of pages in folders: a mirror is one site, however deep its folders are.

    www.valley.org/2024/harbour/index.html     a folder that is a host's name: valley.org
    mirror/index.html, mirror/2024/1.html      pages of a folder that share a template: mirror, or the
                                               the address that they declare as their own (a canonical link)

Pages in any other folder are one site, named after the folder, unless they declare several. Pages outside of
all folders belong to the site that they declare, or to none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Final, NamedTuple

import numpy as np

from detector.corpus.formats.documents import Document, Part, SiteWay
from detector.corpus.formats.readers import read_page
from detector.corpus.inputs import Input
from detector.errors import KernelError, PageError
from detector.files.limits import DEFAULT_LIMITS
from detector.records import Integers
from detector.settings import Columns, FolderSites
from detector.sites.addresses import address_of
from detector.sites.names import LONE, site_of_folders
from detector.sites.recurrence import LineCounts, count_lines, merge
from detector.text.formats import found_format
from detector.text.keys import line_keys
from detector.text.page import Page
from detector.text.read import read_batch

# The most pages of a folder to look at.
SAMPLED: Final = 24
# This many lines are a template, if they are on half of the pages.
LEAST_LINES: Final = 3
# The share of pages that may lack most of these lines: unusual pages of a site.
MOST_WITHOUT: Final = 1 / 6
# The site of a page that is judged on its own.
ONE_SITE: Final = np.zeros(1, np.int64)
# The name of the site of all pages, if there is only one.
ALL: Final = "(all pages)"


class _Site(NamedTuple):
    """A site, and how it was found."""

    name: str
    way: SiteWay


_NOT_FOUND: Final = _Site("", "none")


def with_sites(inputs: Sequence[Input], how: FolderSites) -> list[Input]:
    """Return inputs with the sites of pages; "" if the page declares it itself, or has none."""
    names = [input.name for input in inputs if input.kind == "page" and not input.fault]
    by_name = {input.name: input for input in inputs}
    sites = _found(by_name, names) if how == "found" else {name: _by_rule(name, how) for name in names}
    found = [(input, sites.get(input.name, _NOT_FOUND)) for input in inputs]
    return [input._replace(site=site.name, site_way=site.way) for input, site in found]


def _by_rule(name: str, how: FolderSites) -> _Site:
    """Return the site of a page by a rule that the user chose."""
    folder = name.rpartition("/")[0]
    sites = {"one": ALL, "top": folder.partition("/")[0], "folder": folder, "none": ""}
    return _Site(sites[how], "folder_sites") if sites[how] else _Site(f"{LONE}{name}", "none")


def _found(inputs: Mapping[str, Input], names: Sequence[str]) -> dict[str, _Site]:
    """Return the sites of pages whose folders show them."""
    hosts = {name: site_of_folders(name) for name in names}
    rest = [name for name in names if hosts[name] is None]
    shared = dict(_divided(inputs, "", rest))
    return {name: _Site(host, "host_folder") for name, host in hosts.items() if host is not None} | shared


def _divided(inputs: Mapping[str, Input], folder: str, names: Sequence[str]) -> Iterator[tuple[str, _Site]]:
    """Yield the pages below a folder that belong to one site, in the folder itself or in its folders."""
    if len(names) < 2:
        return
    inside = _by_folder(folder, names)
    pages = list(_pages(inputs[name] for name in _spread(inside)))
    addresses, name = _addresses(pages), folder.rstrip("/") or ALL
    if len(addresses) <= 1 and _share_a_template(pages, folder, _has_index(inside[""])):
        yield from ((page, _Site(min(addresses, default=name), "template")) for page in names)
        return
    for deeper, below in inside.items():
        if deeper:
            yield from _divided(inputs, f"{folder}{deeper}/", below)
    if folder:
        yield from ((page, _Site(name, "folder")) for page in _loose(inputs, inside[""]))


def _loose(inputs: Mapping[str, Input], names: Sequence[str]) -> Sequence[str]:
    """Return the pages directly in a folder, unless they declare several sites."""
    several = len(_addresses(_pages(inputs[name] for name in _spread({"": names})))) > 1
    return [] if several else names


def _by_folder(folder: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Return pages by subfolder; those directly in the folder have an empty name."""
    found: dict[str, list[str]] = defaultdict(list, {"": []})
    for name in names:
        found[_folder_in(folder, name)].append(name)
    return found


def _folder_in(folder: str, name: str) -> str:
    return name[len(folder) :].rpartition("/")[0].partition("/")[0]


def _has_index(names: Sequence[str]) -> bool:
    return any(name.rpartition("/")[2].startswith("index.") for name in names)


def _spread(inside: Mapping[str, Sequence[str]]) -> list[str]:
    """Return some pages from as many folders as possible, spread over each."""
    folders = sorted(inside.values(), key=len, reverse=True)[:SAMPLED]
    drawn = [
        [names[at] for at in np.unique(np.linspace(0, len(names) - 1, SAMPLED).astype(int)).tolist()]
        for names in folders
        if names
    ]
    turns = chain.from_iterable(zip_longest(*drawn))
    return [name for name in turns if name is not None][:SAMPLED]


def _pages(inputs: Iterable[Input]) -> Iterator[Page]:
    for input in inputs:
        for record in read_page(Part(input.path, input.name, input.kind), Columns(), DEFAULT_LIMITS):
            if isinstance(record, Document):
                yield Page(record.text, record.format or found_format(record.text), name=input.name)


def _lines(pages: Sequence[Page]) -> Iterator[tuple[str, LineCounts]]:
    """Yield the name and the lines of each page that can be parsed."""
    for page in pages:
        try:
            read = read_batch([page])
        except (PageError, KernelError):  # the run sets it aside with the reason
            continue
        yield page.name or "", count_lines(line_keys(read.words), read.batch.page_segment(), ONE_SITE)


def _addresses(pages: Iterable[Page]) -> set[str]:
    """Return the sites that pages declare."""
    return {address for page in pages if (address := address_of(page))}


def _share_a_template(pages: Sequence[Page], folder: str, has_index: bool) -> bool:
    """Tell whether pages below a folder share lines.

    has_index: the folder has the first page of a site; then more pages may have a different template
    """
    lines = dict(_lines(pages))
    counts = merge(list(lines.values()))
    template: Integers = counts.key[counts.pages * 2 >= max(len(lines), 3)]
    if len(lines) < 2 or template.size < LEAST_LINES:
        return False
    without = [name for name, page in lines.items() if np.isin(template, page.key).mean() < 0.5]
    return has_index or (
        len(without) <= MOST_WITHOUT * len(lines) and not _fill_a_folder(folder, without, list(lines))
    )


def _fill_a_folder(folder: str, odd: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether some pages are everything in one of several folders: a site of its own."""
    sizes = Counter(_folder_in(folder, name) for name in names)
    return any(
        1 < count == sizes[inside]
        for inside, count in Counter(_folder_in(folder, name) for name in odd).items()
    )
