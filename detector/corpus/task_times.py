"""What the times of a sample's tasks tell about a whole run.

A step takes a time for each byte, one for each task (files are opened, read up to the drawn pages, written
and renamed), and one for each process that begins (modules, model). Only the first grows with the input: it
is what tasks take longer than tasks with a single record.
"""

from collections.abc import Mapping, Sequence
from statistics import mean, median
from typing import Final

from detector.corpus.formats.documents import Part, Shard
from detector.corpus.run_spec import Done

# Tasks with a single record, and from how many records of a shard they are taken.
SINGLE: Final = 6
OF_A_SHARD: Final = 3


def single_records(shards: Sequence[Shard]) -> list[Shard]:
    """Return shards with one record each: some of the last ones of shards with drawn records."""
    found = [(shard, part) for shard in shards for part in _last(shard)]
    step = max(len(found) // SINGLE, 1)
    return [
        shard._replace(number=number, parts=(part,)) for number, (shard, part) in enumerate(found[::step])
    ]


def _last(shard: Shard) -> list[Part]:
    """Return the last records that are taken from a shard."""
    if shard.parts[0].kind == "page":
        return list(shard.parts[-OF_A_SHARD:])
    (part,) = shard.parts
    taken = [record for first, end in part.taken or () for record in range(first, end)]
    return [part._replace(taken=((record, record + 1),)) for record in taken[-OF_A_SHARD:]]


def expected_seconds(
    sample: Mapping[str, Sequence[Done]],
    single: Mapping[str, Sequence[Done]],
    size: int,
    shards: int,
    workers: int,
) -> float:
    """Return the seconds that a run takes.

    sample, single: tasks of each step, and those with a single record
    size, shards: bytes and tasks of the run
    """
    return sum(
        _of_step(tasks, single.get(step, ()), size, shards, workers)
        for step, tasks in sample.items()
        if tasks
    )


def _of_step(tasks: Sequence[Done], single: Sequence[Done], size: int, shards: int, workers: int) -> float:
    first, later = _by_process(tasks)
    alone = _by_process(single)[1]
    own = median(task.seconds for task in alone) if alone else 0.0
    # A single task is the first of its process, but there is nothing better.
    measured = later or first
    work = sum(max(task.seconds - own, 0.0) for task in measured)
    rate = work / max(sum(task.bytes for task in measured), 1)
    start = mean(max(task.seconds - own - rate * task.bytes, 0.0) for task in first)
    return start + (rate * size + own * shards) / min(workers, shards)


def _by_process(tasks: Sequence[Done]) -> tuple[list[Done], list[Done]]:
    """Return the first task of each process, and the others."""
    first: dict[int, Done] = {}
    for task in tasks:
        first.setdefault(task.process, task)
    return list(first.values()), [task for task in tasks if first[task.process] is not task]
