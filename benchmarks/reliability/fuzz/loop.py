"""Fuzzes a reader in its own process, with limits on time and memory for each input."""

import hashlib
import math
import mmap
import os
import random
import re
import resource
import signal
import struct
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from benchmarks.measures.process_tree import used_now
from benchmarks.reliability.fuzz.mutations import changed
from benchmarks.reliability.fuzz.targets import Read, Target
from detector.errors import DetectorError

# The most CPU seconds for an input, which do not depend on the load of the machine, and the most bytes above
# the memory in use after the seeds. An input, or all seeds together, may take MOST_WAITED seconds of wall
# time.
MOST_SECONDS: Final = 10.0
MOST_WAITED: Final = 300.0
MOST_MEMORY: Final = 700_000_000
LARGEST: Final = 8 << 20
POOL: Final = 400
HEAD: Final = struct.Struct("<qqdd")
VARYING: Final = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|/\S+")


@dataclass(frozen=True)
class Budget:
    """The budget for a reader: a number of inputs, seconds, or both, whichever ends first.

    With a number only, the same seed gives the same inputs on every machine.
    """

    inputs: float = math.inf
    seconds: float = math.inf

    def less(self, inputs: int, seconds: float) -> "Budget":
        """Return the rest of the budget."""
        return Budget(self.inputs - inputs, self.seconds - seconds)

    @property
    def spent(self) -> bool:
        """Whether the rest is too little to start a process."""
        return self.inputs < 1 or self.seconds < 0.5


@dataclass
class Found:
    """A fault: what happened, where, and the input."""

    what: str
    data: bytes


@dataclass
class Outcome:
    """The results of fuzzing a reader. inputs: number of inputs read; kinds: number of different outcomes."""

    inputs: int = 0
    refused: int = 0
    kinds: int = 0
    faults: list[Found] = field(default_factory=list)


class _Shared:
    """Memory shared by parent and child: number and start time of the current input, and the input."""

    def __init__(self) -> None:
        self._map = mmap.mmap(-1, HEAD.size + LARGEST)

    def begin(self, number: int, data: bytes) -> None:
        """Store the input before it is read, so that it is available after a crash."""
        self._map[HEAD.size : HEAD.size + len(data)] = data
        self._map[: HEAD.size] = HEAD.pack(number, len(data), time.monotonic(), time.process_time())

    def seen(self) -> tuple[int, bytes]:
        """Return the number and the input."""
        number, size, *_ = HEAD.unpack(self._map[: HEAD.size])
        return number, self._map[HEAD.size : HEAD.size + size]

    def began(self) -> tuple[int, float, float]:
        """Return the number of the input, and the wall time and CPU seconds when it was started."""
        number, _, at, cpu = HEAD.unpack(self._map[: HEAD.size])
        return number, at, cpu


def outcome_of(read: Read, data: bytes) -> tuple[str, str]:
    """Read an input; return a fault ("" if there is none), and the kind of outcome."""
    try:
        result = read(data)
    except DetectorError as error:
        return (
            "" if str(error) else "an error without a message"
        ), f"{type(error).__name__} {VARYING.sub('', str(error))[:90]}"
    except Exception as error:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if "/detector/" in frame.filename
        ]
        place = f"{Path(frames[-1].filename).name}, {frames[-1].name}" if frames else "outside"
        return f"{type(error).__name__} in {place}: {str(error)[:200]}", "fault"
    if isinstance(result, str):
        return "", result[:60]
    return "", f"a result of about {len(repr(result)).bit_length()} bits"


def _fuzz(
    target: Target, folder: Path, budget: Budget, seed: int, shared: _Shared, report: Callable[[str], None]
) -> None:
    """Read changed files until the budget is spent."""
    kinds = set[str]()
    pool = [data for data in target.seeds(folder) if len(data) < LARGEST]
    seeds = len(pool)
    read = target.reader(folder)
    for data in pool:
        fault, _ = outcome_of(read, data)
        if fault:
            report(f"fault a valid file: {fault}")
    allowed = psutil.Process().memory_info().rss + MOST_MEMORY
    _limit_memory(allowed)
    number, refused, end = 0, 0, time.monotonic() + budget.seconds
    while number < budget.inputs and time.monotonic() < end:
        # A separate generator, so that one different input does not change all that follow.
        chance = random.Random(f"{seed} {number}")
        data = changed(chance.choice(pool), chance.choice(pool), target.packing, chance)[:LARGEST]
        number += 1
        shared.begin(number, data)
        fault, kind = outcome_of(read, data)
        refused += "Error" in kind
        if fault:
            report(f"fault {fault}")
        elif kind not in kinds:
            # An input with a new outcome is changed further.
            pool.append(data)
            if len(pool) > POOL:
                pool.pop(chance.randrange(seeds, len(pool)))
        kinds.add(kind)
    report(f"done {number} {refused} {len(kinds)}")


def _limit_memory(allowed: int) -> None:
    """Limit the growth of the address space to the memory limit."""
    now = psutil.Process().memory_info()
    most = now.vms + allowed - now.rss
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _child(target: Target, folder: Path, budget: Budget, seed: int, shared: _Shared, writing: int) -> None:
    """Fuzz in the forked process; faults are sent through a pipe, each with its input."""

    def report(line: str) -> None:
        _, data = shared.seen()
        kept = line.replace("\n", " ").encode()
        os.write(writing, struct.pack("<ii", len(kept), len(data)) + kept + data)

    code = 1
    try:
        with open(os.devnull, "w") as nothing:  # noqa: PTH123
            for descriptor in (1, 2):
                os.dup2(nothing.fileno(), descriptor)
        _fuzz(target, folder, budget, seed, shared, report)
        code = 0
    except BaseException:
        report(f"fault of the fuzzer: {traceback.format_exc()[-500:]}")
    finally:
        os._exit(code)


def _messages(file: object) -> list[tuple[str, bytes]]:
    found = []
    while head := file.read(8):  # type: ignore[attr-defined]
        line, size = struct.unpack("<ii", head)
        found.append((file.read(line).decode(), file.read(size)))  # type: ignore[attr-defined]
    return found


def _watched(pid: int, shared: _Shared) -> str:
    """Wait for the process; return how it failed, or nothing."""
    started = time.monotonic()
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return f"a crash: signal {signal.Signals(-code).name}" if code < 0 else ""
        number, at, cpu = shared.began()
        used, _ = used_now(pid) if number and time.monotonic() - at > MOST_SECONDS else (0.0, 0)
        waited = time.monotonic() - (at or started) > MOST_WAITED
        if waited or used - cpu > MOST_SECONDS:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return f"more than {MOST_SECONDS:.0f} s" if number else "it does not begin"
        time.sleep(0.02)


def fuzzed(target: Target, budget: Budget, seed: int) -> Outcome:
    """Fuzz a reader; after a crash, continue with another seed and the rest of the budget."""
    found, places = Outcome(), set[str]()
    while not budget.spent:
        shared, began = _Shared(), time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name, tempfile.TemporaryFile() as file:
            pid = os.fork()
            if pid == 0:
                os.setsid()
                _child(target, Path(name), budget, seed, shared, file.fileno())
            crash = _watched(pid, shared)
            _end_session(pid)
            file.seek(0)
            messages = _messages(file)
        number, data = shared.seen()
        for line, input in messages:
            if line.startswith("done "):
                _, inputs, refused, kinds = line.split()
                found.inputs, found.refused = found.inputs + int(inputs), found.refused + int(refused)
                found.kinds = max(found.kinds, int(kinds))
            elif (place := VARYING.sub("", line)[:120]) not in places:
                places.add(place)
                found.faults.append(Found(line.removeprefix("fault "), input))
        if crash:
            found.inputs += number
            found.faults.append(Found(crash, data))
        if not crash or not number:  # it is finished, or does not even start
            return found
        budget, seed = budget.less(number, time.monotonic() - began), seed + 1000
    return found


def _end_session(pid: int) -> None:
    """Kill the workers that a reader has started."""
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == pid:
                process.kill()
        except (OSError, psutil.Error):
            continue


def file_name(target: Target, data: bytes) -> str:
    """Return the name under which an input is kept."""
    words = re.sub(r"[^a-z.]+", "-", target.name)
    return f"{words}-{hashlib.blake2b(data, digest_size=4).hexdigest()}"
