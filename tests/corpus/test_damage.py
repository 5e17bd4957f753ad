"""Missing, damaged or foreign files of a run give an error that names them, and never a crash."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from detector.corpus.restore import restored
from detector.corpus.steps import publish
from detector.detector import Detector
from detector.errors import DetectorError, SettingsError, ShardError
from detector.files.zstd_files import read_zstd, write_zstd
from detector.settings import Settings
from tests.corpus.made import Between, everything, page, read_jsonl, write_jsonl


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of three files."""
    from detector import clean_corpus
    from detector.settings import EngineSettings

    folder = tmp_path_factory.mktemp("run")
    for number in range(3):
        rows = [{"id": f"{number}-{at}", "text": page(number * 10 + at)} for at in range(10)]
        write_jsonl(folder / "in" / f"{number}.jsonl", rows)
    clean_corpus([folder / "in"], folder / "out", engine=EngineSettings("process"))
    return folder / "out"


@pytest.fixture
def damaged(finished, tmp_path):
    """A copy of the finished run, to be damaged."""
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def change(path, act):
    """Change the first line record of a file."""
    with read_zstd(path) as file:
        first, *others = file.read().splitlines(keepends=True)
    row = json.loads(first)
    act(row)
    with write_zstd(path, 3) as file:
        file.write(b"".join([json.dumps(row).encode() + b"\n", *others]))


def texts(run, threshold=0.5):
    return list(restored(run, Detector(settings=Settings(threshold=threshold)), False))


def test_a_whole_run_is_restored(damaged):
    assert len(texts(damaged)) == len(list(restored(damaged, None, False))) == 30


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: (lines / "00001.jsonl.zst").unlink(),
        lambda lines: (lines / "00001.jsonl.zst").write_bytes(b""),
        lambda lines: (lines / "00001.jsonl.zst").write_bytes((lines / "00000.jsonl.zst").read_bytes()[:-9]),
        lambda lines: (lines / "00001.jsonl.zst").write_bytes(b"no zstd at all"),
        lambda lines: shutil.copy(lines / "00000.jsonl.zst", lines / "00003.jsonl.zst"),
        lambda lines: shutil.rmtree(lines),
    ],
    ids=["missing", "empty", "cut", "foreign", "one too many", "none"],
)
def test_lines_that_are_not_all_there_are_refused(damaged, damage):
    damage(damaged / "lines")
    with pytest.raises(SettingsError, match=r"missing|damaged|no line records"):
        list(restored(damaged, None, False))


HOSTILE = {
    "NaN": lambda row: row["scores"].__setitem__(0, float("nan")),
    "a large score": lambda row: row["scores"].__setitem__(0, 2_000_000),
    "a very large score": lambda row: row["scores"].__setitem__(0, 2 * 10**12),
    "a negative score": lambda row: row["scores"].__setitem__(0, -1),
    "a score that is a text": lambda row: row["scores"].__setitem__(0, "1"),
    "a number beyond 64 bits": lambda row: row["scores"].__setitem__(0, 10**30),
    "fewer scores": lambda row: row.update(scores=row["scores"][1:]),
    "fewer of all": lambda row: [row[name].pop() for name in ("scores", "kept", "reasons")],
    "other decisions": lambda row: row["kept"].__setitem__(0, 7),
    "an original far away": lambda row: row.update(copies=[[0, 10**13, 1, 0]]),
    "an original before": lambda row: row.update(copies=[[0, -1, 1, 0]]),
    "a copy far away": lambda row: row.update(copies=[[10**13, 0, 1, 0]]),
    "a copy of no kind": lambda row: row.update(copies=[[0, 1, 99, 0]]),
    "a copy of too few numbers": lambda row: row.update(copies=[[0]]),
    "a cut far away": lambda row: row.update(cuts=[[10**6, 1]]),
    "a cut of so many words": lambda row: row.update(cuts=[[0, 10**12]]),
    "pages of a site": lambda row: row.update(site_pages=-1),
    "a threshold that is a table": lambda row: row.update(threshold={}),
    "no text": lambda row: row.pop("text"),
    "a text that is a list": lambda row: row.update(text=[]),
    "no id": lambda row: row.pop("id"),
    "another format": lambda row: row.update(format="pdf"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_numbers_of_lines_lead_nowhere(damaged, name):
    change(damaged / "lines" / "00000.jsonl.zst", HOSTILE[name])
    for threshold in (0.0, 0.5, 1.0):
        with pytest.raises(SettingsError, match="damaged"):
            texts(damaged, threshold)


@pytest.mark.parametrize(
    "act",
    [
        lambda row: row.update(cuts=[[0, 2**31 - 1]]),
        lambda row: row.update(copies=[[1, 0, 2, 2**31 - 1]]),
        lambda row: row.update(copies=[[1, 1, 1, 0], [0, 1, 4, 5]]),
    ],
)
def test_numbers_that_might_be_right_crash_nothing(damaged, act):
    change(damaged / "lines" / "00000.jsonl.zst", act)
    try:
        assert len(texts(damaged)) == 30
    except DetectorError as error:
        assert "damaged" in str(error)


def test_deep_lines_are_refused(damaged):
    with write_zstd(damaged / "lines" / "00000.jsonl.zst", 3) as file:
        file.write(b"[" * 100_000)
    with pytest.raises(SettingsError, match="nested more than"):
        texts(damaged)


@pytest.mark.parametrize("content", ["{}", "[]", "[" * 100_000, '{"settings_of": 1, "counts": {}}', "\xff"])
def test_a_foreign_manifest_is_refused(damaged, content):
    (damaged / "manifest.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match="damaged"):
        texts(damaged)


@pytest.fixture
def corpus(tmp_path):
    rows = [{"id": str(at), "text": page(at)} for at in range(20)]
    return write_jsonl(tmp_path / "in" / "pages.jsonl", rows)


class StopsAfter:
    """An engine that stops after a number of steps over all shards."""

    def __init__(self, steps):
        self.steps = steps

    def run(self, task, items):
        if self.steps == 0:
            raise KeyboardInterrupt
        self.steps -= 1
        yield from map(task, items)

    def close(self):
        pass


def stopped(clean, corpus, steps, **options):
    with pytest.raises(KeyboardInterrupt):
        clean(corpus, engine=StopsAfter(steps), **options)


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[1]",
        "no JSON",
        "[" * 100_000,
        '{"manifest": {}, "files": [], "surveys": [["x", [[5, 0]], []]]}',
        '{"manifest": {}, "files": [], "surveys": [["x", [[0, 0]], [[0, 5, "x"], [5, -1, "x"]]]]}',
        '{"manifest": {}, "files": 3, "surveys": []}',
    ],
)
def test_a_foreign_plan_is_refused(clean, corpus, tmp_path, content):
    stopped(clean, corpus, 2)
    (tmp_path / "out" / ".run" / "plan.json").write_text(content)
    with pytest.raises(SettingsError, match="damaged"):
        clean(corpus)


def test_a_plan_names_no_paths(clean, corpus, tmp_path):
    stopped(clean, corpus, 1)
    secret = write_jsonl(tmp_path / "secret.jsonl", [{"id": "secret", "text": page(99)}])
    path = tmp_path / "out" / ".run" / "plan.json"
    path.write_text(
        path.read_text().replace(str(corpus), str(secret)).replace('"pages.jsonl"', '"../../x.jsonl"')
    )
    with pytest.raises(SettingsError, match="unfinished run with other inputs"):
        clean(corpus)
    assert not (tmp_path / "x.jsonl").exists()


CUT = {
    "text.bin": 3,
    "size.npy": 3,
    "number.npy": 3,
    "lines.jsonl.zst": 3,
    "records.jsonl.zst": 3,
    "pages.zst": 2,
    "counts/key.npy": 2,
    "counts/used_again.npy": 2,
    "groups/removed.npy": 4,
}


def cut(keep):
    return lambda data: data[: int(len(data) * keep)]


def flipped(data):
    """Flip one bit in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "damage"), [*((name, flipped) for name in CUT), ("text.bin", cut(0.5)), ("pages.zst", cut(0))]
)
def test_a_file_that_is_damaged_between_two_runs_is_made_again(clean, corpus, tmp_path, name, damage):
    """A full disk or another program may do this to a run's folder."""
    whole, _ = clean(corpus, name="whole", lines="column")
    stopped(clean, corpus, CUT[name], lines="column")
    path = next((tmp_path / "out" / ".run").glob(f"**/{name}"))
    path.write_bytes(damage(path.read_bytes()))
    out, _ = clean(corpus, lines="column")
    assert everything(out / "data") == everything(whole / "data")
    assert everything(out / "lines") == everything(whole / "lines")


@pytest.mark.parametrize("name", ["text.bin", "pages.zst", "counts/key.npy", "groups/removed.npy"])
def test_a_file_that_is_cut_during_a_run_stops_it(clean, corpus, tmp_path, name):
    def act():
        path = next((tmp_path / "out" / ".run").glob(f"**/{name}"))
        path.write_bytes(cut(0.5)(path.read_bytes()))

    with pytest.raises(
        ShardError, match=r"is damaged .*: delete the folder .* and run the same command again"
    ):
        clean(corpus, lines="column", engine=Between(CUT[name], act))


@pytest.mark.parametrize("name", ["text.bin", "tally.json", "checksums.json"])
def test_a_file_that_is_missing_is_made_again(clean, corpus, tmp_path, name):
    whole, _ = clean(corpus, name="whole")
    stopped(clean, corpus, 3)
    next((tmp_path / "out" / ".run").glob(f"**/clean/**/{name}")).unlink()
    out, _ = clean(corpus)
    assert everything(out / "data") == everything(whole / "data")


def test_what_is_missing_when_it_is_published_is_named(clean, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "_move_shard", lambda spec, shard: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        clean(corpus)
    monkeypatch.undo()
    next((tmp_path / "out" / ".run").glob("out/00000/data/*.jsonl")).unlink()
    with pytest.raises(ShardError, match="it is missing"):
        clean(corpus)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_lines_with_a_turned_bit_are_refused(damaged):
    """Unless the bit means nothing to Zstandard: then the lines are right."""
    path = damaged / "lines" / "00001.jsonl.zst"
    whole, wanted = path.read_bytes(), list(restored(damaged, None, False))
    refused, places = 0, range(len(whole) // 3, len(whole), 97)
    for at in places:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            assert list(restored(damaged, None, False)) == wanted
        except SettingsError as error:
            assert "damaged" in str(error)
            refused += 1
    assert refused >= len(places) - 2


def test_a_page_that_a_kernel_faults_on_is_set_aside_alone(clean, corpus, monkeypatch):
    from detector.errors import KernelError
    from detector.text import read

    wanted, _ = clean(corpus, name="wanted")
    whole = read.words_of

    def faulty(batch):
        if b"day 7 " in batch.data.tobytes():
            raise KernelError("find_words used an index out of range (7)")
        return whole(batch)

    monkeypatch.setattr(read, "words_of", faulty)
    out, outcome = clean(corpus)
    assert outcome.report["total"]["documents"] == 19
    assert outcome.report["rejected"] == {"a fault of this package, please report it": 1}
    left = [row["text"] for row in read_jsonl(out / "data")]
    assert left == [row["text"] for row in read_jsonl(wanted / "data") if row["id"] != "7"]


def test_a_page_that_cannot_be_scored_is_set_aside_alone(clean, corpus, monkeypatch):
    from detector.corpus.steps import clean as step
    from detector.errors import KernelError

    scores = step.score_read

    def faulty(read, *others):
        if b"day 7 " in read.batch.data.tobytes():
            raise KernelError("decide used an index out of range (7)")
        return scores(read, *others)

    monkeypatch.setattr(step, "score_read", faulty)
    out, outcome = clean(corpus)
    assert outcome.report["total"]["documents"] == 19
    assert [row["record"] for row in read_jsonl(out / "rejects")] == [7]


def test_ids_used_before_are_left_out_of_batches(clean, tmp_path):
    rows = [{"id": str(at % 10), "text": page(at)} for at in range(20)]
    html = [{"id": f"h{at % 5}", "text": f"<html><p>{page(at)}</p></html>"} for at in range(8)]
    both = [row for pair in zip(rows[:8], html, strict=True) for row in pair] + rows[8:]
    first = [row for at, row in enumerate(both) if row["id"] not in {other["id"] for other in both[:at]}]
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", both), duplicates=0)
    only, _ = clean(write_jsonl(tmp_path / "only.jsonl", first), name="only", duplicates=0)
    assert read_jsonl(out / "data") == read_jsonl(only / "data")
    assert sum(outcome.report["rejected"].values()) == len(both) - len(first)


def test_workers_end_with_the_run_that_was_killed(tmp_path):
    psutil = pytest.importorskip("psutil")
    program = (
        "import sys, time\nfrom detector.engines.processes import Processes\n"
        "def wait(item):\n    import os, time\n    print(os.getpid(), flush=True)\n    time.sleep(600)\n"
        "list(Processes(2).run(wait, [1, 2]))\n"
    )
    # Otherwise workers start without a standard output.
    environment = {**os.environ, "DETECTOR_TRACEBACK": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        workers = [psutil.Process(int(running.stdout.readline())) for _ in range(2)]
        running.kill()
        running.wait()
        gone, alive = psutil.wait_procs(workers, timeout=60)
        assert len(gone) == 2
        assert not alive


@pytest.mark.parametrize("folder", ["data", "lines"])
def test_a_published_file_that_is_damaged_before_the_run_ends_is_named(
    clean, corpus, tmp_path, monkeypatch, folder
):
    whole, _ = clean(corpus, name="whole")
    with monkeypatch.context() as patched:
        patched.setattr(publish, "write_json", stop)
        with pytest.raises(KeyboardInterrupt):
            clean(corpus)
    out = tmp_path / "out"
    path = next(path for path in sorted((out / folder).rglob("*")) if path.is_file() and path.stat().st_size)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    message = rf"{re.escape(str(path))} is damaged .*: delete the folder {re.escape(str(out))} and run"
    with pytest.raises(ShardError, match=message):
        clean(corpus)
    path.write_bytes(data)
    clean(corpus)
    assert everything(out) == everything(whole)


def stop(*arguments):
    raise KeyboardInterrupt
