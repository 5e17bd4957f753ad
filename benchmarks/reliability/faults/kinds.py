"""All faults, and the commands that each one is tried on."""

from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks.reliability.faults import scenarios as at
from benchmarks.reliability.faults.attempt import Attempt
from benchmarks.reliability.faults.clocks import clock_back
from benchmarks.reliability.faults.disks import (
    becomes_read_only,
    full_disk,
    full_output,
    full_temporary,
    limited_files,
    no_home,
    not_writable,
)
from benchmarks.reliability.faults.inputs import changed, damaged_file, damaged_run, vanished
from benchmarks.reliability.faults.limits import few_files, little_memory, worker_without_memory
from benchmarks.reliability.faults.network import broken_clients, broken_network
from benchmarks.reliability.faults.pipes import closed_pipe, closed_streams, cut_input, slow_input, slow_pipe
from benchmarks.reliability.faults.signals import (
    interrupt_run,
    kill_run,
    kill_worker,
    terminate_run,
    terminate_worker,
    two_at_once,
)


class Fault(NamedTuple):
    """A fault.

    needs_disk: a file system must be mounted for it, which needs root
    every: it is only tried in one of this many rounds, because it takes long
    """

    name: str
    inject: Callable[[Attempt], None]
    scenarios: tuple[at.Scenario, ...]
    needs_disk: bool = False
    every: int = 1


FAULTS: Final = (
    Fault("kill -9 of the command", kill_run, at.WRITERS),
    Fault("SIGTERM of the command", terminate_run, at.WRITERS),
    Fault("Ctrl-C", interrupt_run, at.WRITERS),
    Fault("kill -9 of a command with workers", kill_run, (at.WORKERS,), every=6),
    Fault("kill -9 of a worker", kill_worker, (at.WORKERS,), every=6),
    Fault("SIGTERM of a worker", terminate_worker, (at.WORKERS,), every=6),
    Fault("a worker out of memory", worker_without_memory, (at.WORKERS,), every=6),
    Fault("the disk is full", full_disk, at.WRITERS, needs_disk=True),
    Fault(
        "the disk for temporary files is full",
        full_temporary,
        (at.DUPLICATES, at.PIPED, at.CORPUS),
        needs_disk=True,
    ),
    Fault("a limit on the size of files", limited_files, at.WRITERS),
    Fault("standard output to a full disk", full_output, at.PRINTERS),
    Fault("a folder of somebody else", not_writable, at.WRITERS),
    Fault("the disk becomes read-only", becomes_read_only, at.CORPORA, needs_disk=True),
    Fault("no home, no folder for temporary files", no_home, at.ALL),
    Fault("inputs vanish", vanished, (*at.WRITERS, at.CORPUS, at.MANY_FILES)),
    Fault("inputs change", changed, at.CORPORA),
    Fault("files of a stopped run are damaged", damaged_run, at.CORPORA),
    Fault("files of a finished run are damaged", damaged_file, (at.RESTORE, at.RESTORE_POLICY)),
    Fault("the clock goes back", clock_back, at.CORPORA),
    Fault("two at once", two_at_once, at.WRITERS),
    Fault("64 open files", few_files, (at.MANY_FILES, at.CORPUS, at.INDEX)),
    Fault("little memory (ulimit -v)", little_memory, at.ALL),
    Fault("a reader that closes the pipe", closed_pipe, at.PRINTERS),
    Fault("a slow reader", slow_pipe, at.PRINTERS),
    Fault("a slow writer", slow_input, (at.CLEAN_PIPED, at.PIPED)),
    Fault("input that ends in the middle", cut_input, (at.CLEAN_PIPED, at.PIPED)),
    Fault("streams that are closed from the start", closed_streams, at.ALL),
    Fault("a network that breaks", broken_network, (at.CLEAN,)),
    Fault("clients of serve that break off", broken_clients, (at.CLEAN,), every=6),
)
