"""One corpus on every engine: the same rows, the same bytes."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from detector import clean_corpus
from detector.engines.choice import PARENT, WORKER, engine_of, workers_for
from detector.engines.in_process import InProcess
from detector.engines.memory import MemoryWatch, memory_of, tree_of
from detector.engines.processes import Processes
from detector.errors import SettingsError, ShardError
from detector.settings import EngineSettings
from tests.corpus.made import everything, write_jsonl

ON_LINUX = pytest.mark.skipif(not memory_of(os.getpid()), reason="needs Linux's /proc, where PSS stands")
BROKEN = b'{"text": '


@pytest.fixture
def corpus(tmp_path, pages):
    folder = tmp_path / "in"
    write_jsonl(folder / "a.jsonl", [*pages[:15], BROKEN, {**pages[2], "url": None}])
    write_jsonl(folder / "b.jsonl", [*pages[15:], {**pages[4], "id": "twin", "url": "https://x.example/"}])
    return folder


@pytest.fixture
def alone(clean, corpus):
    out, _ = clean(corpus, name="alone", engine=InProcess())
    found = everything(out)
    assert len(found) > 8
    return found


@pytest.mark.parametrize("engine", [Processes(1), Processes(2), Processes(3, "threading")])
def test_joblib(clean, corpus, alone, engine):
    out, _ = clean(corpus, engine=engine)
    engine.close()
    assert everything(out) == alone


ON_DASK = """
import os, sys
from dask.distributed import LocalCluster
from detector import clean_corpus
from detector.settings import EngineSettings

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        os.environ["DASK_SCHEDULER_ADDRESS"] = cluster.scheduler_address
        for engine in ("dask", "process"):
            assert clean_corpus(sys.argv[1:], engine, engine=EngineSettings(engine)).published
"""


def test_dask(corpus, tmp_path):
    """A dask scheduler and two workers, found by the address in the environment."""
    if importlib.util.find_spec("distributed") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs on dask: it needs distributed"
        pytest.skip("needs distributed")
    (tmp_path / "on_dask.py").write_text(ON_DASK)
    command = [sys.executable, "on_dask.py", str(corpus)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert everything(tmp_path / "dask") == everything(tmp_path / "process")


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark(clean, corpus, alone):
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs the real engine: it needs PySpark and Java"
        pytest.skip("needs PySpark and Java")
    out, _ = clean(corpus, engine=engine_of("spark", PARENT + 2 * WORKER, 2))
    assert everything(out) == alone


def wait_a_little(item):
    time.sleep(0.2)
    return item


@ON_LINUX
def test_workers_become_fewer_when_the_memory_is_not_enough(capsys):
    engine = Processes(3, watch=MemoryWatch(1))
    assert sorted(engine.run(wait_a_little, list(range(8)))) == list(range(8))
    assert engine.workers == 1
    assert list(engine.run(wait_a_little, [8])) == [8]
    engine.close()
    said = capsys.readouterr().err.splitlines()
    assert ["from 3 to 2" in said[0], "from 2 to 1" in said[1], "with one worker" in said[2]] == [True] * 3
    assert len(said) == 3


@ON_LINUX
def test_a_run_with_too_little_memory_is_the_same(clean, corpus, alone, monkeypatch, capsys):
    monkeypatch.setattr("detector.engines.memory.EVERY", 0.01)
    for engine in (Processes(2, watch=MemoryWatch(1)), InProcess(MemoryWatch(1))):
        out, _ = clean(corpus, name=type(engine).__name__, engine=engine)
        engine.close()
        assert everything(out) == alone
        assert capsys.readouterr().err.count("with one worker") == 1


@ON_LINUX
def test_enough_memory_gives_no_message(capsys):
    for engine in (Processes(2, watch=MemoryWatch(10**13)), InProcess(MemoryWatch(10**13))):
        assert sorted(engine.run(wait_a_little, [1, 2, 3])) == [1, 2, 3]
        engine.close()
    assert not capsys.readouterr().err


@ON_LINUX
def test_memory_is_that_of_all_processes_below():
    code = "held = bytes(range(256)) * 400_000; print(len(held), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        assert child.pid in tree_of(os.getpid())
        assert memory_of(child.pid) > 100_000_000
        child.communicate(b"\n")
    assert memory_of(child.pid) == 0


def end_yourself(item):
    import os

    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_reported():
    engine = Processes(2)
    with pytest.raises(ShardError, match="was killed"):
        list(engine.run(end_yourself, [1, 2]))
    engine.close()


WITHOUT_MEMORY = """
import os, sys

if os.environ.get("PARENT") != str(os.getpid()):
    {what}


def task(item):
    return item
"""
# A worker that cannot load its task sends the reason; one that cannot start writes a traceback.
IMPORTS = {
    "the module of the task": "raise MemoryError",
    "the module of the task, with output": "print('Traceback'); sys.stderr.write('Traceback'); raise MemoryError",
    "it ends": "sys.stderr.write('Traceback'); os._exit(1)",
}


@pytest.mark.parametrize("what", IMPORTS)
def test_a_worker_that_cannot_import_is_named_without_a_traceback(tmp_path, what):
    (tmp_path / "memoryless.py").write_text(WITHOUT_MEMORY.format(what=IMPORTS[what]))
    program = (
        "import os, sys\nos.environ['PARENT'] = str(os.getpid())\n"
        "from memoryless import task\n"
        "from detector.engines.processes import Processes\nfrom detector.errors import ShardError\n"
        "try:\n    list(Processes(2).run(task, [1, 2, 3]))\n"
        "except ShardError as error:\n    print(error)\n    sys.exit(2)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, env=environment
    )
    assert (found.returncode, found.stderr) == (2, "")
    assert found.stdout.startswith("a worker was killed, or could not start")
    assert found.stdout.count("\n") == 1


def raise_this(error):
    raise error


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (RuntimeError("can't start new thread"), MemoryError),
        (ImportError("x.so: failed to map segment from shared object"), MemoryError),
        (OSError(12, "Cannot allocate memory"), MemoryError),
        (RuntimeError("another"), RuntimeError),
        (OSError(5, "Input/output error"), OSError),
    ],
)
def test_a_worker_without_memory_for_a_library_or_a_thread_says_so(error, raised):
    engine = Processes(2)
    with pytest.raises(raised):
        list(engine.run(raise_this, [error]))
    engine.close()


def test_an_engine_can_be_given_by_its_name(corpus, tmp_path):
    for name in ("process", "threading"):
        assert clean_corpus([corpus], tmp_path / name, engine=name).published
    clean_corpus([corpus], tmp_path / "settings", engine=EngineSettings("process"))
    assert everything(tmp_path / "process") == everything(tmp_path / "settings")
    assert everything(tmp_path / "threading") == everything(tmp_path / "settings")


@pytest.mark.parametrize("engine", ["in-process", "processes", "", 2, InProcess()])
def test_a_wrong_engine_is_refused_with_the_names(corpus, tmp_path, engine):
    with pytest.raises(SettingsError, match=r"auto, process, joblib, spark"):
        clean_corpus([corpus], tmp_path / "out", engine=engine)


def test_an_unknown_backend_is_reported():
    with pytest.raises(SettingsError, match="cannot use the backend"):
        list(Processes(2, "nothing").run(abs, [1]))
    with pytest.raises(SettingsError, match="not an engine"):
        engine_of("no/thing", 10**10, 2)


def test_workers_fit_into_the_memory():
    assert workers_for(PARENT, 8) == 1
    assert workers_for(PARENT + 3 * WORKER, 8) == 3
    assert workers_for(10**12, 2) == 2
    assert isinstance(engine_of("auto", 1, None), InProcess)


# `detector clean`, waiting in the middle of a step, after two of its shards.
WAITS = """
import sys, time
from detector.cli.main import main
from detector.corpus import run

wanted, each = sys.argv.pop(1), run._each

def waits(step, spec, shards, engine, progress):
    told = []

    def waiting(*state):
        progress(*state)
        told.append(state)
        if step.folder == wanted and len(told) == 3:
            print("ready", flush=True)
            time.sleep(600)

    return each(step, spec, shards, engine, waiting)

run._each = waits
main()
"""


def waiting_at(step, arguments):
    """Start a run; return it when it waits in this step."""
    command = [sys.executable, "-c", WAITS, step, *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "ready\n"
    return running


def test_sigterm_ends_the_workers_and_loses_nothing(pages, tmp_path):
    rows = [{**pages[at % 40], "id": f"{copy}-{at}"} for copy in range(8) for at in range(40)]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    rules = tmp_path / "rules.toml"
    rules.write_text("shard_bytes = 20000")
    clean = ["clean", str(path), "--rules", str(rules), "--output"]
    command = [sys.executable, "-m", "detector", *clean]
    out = tmp_path / "out"
    running = waiting_at("clean", [*clean, str(out), "--workers", "2"])
    workers = psutil.Process(running.pid).children(recursive=True)
    assert workers
    running.terminate()
    assert running.communicate()[1].endswith("detector: stopped\n")
    assert running.returncode == 143
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive
    subprocess.run([*command, str(out), "--workers", "2"], check=True, capture_output=True)
    subprocess.run(
        [*command, str(tmp_path / "whole"), "--engine", "process"], check=True, capture_output=True
    )
    assert everything(out) == everything(tmp_path / "whole")


def test_what_removes_temporary_files_prints_nothing():
    """After a run was stopped, loky's tracker used to print a traceback for each folder that was already gone."""
    program = (
        "from detector.engines.processes import Processes\n"
        "engine = Processes(2)\nassert sorted(engine.run(abs, [1, -2])) == [1, 2]\n"
        "from joblib.externals.loky.backend import resource_tracker\n"
        "resource_tracker.register('/nowhere/at/all', 'folder')\n"
        "resource_tracker.maybe_unlink('/nowhere/at/all', 'folder')\nengine.close()\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_killed_runs_go_on_to_the_same_bytes(clean, pages, tmp_path):
    rows = [{**pages[at % 40], "id": f"{copy}-{at}"} for copy in range(4) for at in range(40)]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    rules = tmp_path / "rules.toml"
    rules.write_text("shard_bytes = 20000")
    clean = ["clean", str(path), "--rules", str(rules), "--output"]
    command = [sys.executable, "-m", "detector", *clean]
    subprocess.run(
        [*command, str(tmp_path / "whole"), "--engine", "process"], check=True, capture_output=True
    )
    out = tmp_path / "out"
    for step, workers in (("count", "2"), ("clean", "1"), ("out", "2")):
        running = waiting_at(step, [*clean, str(out), "--workers", workers])
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert not (out / "manifest.json").exists()
    subprocess.run([*command, str(out), "--workers", "2"], check=True, capture_output=True)
    assert everything(out) == everything(tmp_path / "whole")
