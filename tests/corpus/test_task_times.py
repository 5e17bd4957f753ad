"""The time of a run, estimated from the task times of a sample."""

import pytest

from detector.corpus.formats.documents import Part, Shard
from detector.corpus.run_spec import Done
from detector.corpus.task_times import OF_A_SHARD, SINGLE, expected_seconds, single_records

# A process takes 2 seconds to start, a task half a second, a megabyte .1 seconds.
START, OWN, RATE = 2.0, 0.5, 1e-7


def tasks(sizes, processes=2):
    found = []
    for at, size in enumerate(sizes):
        start = START if at < processes else 0.0
        found.append(Done(at, size, start + OWN + RATE * size, at % processes))
    return found


def test_what_a_sample_costs_once_is_not_multiplied():
    sample, single = {"cleaning": tasks([100_000] * 9)}, {"cleaning": tasks([0] * 6, 1)}
    # 20 MB of a small input: 2 s to start, then 2 s of work and 2 tasks for two processes.
    assert expected_seconds(sample, single, 20_000_000, 2, 2) == pytest.approx(2 + (2 + 1) / 2)
    assert expected_seconds(sample, single, 20_000_000, 2, 1) == pytest.approx(2 + 2 + 1)
    large = expected_seconds(sample, single, 10**12, 30_000, 2)
    assert large == pytest.approx(2 + (100_000 + 15_000) / 2)
    # More workers than tasks do not help.
    assert expected_seconds(sample, single, 20_000_000, 2, 8) == pytest.approx(2 + (2 + 1) / 2)


def test_steps_add_up_and_those_without_tasks_do_not_count():
    step, single = tasks([1_000_000] * 5), tasks([0] * 6, 1)
    one = expected_seconds({"cleaning": step}, {"cleaning": single}, 10**8, 4, 1)
    both = {"cleaning": step, "signing": step, "writing": []}
    assert expected_seconds(both, {"cleaning": single, "signing": single}, 10**8, 4, 1) == 2 * one


def test_a_single_task_is_all_there_is():
    assert expected_seconds({"cleaning": [Done(0, 100, 3.0, 1)]}, {}, 200, 1, 1) == pytest.approx(6.0)


def records(number, taken):
    return Shard(number, "out", (Part("a.jsonl", "a.jsonl", "jsonl", taken=taken),), 1000)


def test_single_records_are_the_last_that_were_drawn():
    found = single_records([records(0, ((3, 5), (9, 10))), records(1, ((20, 70),))])
    assert [shard.number for shard in found] == list(range(2 * OF_A_SHARD))
    assert [shard.parts[0].taken for shard in found] == [((at, at + 1),) for at in (3, 4, 9, 67, 68, 69)]
    many = single_records([records(at, ((0, 50),)) for at in range(20)])
    assert SINGLE <= len(many) < 2 * SINGLE
    pages = tuple(Part(f"{at}.html", f"{at}.html", "page") for at in range(9))
    assert [shard.parts for shard in single_records([Shard(0, "", pages, 9)])] == [
        (page,) for page in pages[-OF_A_SHARD:]
    ]
