"""Asks for labels in a terminal: one key per line. Every answer is saved at once."""

from pathlib import Path
from typing import Final

import click

from detector.cli.terminal import printable
from detector.training.adapt.active_learning import Question
from detector.training.adapt.adaptation import Adaptation
from detector.training.data.line_labels import LineLabel, append_label, read_labels, undo_labels

KEYS: Final = {"c": "content", "t": "template", "m": "metadata", "r": "comment", "s": "unknown"}
UNDO: Final = "u"
QUIT: Final = "q"
HELP: Final = "c content, t template, m date, author or tags, r comment, s skip, u undo, q quit"
# After this many questions the model is adapted again, so that the next ones are about unclear lines.
ROUND: Final = 20


def _shown(question: Question, site: str, number: int, of: int) -> str:
    place = f"{number} of {of}, on {question.pages} page{'s' * (question.pages > 1)} of {site}"
    before = [click.style(f"    {printable(text[:100])}", dim=True) for text in question.before]
    after = [click.style(f"    {printable(text[:100])}", dim=True) for text in question.after]
    line = click.style(f"  > {printable(question.text[:400])}", bold=True)
    return "\n".join(["", click.style(printable(place), fg="cyan"), *before, line, *after])


def _answer() -> str:
    while True:
        answer = str(click.prompt("label", default="s", show_default=False)).strip().lower()[:1]
        if answer in (*KEYS, UNDO, QUIT):
            return answer
        click.echo(HELP)


def _take_back(path: Path, answers: int) -> None:
    """Undo the last answer of this session, if there is one."""
    if answers:
        undo_labels(path)
    else:
        click.echo("no answer to undo")


def ask_round(adaptation: Adaptation, path: Path, done: int, of: int) -> int:
    """Ask one round of questions; return how many were answered, or -1 on quit."""
    found = adaptation.questions(min(ROUND, of - done))
    at = 0
    while at < len(found):
        question = found[at][1]
        site = adaptation.sites[question.site]
        click.echo(_shown(question, site, done + at + 1, of))
        answer = _answer()
        if answer == QUIT:
            return -1
        if answer == UNDO:
            _take_back(path, done + at)
            at = max(at - 1, 0)  # an answer of an earlier round: its line comes again later
            continue
        append_label(path, LineLabel(question.text, KEYS[answer], site))
        at += 1
    return len(found)


def ask(adaptation: Adaptation, path: Path, count: int) -> Adaptation:
    """Ask for the labels that would teach the model most; return the adaptation with the answers.

    Every answer is written to the file before the next question appears.
    """
    click.echo(HELP)
    current, done = adaptation, 0
    while done < count:
        answered = ask_round(current, path, done, count)
        current = adaptation.labelled(read_labels(path))
        if answered <= 0:
            break
        done += answered
    return current
