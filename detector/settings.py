"""Every knob once, with its unit, its default and the reason for it.

What a score is made of is not a setting: scores come from the model alone. Settings say
what is kept, and how work is cut into batches. `DuplicateSettings` are those of
near-duplicates, `CorpusSettings` those of a corpus run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

from detector.errors import SettingsError
from detector.records import Format

S = TypeVar("S", "Settings", "CorpusSettings")

# Settings that ask for a threshold by what it does on pages that the model has not seen.
GOALS: Final = ("lose_at_most", "recall", "precision")
MOST_SLOTS = 1024


def _table(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds."""
    import tomllib  # few runs read such a file, and it takes a while to import

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None


def settings_from(table: Mapping[str, Any], kind: type[S], where: str) -> S:
    """Return settings from plain values; raises `SettingsError` for unknown names and wrong types."""
    # Not for what scores a page without a settings file: msgspec takes some time to load.
    from detector.user_files import checked

    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(table) - known):
        raise SettingsError(
            f"{where} has unknown settings {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )
    return checked(table, kind, where, SettingsError)


@dataclass(frozen=True, slots=True)
class Settings:
    """One immutable set of settings.

    threshold: score above which a line is dropped, 0 to 1. None (the default) chooses it
        for each page so that the expected F1 of the kept words is greatest; that was
        worth .01 to .015 words F1 over the best single threshold on WCXB dev.
    lose_at_most: instead, the share of content words that may be lost, 0 to 1: the lowest
        threshold that lost no more on pages of sites that the model had not seen.
    recall: the same as `lose_at_most`, said the other way: the share to keep.
    precision: instead, the least share of kept words that are to be content, 0 to 1.
    cut_headlines: cut a headline that returns as the beginning of a longer line.
    drop_copies: drop a copy of a line that stays, where each page has its own threshold,
        unless its score is low (a refrain).
    least_content: drop the whole page when its best expected F1 is below this, 0 to 1:
        a page that is all template comes out empty rather than as its least bad lines.
    mostly_content: of a page with a larger expected share of content than this, 0 to 1, only
        lines with a score above this are dropped: there is hardly a template to drop. Not so
        where ten other pages of its site are known: they show the template.
    batch_bytes: bytes of pages that are scored together. More is not faster: evidence
        of a batch should fit the processor's cache.
    """

    threshold: float | None = None
    lose_at_most: float | None = None
    recall: float | None = None
    precision: float | None = None
    cut_headlines: bool = True
    drop_copies: bool = True
    least_content: float = 0.2
    mostly_content: float = 0.9
    batch_bytes: int = 500_000

    def __post_init__(self) -> None:
        for name in ("threshold", *GOALS, "least_content", "mostly_content"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise SettingsError(f"{name} is a number from 0 to 1, not {value}")
        given = [name for name in ("threshold", *GOALS) if getattr(self, name) is not None]
        if len(given) > 1:
            raise SettingsError(
                f"{' and '.join(given)} are given, and only one can decide: leave out the rest"
            )
        if self.batch_bytes < 1:
            raise SettingsError(f"batch_bytes must be at least 1, not {self.batch_bytes}")

    @classmethod
    def read(cls, path: Path, **changes: Any) -> "Settings":  # noqa: ANN401
        """Read a TOML file of settings; `changes` that are not None come on top."""
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(settings_from(_table(path), cls, str(path)), **given)


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """How near-duplicates are looked for; what counts as one is the threshold alone.

    shingle: words of a shingle (characters, in scripts without spaces). Five is the
        field's custom: fewer make strangers alike, more make small changes count much.
    slots: of a signature; 128 is datasketch's default, and 21 bands of 6 out of them find
        .998 of the pairs exactly at .8.
    recall: wished share of the pairs exactly at the threshold that are compared at all.
    masked: treat numbers and dates as equal, for pages that differ in them only.
    max_group: texts that look alike, of which every pair is compared; in a larger group
        each is compared with a representative. Bounds the work by this times the texts.
    memory: bytes for working arrays, beyond about 100 bytes a text and the texts held.
    folder: where arrays go that do not fit, and from where a stopped run goes on. Without
        it a temporary folder is used when it is needed.
    """

    shingle: int = 5
    slots: int = 128
    recall: float = 0.995
    masked: bool = False
    max_group: int = 1000
    memory: int = 200_000_000
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.recall < 1:
            raise SettingsError(f"recall is a share between 0 and 1, not {self.recall}")
        least = {"shingle": 1, "slots": 1, "max_group": 2, "memory": 10_000_000}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise SettingsError(f"{name} must be at least {number}, not {getattr(self, name)}")
        if self.slots > MOST_SLOTS:
            raise SettingsError(f"slots must be at most {MOST_SLOTS}, not {self.slots}")


def _refuse_wrong(pattern: str) -> None:
    """Raise `SettingsError` for what is no regular expression."""
    import regex  # not for what scores a page

    try:
        regex.compile(pattern)
    except regex.error as error:
        raise SettingsError(f"the protect pattern {pattern!r} is wrong: {error}") from None


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """What a corpus run does beside scoring; read from a TOML file of rules.

    duplicates: Jaccard similarity from which a document's clean text is another's again,
        and only the first stays; 0 keeps them all. .8 is the field's custom.
    protect: regular expressions; a line in which one is found is never dropped.
    template: phrases; a line that has one (in any case) is always dropped, unless protected.
    thresholds: a site's name: the score above which its lines are dropped; 1 drops none.
    most_lost: the run stops when a site or source loses more than this share of its text or
        of its documents. Real sites lose up to about four fifths; nine tenths are a mistake.
    least_pages: sites and sources of fewer documents stop nothing.
    allow: sites and sources that may lose what they like.
    shard_bytes: bytes of input that are one task: what is done again after a stop.
    """

    duplicates: float = 0.8
    protect: tuple[str, ...] = ()
    template: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    most_lost: float = 0.9
    least_pages: int = 100
    allow: tuple[str, ...] = ()
    shard_bytes: int = 32_000_000

    def __post_init__(self) -> None:
        if not (self.duplicates == 0 or 0.05 <= self.duplicates <= 1):
            raise SettingsError(f"duplicates is 0 or a similarity from .05 to 1, not {self.duplicates}")
        shares = {"most_lost": self.most_lost} | {
            f"the threshold of {site}": value for site, value in self.thresholds.items()
        }
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise SettingsError(f"{name} is a number from 0 to 1, not {value}")
        for pattern in self.protect:
            _refuse_wrong(pattern)
        if min(self.shard_bytes, self.least_pages) < 1:
            raise SettingsError("shard_bytes and least_pages must be at least 1")

    @classmethod
    def read(cls, path: Path | None, allow: tuple[str, ...] = ()) -> "CorpusSettings":
        """Read a TOML file of rules, if there is one; `allow` comes on top."""
        rules = cls() if path is None else settings_from(_table(path), cls, str(path))
        return replace(rules, allow=tuple(sorted({*rules.allow, *allow})))


# Where line records go: beside the output, into a column of it as well, or nowhere.
Lines = Literal["sidecar", "column", "none"]


class Columns(NamedTuple):
    """Names of the columns (fields) that mean something. Only the text must be there."""

    text: str = "text"
    id: str = "id"
    url: str = "url"
    site: str = "site"
    source: str = "source"


class RecordSettings(NamedTuple):
    """How the records of a corpus are read, scored and written.

    columns: names of the fields that mean something; format: found for each record if not given
    model: a folder with a model, instead of the one that ships
    to: "jsonl", "parquet" and so on, or "same" as the input
    lines: where line records go; `detector restore` needs them
    """

    columns: Columns = Columns()
    format: Format | None = None
    model: str | Path | None = None
    to: str = "same"
    lines: Lines = "sidecar"


class EngineSettings(NamedTuple):
    """Who does the work of a corpus run.

    name: "auto", "process", "joblib", "spark", or a backend of joblib
    memory: bytes, of all processes together; workers: processes, as many as cores by default
    """

    name: str = "auto"
    memory: int = 4_000_000_000
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What `detector serve` gives each caller at most.

    most_body: bytes of a request; all requests together may hold `most_held`
    most_pages: pages, or texts, of a request; most_lines: lines of a page
    most_seconds: for reading a request, and for the pages that are scored together; what takes
        longer is stopped, and its page is refused
    most_memory: bytes that a scoring process may take; 0 for no limit
    workers: scoring processes
    """

    most_body: int = 10_000_000
    most_held: int = 200_000_000
    most_pages: int = 1_000
    most_lines: int = 50_000
    most_seconds: float = 30.0
    most_memory: int = 2_000_000_000
    workers: int = 1

    def __post_init__(self) -> None:
        for name in ("most_body", "most_held", "most_pages", "most_lines", "workers"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not self.most_seconds > 0 or self.most_memory < 0:
            raise SettingsError("most_seconds must be above 0, and most_memory must not be below it")
