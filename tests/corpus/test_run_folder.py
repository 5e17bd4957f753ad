"""The folder of a run: complete files are used, damaged ones are named, unfinished ones are removed."""

import numpy as np
import pytest
import xxhash

from detector.corpus.run_folder import (
    PUBLISHING,
    RunFolder,
    checksum_of,
    damaged,
    files_of,
    new_folder,
    read_array,
    read_json,
    stored_lines,
    write_json,
)
from detector.errors import SettingsError, ShardError
from detector.files.zstd_files import write_zstd


def test_places(tmp_path):
    run = RunFolder(tmp_path / "out")
    assert run.of("count", 12) == tmp_path / "out" / ".run" / "count" / "00012"
    assert run.step("groups") == tmp_path / "out" / ".run" / "groups"


def test_a_folder_is_used_by_a_run_that_began_or_ended(tmp_path):
    run = RunFolder(tmp_path)
    assert not run.is_used()
    (tmp_path / "manifest.json").write_text("{}")
    assert run.is_used()
    (tmp_path / "manifest.json").unlink()
    run.path.mkdir()
    assert run.is_used()


def test_what_was_not_finished_is_removed(tmp_path):
    run = RunFolder(tmp_path)
    (run.path / "clean" / "00001.77.unfinished" / "deep").mkdir(parents=True)
    (run.path / "clean" / "00001.77.unfinished" / "text.bin").write_bytes(b"x")
    (run.path / "plan.json.77.unfinished").write_bytes(b"x")
    (run.path / "groups.77.unfinished" / "deep").mkdir(parents=True)
    (run.path / "clean" / "00000").mkdir()
    run.sweep()
    # A step without checksums counts as damaged.
    assert sorted(path.name for path in run.path.rglob("*")) == ["clean"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    said = r"file.* cannot be written: .* run the same command again"
    with pytest.raises(ShardError, match=said), new_folder(tmp_path / "file" / "00000"):
        raise AssertionError
    with pytest.raises(ShardError, match=r"file.* cannot be written: "):
        write_json(tmp_path / "file" / "plan.json", {})


def test_a_folder_appears_with_what_is_in_it(tmp_path):
    with new_folder(tmp_path / "00000") as folder:
        (folder / "a").write_text("x")
        assert not (tmp_path / "00000").exists()
    assert (tmp_path / "00000" / "a").read_text() == "x"


def test_json_comes_back_or_its_damage_is_reported(tmp_path):
    path = tmp_path / "plan.json"
    write_json(path, {"a": [1, None]})
    assert read_json(path) == {"a": [1, None]}
    for wrong in ("", "[1]", "[" * 100_000):
        path.write_text(wrong)
        with pytest.raises(SettingsError, match=r"plan\.json is damaged \("):
            read_json(path)
    with pytest.raises(SettingsError, match=r"none\.json cannot be read: No such file"):
        read_json(tmp_path / "none.json")


@pytest.mark.parametrize("mapped", [False, True])
def test_arrays_come_back_or_their_damage_is_reported(tmp_path, mapped):
    path = tmp_path / "00000" / "size.npy"
    path.parent.mkdir()
    np.save(path, np.arange(4))
    found = read_array(path, mapped)
    assert found.tolist() == [0, 1, 2, 3]
    assert found.flags.writeable != mapped
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ShardError, match=r"size\.npy is damaged .*: delete the folder .*00000 and run"):
        read_array(path, mapped)


def test_the_damage_of_a_file_names_its_folder(tmp_path):
    said = str(damaged(tmp_path / "clean" / "00003" / "text.bin", "cut"))
    assert said == (
        f"{tmp_path}/clean/00003/text.bin is damaged (cut): delete the folder {tmp_path}/clean/00003 "
        "and run the same command again"
    )


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_the_checksum_of_a_file_is_that_of_all_its_bytes(tmp_path, size):
    data = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "a").write_bytes(data[:size])
    assert checksum_of(tmp_path / "a") == [size, xxhash.xxh3_128_hexdigest(data[:size])]


@pytest.fixture
def finished(tmp_path):
    """A run folder with a finished step of one shard, and a step over the whole corpus."""
    run = RunFolder(tmp_path)
    for path in (run.of("out", 0), run.step("groups")):
        with new_folder(path) as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "a.bin").write_bytes(b"abc")
            (folder / "b.bin").write_bytes(b"d")
    return run


def left(run):
    return sorted(path.relative_to(run.path).as_posix() for path in run.path.rglob("*.bin"))


ALL = ["groups/b.bin", "groups/deep/a.bin", "out/00000/b.bin", "out/00000/deep/a.bin"]


def test_a_finished_step_lists_its_files(finished):
    assert files_of(finished.of("out", 0)) == {
        "b.bin": [1, xxhash.xxh3_128_hexdigest(b"d")],
        "deep/a.bin": [3, xxhash.xxh3_128_hexdigest(b"abc")],
    }
    finished.sweep()
    assert left(finished) == ALL


@pytest.mark.parametrize("name", ["groups/deep/a.bin", "out/00000/deep/a.bin"])
@pytest.mark.parametrize("data", [b"abx", b"ab", None])
def test_a_step_with_a_damaged_file_goes(finished, name, data):
    path = finished.path / name
    path.unlink() if data is None else path.write_bytes(data)
    finished.sweep()
    folder = "groups" if name.startswith("groups") else "out"
    assert left(finished) == [other for other in ALL if not other.startswith(folder)]


def test_while_files_are_published_some_are_elsewhere(finished):
    (finished.path / PUBLISHING).write_text("")
    (finished.path / "out/00000/deep/a.bin").unlink()
    finished.sweep()
    assert left(finished) == [name for name in ALL if name != "out/00000/deep/a.bin"]


def test_a_damaged_file_that_is_published_next_is_named(finished):
    (finished.path / PUBLISHING).write_text("")
    (finished.path / "out/00000/deep/a.bin").write_bytes(b"abx")
    said = r"out/00000 is damaged \(deep/a\.bin is not what was written\): delete the folder .*/out and run"
    with pytest.raises(ShardError, match=said):
        finished.sweep()
    assert left(finished) == ALL


def test_lines_come_back_or_their_damage_is_reported(tmp_path):
    path = tmp_path / "00000" / "lines.jsonl.zst"
    path.parent.mkdir()
    with write_zstd(path, 3) as file:
        file.write(b"1\n2\nx\n")
    found = stored_lines(path, int)
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(ShardError, match=r"lines\.jsonl\.zst is damaged \(invalid literal"):
        next(found)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(
        ShardError, match=r"lines\.jsonl\.zst is damaged .*: delete the folder .*00000 and run"
    ):
        list(stored_lines(path, bytes))
