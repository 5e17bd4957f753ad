"""Blocks by who speaks and when: dialogue, questions with answers, posts; and verse."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from detector.text.blocks.free_lines import Found, FreeLines, tail
from detector.text.shape import CLOCK, CUE, MESSAGE

_SPEAKER: Final = re.compile(
    r"\s?\**(?:(?P<name>[^\W\d_][^:：.!?,;\t]{0,30}?)\**\s?[:：]\**|(?P<capitals>[A-ZÀ-ÞА-ЯΑ-Ω]{2,}(?:\s[A-ZÀ-ÞА-ЯΑ-Ω]+)?)\.)\s+\S"
)
# "Question" and "answer" before a colon or a full stop, in full or abbreviated, with or without a number.
_ASKED: Final = re.compile(
    r"\s?\**(?:q|question|f|frage|p|pregunta|pergunta|d|domanda|в|вопрос|سؤال|س|问|問)\s?\d*\**\s?[.:：]",
    re.I,
)
_ANSWERED: Final = re.compile(
    r"\s?\**(?:a|answer|antwort|r|réponse|respuesta|resposta|risposta|о|ответ|جواب|ج|答)\s?\d*\**\s?[.:：]",
    re.I,
)
_DASH: Final = re.compile(r"\s*[—–]\s?\S")
_ENDS_SENTENCE: Final = re.compile(r"[.!?…。！？؟۔।]['\"”»)」]?\s*$")
_ENDS_QUESTION: Final = re.compile(r"[?？؟]\s*$")
_TIME: Final = re.compile(rf"\s*{CLOCK}(?:\s?(?:uhr|h))?\s*", re.I)
_POSTED: Final = re.compile(rf"(?=.{{4,70}}$).*(?<![\d:.]){CLOCK}(?![\d%€$])", re.I)
_POST_DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d\d\b|\d+\s\w+\sago\b")
_VERSE_MARK: Final = re.compile(r"[,;.:!?…—–]['\"”»)]?\s*$")
# The most lines between two turns of a dialogue, of an answer, and of a post.
_MOST_BETWEEN, _MOST_ANSWER, _MOST_POST = 8, 8, 40
_QUESTION_WORDS: Final = 30
# The most words of a name above a post.
_NAME_WORDS: Final = 3
# The most characters and the largest mean of words of a line of verse, and the least lines of a stanza.
_VERSE_CHARACTERS, _VERSE_WORDS, _STANZA = 60, 4, 3


def dialogue(page: FreeLines) -> Iterator[Found]:
    """Yield messages with times, subtitles, turns with speakers, and turns that begin with dashes."""
    for run in page.runs(_is_message, 3, gap=1) if page.has(":<>") else ():
        page.take(run)
        yield "dialogue", run
    lines = enumerate(page.lines if page.has(">[") or page.has("D") else ())
    cues = [number for number, line in lines if page.is_free(number) and CUE.match(line)]
    if len(cues) >= 2:
        members = sorted({near for cue in cues for near in _cue_lines(page, cue)})
        page.take(members)
        yield "dialogue", members
    yield from _turns(page)
    for run in page.runs(_DASH.match, 2, gap=1) if page.has("—–") else ():
        if _sentences(page, run) >= 0.5 * len(run):
            yield "dialogue", run


def _is_message(line: str) -> bool:
    return (_has_mark(line) or "<" in line) and MESSAGE.match(line) is not None


def _cue_lines(page: FreeLines, cue: int) -> Iterator[int]:
    """Yield the lines of subtitles: number, times, and text."""
    if page.is_free(cue - 1) and page.lines[cue - 1].strip().isdigit():
        yield cue - 1
    while page.is_free(cue):
        yield cue
        cue += 1


def _sentences(page: FreeLines, run: Sequence[int]) -> int:
    return sum(_ENDS_SENTENCE.search(tail(page.lines[number])) is not None for number in run)


def _turns(page: FreeLines) -> Iterator[Found]:
    """Yield from the first to the last turn of at least two speakers, one of whom speaks again."""
    turns = {
        number: (found["name"] or found["capitals"]).casefold()
        for number, line in enumerate(page.lines)
        if _has_mark(line) and page.is_free(number) and (found := _SPEAKER.match(line))
        if not (_ASKED.match(line) or _ANSWERED.match(line))
    }
    for run in _near(list(turns), _MOST_BETWEEN):
        speakers = {turns[number] for number in run}
        if 2 <= len(speakers) < len(run) and _sentences(page, run) >= 0.5 * len(run):
            yield "dialogue", [near for near in range(run[0], run[-1] + 1) if page.is_free(near)]


def _has_mark(line: str) -> bool:
    """Tell whether a line has a character that times and speakers have."""
    return ":" in line or "." in line or "：" in line


def _near(numbers: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield runs of numbers in which neighbours differ by at most `most`."""
    run: list[int] = []
    for number in numbers:
        if run and number - run[-1] > most:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def questions(page: FreeLines) -> Iterator[Found]:
    """Yield each question with its answer: marked as such, or at least two that end in "?"."""
    asked = [
        number for number in range(len(page)) if page.is_free(number) and _ASKED.match(page.lines[number])
    ]
    answered = any(_ANSWERED.match(line) for line in page.lines)
    if not (len(asked) >= 2 and answered):
        asked = [number for number in range(len(page)) if _is_question(page, number)]
    for run in _near(asked, _MOST_ANSWER):
        if len(run) < 2:
            continue
        longest = 2
        for number, following in zip(run, [*run[1:], len(page)], strict=True):
            end = min(following, number + _MOST_ANSWER)
            members = _until(page, number, end, to_blank=number == run[-1])
            if number == run[-1]:  # nothing marks its end, so it is at most as long as the others
                members = members[:longest]
            longest = max(longest, len(members))
            if len(members) > 1:
                yield "question", members


def _is_question(page: FreeLines, number: int) -> bool:
    """Tell whether a line is a question, and the next one is not."""
    after = page.after(number, 1)
    return (
        page.is_free(number)
        and page.is_free(after)
        and _ENDS_QUESTION.search(tail(page.lines[number])) is not None
        and len(page.lines[number].split()) <= _QUESTION_WORDS
        and not _ENDS_QUESTION.search(tail(page.lines[after]))
        and _ENDS_SENTENCE.search(tail(page.lines[after])) is not None
    )


def _until(page: FreeLines, first: int, end: int, *, to_blank: bool = False) -> list[int]:
    """Return a line and the lines up to the next block, or only to the end of the next paragraph."""
    members = [first]
    for number in range(first + 1, end):
        if page.taken[number]:
            break
        if page.is_blank[number]:
            if to_blank and len(members) > 1:
                break
            continue
        members.append(number)
    return members


def posts(page: FreeLines) -> Iterator[Found]:
    """Yield what follows a time, or a short line with a date and a time, if there are at least three."""
    posted = [
        number
        for number, line in enumerate(page.lines)
        if _has_mark(line) and page.is_free(number) and not _ENDS_SENTENCE.search(tail(line))
        if _TIME.fullmatch(line) or (_POSTED.match(line) and _POST_DATE.search(line))
    ]
    for run in _near(posted, _MOST_POST):
        if len(run) >= 3:
            if all(_is_name(page, number - 1) for number in run):
                run = [number - 1 for number in run]
            # The last post is at most as long as the one before it.
            for number, following in zip(run, [*run[1:], 2 * run[-1] - run[-2]], strict=True):
                members = _until(page, number, min(following, len(page)))
                if len(members) > 1:
                    yield "post", members


def _is_name(page: FreeLines, number: int) -> bool:
    """Tell whether a line may be the name of the author of what follows."""
    if not page.is_free(number):
        return False
    line = page.lines[number]
    return len(line.split()) <= _NAME_WORDS and not _ENDS_SENTENCE.search(tail(line))


def verse(page: FreeLines) -> Iterator[Found]:
    """Yield stanzas: at least three short lines that begin with capitals and do not all end in full stops."""
    for run in page.runs(lambda line: len(line.strip()) <= _VERSE_CHARACTERS, _STANZA):
        lines = [page.lines[number].strip() for number in run]
        words = [len(line.split()) for line in lines]
        begins = sum(not line[:1].islower() for line in lines)
        marks = sum(_VERSE_MARK.search(tail(line)) is not None for line in lines)
        full = sum(_ENDS_SENTENCE.search(tail(line)) is not None for line in lines)
        if min(words) < 2 or sum(words) < _VERSE_WORDS * len(lines) or begins < 0.9 * len(lines):
            continue
        if marks >= 0.4 * len(lines) and full <= 0.6 * len(lines):
            yield "verse", run
