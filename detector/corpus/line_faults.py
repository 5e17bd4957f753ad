"""Checks on stored line records, whose numbers become indices."""

from detector.corpus.line_records import LineRecord
from detector.records import COPY_KINDS, LINE_KINDS


def _fault_of_kinds(record: LineRecord) -> str:
    """Return what is wrong with the stored kinds, or an empty string."""
    if not (0 <= record.forum <= 1000 and 0 <= record.article <= 1000):
        return "the probability of a forum or an article is not from 0 to 1000"
    if record.kinds and len(record.kinds) != len(record.scores):
        return "there are not as many kinds as scores"
    if not all(len(row) == len(LINE_KINDS) and 0 <= min(row) <= max(row) <= 1000 for row in record.kinds):
        return "a line has a probability of a kind that is not from 0 to 1000, or not one for each kind"
    return ""


def fault_of(record: LineRecord) -> str:
    """Return what is wrong with the numbers of a stored record, or an empty string.

    They are numbers of segments and words that are used as indices.
    """
    size = len(record.scores)
    if not size == len(record.kept) == len(record.reasons):
        return "there are not as many decisions and reasons as scores"
    if not all(0 <= score <= 1000 for score in record.scores) or not -1 <= record.threshold <= 1:
        return "a score is not from 0 to 1000, or the threshold not from -1 to 1"
    if not all(kept in (0, 1) for kept in record.kept) or not 0 <= record.site_pages < 1 << 31:
        return "a decision is neither 0 nor 1, or a number of pages is out of range"
    if fault := _fault_of_kinds(record):
        return fault
    if not all(len(row) == 3 and 0 <= row[2] <= row[0] < row[1] <= size for row in record.blocks):
        return "a row of blocks names a line that does not exist"
    for name, width, segments in (("copies", 4, 2), ("cuts", 2, 1)):
        for row in getattr(record, name):
            fits = len(row) == width and all(0 <= at < size for at in row[:segments])
            if not fits or not all(0 <= count < 1 << 31 for count in row[segments:]):
                return f"a row of {name} names a line that does not exist"
    if not all(0 < row[2] < len(COPY_KINDS) for row in record.copies):
        return "a row of copies names an unknown kind"
    return ""
