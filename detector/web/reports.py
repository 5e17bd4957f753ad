"""Views of a finished corpus run: its report, groups of near-duplicates, and the effect of a rule."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import regex
import tomlkit
from filelock import FileLock
from tomlkit.exceptions import TOMLKitError

from detector.corpus.line_records import LineRecord, pieces
from detector.corpus.restore import stored_records
from detector.corpus.run_folder import read_json
from detector.corpus.steps.write import LONE_PAGES
from detector.errors import SettingsError
from detector.files.atomic import new_file
from detector.files.json_lines import json_lines
from detector.settings import CorpusSettings
from detector.web.comparing import marked
from detector.web.folder import REPORT
from detector.web.problems import Problem

RULES: Final = "rules.toml"
DUPLICATES: Final = "duplicates.jsonl"
# The most groups listed, members of a group compared, and examples of a rule's effect.
MOST_GROUPS: Final = 200
MOST_MEMBERS: Final = 20
MOST_EXAMPLES: Final = 20
# The most words of a text that are compared: the time is quadratic.
MOST_WORDS: Final = 4_000
# Seconds to spend on looking through records; the answer says how many records were read.
MOST_SECONDS: Final = 20.0
# The longest line for a rule. The longest line of a page may be much longer.
LONGEST_RULE: Final = 2_000

Rule = Literal["protect", "template"]


def report(run: Path) -> dict[str, Any]:
    """Return a run's report, the sites that lose most first."""
    found = read_json(run / REPORT)
    found["by_site"] = sorted(found["by_site"], key=lambda row: -row["lost"])
    found["most_dropped_lines"] = _together(found["most_dropped_lines"])
    found["groups"] = list(islice(groups(run), MOST_GROUPS))
    return found


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines that are dropped most often. Pages without a site are counted together."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        site = LONE_PAGES if row["site"].startswith("page:") else row["site"]
        counts[site, row["text"]] += row["count"]
    return [{"site": site, "text": text, "count": count} for (site, text), count in counts.most_common()]


def groups(run: Path) -> Iterator[dict[str, Any]]:
    """Yield groups of near-duplicates: the representative, and the texts dropped for it."""
    gone: dict[str, list[dict[str, Any]]] = {}
    path = run / DUPLICATES
    if path.is_file():
        with path.open("rb") as file:
            for line in json_lines(file):
                if line.value is not None and {"id", "duplicate_of", "similarity"} <= line.value.keys():
                    row = {"id": line.value["id"], "similarity": line.value["similarity"]}
                    gone.setdefault(str(line.value["duplicate_of"]), []).append(row)
    for kept, members in sorted(gone.items(), key=lambda item: (-len(item[1]), item[0])):
        yield {"kept": kept, "size": len(members) + 1, "gone": members[:MOST_MEMBERS]}


def clean_of(record: LineRecord) -> str:
    """Return the lines of a record's clean text."""
    return "\n".join(piece.clean for piece in pieces(record) if piece.clean)


def compared(run: Path, one: str, other: str) -> dict[str, Any]:
    """Return the clean texts of two documents, in pieces that are equal or differ."""
    found: dict[str, str] = {}
    for record in stored_records(run):
        if record.id in (one, other):
            found[record.id] = clean_of(record)
        if len(found) == len({one, other}):
            return differences(found[one], found[other])
    missing = next(name for name in (one, other) if name not in found)
    raise Problem(404, f"the run has no document {missing[:100]!r}")


def differences(one: str, other: str) -> dict[str, Any]:
    """Return two texts as lists of (text, is the same in both), word by word if they are short enough."""
    left, right = marked(one, other, MOST_WORDS)
    return {"left": left, "right": right}


class Effect(NamedTuple):
    """The effect of a rule.

    looked_at: number of documents read; all: whether these are all documents of the run
    """

    lines: int
    documents: int
    looked_at: int
    all: bool
    examples: list[dict[str, Any]]


def pattern_of(line: str) -> str:
    """Return the `protect` pattern for exactly this line."""
    return f"^{regex.escape(line, special_only=True, literal_spaces=True)}$"


def refuse_unfit(rule: Rule, line: str) -> None:
    """Raise `Problem` for a line that cannot be a rule."""
    if not line.strip() or len(line) > LONGEST_RULE or "\n" in line:
        raise Problem(422, f"a rule must be a single line of at most {LONGEST_RULE:,} characters")
    if rule == "template" and len(line.strip()) < 3:
        raise Problem(422, f"{line!r} occurs in too many lines to be dropped everywhere")


def effect(run: Path, rule: Rule, line: str) -> Effect:
    """Return what would change in a run if a line were protected, or declared template."""
    refuse_unfit(rule, line)
    wanted, until = line.casefold(), time.monotonic() + MOST_SECONDS
    lines, documents, looked_at, examples = 0, 0, 0, list[dict[str, Any]]()
    for record in stored_records(run):
        looked_at += 1
        if wanted in record.text.casefold():
            changed = [piece for piece in pieces(record) if _changes(piece.text, piece.kept, rule, line)]
            lines, documents = lines + len(changed), documents + bool(changed)
            examples += [
                {"document": record.id, "site": record.site, "text": piece.text, "score": piece.score}
                for piece in changed[: MOST_EXAMPLES - len(examples)]
            ]
        if time.monotonic() > until:
            return Effect(lines, documents, looked_at, False, examples)
    return Effect(lines, documents, looked_at, True, examples)


def _changes(text: str, kept: bool | None, rule: Rule, line: str) -> bool:
    if rule == "protect":
        return kept is False and text == line
    return kept is True and line.casefold() in text.casefold()


def rules(folder: Path) -> dict[str, Any]:
    """Return the rules in the rules file beside the run."""
    path = folder / RULES
    found = CorpusSettings.read(path) if path.is_file() else CorpusSettings()
    return {"protect": list(found.protect), "template": list(found.template)}


def add_rule(folder: Path, rule: Rule, line: str) -> dict[str, Any]:
    """Add a line to the rules file, whose other lines and comments stay as they are, and return all rules."""
    refuse_unfit(rule, line)
    path, value = folder / RULES, pattern_of(line) if rule == "protect" else line.strip()
    with FileLock(folder / f".{RULES}.lock"):
        try:
            document = tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()
        except (TOMLKitError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}; correct it by hand") from None
        known: Any = document.get(rule)
        if known is None:
            known = tomlkit.array().multiline(True)
            document[rule] = known
        if not isinstance(known, list):
            raise SettingsError(f"{path}: {rule!r} is not a list; correct it by hand")
        if value not in known:
            known.append(value)
        with new_file(path) as file:
            file.write(tomlkit.dumps(document).encode())
        return rules(folder)
