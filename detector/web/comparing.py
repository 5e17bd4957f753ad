"""Two ways to clean one page: which lines differ, and how similar the texts are."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.detector import Detector
from detector.errors import PageError
from detector.files.json_lines import json_bytes
from detector.model.files import load
from detector.settings import Settings
from detector.text.read import read_texts
from detector.training.evaluate.measures import words_f1
from detector.web.problems import Problem
from detector.web.tasks import PageJob, profile_of

# The most lines of a text to compare. The time is quadratic in the number of lines that differ.
MOST_LINES: Final = 20_000
# The most words of two differing lines that are compared word by word.
MOST_WORDS: Final = 600
_WORD: Final = re.compile(r"\s+|\S+")

Piece = list[str | bool]


class Side(NamedTuple):
    """One way to clean a page.

    Either another text, or settings, a model folder (empty for the server's model) and a profile's bytes.
    """

    text: str | None
    settings: Settings
    model: str
    profile: bytes

    def clean(self, detector: Detector, job: PageJob) -> str:
        """Return the clean text that this way gives."""
        if self.text is not None:
            return self.text
        model = load(Path(self.model)) if self.model else detector.model
        profile = profile_of(self.profile) if self.profile else detector.profile
        return Detector(model, self.settings, profile).score_batch([job.read()])[0].clean_text


def compare(detector: Detector, job: PageJob, one: Side, other: Side) -> bytes:
    """Return two clean texts of a page as JSON: the lines that differ, and the words F1."""
    left, right = one.clean(detector, job), other.clean(detector, job)
    lines = [[line for line in text.split("\n") if line.strip()] for text in (left, right)]
    if max(map(len, lines)) > MOST_LINES:
        raise PageError(f"a text with more than {MOST_LINES:,} lines cannot be compared: send it in parts")
    keys = [read_texts([text], "text").words.key for text in (left, right)]
    answer = {
        "left": {"text": left, "words": int(keys[0].size)},
        "right": {"text": right, "words": int(keys[1].size)},
        "words_f1": round(words_f1(*keys), 4),
        "rows": list(_rows(*lines)),
    }
    return json_bytes(answer)


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the differences, and the number of equal lines between them."""
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) > 2000)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            yield {"same": last - first}
            continue
        one, other = marked("\n".join(left[first:last]), "\n".join(right[start:end]), MOST_WORDS)
        yield {"left": one, "right": other}


def marked(one: str, other: str, most: int) -> tuple[list[Piece], list[Piece]]:
    """Return two texts in pieces (text, is the same in both), word by word if they are short enough."""
    left, right = _WORD.findall(one), _WORD.findall(other)
    if max(len(left), len(right)) > most or not left or not right:
        return [[one, False]] if one else [], [[other, False]] if other else []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, first, last, start, end in matcher.get_opcodes():
        for side, words in ((sides[0], left[first:last]), (sides[1], right[start:end])):
            if words:
                side.append(["".join(words), tag == "equal"])
    return sides


def refuse_same(one: Side, other: Side) -> None:
    """Raise `Problem` if there is nothing to compare."""
    if one == other:
        raise Problem(422, "both ways are the same: choose another model, policy or text for one of them")
