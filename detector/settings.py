"""All settings, with units, defaults and the reasons for these defaults.

Settings never change scores, which depend on the model alone. `Settings` say which lines are
kept, `DuplicateSettings` how near-duplicates are found, and `CorpusSettings`, `RecordSettings` and
`EngineSettings` how a corpus run works.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path
from typing import Any, Final, Literal, get_args

from detector.duplicate_settings import DuplicateSettings as DuplicateSettings
from detector.errors import SettingsError
from detector.files.limits import DEFAULT_LIMITS, ReadLimits
from detector.files.toml import read_toml, settings_from
from detector.presets import DEFAULT_PRESET, PRESETS, refuse_unknown_kinds, refuse_unknown_line_kinds
from detector.records import COPY_KINDS
from detector.run_settings import Columns as Columns
from detector.run_settings import DocumentFilters as DocumentFilters
from detector.run_settings import EngineSettings as EngineSettings
from detector.run_settings import Lines as Lines
from detector.run_settings import RecordSettings as RecordSettings
from detector.run_settings import refuse_texts

# Settings that choose a threshold by its effect on pages that the model has not seen.
GOALS: Final = ("lose_at_most", "recall", "precision")
# What near-duplicates of a corpus are measured by.
Similarity = Literal["jaccard", "containment"]
# Kinds of copies that are dropped. The others are part of the text, or navigation, which the scores find.
DROPPED_COPIES: Final = ("headline", "running-head", "block", "repeat")


@dataclass(frozen=True, slots=True)
class Settings:
    """Which lines are kept.

    At most one of `threshold`, `lose_at_most`, `recall` and `precision` can be given.

    Attributes
    ----------
    threshold : float, optional
        Drop lines with a higher score, 0 to 1. By default, each page gets the threshold of the best expected
        F1 of the kept words: on WCXB dev, .01 to .015 better than the best threshold for all pages.
    lose_at_most : float, optional
        Lose at most this share of the content words, 0 to 1. Uses the lowest threshold that lost no more on
        pages of sites that the model had not seen.
    recall : float, optional
        Keep at least this share of the content words, 0 to 1: 1 - `lose_at_most`.
    precision : float, optional
        At least this share of the kept words is content, 0 to 1.
    keep : tuple of str, optional
        The kinds of lines to keep, whatever their scores: "title", "body", "caption", "byline", "comment",
        "navigation", "teaser", "promotion", "sharing", "form", "legal", "author", "notice". By default
        "title", unless it is dropped.
    drop : tuple of str, optional
        The kinds of lines to drop, whatever their scores. By default "comment" and "author", unless they are
        kept, or `lose_at_most` or `recall` is given. The scores decide on all other kinds.
        Kinds are probabilities: a line that is a title at .8 is more likely to be kept, but not always.
    cut_headlines : bool
        Cut a headline off the beginning of a longer line if it also has its own line.
    join_lines : bool
        Join sentences that are split by the ends of printed pages, in text from PDF and OCR.
    whole_blocks : bool
        In HTML, decide lists, tables and code as a whole if each page has its own threshold.
    drop_copies : tuple of str
        The kinds of copies to drop, whatever their scores: "headline", "running-head", "block", "contents",
        "refrain", "quotation", "parallel". A "repeat", a short line that comes twice for no known reason, is
        dropped only if its score is above .3 and each page has its own threshold. An empty tuple keeps all.
    least_content : float
        Drop the whole page if its best expected F1 is lower, 0 to 1. A page that is only template then has no
        text, instead of its least bad lines.
    mostly_content : float
        If the expected share of content on a page is higher, 0 to 1, drop only lines with a score above this
        value, because there is hardly any template. Not used if ten other pages of the site are known.
    batch_bytes : int
        Bytes of pages to score together. Larger batches are a little faster, smaller ones need less memory.

    Raises
    ------
    SettingsError
        If a value is out of range, or more than one goal is given.
    """

    threshold: float | None = None
    lose_at_most: float | None = None
    recall: float | None = None
    precision: float | None = None
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    cut_headlines: bool = True
    join_lines: bool = False
    whole_blocks: bool = True
    drop_copies: tuple[str, ...] = DROPPED_COPIES
    least_content: float = 0.2
    mostly_content: float = 0.9
    batch_bytes: int = 2_000_000

    def __post_init__(self) -> None:
        for name in ("threshold", *GOALS, "least_content", "mostly_content"):
            value = getattr(self, name)
            is_number = isinstance(value, Real) and not isinstance(value, bool)
            if value is not None and not (is_number and 0 <= value <= 1):
                raise SettingsError(f"{name} is a number from 0 to 1, not {value!r}")
        given = [name for name in ("threshold", *GOALS) if getattr(self, name) is not None]
        if len(given) > 1:
            raise SettingsError(f"{' and '.join(given)} cannot be combined: give only one of them")
        refuse_unknown_kinds("drop_copies", self.drop_copies, COPY_KINDS[1:])
        refuse_unknown_line_kinds(self.keep or (), self.drop or ())
        if self.batch_bytes < 1:
            raise SettingsError(f"batch_bytes must be at least 1, not {self.batch_bytes}")

    def kinds_decided(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the kinds of lines that are kept, and those that are dropped, whatever their scores."""
        keep, drop = PRESETS[DEFAULT_PRESET]
        if self.lose_at_most is not None or self.recall is not None:
            drop = ()  # dropping by kind could lose more than the goal allows
        if self.keep is None:
            keep = tuple(kind for kind in keep if kind not in (self.drop or ()))
        if self.drop is None:
            drop = tuple(kind for kind in drop if kind not in (self.keep or ()))
        return keep if self.keep is None else self.keep, drop if self.drop is None else self.drop

    @classmethod
    def read(cls, path: Path, **changes: Any) -> "Settings":  # noqa: ANN401
        """Read settings from a TOML file; `changes` that are not None override it."""
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(settings_from(read_toml(path), cls, str(path)), **given)


def settings_or_default(given: Settings | None) -> Settings:
    """Return settings, the default for None; raises `TypeError` for anything else, such as a dict."""
    if not isinstance(given, Settings | None):
        raise TypeError(f"settings is a Settings, not {type(given).__name__}: write Settings(...)")
    return given or Settings()


# Which of several near-duplicates to keep, and how to find the sites of pages in folders.
KeepDocument = Literal["article", "first", "longest", "best"]
FolderSites = Literal["found", "top", "folder", "one", "none"]
# What to do with passages that are also on another page of the site.
Passages = Literal["keep", "mark", "drop"]


def _refuse_no_path(name: str, value: object) -> None:
    """Raise `SettingsError` for a setting that is given, but is no path."""
    if value is not None and not (isinstance(value, str) and value):
        raise SettingsError(f"{name} is the path of a file, not {value!r}")


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """The rules of a corpus run, in addition to scoring.

    Attributes
    ----------
    duplicates : float
        Documents whose clean texts have at least this Jaccard similarity are near-duplicates, and only one
        of them is kept. 0 keeps all. .8 is usual.
    near_duplicates : {"jaccard", "containment"}
        Whether `duplicates` is the Jaccard similarity, or the share of the shorter text that is in the longer
        one. With containment the longer text is kept: an archive page rather than each of its articles.
    keep : {"article", "first", "longest", "best"}
        Which near-duplicate to keep: an article rather than an archive page, the first, the longest clean
        text, or the largest share of content. Ties go to the earlier document. Not for containment.
    protect : tuple of str
        Regular expressions. A line that matches one is never dropped.
    template : tuple of str
        Phrases. A line with one of them, in upper or lower case, is always dropped unless it is protected.
    thresholds : mapping of str to float
        For the name of a site, the score above which its lines are dropped; 1 drops none.
    drop_copies : tuple of str, optional
        The kinds of copies to drop, instead of those in `Settings`.
    folder_sites : {"found", "top", "folder", "one", "none"}
        How to find the site of a page in a folder: from a folder named like a host, a canonical link or a
        shared template (found); its first folder; its own folder; one site for all; or none.
    passages : {"keep", "mark", "drop"}
        What to do with passages (runs of lines, at least 24 words) that are also on another page of the site,
        which is their original: an article, else the shorter page, else the first. "mark" only lists them.
    filters : DocumentFilters
        Which documents to keep, by their clean texts.
    numbers : bool
        Add columns with words, language, share kept and repetition of each document.
    tokenizer : str, optional
        The `tokenizer.json` of a language model: adds a column with the number of tokens of each document,
        and their sum to the report. Needs the extra `tokens`.
    index : bool
        Keep in `index/` what a later run starts from (`--since`): clean texts, line counts, parsed pages.
    most_lost : float
        Nothing is published if a site or source loses more of its text or documents. Sites lose up to .8.
    least_pages : int
        Sites and sources with fewer documents are not checked for this.
    allow : tuple of str
        Sites and sources that may lose any share.
    shard_bytes : int
        Bytes of input per task. An interrupted task is repeated.
    record_bytes : int
        Bytes of the largest record, page or text when it is unpacked. Larger ones are set aside.
    unpacked_ratio : int
        A compressed file may unpack to this many times its size, at least one record. The rest is set aside.
    """

    duplicates: float = 0.8
    near_duplicates: Similarity = "jaccard"
    keep: KeepDocument = "article"
    protect: tuple[str, ...] = ()
    template: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    drop_copies: tuple[str, ...] | None = None
    folder_sites: FolderSites = "found"
    passages: Passages = "keep"
    filters: DocumentFilters = field(default_factory=DocumentFilters)
    numbers: bool = False
    tokenizer: str | None = None
    index: bool = True
    most_lost: float = 0.9
    least_pages: int = 100
    allow: tuple[str, ...] = ()
    shard_bytes: int = 32_000_000
    record_bytes: int = DEFAULT_LIMITS.record_bytes
    unpacked_ratio: int = DEFAULT_LIMITS.unpacked_ratio

    def __post_init__(self) -> None:
        refuse_texts(self, ("protect", "template", "allow"))
        _refuse_no_path("tokenizer", self.tokenizer)
        if not (self.duplicates == 0 or 0.05 <= self.duplicates <= 1):
            raise SettingsError(f"duplicates is 0 or a similarity from .05 to 1, not {self.duplicates}")
        if self.near_duplicates not in get_args(Similarity):
            names = " or ".join(get_args(Similarity))
            raise SettingsError(f"near_duplicates is {names}, not {self.near_duplicates!r}")
        shares = {"most_lost": self.most_lost} | {
            f"the threshold of {site}": value for site, value in self.thresholds.items()
        }
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise SettingsError(f"{name} is a number from 0 to 1, not {value}")
        if self.protect:
            from detector.files.checked import refuse_wrong_patterns  # slow to import

            refuse_wrong_patterns(self.protect, "the protect pattern")
        refuse_unknown_kinds("drop_copies", self.drop_copies or (), COPY_KINDS[1:])
        for name, choices in (("folder_sites", FolderSites), ("keep", KeepDocument), ("passages", Passages)):
            if getattr(self, name) not in get_args(choices):
                names = ", ".join(get_args(choices))
                raise SettingsError(f"{name} is one of {names}, not {getattr(self, name)!r}")
        for name in ("shard_bytes", "least_pages", "record_bytes", "unpacked_ratio"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1, not {getattr(self, name)}")

    def limits(self) -> ReadLimits:
        """Return the limits for decompressing records and files."""
        return ReadLimits(self.record_bytes, self.unpacked_ratio)

    def applied_to(self, settings: Settings) -> Settings:
        """Return the settings for pages, changed by these rules."""
        return settings if self.drop_copies is None else replace(settings, drop_copies=self.drop_copies)

    @classmethod
    def read(cls, path: Path | None, allow: tuple[str, ...] = ()) -> "CorpusSettings":
        """Read rules from a TOML file, if one is given, and add the names in `allow`."""
        table = {} if path is None else read_toml(path)
        if isinstance(filters := table.get("filters"), dict):  # also for unknown names inside them
            settings_from(filters, DocumentFilters, f"{path}, [filters],")
        rules = settings_from(table, cls, str(path)) if table else cls()
        return replace(rules, allow=tuple(sorted({*rules.allow, *allow})))
