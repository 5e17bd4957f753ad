"""JSONL: one object per line; a broken or endless line is set aside on its own."""

from detector.corpus.formats.documents import Part, Records, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.files import is_of_frames, opened
from detector.files.json_lines import json_lines
from detector.files.limits import ReadLimits
from detector.settings import Columns


def read_jsonl(part: Part, columns: Columns, limits: ReadLimits) -> Records:
    """Yield the records of a file, or of a range of its bytes."""
    with opened(part, limits) as file:
        size = None
        if not is_of_frames(part):
            if part.start:
                file.seek(part.start)
            size = part.end - part.start if part.end >= 0 else None
        for line in json_lines(file, first=part.first, size=size, longest=limits.record_bytes):
            if line.value is None:
                yield Rejected(part.name, line.number, line.fault)
            else:
                yield document_of(line.value, part, line.number, columns, limits)
