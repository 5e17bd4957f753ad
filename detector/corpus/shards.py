"""From inputs to shards. The order of inputs and the number of workers do not change them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from detector.corpus.formats.documents import Part, Shard
from detector.corpus.formats.kinds import (
    ARCHIVE_COMPRESSIONS,
    ENDINGS,
    TABLE_COMPRESSIONS,
    kind_of,
    output_kind,
    plain_name,
)
from detector.corpus.inputs import Input
from detector.corpus.survey import Survey

# The most pages in a shard. Each is a file, and opening files is slow.
MOST_PAGES: Final = 2000


def _stem(name: str) -> str:
    plain = plain_name(name)
    return plain[: plain.rfind(".")] if "." in plain else plain


def _put_in(name: str, what: str) -> str:
    """Return a name with a text inserted before its extensions."""
    stem = _stem(name)
    return f"{stem}{what}{name[len(stem) :]}"


def _page_names(name: str) -> tuple[str, ...]:
    """Return possible names for the clean text of a page, in order of preference."""
    return f"{_stem(name)}.txt", f"{plain_name(name)}.txt", f"{name}.txt"


def _file_names(name: str, to: str) -> tuple[str, ...]:
    """Return possible names for the output of a file of records, in order of preference."""
    if to != "same":
        return f"{_stem(name)}.{to}", f"{name}.{to}"
    plain = plain_name(name)
    packed = name[len(plain) :]
    written = ARCHIVE_COMPRESSIONS if kind_of(name) == "warc" else TABLE_COMPRESSIONS
    packed = packed if packed.lower() in written else ""
    if not plain.lower().endswith(".warc"):
        return (f"{plain}{packed}",)
    # The output of a web archive is text.
    plain = plain[: -len(".warc")]
    return f"{plain}.wet{packed}", f"{plain}.warc.wet{packed}"


def _chosen(choices: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the output name of each input: its first choice that no other input has."""
    level = dict.fromkeys(choices, 0)
    while True:
        names = {name: choices[name][at] for name, at in level.items()}
        count = Counter(names.values())
        clashing = [
            name for name, at in level.items() if count[names[name]] > 1 and at + 1 < len(choices[name])
        ]
        if not clashing:
            return names
        level.update({name: level[name] + 1 for name in clashing})


class _FreeNames:
    """Gives each output file a unique name, which is also not the name of a folder."""

    def __init__(self) -> None:
        self._files, self._folders = set[str](), set[str]()

    def __call__(self, wanted: str) -> str:
        """Return the wanted name, or the same with a number."""
        *folders, last = wanted.split("/")
        above = ""
        for folder in folders:
            place = self._numbered(above, folder, self._files)
            self._folders.add(place)
            above = f"{place}/"
        name = self._numbered(above, last, self._files, self._folders)
        self._files.add(name)
        return name

    @staticmethod
    def _numbered(above: str, name: str, *taken: set[str]) -> str:
        number, found = 1, above + name
        while any(found in names for names in taken):
            number += 1
            found = above + _put_in(name, f"-{number}")
        return found


class _Namer:
    """Names the outputs of a run's shards."""

    def __init__(self, inputs: Sequence[Input], surveys: Sequence[Survey], to: str) -> None:
        self._to, self._free = to, _FreeNames()
        self._starts = {
            input.name: [start for start, _ in survey.starts]
            for input, survey in zip(inputs, surveys, strict=True)
        }
        pages = [input.name for input in inputs if input.kind == "page" and not input.fault]
        files = [input.name for input in inputs if input.kind != "page"]
        self._pages = _chosen({name: _page_names(name) for name in pages})
        # A file of records becomes a folder of texts with the name of the file.
        texts = to != "same" and ENDINGS[to] == "page"
        self._files = _chosen({name: (name,) if texts else _file_names(name, to) for name in files})
        self._folders: dict[str, str] = {}

    def named(self, number: int, parts: Sequence[Part]) -> tuple[str, tuple[Part, ...]]:
        """Return the output name of a shard, and its parts with the names of their pages."""
        first = parts[0]
        if output_kind(self._to, first.kind) != "page":
            return self._free(self._file(number, first)), tuple(parts)
        if first.kind == "page":
            return "", tuple(self._page(part) for part in parts)
        if first.name not in self._folders:
            self._folders[first.name] = self._free(self._files[first.name])
        return self._folders[first.name], tuple(parts)

    def _page(self, part: Part) -> Part:
        """Return the part of a page with the name of its text, if it can be read."""
        return part if part.fault else part._replace(output=self._free(self._pages[part.name]))

    def _file(self, number: int, first: Part) -> str:
        if first.kind == "page":
            return f"pages-{number:05d}.{self._to}"
        starts = self._starts[first.name]
        if len(starts) == 1:
            return self._files[first.name]
        return _put_in(self._files[first.name], f"-{starts.index(first.start):05d}-of-{len(starts):05d}")


def _cut(input: Input, survey: Survey) -> Iterator[Part]:
    """Yield the parts of a file."""
    for number, (start, first) in enumerate(survey.starts):
        last = number + 1 == len(survey.starts)
        yield Part(
            path=input.path,
            name=input.name,
            kind=input.kind,
            start=start,
            end=-1 if last else survey.starts[number + 1][0],
            first=first,
            size=input.size,
            time=input.time,
            fault=input.fault,
            site=input.site,
            site_way=input.site_way,
            piece=survey.pieces[number] if survey.pieces else None,
        )


def _groups(inputs: Sequence[Input], surveys: Sequence[Survey], shard_bytes: int) -> Iterator[list[Part]]:
    """Yield the parts of each shard; consecutive pages share one."""
    pages: list[Part] = []
    size = 0
    for input, survey in zip(inputs, surveys, strict=True):
        parts = _cut(input, survey)
        if input.kind == "page":
            pages += parts
            size += max(input.size, 0)
            if size < shard_bytes and len(pages) < MOST_PAGES:
                continue
        if pages:
            yield pages
            pages, size = [], 0
        if input.kind != "page":
            yield from ([part] for part in parts)
    if pages:
        yield pages


def shards_of(inputs: Sequence[Input], surveys: Sequence[Survey], shard_bytes: int, to: str) -> list[Shard]:
    """Return the shards of all inputs, in order; small pages share one.

    Every output has a unique name.
    """
    namer = _Namer(inputs, surveys, to)
    parts_of = {input.name: len(survey.starts) for input, survey in zip(inputs, surveys, strict=True)}
    shards = []
    for number, parts in enumerate(_groups(inputs, surveys, shard_bytes)):
        output, named = namer.named(number, parts)
        size = sum(max(part.size, 0) // parts_of[part.name] for part in parts)
        shards.append(Shard(number, output, named, size))
    return shards
