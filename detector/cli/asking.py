"""Asking for labels in a terminal: one key a line, every answer kept at once."""

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
HELP: Final = "c content, t template, m date, author or tags, r comment, s skip, u take back, q enough"
# Questions after which the model is adapted anew, so that the next ones are about what is left.
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
    """Take the last of this session's answers back, if there is one."""
    if answers:
        undo_labels(path)
    else:
        click.echo("there is no answer to take back")


def ask_round(adaptation: Adaptation, path: Path, done: int, of: int) -> int:
    """Ask one round of questions; returns how many were answered, or -1 for enough."""
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
            at = max(at - 1, 0)  # of an earlier round, the line comes again in a later one
            continue
        append_label(path, LineLabel(question.text, KEYS[answer], site))
        at += 1
    return len(found)


def ask(adaptation: Adaptation, path: Path, count: int) -> Adaptation:
    """Ask for the labels that would teach most, and return what was there with the answers.

    Every answer is written to the file before the next question is shown.
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
