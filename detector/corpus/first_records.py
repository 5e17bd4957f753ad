"""A wrong column name is found at the first records of a file, before anything is written."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from detector.corpus.formats.documents import Part, Rejected
from detector.corpus.formats.fields import NO_COLUMN
from detector.corpus.formats.kinds import is_remote
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import Input
from detector.errors import SettingsError
from detector.settings import Columns

# Some records of a good file may lack the field, but not all of these.
LOOKED_AT: Final = 20
WITH_COLUMNS: Final = ("jsonl", "csv", "parquet")


def refuse_wrong_columns(inputs: Sequence[Input], columns: Columns, option: str = "--text-column") -> None:
    """Raise `SettingsError` if the first records of a file on this machine do not have the text column.

    option: what names the column on the command line
    """
    for input in inputs:
        if input.kind not in WITH_COLUMNS or input.fault or is_remote(input.path):
            continue
        records = read_part(Part(input.path, input.name, input.kind), columns)
        first = list(islice(records, LOOKED_AT))
        missing = [
            record.reason
            for record in first
            if isinstance(record, Rejected) and record.reason.startswith(NO_COLUMN)
        ]
        if missing and len(missing) == len(first):
            raise SettingsError(f"{input.name}: {missing[0]}; name the one with the text: {option}")
