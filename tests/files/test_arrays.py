"""Arrays in files: complete, numeric, and no larger than the file."""

import io
import zipfile

import numpy as np
import pytest

from detector.files import arrays
from detector.files.arrays import array_from, array_of, bytes_of, load_array, mapped_array, zip_members

ARRAYS = [
    np.arange(7),
    np.zeros(0, np.uint8),
    np.arange(12.0).reshape(3, 4),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.zeros((0, 5)),
    np.array(3),
    np.array([7]),
    np.arange(3).reshape(1, 3),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.shape))
def test_what_is_written_is_read(tmp_path, array):
    written = io.BytesIO()
    np.save(written, array)
    path = tmp_path / "a.npy"
    path.write_bytes(written.getvalue())
    for found in (array_of(written.getvalue()), load_array(path), mapped_array(path)):
        assert found.dtype == array.dtype
        assert found.tolist() == array.tolist()
    assert array_of(bytes_of(array)).tolist() == np.ascontiguousarray(array).tolist()
    one = array_from(io.BytesIO(written.getvalue()))
    assert one.dtype == array.dtype
    assert one.tolist() == array.tolist()


def test_what_is_read_can_be_changed():
    found = array_of(bytes_of(np.arange(3)))
    found[0] = 7
    assert found.tolist() == [7, 1, 2]


def test_headers_of_both_versions_are_read():
    for version in ((1, 0), (2, 0), (3, 0)):
        written = io.BytesIO()
        np.lib.format.write_array(written, np.arange(3), version=version)
        assert array_of(written.getvalue()).tolist() == [0, 1, 2]


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x", lambda data: data[:9]])
def test_a_byte_less_or_more_is_refused(tmp_path, change):
    data = change(bytes_of(np.arange(5)))
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"bytes instead of 40|not an array of numbers"):
        array_of(data)
    for read in (load_array, mapped_array):
        with pytest.raises(ValueError, match=r"a\.npy is damaged"):
            read(path)


def test_python_objects_are_never_read(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([{}], object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        array_of(path.read_bytes())
    with path.open("rb") as file, pytest.raises(ValueError, match="not an array of numbers"):
        array_from(file)


def test_several_in_a_file_come_one_after_another(monkeypatch):
    data = bytes_of(np.arange(3)) + bytes_of(np.arange(4.0).reshape(2, 2))
    file = io.BytesIO(data)
    assert array_from(file).tolist() == [0, 1, 2]
    assert array_from(file).tolist() == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match="not an array of numbers"):
        array_from(file)
    with pytest.raises(ValueError, match="23 bytes instead of 24"):
        array_from(io.BytesIO(bytes_of(np.arange(3))[:-1]))
    monkeypatch.setattr(arrays, "MOST_BYTES", 24)
    assert array_from(io.BytesIO(data)).size == 3
    monkeypatch.setattr(arrays, "MOST_BYTES", 23)
    with pytest.raises(ValueError, match="not an array of numbers"):
        array_from(io.BytesIO(data))


def test_members_of_a_zip_file_are_bounded(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", b"x" * 60)
        file.writestr("b", b"y" * 40)
    assert zip_members(path, 100) == {"a": b"x" * 60, "b": b"y" * 40}
    with pytest.raises(ValueError, match="it would unpack to 100 bytes, more than the limit of 99"):
        zip_members(path, 99)


def test_zip_files_packed_otherwise_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a", b"x", zipfile.ZIP_STORED)
        file.writestr("b", b"x", zipfile.ZIP_BZIP2)
    with pytest.raises(ValueError, match="compressed with an unsupported method"):
        zip_members(path, 100)
    path.write_bytes(b"none")
    with pytest.raises(ValueError, match="zip"):
        zip_members(path, 100)
    with pytest.raises(OSError, match="No such file"):
        zip_members(tmp_path / "none", 100)


def test_a_zip_member_that_claims_gigabytes_takes_no_memory(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a", b"x" * 60)
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    for place in (18, directory + 20):  # the compressed size, in the member's header and in the directory
        data[place : place + 4] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match="its members are larger than the file"):
        zip_members(path, 1 << 30)


def test_an_array_that_claims_gigabytes_takes_no_memory(tmp_path):
    """A file object allocates all requested bytes at once, even if the file is shorter."""
    resource = pytest.importorskip("resource")
    header = bytes_of(np.zeros(1, np.uint8)).replace(b"(1,)", b"(9999999999,)")
    length = int.from_bytes(header[8:10], "little")
    path = tmp_path / "arrays"
    path.write_bytes(header[: 10 + length] + b"few")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, before[1]))
    try:
        with path.open("rb") as file, pytest.raises(ValueError, match="bytes instead of 9,999,999,999"):
            array_from(file)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_an_array_is_read_step_by_step(monkeypatch):
    monkeypatch.setattr(arrays, "STEP", 3)
    file = io.BytesIO(bytes_of(np.arange(5)) + b"rest")
    assert array_from(file).tolist() == [0, 1, 2, 3, 4]
    assert file.read() == b"rest"


def test_a_header_that_claims_gigabytes_takes_no_memory(tmp_path):
    """numpy would allocate memory for all of it before it notices that the file is shorter."""
    path = tmp_path / "a.npy"
    path.write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{" + b" " * 100)
    with pytest.raises(ValueError, match="a header of 4,294,967,295 bytes"):
        mapped_array(path)
    with path.open("rb") as file, pytest.raises(ValueError, match="a header of 4,294,967,295 bytes"):
        array_from(file)
