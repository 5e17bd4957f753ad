"""Which lines are copies of which: the rules of kernels/copies.cpp, for one page."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from detector.records import COPY_KINDS
from detector.text.characters import DIGIT, END, PUNCTUATION, SPACE
from detector.text.words import FIRST_UPPER, HAS_DIGIT, HAS_LOWER, HAS_UPPER, IS_SINGLE
from tests.oracles.repeats import Found
from tests.oracles.words import Word, classes_of, size_of, words_of

BULLETS = "•·*+-–—◦▪▸►‣⁃○●■□✓"
SEPARATORS = "-–—|·•»/~<«>›"
COLONS = ":："
CODE_MARKS = "{}[]()=<>;_$\\/*&|"
ROWS, TITLES = ("code", "cell"), ("prose", "heading")
FOLLOWING, LONGEST = 8, 40


class Row(NamedTuple):
    """A segment: its text, the number of its line, what HTML says about it (level 0: no heading), its bytes."""

    text: str
    line: int
    inside: frozenset[str] = frozenset()
    level: int = 0
    start: int = 0
    end: int = 0


def form_by_shape(text: str) -> str:
    """Return the form of a line of text."""
    body = re.sub(r"^[\x00-\x20]+", "", text)
    spaces = len(re.match("1*", "".join(map(str, classes_of(text))))[0])
    size = len(body.encode())
    marks = sum(char in CODE_MARKS for char in body)
    if body.startswith(">"):
        return "quote"
    if "\t" in body or body.count("|") > 1:
        return "cell"
    if body.startswith("#"):
        return "heading"
    if spaces >= 4 or body.startswith("$") or "//" in body:
        return "code"
    if marks >= 2 and 12 * marks >= size:
        return "code"
    item = re.match(rf"(?:[{re.escape(BULLETS)}]|[0-9]{{1,3}}[.)])(?=[\x00-\x20])", text[spaces:])
    return "item" if item else "prose"


def form_by_markup(inside: frozenset[str]) -> str:
    """Return the form of a line of HTML."""
    for name, form in (("pre", "code"), ("cell", "cell"), ("heading", "heading"), ("blockquote", "quote")):
        if name in inside:
            return form
    return "item" if inside & {"li", "definition", "select"} else "prose"


def keys_of(line: list[Word]) -> tuple[int, ...]:
    return tuple(word.comparable_key for word in line)


def says_enough(line: list[Word], han: int) -> bool:
    """Tell whether a line is more than a label, with 40 points. A word has 10, a Chinese character `han`, others 4."""
    sizes = [
        10
        if not word.is_single
        else han
        if re.match("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0010ffff]", word.text)
        else 4
        for word in line
    ]
    return sum(sizes) >= 40


class Page:
    """The lines of one page, with what repeats on it and the titles in its head."""

    def __init__(self, rows: list[Row], repeats: Found, titles: list[list[int]] | None) -> None:
        self.rows, self.repeats, self.titles = rows, repeats, titles
        self.words: list[list[Word]] = [words_of(row.text) for row in rows]
        self.keys = [keys_of(line) for line in self.words]
        # The first line with some words; the first that ends in dots, also without its last word.
        self.first: dict[tuple[int, ...], int] = {}
        self.dotted: dict[tuple[int, ...], int] = {}
        self.kinds = ["".join(map(str, classes_of(row.text))) for row in rows]
        self.forms = [
            form_by_shape(row.text) if titles is None else form_by_markup(row.inside) for row in rows
        ]
        of_line: dict[int, float] = {}
        for row, words in zip(rows, self.words, strict=True):
            of_line[row.line] = of_line.get(row.line, 0) + size_of(words)
        self.paragraph = [
            size_of(words) if of_line[row.line] >= 15 else 0.0
            for row, words in zip(rows, self.words, strict=True)
        ]

    def after_words(self, row: int, count: int) -> str:
        """Return what follows the first words of a row."""
        return self.rows[row].text.encode()[self.words[row][count - 1].end :].decode()

    def last_mark(self, row: int) -> str:
        """Return the last mark after a row's last word; closing marks and spaces do not count."""
        if not self.words[row]:
            return ""
        tail = self.after_words(row, len(self.words[row]))
        marks = [
            char
            for char, kind in zip(tail, classes_of(tail), strict=True)
            if kind not in (SPACE, PUNCTUATION)
        ]
        return marks[-1] if marks else ""

    def ends_in_dots(self, row: int) -> bool:
        """Tell whether an ellipsis or three dots are the last marks after a row's words."""
        if not self.words[row]:
            return False
        tail = self.after_words(row, len(self.words[row]))
        kinds = zip(tail, classes_of(tail), strict=True)
        marks = "".join(char for char, kind in kinds if kind not in (SPACE, PUNCTUATION))
        return marks.endswith(("…", "⋯", "..."))

    def is_cut_off(self, row: int, title: int, same: int) -> bool:
        """Tell whether a row is at least half of the title, perhaps without the end of its last word."""
        size, whole = len(self.keys[row]), len(self.keys[title])
        if size < 4 or 2 * size < whole or same + 1 < size or not self.ends_in_dots(row):
            return False
        if same == size:
            return True
        pair = (self.words[row][-1].text, self.words[title][same].text) if same < whole else ("", "")
        return pair[0] != pair[1] and pair[1].startswith(pair[0])

    def has_note_after(self, row: int, count: int) -> bool:
        """Tell whether a date, or words in brackets, are all that follows after some words."""
        after = self.words[row][count:]
        if not after:
            return False
        tail = "".join(char for char in self.after_words(row, count) if classes_of(char)[0] != SPACE)
        if tail[0] in "([（［【":
            return tail[-1] in ")]）］】" and not all(word.has_digit for word in after)
        kinds = "".join(map(str, classes_of(tail)))
        thirds = sum(1 if word.is_single else 3 for word in after if not word.has_digit)
        return len(re.findall(f"{DIGIT}+", kinds)) >= 2 and thirds <= 3

    def is_numbered(self, row: int) -> bool:
        """Tell whether a row begins with a number and a dot or bracket."""
        words = self.words[row]
        if len(words) < 2 or words[0].shape & (HAS_DIGIT | HAS_UPPER | HAS_LOWER | IS_SINGLE) != HAS_DIGIT:
            return False
        gap = self.rows[row].text.encode()[words[0].end : words[1].start].decode()
        return "." in gap or ")" in gap

    def noted(self, title: int) -> list[int]:
        """Return the rows that are the title with a note; none if there are different notes."""
        whole = self.keys[title]
        rows = [
            row
            for row, keys in enumerate(self.keys)
            if len(whole) < len(keys) <= len(whole) + 6 and keys[: len(whole)] == whole
            and says_enough(self.words[title], 8) and self.has_note_after(row, len(whole))
        ]  # fmt: skip
        return rows if len({self.keys[row] for row in rows}) == 1 else []

    def lead(self, row: int) -> float:
        return sum(self.paragraph[row + 1 : row + 1 + FOLLOWING])

    def part_of_title(self, row: int) -> float:
        """Return the share of a title in the head that a row's words make up."""
        keys, best = list(self.keys[row]), 0.0
        for title in self.titles or []:
            starts = range(min(len(title) - len(keys) + 1, 2 * LONGEST + 1))
            starts = [start for start in starts if start + len(keys) <= min(len(title), 2 * LONGEST)]
            if any(title[start : start + len(keys)] == keys for start in starts):
                best = max(best, len(keys) / len(title))
        return best

    def points(self, row: int) -> float:
        """Return the evidence that a row of HTML is the title; 0 if there is none."""
        size, level, inside = len(self.words[row]), self.rows[row].level, self.rows[row].inside
        part = self.part_of_title(row)
        if not 2 <= size <= LONGEST or inside & {"select", "button", "pre"}:
            return 0
        is_sure = level == 1 or part > 0 if says_enough(self.words[row], 6) else level == 1 and part > 0
        if not is_sure:
            return 0
        points = 3 if level == 1 else 1 if level else 0
        points += (2 + 3 * part if part > 0 else 0) - 3 * bool(inside & {"nav", "aside", "footer"})
        return points - bool(inside & {"link", "li"}) + 0.01 * min(self.lead(row), 90)

    def candidates(self) -> set[int]:
        """Return the lines that recur or begin another line."""
        repeats = self.repeats
        candidates: set[int] = set()
        for row, words in enumerate(self.words):
            if len(words) > LONGEST or not says_enough(words, 8):
                continue
            if self.ends_in_dots(row):
                for keys in (self.keys[row][:-1], self.keys[row]):
                    self.dotted.setdefault(keys, row)
            same = self.first.setdefault(self.keys[row], row)
            if not says_enough(words, 6):
                continue
            if 1 < repeats.copies[row] <= 5:
                candidates.add(repeats.original[row])
            elif same != row and max(repeats.copies[row], repeats.copies[same]) <= 1:
                candidates.add(same if 2 * self.lead(same) >= self.lead(row) else row)
        for row, begun in enumerate(repeats.begins):
            headline = begun if begun >= 0 else self.beginning_of(row, 3)
            if headline >= 0:
                candidates.add(repeats.original[headline] if repeats.original[headline] >= 0 else headline)
            candidates |= {row} if self.has_beginning(row) else set()
        return candidates

    def has_beginning(self, row: int) -> bool:
        """Tell whether a row, cut off with dots, is another line."""
        keys = self.keys[row]
        if len(keys) > LONGEST or self.ends_in_dots(row):
            return False
        cuts = [(self.dotted.get(keys[:same], -1), same) for same in range(3, len(keys) + 1)]
        return any(cut >= 0 and self.is_cut_off(cut, row, same) for cut, same in cuts)

    def has_note(self, row: int) -> bool:
        """Tell whether a row is a line above it with a note after it."""
        title = self.beginning_of(row, 1)
        return 0 <= title < row and self.has_note_after(row, len(self.words[title]))

    def title(self) -> int:
        """Return the row of the title, or -1."""
        if self.titles is not None:
            points = [round(self.points(row), 4) for row in range(len(self.rows))]
            if points and max(points) > 0:
                return points.index(max(points))
        total = sum(self.paragraph)
        if total < 0.33 * sum(map(size_of, self.words)):
            return -1
        best = self.longest_before(self.candidates(), total)
        return best if best >= 0 else self.longest_before(self.varied_candidates(), total)

    def longest_before(self, candidates: set[int], total: float) -> int:
        """Return the longest candidate before the paragraphs, or -1."""
        best = -1
        for row, words in enumerate(self.words):
            if sum(self.paragraph[:row]) > max(60, 0.2 * total):
                break
            fits = row in candidates and self.lead(row) > 0 and len(words) <= LONGEST
            says = self.forms[row] in TITLES and self.last_mark(row) not in tuple(".,;。…")
            if fits and says and not self.has_note(row) and (best < 0 or len(words) > len(self.words[best])):
                best = row
        return best

    def varied_candidates(self) -> set[int]:
        """Return the lines that recur, except for one word, after text; half of their words are the same."""
        candidates: set[int] = set()
        first: dict[tuple[object, ...], int] = {}
        for row, keys in enumerate(self.keys):
            if not 5 <= len(keys) <= LONGEST or any(word.is_single for word in self.words[row]):
                continue
            half = len(keys) // 2
            for part, words in enumerate((keys[:half], keys[half:])):
                other = first.setdefault((len(keys), part, *words), row)
                leads = any(self.paragraph[other + 1 : min(row, other + 9)])
                if self.differ_in_one(other, row) and leads and self.is_set_apart(other, row):
                    candidates.add(other)
        return candidates

    def differ_in_one(self, one: int, two: int) -> bool:
        """Tell whether two lines of five or more words differ in one word that is not a number in both."""
        pair = self.words[one], self.words[two]
        if (
            len(pair[0]) != len(pair[1])
            or len(pair[0]) < 5
            or any(word.is_single for word in [*pair[0], *pair[1]])
        ):
            return False
        unlike = [
            words for words in zip(*pair, strict=True) if words[0].comparable_key != words[1].comparable_key
        ]
        return len(unlike) == 1 and not all(word.has_digit for word in unlike[0])

    def is_set_apart(self, title: int, row: int) -> bool:
        """Tell whether a line next to the title, or after its text, is not the heading of what follows."""
        if self.forms[row] != "prose":
            return False
        between = any(self.paragraph[min(title, row) + 1 : max(title, row)])
        after = self.forms[row + 1 : row + 2]
        leads_on = any(self.paragraph[row + 1 : row + 5]) or bool(after and after[0] not in TITLES)
        return not (between and leads_on)

    def varied(self, title: int) -> int:
        """Return the only row that is the title except for one word, or -1."""
        rows = [row for row in range(len(self.rows)) if self.differ_in_one(title, row)]
        return rows[0] if len(rows) == 1 and self.is_set_apart(title, rows[0]) else -1

    def beginning_of(self, row: int, others: int) -> int:
        """Return the longest line that a row begins with, followed by some other words, or -1."""
        keys = self.keys[row]
        sizes = range(4, min(len(keys) - others, LONGEST) + 1)
        found = [self.first[keys[:size]] for size in sizes if self.first.get(keys[:size], row) != row]
        return found[-1] if found else -1

    def leads_to(self, title: int, row: int) -> bool:
        if self.titles is not None:
            return True
        between = any(self.paragraph[title + 1 : row])
        return row > title and not between and sum(self.paragraph[:title]) <= 60


def is_number(word: Word) -> bool:
    return word.has_digit or bool(re.fullmatch("[ivxlcdmIVXLCDM]{1,7}", word.text))


def masked_groups(page: Page) -> Iterable[list[int]]:
    """Return the rows of up to 15 words that are the same except for numbers."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, words in enumerate(page.words):
        if 0 < len(words) <= 15:
            key = tuple(0 if is_number(word) else word.comparable_key for word in words)
            groups.setdefault(key, []).append(row)
    return groups.values()


def running_heads(page: Page, text: str) -> dict[int, int]:
    """Return the heads and feet of printed pages, each with the first of its group. text: the whole page."""
    raw, size = text.encode(), len(page.rows)
    spans = [(row.start + words[0].start, row.start + words[-1].end) if words else (row.end, row.start)
             for row, words in zip(page.rows, page.words, strict=True)]  # fmt: skip

    def feed(row: int) -> bool:
        if row in (0, size):
            return any(map(has_feed, range(size)))
        return 0 < row < size and has_feed(row)

    def has_feed(row: int) -> bool:
        start = spans[row - 1][1] if row else page.rows[row].start
        return b"\f" in raw[start : max(spans[row][0], start)]

    def bare(row: int) -> bool:
        return 0 <= row < size and 1 <= len(page.words[row]) <= 3 and all(map(is_number, page.words[row]))

    def in_sentence(row: int) -> bool:
        before, after = row - 1 - bare(row - 1), row + 1 + bare(row + 1)
        if not (before >= 0 and after < size) or len(page.words[before]) < 6:
            return False
        kinds = page.kinds[before].strip("1"), page.kinds[after].strip("1")
        return "3" in "".join(kinds) and kinds[0][-1:] in ("2", "3") and kinds[1][:1] == "2"

    found = {}
    for rows in masked_groups(page):
        feeds = sum(feed(at) or feed(at + 1) or (bare(at - 1) and feed(at - 1))
                    or (bare(at + 1) and feed(at + 2)) for at in rows)  # fmt: skip
        numbered = [at for at in rows if bare(at - 1) or bare(at + 1) or any(map(is_number, page.words[at]))]
        broken = sum(map(in_sentence, numbered))
        if len(rows) >= 3 and (5 * feeds >= 4 * len(rows) or 2 * broken >= len(rows)):
            is_title = rows[0] == 0 and len({page.keys[at] for at in rows}) == 1
            found |= dict.fromkeys(rows[is_title:], rows[0])
    return found


def has(line: list[Word], words: int, singles: int) -> bool:
    single = sum(bool(word.shape & IS_SINGLE) for word in line)
    return (len(line) - single) * singles + single * words >= words * singles


def kinds_in_runs(page: Page) -> list[tuple[int, str, int]]:
    """Return (original, kind, words to cut) of every row, not counting copies of the title."""
    repeats, found = page.repeats, [(-1, "", 0)] * len(page.rows)
    row = 0
    while row < len(page.rows):
        run = range(row, row + max(repeats.block[row], 1))
        copies = [at for at in run if repeats.original[at] not in (-1, at)]
        twice = any(
            repeats.similarity[at] >= 1 and has(page.words[at], 15, 50)
            and page.forms[at] in ("prose", "heading", "item")
            for at in copies
        )  # fmt: skip
        for at in copies:
            of = repeats.original[at]
            forms = (page.forms[at], page.forms[of])
            linked = page.forms[at] == "item" or "link" in page.rows[at].inside
            if forms[0] in ROWS or forms[1] in ROWS:
                kind = "parallel"
            elif "quote" in forms:
                kind = "quotation"
            elif repeats.similarity[at] < 1:
                kind = "parallel"
            elif twice:
                kind = "block"
            elif forms[1] == "heading" and at < of and linked:
                kind = "contents"
            else:
                kind = "refrain" if len(run) > 1 else "repeat"
            found[at] = (of, kind, 0)
        row = run.stop
    return found


def begins_sentence(page: Page, row: int, count: int, title: int, divided: bool) -> bool:
    """Tell whether a sentence, or the part before a divider, ends after some words, and another follows."""
    words, kinds = page.words[row], page.kinds[row]
    if len(words) - count < 5:
        return False
    gap = page.rows[row].text.encode()[words[count - 1].end : words[count].start].decode()
    if divided:
        gap = re.sub(r"^([^:]*?):|(?<=\s)[-–—|]", r"\1.", gap, count=1)
    shape = "".join(map(str, classes_of(gap)))
    if not re.match(f"[{SPACE}{PUNCTUATION}]*{END}", shape):
        return False
    spaced = str(SPACE) in shape[shape.index(str(END)) :]
    if not spaced and not words[count].shape & IS_SINGLE:
        return False
    if "3" in kinds and not words[count].shape & (FIRST_UPPER | HAS_DIGIT | IS_SINGLE):
        return False
    return kinds.count(str(END)) > page.kinds[title].count(str(END)) and kinds.rstrip("1")[-1] in "789"


def of_title(page: Page, row: int, title: int, near_counts: bool) -> tuple[str, int] | None:
    """Return the kind of copy of the title that a row is, and the words to cut; None if it is not a copy."""
    mine, whole = page.keys[row], page.keys[title]
    if page.forms[row] in ROWS:
        is_one_cell = (
            page.titles is not None and page.forms[row] == "cell" and "\t" not in page.rows[row].text
        )
        return ("headline", 0) if is_one_cell and mine and mine == whole else None
    group = page.repeats.original[title]
    same = next((at for at, pair in enumerate(zip(mine, whole, strict=False)) if pair[0] != pair[1]),
                min(len(mine), len(whole)))  # fmt: skip
    is_near = group >= 0 and page.repeats.original[row] == group and near_counts
    heading = page.forms[row] == "heading"
    truncated = page.is_cut_off(row, title, same)
    ends = [page.kinds[at].count(str(END)) for at in (row, title)]
    added = len(whole) == same < len(mine) <= same + 6 and not heading
    has_note = added and row in page.noted(title)
    if added and not has_note:
        first, last = page.words[row][same - 1].end, page.words[row][same].start
        gap = page.rows[row].text.encode()[first:last].decode()
        added = ends[0] <= ends[1] and any(char in SEPARATORS for char in gap)
    varied = row == page.varied(title)
    led_to = not heading and is_led_to(page, row, title, ends[0] <= ends[1])
    if (mine and mine == whole) or (is_near and not heading) or truncated or added or varied or led_to:
        return "headline", 0
    if same < len(whole) or not written_like_title(page.words[row], page.words[title]):
        return None
    begin = sum(tuple(keys[: len(whole)]) == tuple(whole) for keys in page.keys)
    is_long = has(page.words[title], 6, 15) and has(page.words[row], 15, 50)
    glued = begin >= 3 and is_long and row > title
    leads = glued or page.leads_to(title, row)
    fits = page.forms[row] == "prose" and says_enough(page.words[title], 8) and leads
    return ("headline-prefix", same) if fits and begins_sentence(page, row, same, title, glued) else None


def is_led_to(page: Page, row: int, title: int, one_sentence: bool) -> bool:
    """Tell whether a row ends with the title, after a number, or up to six words and a separator."""
    mine, whole, words = page.keys[row], page.keys[title], page.words[row]
    before = len(mine) - len(whole)
    if not 1 <= before <= 6 or mine[before:] != whole or not says_enough(page.words[title], 8):
        return False
    gap = page.rows[row].text.encode()[words[before - 1].end : words[before].start].decode()
    if before == 1 and page.is_numbered(row):
        return True
    return one_sentence and any(char in SEPARATORS + COLONS for char in gap)


def written_like_title(words: list[Word], title: list[Word]) -> bool:
    """Tell whether the title's words are written with its capitals, or either has no lower-case letters."""
    case = FIRST_UPPER | HAS_UPPER | HAS_LOWER
    begin = words[: len(title)]
    alike = all(not (one.shape ^ two.shape) & case for one, two in zip(begin, title, strict=True))
    return alike or not all(any(word.shape & HAS_LOWER for word in part) for part in (begin, title))


def copies_of(page: Page, text: str = "") -> list[tuple[int, int, int]]:
    """Return (original, number of the kind, words to cut) of every row of a page; `text`: all of it."""
    found, title = kinds_in_runs(page), page.title()
    for row, of in (running_heads(page, text) if page.titles is None else {}).items():
        found[row] = (of, "running-head", 0)
    if title >= 0:
        group = page.repeats.original[title]
        near = [
            row
            for row, of in enumerate(page.repeats.original)
            if group >= 0 and of == group and page.keys[row] != page.keys[title]
        ]
        near_counts = len(near) <= 2 and has(page.words[title], 6, 15)
        for row in range(len(page.rows)):
            if row != title and (kind := of_title(page, row, title, near_counts)):
                found[row] = (title, *kind)
        found[title] = (-1, "", 0)
    return [(of, COPY_KINDS.index(kind), cut) for of, kind, cut in found]
