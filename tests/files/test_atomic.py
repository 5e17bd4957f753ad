"""Files and folders appear complete or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from detector.files.atomic import (
    UNFINISHED,
    append,
    new_file,
    new_folder,
    read_json,
    sync,
    unfinished_name,
    write_json,
)


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "x"
    with new_file(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    with pytest.raises(KeyError), new_file(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"new"
    assert [one.name for one in path.parent.iterdir()] == ["x"]


def test_a_folder_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "x"
    with new_folder(path) as folder:
        (folder / "in").mkdir()
        (folder / "in" / "a").write_text("a")
        assert not path.exists()
    assert (path / "in" / "a").read_text() == "a"
    with pytest.raises(KeyError), new_folder(tmp_path / "y") as folder:
        raise KeyError
    assert [one.name for one in tmp_path.iterdir()] == ["deep"]


def test_names_of_the_unfinished_cannot_be_guessed(tmp_path, monkeypatch):
    """In a folder that others can write to, a link with that name could lead to any of our files."""
    assert unfinished_name(tmp_path / "x") != unfinished_name(tmp_path / "x")
    (tmp_path / "secret").write_text("mine")
    monkeypatch.setattr("detector.files.atomic.unfinished_name", lambda path: tmp_path / "guessed")
    for write in (new_file, new_folder):
        (tmp_path / "guessed").symlink_to(tmp_path / "secret")
        with pytest.raises(FileExistsError), write(tmp_path / "x"):
            pass
        (tmp_path / "guessed").unlink(missing_ok=True)
    assert (tmp_path / "secret").read_text() == "mine"


def test_folders_that_the_system_does_not_open_are_passed_over(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "none")
    (tmp_path / "x").write_text("x")

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    sync(tmp_path)  # Windows
    with pytest.raises(PermissionError):
        sync(tmp_path / "x")


def test_a_folder_that_another_has_made_stays(tmp_path):
    with new_folder(tmp_path / "x") as folder:
        (folder / "a").write_text("mine")
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "a").write_text("theirs")
    assert (tmp_path / "x" / "a").read_text() == "theirs"
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("kind", ["new_file", "new_folder"])
def test_what_is_killed_leaves_what_was_there(tmp_path, kind):
    write = {
        "new_file": "with atomic.new_file(path) as file:\n    file.write(b'half'); file.flush(); kill()",
        "new_folder": "with atomic.new_folder(path) as folder:\n    (folder / 'a').write_text('half'); kill()",
    }
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom detector.files import atomic\n"
        "path = Path(sys.argv[1])\nkill = lambda: os.kill(os.getpid(), signal.SIGKILL)\n" + write[kind]
    )
    path = tmp_path / "x"
    if kind == "new_file":
        path.write_text("before")
    found = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert found.returncode == -signal.SIGKILL
    (left,) = [one.name for one in tmp_path.iterdir() if one != path]
    assert left.endswith(UNFINISHED)
    assert not path.exists() or path.read_text() == "before"


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), OSError("3 requested and 0 written")]
)
@pytest.mark.parametrize("write", [new_file, new_folder])
def test_errors_name_the_place(tmp_path, write, error):
    with pytest.raises(OSError, match=r"No space|requested") as found, write(tmp_path / "x"):
        raise error
    assert found.value.filename == str(tmp_path / "x")
    assert found.value.errno
    assert found.value.strerror
    assert not list(tmp_path.iterdir())


def test_json_comes_back(tmp_path):
    content = {"a": ["\ud800", 1, None], "é": {"b": 2.5}}
    write_json(tmp_path / "x.json", content)
    assert read_json(tmp_path / "x.json") == content
    write_json(tmp_path / "x.json", {"a": [1]})
    assert (tmp_path / "x.json").read_bytes() == b'{\n "a": [\n  1\n ]\n}\n'
    for wrong in ("", "[1]", "[" * 100_000, "\xff"):
        (tmp_path / "x.json").write_bytes(wrong.encode("latin-1"))
        with pytest.raises(ValueError, match=r"."):
            read_json(tmp_path / "x.json")


def test_what_is_appended_is_on_the_disk(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    append(tmp_path / "new" / "x", b"a\n")
    append(tmp_path / "new" / "x", b"b\n")
    assert (tmp_path / "new" / "x").read_bytes() == b"a\nb\n"
    assert len(synced) == 2
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        append(tmp_path / "file" / "x", b"a")


@pytest.fixture
def synced(tmp_path, monkeypatch):
    """Each sync to disk: the inode, its size, and whether `x` had its name by then."""
    seen = []

    def sync(handle):
        found = os.fstat(handle)
        seen.append((found.st_ino, found.st_size, (tmp_path / "x").exists()))

    monkeypatch.setattr(os, "fsync", sync)
    return seen


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, synced):
    with new_file(tmp_path / "x") as file:
        file.write(b"new")
    file, folder = synced
    assert file == ((tmp_path / "x").stat().st_ino, 3, False)
    assert (folder[0], folder[2]) == (tmp_path.stat().st_ino, True)


def test_a_folder_is_on_the_disk_before_it_has_its_name(tmp_path, synced):
    with new_folder(tmp_path / "x") as folder:
        (folder / "in").mkdir()
        (folder / "in" / "a").write_text("new")
    names = [tmp_path / "x" / "in", tmp_path / "x" / "in" / "a", tmp_path]
    assert [(found[0], found[2]) for found in synced] == [
        (path.stat().st_ino, path == tmp_path) for path in names
    ]


def test_what_is_appended_is_whole_when_it_goes_to_the_disk(tmp_path, synced):
    append(tmp_path / "x", b"abc")
    append(tmp_path / "x", b"d")
    assert [size for _, size, _ in synced] == [3, 4]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="there is no /proc")  # noqa: PTH112
def test_nothing_stays_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(3):
        with new_file(tmp_path / "x") as file:
            file.write(b"new")
        with new_folder(tmp_path / f"folder-{len(list(tmp_path.iterdir()))}") as folder:
            (folder / "a").write_text("new")
        append(tmp_path / "y", b"new")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("name", ["n" * 255, "ü" * 127])
def test_the_longest_names_can_be_written(tmp_path, name):
    """The temporary name used to be too long for the file system."""
    with new_file(tmp_path / name) as file:
        file.write(b"a page")
    assert [path.name for path in tmp_path.iterdir()] == [name]
