import json
import re
import subprocess
import sys
import venv
from types import SimpleNamespace

import psutil
import pytest
from click.testing import CliRunner

from benchmarks.data.pages import Page
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT
from benchmarks.peers import answers, environments, speed_worker
from benchmarks.peers.process import NotInstalledError, PeerProcess
from benchmarks.peers.systems import (
    ENVIRONMENTS,
    HTML_PEERS,
    NUMBA,
    NUMBA_COMMIT,
    OUR_SYSTEMS,
    OURS,
    RENDERINGS,
    SIGNING_SYSTEMS,
    TEXT_PEERS,
    Environment,
    Peer,
)
from benchmarks.peers.text import line_rules, refinedweb
from benchmarks.run import answers as ask_beforehand
from benchmarks.run.quality import _peer_rows, _row
from benchmarks.run.timing import speed, speed_samples
from detector.model.files import default_model

FAKE = Peer("fake", "tests.benchmarks.fake_peer", OURS, "text")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep answers out of the real cache, and start peers without the shared data."""
    monkeypatch.setenv(answers.VARIABLE, str(tmp_path / "cache"))
    data = tmp_path / "data"
    (data / "wcxb-dev").mkdir(parents=True)
    monkeypatch.setenv("DETECTOR_SHARED", str(data))
    return tmp_path


def test_a_peer_that_raises_dies_or_sleeps_fails_that_page_only(tmp_path):
    process = PeerProcess(FAKE, tmp_path / "log", page_seconds=4.0)
    try:
        answers = {page: process.ask(page, None) for page in ("a", "raise", "die", "b", "sleep", "none", "c")}
    finally:
        process.close()
    assert [answers[page].text for page in "abc"] == ["A", "B", "C"]
    assert answers["raise"].error == "KeyError: 'on purpose'"
    assert "died" in answers["die"].error
    assert answers["die"].lost
    assert "took over" in answers["sleep"].error
    assert "NoneType" in answers["none"].error


def test_what_a_peer_started_ends_with_it(tmp_path):
    process = PeerProcess(FAKE, tmp_path / "log")
    try:
        answer = process.ask("child", None)
        child = psutil.Process(int(answer.text))
        assert child.name() == "sleep"
    finally:
        process.close()
    _, alive = psutil.wait_procs([child], timeout=30)
    assert alive == []


def test_peers_are_asked_beforehand(tmp_path, monkeypatch):
    """Afterwards their answers are in the cache, and a peer that is not installed is named."""
    fake = Peer("fake", "tests.benchmarks.fake_peer", OURS, "html")
    absent = Peer("absent", "benchmarks.peers.text.line_rules", "no-such-environment")
    pages = [Page("fundus", text, "a.com", html=text.encode()) for text in ("good", "raise")]
    monkeypatch.setattr(ask_beforehand, "ASKED", (absent, fake))
    monkeypatch.setattr(ask_beforehand, "dataset", lambda _: SimpleNamespace(pages=lambda: iter(pages)))
    result = CliRunner().invoke(ask_beforehand.command, ["--set", "fundus"], catch_exceptions=False)
    assert "absent is not installed" in result.output
    assert "fake on fundus, html: 1 of 2 pages" in result.output
    kept = (tmp_path / "cache" / f"fake-{answers.version_key(fake)}.jsonl").read_text().splitlines()
    assert [json.loads(line)[1] for line in kept] == ["GOOD", None]


def test_peers_on_text_are_asked_for_each_rendering(tmp_path, monkeypatch):
    fake = Peer("fake", "tests.benchmarks.fake_peer", OURS, "text")
    page = Page("labelled", "1", "a.com", text="good")
    monkeypatch.setattr(ask_beforehand, "ASKED", (fake,))
    monkeypatch.setattr(ask_beforehand, "dataset", lambda _: SimpleNamespace(pages=lambda: iter([page])))
    result = CliRunner().invoke(ask_beforehand.command, ["--set", "labelled"], catch_exceptions=False)
    assert result.output == "fake on labelled, text: 1 of 1 pages\n"


def test_renderings_are_kept_whatever_language_a_page_has(monkeypatch):
    """This way `run outputs` and `run quality` ask each peer only once."""
    renderer = Peer("fake", "tests.benchmarks.fake_peer", OURS, "html")
    monkeypatch.setattr(answers, "RENDERINGS", (renderer,))
    pages = [Page("s", language, "a.com", language, html=b"good") for language in ("en", "id")]
    assert list(answers.renderings_of(pages)) == [("fake", ["GOOD", "GOOD"])]
    (line,) = next(answers.cache_folder().glob("fake-*.jsonl")).read_text().splitlines()
    assert json.loads(line)[0] == answers.page_key(b"good", None)


def test_failed_pages_are_counted_and_not_scored(tmp_path):
    texts = ("good", "raise", "x")
    pages = [Page("s", text, "a.com", text=text, gold="GOOD") for text in texts]
    row = _peer_rows(FAKE, pages, [page.text for page in pages])
    assert row["failed"] == {"pages": 1, "reasons": {"KeyError": 1}}
    assert row["words"]["pages"] == 2
    assert row["words"]["mean"] == 0.5


def test_a_peer_that_is_not_installed_has_no_numbers():
    absent = Peer("absent", "benchmarks.peers.text.line_rules", "no-such-environment", "text")
    row = _peer_rows(absent, [Page("s", "1", "a.com", text="x", gold="x")], ["x"])
    assert "not_installed" in row
    assert "words" not in row


def test_a_peer_that_does_not_import_is_not_installed(tmp_path):
    with pytest.raises(NotInstalledError):
        PeerProcess(Peer("broken", "no_such_peer", OURS), tmp_path / "log").ask(b"", None)


def test_answers_are_remembered_and_unfinished_lines_cut_off(tmp_path):
    kept = Peer("fake", "tests.benchmarks.fake_peer", OURS, "html")
    path = tmp_path / "answers.jsonl"
    for _ in range(2):
        cached = answers.CachedPeer(kept, path)
        assert cached.ask(b"page", "en").text == "PAGE"
        cached.ask(b"die", None)
        cached.close()
    lines = path.read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])[1] == "PAGE"
    path.write_text(lines[0] + "\n" + lines[0][:9])
    cached = answers.CachedPeer(kept, path)
    cached.close()
    assert path.read_text() == lines[0] + "\n"


def test_the_cache_is_never_inside_the_repository(monkeypatch):
    monkeypatch.setenv(answers.VARIABLE, str(ROOT / "benchmarks" / "cache"))
    with pytest.raises(BenchmarkError, match="inside the repository"):
        answers.cache_folder()


def test_rows_without_gold_or_snippets_have_no_measures():
    row = _row(FAKE, [], [])
    assert "words" not in row


def test_every_peer_has_a_short_file_and_an_environment():
    environments = {environment.name for environment in ENVIRONMENTS} | {OURS}
    for peer in (*HTML_PEERS, *TEXT_PEERS, *RENDERINGS):
        source = (ROOT / f"{peer.module.replace('.', '/')}.py").read_text()
        assert len(source.splitlines()) < 40, peer.module
        assert f"def {peer.function}(" in source
        assert peer.environment in environments


def test_line_rules():
    text = "Home\nA line of five words.\nIt ends well and has enough words.\nThe third sentence is long too."
    assert line_rules.keep_all(text, None) == text
    assert line_rules.keep_long(text, None) == text.removeprefix("Home\n")
    assert line_rules.c4(text, "en") == text.removeprefix("Home\n")
    assert line_rules.c4(text + "\nPlease turn on Javascript to go on.", "en") == text.removeprefix("Home\n")
    assert line_rules.c4(text + " {", "en") == ""
    assert line_rules.c4("One line of five words.", "en") == ""


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("ALL IN CAPITALS HERE", False),
        ("12 345 - 6", False),
        ("3 likes", False),
        ("Word", False),
        ("Sign in to go on", False),
        ("More of this, read more...", False),
        ("3 items in cart", False),
        ("A sentence of our own, that stays.", True),
        ("一 二", True),
    ],
)
def test_refinedweb_lines(line, kept):
    assert (refinedweb.extract(line, None) == line) is kept


def test_our_systems_are_named_by_model_commit_and_versions():
    ours = [peer for peer in (*OUR_SYSTEMS, *SIGNING_SYSTEMS, *RENDERINGS) if peer.ours]
    assert {peer.environment for peer in ours} == {OURS, NUMBA}
    for peer in ours:
        found = environments.identity_of(peer)
        assert found["model_id"]
        assert found["versions"]
        if peer.environment == NUMBA:
            assert found["commit"] == NUMBA_COMMIT
        else:
            assert found["model_id"] == default_model().model_id
            assert re.fullmatch(r"[0-9a-f]{40}(\+changes)?|unknown", found["commit"])
    assert set(environments.identity_of(HTML_PEERS[0])) == {"versions"}


def test_an_environments_own_version_is_not_hidden_by_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "PEERS", tmp_path)
    environment = Environment("old", ())
    venv.create(tmp_path / "old", symlinks=True)
    site_packages = next((tmp_path / "old").glob("lib/python*/site-packages"))
    (site_packages / "detector").mkdir()
    (site_packages / "detector" / "__init__.py").write_text("")
    (site_packages / environments.CHECKOUT).write_text(f"{ROOT}\n")
    assert environments.installed(environment.name) == {}
    command = environments.calling("old", "benchmarks.files:json_line", "x")
    command[command.index("-c") + 1] += "; import detector; print(detector.__file__)"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(site_packages / "detector" / "__init__.py")


def test_unknown_peers_are_reported():
    with pytest.raises(BenchmarkError, match="no environment for nonsense"):
        environments.command(["nonsense"], standalone_mode=False)
    (found,) = environments._environments_of(("trafilatura-fast", "trafilatura"))
    assert found.name == "trafilatura"
    (found,) = environments._environments_of(("detector 0.1 (numba)",))
    assert found.name == NUMBA


def test_a_system_that_is_measured_again_leaves_the_other_rows_of_speed():
    before = {"sample": 1, "not_installed": ["c"], "rows": [{"system": "a", "x": 1}, {"system": "b", "x": 1}]}
    rows = [{"system": name, "x": 2} for name in "abc"]
    again = {"sample": 1, "made": "now", "not_installed": ["d"], "rows": rows}
    found = speed.with_rows(before, again, ["b", "c", "d"])
    assert found["rows"] == [
        {"system": "a", "x": 1},
        {"system": "b", "x": 2, "made": "now"},
        {"system": "c", "x": 2, "made": "now"},
    ]
    assert found["not_installed"] == ["d"]
    with pytest.raises(BenchmarkError, match="another sample"):
        speed.with_rows(before, again | {"sample": 2}, ["b"])


def test_the_cpu_time_of_a_peers_child_counts():
    """defuddle works in a Node process that keeps running."""
    code = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ntime.sleep(60)"
    children = []

    def extract(page, language):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        children.append(child)
        child.stdout.readline()
        return page

    found = speed_worker.run(extract, False, [("page", None)])
    for child in children:
        child.kill()
        child.communicate()
    assert found["failed"] == 0
    assert found["cpu"] >= 0.4


def test_a_system_that_is_not_installed_is_left_out_of_speed(tmp_path):
    sample = speed_samples.make_sample("lines", 10, tmp_path)
    assert (sample.pages, sample.lines) == (10, 0)
    absent = Peer("absent", FAKE.module, "no-such-environment", "html")
    fast = Peer("fast", FAKE.module, OURS, "html")
    found = speed.measure([fast, absent], sample, 2, "fast")
    assert found["not_installed"] == ["absent"]
    assert [(row["system"], row["rounds"], row["ratio"]) for row in found["rows"]] == [("fast", 2, 1)]
    with pytest.raises(BenchmarkError, match="absent, which all are compared with"):
        speed.measure([fast, absent], sample, 2, "absent")
