"""Settings for what a corpus run reads, writes and leaves out, and where it runs, with units and defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

from detector.errors import SettingsError
from detector.records import Format

# Where line records go: to files next to the output, also to a column of it, or nowhere.
Lines = Literal["sidecar", "column", "none"]


class Columns(NamedTuple):
    """Names of the fields (columns) with a meaning. Only the text is required.

    output: the column for the clean text; by default the text column. HTML in a column of another name
    is kept, and its clean text goes to `text`.
    """

    text: str = "text"
    id: str = "id"
    url: str = "url"
    site: str = "site"
    source: str = "source"
    output: str | None = None

    def target(self) -> str:
        """Return the column that the clean text goes to."""
        return self.text if self.output is None else self.output


class RecordSettings(NamedTuple):
    """How the records of a corpus are read, scored and written.

    Attributes
    ----------
    columns : Columns
        Names of the fields with a meaning.
    format : {"text", "html"}, optional
        The format of the pages; detected for each record by default.
    model : str or Path, optional
        The folder of a model, instead of the default model.
    to : str
        The output format, such as "jsonl" or "parquet", or "same" as the input.
    lines : {"sidecar", "column", "none"}
        Where line records go: into files, also into a column, or nowhere. `detector restore` needs them.
    csv_safe : bool
        In CSV, put an apostrophe before texts that a spreadsheet would read as a formula.
    """

    columns: Columns = Columns()
    format: Format | None = None
    model: str | Path | None = None
    to: str = "same"
    lines: Lines = "sidecar"
    csv_safe: bool = False


class EngineSettings(NamedTuple):
    """What runs the tasks of a corpus.

    Attributes
    ----------
    name : str
        "auto", "process", "joblib", "spark", or a joblib backend.
    memory : int
        Bytes for all processes together.
    workers : int, optional
        Number of processes; by default, one per core.
    """

    name: str = "auto"
    memory: int = 4_000_000_000
    workers: int | None = None


def refuse_texts(settings: object, names: Sequence[str]) -> None:
    """Raise `SettingsError` for a text instead of a list of texts: each of its letters would count as one."""
    for name in names:
        if isinstance(value := getattr(settings, name), str):
            raise SettingsError(f"{name} is a list of texts, not a text: write [{value!r}]")


# The n-grams, by words, that Gopher has limits for.
TOP_NGRAMS: Final = ("2", "3", "4")
REPEATED_NGRAMS: Final = ("5", "6", "7", "8", "9", "10")


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """Which documents of a corpus to keep, by their clean texts; the table `[filters]` of the rules.

    By default all are kept. A document is counted under the first filter, in this order, that it does not
    pass.

    Attributes
    ----------
    min_words : int
        The least number of words. Gopher: 50.
    min_content_share : float
        The least share of the page's words that is content by the scores, 0 to 1.
    min_kept_share : float
        The least share of the bytes of the page's lines that is in the clean text, 0 to 1.
    kinds : tuple of str
        The kinds of pages to keep (`detector_verdict`), such as "article"; empty for all.
    languages : tuple of str
        The languages to keep, such as "en"; empty for all. Texts too short for detection are dropped.
    language_probability : float
        The least probability of the language, 0 to 1. FineWeb: .65.
    min_lines_with_end : float
        The least share of lines that end like sentences, 0 to 1. FineWeb: .12.
    max_duplicate_lines, max_duplicate_line_text : float
        The largest share of lines that repeat an earlier one, and of the text in them, 0 to 1. Gopher: .3 and
        .2; FineWeb: .1 of the text.
    max_short_lines : float
        The largest share of lines with fewer than 30 characters, 0 to 1. FineWeb: .67.
    max_top_ngrams : mapping of str to float
        For "2", "3" and "4" words, the largest share of the text in the most frequent n-gram. Gopher: .2,
        .18, .16.
    max_repeated_ngrams : mapping of str to float
        For "5" to "10" words, the largest share of the text in repeated n-grams. Gopher: .15, .14, .13, .12,
        .11, .1.
    """

    min_words: int = 0
    min_content_share: float = 0.0
    min_kept_share: float = 0.0
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    language_probability: float = 0.0
    min_lines_with_end: float = 0.0
    max_duplicate_lines: float = 1.0
    max_duplicate_line_text: float = 1.0
    max_short_lines: float = 1.0
    max_top_ngrams: Mapping[str, float] = field(default_factory=dict)
    max_repeated_ngrams: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_texts(self, ("kinds", "languages"))
        shares = {
            name: getattr(self, name) for name in self.__slots__ if isinstance(getattr(self, name), float)
        }
        for name, sizes in (("max_top_ngrams", TOP_NGRAMS), ("max_repeated_ngrams", REPEATED_NGRAMS)):
            limits = getattr(self, name)
            if unknown := ", ".join(sorted(set(limits) - set(sizes))):
                raise SettingsError(
                    f"{name} has unknown numbers of words {unknown}; known: {', '.join(sizes)}"
                )
            shares |= {f"{name}.{size}": limit for size, limit in limits.items()}
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise SettingsError(f"the filter {name} is a number from 0 to 1, not {value}")
        if self.min_words < 0:
            raise SettingsError(f"the filter min_words must be at least 0, not {self.min_words}")

    def are_there(self) -> bool:
        """Tell whether any document could be dropped."""
        return self != DocumentFilters()
