"""Settings of what a corpus run reads, writes and runs on, with their units and defaults."""

from pathlib import Path
from typing import Literal, NamedTuple

from detector.records import Format

# Where line records go: into files next to the output, also into a column of it, or nowhere.
Lines = Literal["sidecar", "column", "none"]


class Columns(NamedTuple):
    """Names of the fields (columns) with a meaning. Only the text is required.

    output: where the clean text goes; by default into the text column, or for HTML from a column of
        another name into `text`, and the HTML is kept
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
        Write texts in CSV that a spreadsheet would take for a formula after an apostrophe.
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
