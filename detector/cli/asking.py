"""Asks for labels in a terminal: one key per line. Every answer is saved at once."""

from pathlib import Path
from typing import Final

import click

from detector.cli.terminal import printable
from detector.records import LINE_KINDS
from detector.training.adapt.active_learning import Question
from detector.training.adapt.adaptation import Adaptation
from detector.training.data.line_labels import KEYS, LineLabel, append_label, read_labels, undo_labels

UNDO: Final = "u"
QUIT: Final = "q"
SKIPPED: Final = "unknown"
# After this many questions the model is adapted again, so that the next ones are about unclear lines.
ROUND: Final = 20


def _help() -> str:
    """Return what can be answered: kinds in the first line, what says less and commands in the second."""
    kinds = ", ".join(f"{KEYS[kind]} {kind}" for kind in LINE_KINDS)
    less = ", ".join(f"{key} {label}" for label, key in KEYS.items() if label not in (*LINE_KINDS, SKIPPED))
    return f"{kinds}\n{less}, {KEYS[SKIPPED]} skip, {UNDO} undo, {QUIT} quit, Enter takes the guess"


def _shown(question: Question, site: str, number: int, of: int) -> str:
    place = f"{number} of {of}, on {question.pages} page{'s' * (question.pages > 1)} of {site}"
    before = [click.style(f"    {printable(text[:100])}", dim=True) for text in question.before]
    after = [click.style(f"    {printable(text[:100])}", dim=True) for text in question.after]
    line = click.style(f"  > {printable(question.text[:400])}", bold=True)
    return "\n".join(["", click.style(printable(place), fg="cyan"), *before, line, *after])


def _answer(guess: str) -> str:
    """Return a label, or the key of a command; `guess` is the label that Enter stands for."""
    labels = {**{key: label for label, key in KEYS.items()}, **{label: label for label in KEYS}}
    while True:
        answer = str(click.prompt(f"what is it? [{guess}]", default=guess, show_default=False)).strip()
        if answer.lower() in (UNDO, QUIT):
            return answer.lower()
        if answer.lower() in labels:
            return labels[answer.lower()]
        click.echo(_help())


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
        answer = _answer(question.kind or SKIPPED)
        if answer == QUIT:
            return -1
        if answer == UNDO:
            _take_back(path, done + at)
            at = max(at - 1, 0)  # an answer of an earlier round: its line comes again later
            continue
        append_label(path, LineLabel(question.text, answer, site))
        at += 1
    return len(found)


def ask(adaptation: Adaptation, path: Path, count: int) -> Adaptation:
    """Ask for the labels that would teach the model most; return the adaptation with the answers.

    Every answer is written to the file before the next question appears.
    """
    click.echo(_help())
    current, done = adaptation, 0
    while done < count:
        answered = ask_round(current, path, done, count)
        current = adaptation.labelled(read_labels(path))
        if answered <= 0:
            break
        done += answered
    return current
