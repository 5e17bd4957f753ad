"""The inputs of a run: files with unique names."""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detector.corpus.formats.documents import NO_PAGE, Kind, SiteWay
from detector.corpus.formats.files import (
    HEAD,
    HTML_HEAD,
    begins_as_html,
    listed,
    size_and_time,
    unreadable,
)
from detector.corpus.formats.kinds import KINDS, is_remote, kind_of
from detector.corpus.formats.remote import heads_there
from detector.corpus.run_folder import RunFolder
from detector.errors import SettingsError
from detector.text.compressed import COMPRESSED

# The extension of a name, including that of a compressed file.
ENDING: Final = re.compile(r"\.\w{1,8}(\.(gz|bz2|zst|br|xz))?$", re.ASCII | re.IGNORECASE)


class Input(NamedTuple):
    """A file to read: its path, its name in ids and outputs, its kind.

    size: bytes, -1 if unknown; time: of the last change (ns), 0 if unknown
    fault: why it cannot be read; empty if it can
    site, site_way: of a page, if its folders show it, and how (`folder_sites`)
    """

    path: str
    name: str
    kind: Kind
    size: int = -1
    time: int = 0
    fault: str = ""
    site: str = ""
    site_way: SiteWay = "none"


def _longer_names(found: Mapping[str, str]) -> dict[str, str]:
    """Return a unique name for each path, with as many folders as necessary to tell files apart."""
    places = {path: path.replace("://", "/").lstrip("/") for path in found}
    # A folder that all files share is left out.
    shared = os.path.commonpath([os.path.dirname(place) for place in places.values()])  # noqa: PTH120
    longer = {path: place[len(shared) :].lstrip("/") for path, place in places.items()}
    names = dict(found)
    while clashes := {name for name, count in Counter(names.values()).items() if count > 1}:
        # A longer name may equal that of another file, which then gets a longer one too.
        names = {path: longer[path] if name in clashes else name for path, name in names.items()}
    return names


def _names(given: Sequence[str], output: Path | None) -> Mapping[str, str]:
    """Return the name of each path."""
    found: dict[str, str] = {}
    written = output if output is not None and RunFolder(output).is_used() else None
    for path in given:
        for file, name in sorted(listed(path, written), key=lambda pair: pair[1]):
            found.setdefault(file if is_remote(file) else os.path.realpath(file), name)
    return _longer_names(found) if len(set(found.values())) < len(found) else found


def _input(path: str, name: str, kind: Kind) -> Input:
    if not is_remote(path) and (fault := unreadable(path)):
        return Input(path, name, kind, fault=fault)
    return Input(path, name, kind, *size_and_time(path))


def inputs_of(given: Sequence[str], output: Path) -> list[Input]:
    """Return the files of all inputs, each once, in the order of their names.

    Files of other kinds are among them, with a fault that says so.
    given: files, folders and URLs; output: the folder of the run, which is not read
    Raises `SettingsError` if there is nothing to read, or a file is of an unknown kind.
    """
    if not given:
        raise SettingsError("there are no inputs: name files, folders or URLs")
    single = [path for path in given if _is_unknown_file(path) and not begins_as_html(path)]
    if single and not Path(single[0]).exists():
        raise SettingsError(f"{single[0]} does not exist: name files, folders or URLs")
    if single:
        raise SettingsError(
            f"{single[0]} cannot be read, only {', '.join(KINDS)}, most of them also compressed "
            f"({', '.join(COMPRESSED)})"
        )
    inputs, others = _read_and_others(given, output)
    passed_over = [Input(path, name, "page", fault=f"{NO_PAGE}{_described(name)}") for path, name in others]
    return sorted([*inputs, *passed_over], key=lambda input: input.name)


def inputs_as_given(given: Sequence[str]) -> list[Input]:
    """Return the files of all inputs in the order in which they are given, those of a folder by name.

    A file of an unknown kind is a page if it is named itself, and is skipped in a folder.
    """
    return _read_and_others(given, None)[0]


def _read_and_others(given: Sequence[str], output: Path | None) -> tuple[list[Input], list[tuple[str, str]]]:
    """Return the files to read, and the path and name of files of other kinds."""
    inputs, others = [], []
    named = {path if is_remote(path) else os.path.realpath(path) for path in given}
    names = _names(given, output)
    remote = [path for path, name in names.items() if is_remote(path) and kind_of(name) is None]
    html = {path for path, head in heads_there(remote, HEAD).items() if HTML_HEAD.match(head)}
    for path, name in names.items():
        kind = _kind(path, name, path in named, path in html)
        if kind is None:
            others.append((path, name))
        else:
            inputs.append(_input(path, name, kind))
    if not inputs:
        passed_over = f"; {len(others)} files of other kinds were skipped" if others else ""
        raise SettingsError(f"{', '.join(given)}: nothing to read{passed_over}")
    return inputs, others


def _kind(path: str, name: str, is_named: bool, is_remote_html: bool) -> Kind | None:
    """Return the kind of a file by its name, or else by its beginning; None if it is not read.

    is_remote_html: whether it is at a URL, and begins as HTML
    Mirrors have pages with names such as `about`, `index.php?id=3` and `news.shtml`, and JSON that is not a
    corpus.
    """
    kind = kind_of(name)
    if kind is None and is_remote(path):
        return "page" if is_remote_html else None
    if kind is None:
        return "page" if is_named or begins_as_html(path) else None
    return None if name.lower().endswith(".json") and not is_named else kind


def _described(name: str) -> str:
    """Return the description of a file of another kind for the report, by its extension."""
    ending = ENDING.search(name)
    return f"a file of another kind ({ending[0].lower()})" if ending else "a file without an extension"


def _is_unknown_file(path: str) -> bool:
    """Tell whether an input is a local file whose name does not show its kind."""
    return not is_remote(path) and not Path(path).is_dir() and kind_of(path.rsplit("/", 1)[-1]) is None
