"""Damaged, foreign or hostile files: every command reports them, and none shows a Python error."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest

from detector.cli.main import run
from detector.errors import ModelFormatError
from detector.files.arrays import array_from, array_of, bytes_of, load_array, mapped_array, zip_members
from detector.model.files import ARRAYS_FILE, CONFIG_FILE, DEFAULT, load
from detector.near_duplicates.index import files as index_files
from detector.near_duplicates.index.index import DuplicateIndex
from detector.sites.profile import SiteProfile
from tests.corpus.made import page


def header(text):
    """An .npy file of format 1 with the given header, and nothing after it."""
    padded = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


FOREIGN = {
    "nothing": b"",
    "a text": b"no array at all",
    "a magic number": b"\x93NUMPY",
    "a header that does not end": header("{'descr': (((("),
    "a header that is a text": header('"""'),
    "a header that is deep": header("{'descr': " + "[" * 90),
    "no descr": header("{'fortran_order': False, 'shape': (1,), }"),
    "a shape of 10 ** 12": header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"),
    "a negative shape": header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"),
    "objects": header("{'descr': '|O', 'fortran_order': False, 'shape': (), }"),
    "an unknown type": header("{'descr': 'what', 'fortran_order': False, 'shape': (1,), }"),
    "cut": bytes_of(np.arange(10.0))[:-3],
    "too long": bytes_of(np.arange(10.0)) + b"x",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_an_array_is_whole_or_an_error(tmp_path, name):
    path = tmp_path / "array.npy"
    path.write_bytes(FOREIGN[name])
    for read in (lambda: array_of(FOREIGN[name]), lambda: load_array(path), lambda: mapped_array(path)):
        with pytest.raises(ValueError, match=r"."):
            read()
    if name != "too long":
        with pytest.raises(ValueError, match=r"."):
            array_from(io.BytesIO(FOREIGN[name]))


@pytest.mark.parametrize(
    "array",
    [np.arange(6).reshape(2, 3), np.zeros(0), np.zeros((0, 2), np.uint8), np.asfortranarray(np.eye(3))],
)
def test_arrays_come_back(tmp_path, array):
    path = tmp_path / "array.npy"
    path.write_bytes(bytes_of(array))
    for found in (
        array_of(bytes_of(array)),
        load_array(path),
        mapped_array(path),
        array_from(io.BytesIO(bytes_of(array))),
    ):
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, data in members.items():
            file.writestr(name, data)


def encrypted(path, members):
    """A zip file that says its members are encrypted."""
    zipped(path, members)
    data = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := data.find(sign, start + 1)) >= 0:
            data[start + at] |= 1
    path.write_bytes(data)


def flipped(path, members):
    zipped(path, members, compression=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x55
    path.write_bytes(data)


ZIPS = {
    "no zip": lambda path, members: path.write_bytes(b"no zip"),
    "cut": lambda path, members: (zipped(path, members), path.write_bytes(path.read_bytes()[:-99])),
    "a bit turned": flipped,
    "encrypted": encrypted,
    "another compression": lambda path, members: zipped(path, members, compression=zipfile.ZIP_BZIP2),
    "a text": lambda path, members: zipped(path, {**members, **dict.fromkeys(members, b"a text")}),
    "no members": lambda path, members: zipped(path, {}),
    **{
        f"an array: {name}": (lambda path, members, data=data: zipped(path, dict.fromkeys(members, data)))
        for name, data in FOREIGN.items()
    },
}


def members_of(path):
    return zip_members(path, 1 << 30)


@pytest.mark.parametrize("name", ZIPS)
def test_a_foreign_model_is_refused(tmp_path, name):
    shutil.copytree(DEFAULT, tmp_path / "model")
    ZIPS[name](tmp_path / "model" / ARRAYS_FILE, members_of(DEFAULT / ARRAYS_FILE))
    with pytest.raises(ModelFormatError):
        load(tmp_path / "model")
    (tmp_path / "page.txt").write_text("a page")
    assert run(["score", str(tmp_path / "page.txt"), "--model", str(tmp_path / "model")]) == 2


@pytest.mark.parametrize("content", ["", "[" * 100_000, "[]", '{"format": 3, "columns": 3}', "\udc80"])
def test_a_foreign_description_of_a_model_is_refused(tmp_path, content):
    shutil.copytree(DEFAULT, tmp_path / "model")
    (tmp_path / "model" / CONFIG_FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelFormatError):
        load(tmp_path / "model")


@pytest.mark.parametrize("value", [1.5, -0.5, np.nan, np.inf])
@pytest.mark.parametrize("name", ["text_share", "html_share", "text_site_share"])
def test_a_model_whose_probabilities_leave_0_to_1_is_refused(tmp_path, name, value):
    """A kernel used them as indices into a table, and overwrote memory."""
    shutil.copytree(DEFAULT, tmp_path / "model")
    arrays = {
        key.removesuffix(".npy"): array_of(data) for key, data in members_of(DEFAULT / ARRAYS_FILE).items()
    }
    arrays[name][-1 if value > 0 else 0] = value
    np.savez(tmp_path / "model" / ARRAYS_FILE, **arrays)
    with pytest.raises(ModelFormatError):
        load(tmp_path / "model")


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    path = tmp_path_factory.mktemp("profile") / "site.profile"
    SiteProfile.learn([page(number) for number in range(4)]).save(path)
    return path


@pytest.mark.parametrize("name", ZIPS)
def test_a_foreign_profile_is_refused(profile, tmp_path, name):
    path = tmp_path / "site.profile"
    ZIPS[name](path, members_of(profile))
    with pytest.raises(ModelFormatError):
        SiteProfile.load(path)
    assert run(["profile", "show", str(path)]) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"addresses": 3},
        {"addresses": {}},
        {"lines": 3},
        {"lines": [[10**30, "a", 1, 1]]},
        {"templates": ["a"]},
        {"name": None},
        {"format": []},
        {"keys": {}},
    ],
)
def test_a_profile_that_says_nonsense_is_refused(profile, tmp_path, change):
    members = members_of(profile)
    members["profile.json"] = json.dumps({**json.loads(members["profile.json"]), **change}).encode()
    zipped(tmp_path / "site.profile", members)
    with pytest.raises(ModelFormatError):
        SiteProfile.load(tmp_path / "site.profile")


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_index_is_refused(tmp_path, name):
    index = DuplicateIndex.create(tmp_path / "index")
    index.match([("a", page(1)), ("b", page(2))], add=True)
    manifest = json.loads((tmp_path / "index" / "index.json").read_text())
    (segment,) = manifest["segments"]
    path = tmp_path / "index" / segment["name"] / "digest.npy"
    path.write_bytes(FOREIGN[name])
    segment["files"]["digest"] = [path.stat().st_size, index_files.checksum(path)]
    (tmp_path / "index" / "index.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelFormatError):
        DuplicateIndex.open(tmp_path / "index")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"page": "x", "gold": "x", "title": ["a", "b"]}',
        b'{"page": "x", "labels": ["content"], "group": [1]}',
        b'{"page": "x", "labels": [["content"]]}',
        b'{"page": "x", "gold": "x", "weight": NaN}',
        b'{"page": "x", "gold": "x", "weight": true}',
        b'{"page": "\\ud800", "gold": 3}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_foreign_labelled_pages_are_refused(capfd, tmp_path, content, command):
    path = tmp_path / "pages.jsonl"
    path.write_bytes(content + b"\n")
    arguments = {"evaluate": ["default", path], "train": [path, "--output", tmp_path / "model"]}
    code = run([command, *map(str, arguments[command])])
    _, err = capfd.readouterr()
    assert code == 1
    assert "pages.jsonl, line 1" in err


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"text": ["a"], "label": "template"}', b"\xff", b'{"undo": []}']
)
def test_foreign_labels_are_refused(capfd, tmp_path, content):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(content + b"\n")
    (tmp_path / "a.txt").write_text(page(1))
    code = run(["train", str(tmp_path / "a.txt"), "--labels", str(path), "--output", str(tmp_path / "model")])
    assert code == 1
    assert "labels.jsonl, row 1" in capfd.readouterr().err
