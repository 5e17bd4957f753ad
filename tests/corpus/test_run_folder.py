"""The folder of a run: what is complete is used, what is damaged is named, what is unfinished goes."""

import numpy as np
import pytest

from detector.corpus.run_folder import RunFolder, damaged, new_folder, read_array, read_json, write_json
from detector.errors import SettingsError, ShardError


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


def test_json_comes_back_or_its_damage_is_said(tmp_path):
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
def test_arrays_come_back_or_their_damage_is_said(tmp_path, mapped):
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
