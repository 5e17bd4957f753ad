"""One try: a command that is disturbed, then called again, and the requirements for both."""

import random
import re
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from benchmarks.files import ROOT
from benchmarks.reliability.faults.places import Place
from benchmarks.reliability.faults.processes import HUNG, Ended, Running, Start, start
from benchmarks.reliability.faults.scenarios import Scenario

Disturbed = Literal["finished", "stopped", "killed"]
# Output that a user must never see: of Python, and of `cli/main.py` for unexpected errors.
NOT_OURS: Final = re.compile(r"Traceback \(most recent|internal error|Exception ignored|Fatal Python error")
MESSAGE: Final = re.compile(r"^(detector: |Error: |Usage: )", re.MULTILINE)
SHOWN: Final = 600
# The exit codes of `cli/main.py`: pages set aside, wrong usage, stopped by a limit.
NAMED: Final = (1, 2, 3)


@dataclass(frozen=True)
class Reference:
    """The results of a command that nothing disturbs."""

    ended: Ended
    result: dict[str, bytes]


@dataclass
class Attempt:
    """A command in a place of its own, and the problems that were found.

    environment: variables for all of its calls
    disturbed: how the disturbed call ended; again: how the call after it ended
    step: the step of a corpus run that was reached; problems: violated requirements
    """

    scenario: Scenario
    reference: Reference
    place: Place
    logs: Path
    chance: random.Random
    disturbed: Disturbed = "killed"
    again: Literal["the same", "refused", "not called"] = "not called"
    step: str = ""
    problems: list[str] = field(default_factory=list)

    def moment(self) -> float:
        """Return a moment during the command, in seconds; early ones are likelier.

        The undisturbed call was the first, which takes longer.
        """
        return self.chance.uniform(0.05, 1.0) ** 2 * self.reference.ended.seconds

    def start(self, how: Start | None = None, scenario: Scenario | None = None) -> Running:
        """Start the command."""
        return launched(scenario or self.scenario, self.place, self.logs, how)

    def check(self, running: Running, codes: Collection[int] = NAMED, says_why: bool = True) -> Ended:
        """Wait for a disturbed command: it must finish as usual, or stop with a known code and a message."""
        ended = running.ended()
        self.step = self.place.step()
        if left := running.left_behind():
            self.problem(f"{left} workers live on", ended)
        if NOT_OURS.search(ended.err):
            self.problem("an error that is not ours", ended)
        if ended.code == self.reference.ended.code and ended.code not in codes:
            self.disturbed = "finished"
        elif ended.code in codes:
            self.disturbed = "killed" if ended.code < 0 else "stopped"
            if says_why and ended.code in NAMED and not MESSAGE.search(ended.err):
                self.problem("stopped without a message", ended)
        else:
            self.problem("hangs" if ended.code == HUNG else f"exit code {ended.code}", ended)
        return ended

    def check_result(self, ended: Ended) -> None:
        """Compare the files and the output with those of the undisturbed command."""
        wanted, found = self.reference.result, self.scenario.result(self.place.folder)
        differing = sorted(
            name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
        )
        if differing:
            self.problem(f"other bytes: {', '.join(differing[:5])}", ended)
        if not self.scenario.once and ended.out != self.reference.ended.out:
            self.problem("other bytes on standard output", ended)

    def call_again(self, refusals: str | None = None) -> None:
        """Call the command again, undisturbed: it must end as usual, with the same bytes.

        refusals: a pattern; a named error that matches it is also accepted
        """
        if self.scenario.once and self.scenario.result(self.place.folder) == self.reference.result:
            self.again = "the same"
            return
        running = self.start()
        ended = running.ended()
        if left := running.left_behind():
            self.problem(f"{left} workers live on after the next call", ended)
        if refusals and ended.code in NAMED and re.search(refusals, ended.err):
            self.again = "refused"
        elif ended.code != self.reference.ended.code:
            self.problem(f"the next call ends with {ended.code}", ended)
        else:
            self.check_result(ended)
            self.again = "the same"

    def conclude(self, ended: Ended) -> None:
        """Compare the results of a disturbed command if it finished anyway, and call it again."""
        if self.disturbed == "finished":
            self.check_result(ended)
        self.call_again()

    def remove_written(self) -> None:
        """Remove what the command writes."""
        for name in self.scenario.writes:
            path = self.place.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def problem(self, what: str, ended: Ended) -> None:
        """Record a problem."""
        err = ended.err.replace(f"{ROOT}/", "")
        said = err if len(err) <= SHOWN else f"…{err[-SHOWN:]}"
        self.problems.append(f"{what}; exit code {ended.code}, {said.strip() or 'nothing said'}")


def launched(scenario: Scenario, place: Place, logs: Path, how: Start | None = None) -> Running:
    """Start a scenario's command in a place."""
    how = how or Start()
    environment = {"TMPDIR": str(place.temporary), "HOME": str(place.home), **how.environment}
    streams = how.streams
    if scenario.stdin and streams.stdin is None and 0 not in streams.closed:
        # Left open: a few descriptors, until the next try reuses their numbers.
        with (place.folder / scenario.stdin).open("rb") as file:
            opened = replace(streams, stdin=file.fileno())
            return start(
                scenario.command(place.folder), logs,
                replace(how, fresh=how.fresh or scenario.fresh, environment=environment, streams=opened),
            )  # fmt: skip
    return start(
        scenario.command(place.folder),
        logs,
        replace(how, fresh=how.fresh or scenario.fresh, environment=environment, streams=streams),
    )


def undisturbed(scenario: Scenario, place: Place, logs: Path) -> Reference:
    """Call a command without disturbing it."""
    ended = launched(scenario, place, logs).ended()
    if ended.code != scenario.code:
        raise AssertionError(f"{scenario.name} ends with {ended.code} undisturbed: {ended.err}")
    return Reference(ended, scenario.result(place.folder))


def new_logs() -> Path:
    """Return a folder for logs, outside of the place that a fault affects."""
    return Path(tempfile.mkdtemp(prefix="reliability-logs-"))


def remove(folder: Path) -> None:
    """Remove a folder."""
    shutil.rmtree(folder)
