"""Changes that no test can notice, because the program does the same with them, and why."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Place(NamedTuple):
    """A change: of which file and which line, and what it was. The line's number may change."""

    file: str
    line: str
    what: str


# How much is read or allocated at a time.
_STEP: Final = "bytes that are read at a time: the result is the same"
_SPARE: Final = "an entry more at the end of an array, which nothing reads"
_STRICT: Final = "both sides have always the same length; it only guards against a fault of ours"

EQUIVALENT: Final[Mapping[Place, str]] = {
    Place("detector/copies.py", "return no_words(), np.zeros(pages + 1, np.int64)", "1 → 2"): _SPARE,
    Place(
        "detector/copies.py",
        "titles = _titles(known, batch.page_line.size - 1)",
        "batch.page_line.size - 1 → batch.page_line.size + 1",
    ): "only the size of an array without titles depends on it: two entries more, which nothing reads",
    Place(
        "detector/copies.py",
        "batch = Batch(markup.hints, start, end, start, end, number, np.array([0, end.size]))",
        "0 → 1",
    ): "the words of titles do not depend on the pages that they are from",
    Place(
        "detector/near_duplicates/jaccard/verification.py",
        "left, right = (np.concatenate(side) for side in zip(*self._waiting, strict=True))",
        "True → False",
    ): _STRICT,
    Place(
        "detector/near_duplicates/jaccard/verification.py",
        "left, right, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))",
        "True → False",
    ): _STRICT,
    Place(
        "detector/near_duplicates/jaccard/verification.py",
        "while len(self._found) > 1 and self._found[-2].left.size <= 2 * self._found[-1].left.size:",
        "1 → 2",
    ): "when parts are put together, not what comes of it",
    Place("detector/decisions.py", "KIND_DECIDED: Final = 5", "5 → 6"): "only its name is used",
    Place(
        "detector/decisions_by_kind.py",
        "stands_out = np.where(likeliest >= LEAST_TITLE, likeliest**2 / np.maximum(squares, 1e-9), 0)",
        "likeliest >= LEAST_TITLE → likeliest > LEAST_TITLE",
    ): "no number of 32 bits is a tenth, the border",
    Place(
        "detector/near_duplicates/keep_policy.py",
        "swapped = rank[pairs.left] > rank[pairs.right]",
        "rank[pairs.left] > rank[pairs.right] → rank[pairs.left] >= rank[pairs.right]",
    ): "no two texts have the same rank",
    Place(
        "detector/files/arrays.py",
        "while len(data) < wanted and (part := file.read(min(wanted - len(data), STEP))):",
        "len(data) < wanted → len(data) <= wanted",
    ): "where all is read, no bytes more are asked for",
    Place("detector/files/json_lines.py", "_STEP: Final = 1 << 20", "1 → 2"): _STEP,
    Place("detector/files/json_lines.py", "_STEP: Final = 1 << 20", "20 → 21"): _STEP,
    Place("detector/files/arrays.py", "STEP: Final = 1 << 24", "1 → 2"): _STEP,
    Place("detector/files/arrays.py", "STEP: Final = 1 << 24", "24 → 25"): _STEP,
    Place("detector/corpus/run_folder.py", "_BLOCK: Final = 1 << 20", "1 → 2"): _STEP,
    Place("detector/corpus/run_folder.py", "_BLOCK: Final = 1 << 20", "20 → 21"): _STEP,
    Place("detector/corpus/run_folder.py", 'return ""', "return '' → return None"): "both mean no damage",
}


def reason_of(file: str, source: str, line: int, what: str) -> str:
    """Return why a change of a file changes nothing; empty if it may."""
    text = source.splitlines()[line - 1].strip()
    return EQUIVALENT.get(Place(file, text, what), "")
