"""Arrays of numbers in files that may be damaged or malicious. Nothing is unpickled.

Reading any file gives an array, or a `ValueError` that says what is wrong. The size that a header claims is
compared with that of the file before memory is allocated.
"""

import io
import math
import struct
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO, Final, Literal

import numpy as np
from numpy.typing import NDArray

# The largest array in a file of several.
MOST_BYTES: Final = 1 << 34
# Bytes to read at once.
STEP: Final = 1 << 24
# numpy also refuses longer headers, but reads them first, up to 4 GB.
LONGEST_HEADER: Final = 10_000
# What numpy raises for an invalid header.
_DAMAGED: Final = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    OverflowError,
    SyntaxError,
    RecursionError,
    TokenError,
)
# What zipfile raises for a damaged or encrypted archive.
_NO_ZIP: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)
_KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read the header of an .npy file. Its length is checked before memory is allocated."""
    try:
        version = np.lib.format.read_magic(file)
        length = file.read(2 if version == (1, 0) else 4)
        size = int.from_bytes(length, "little")
        if size > LONGEST_HEADER:
            raise ValueError(f"a header of {size:,} bytes")
        header = io.BytesIO(length + file.read(size))
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(header)
        return np.lib.format.read_array_header_2_0(header)
    except _DAMAGED as error:
        raise ValueError(f"not an array of numbers: {str(error)[:80]}") from None


def _check_size(shape: tuple[int, ...], dtype: np.dtype[Any], bytes_there: int) -> None:
    if dtype.hasobject:
        raise ValueError("an array of Python objects, not of numbers")
    wanted = math.prod(shape) * dtype.itemsize
    if wanted != bytes_there:
        raise ValueError(f"{bytes_there:,} bytes instead of {wanted:,}")


def array_of(data: bytes) -> NDArray[Any]:
    """Return the array in the bytes of an .npy file.

    Raises
    ------
    ValueError
        If there is none, or not all of it.
    """
    file = io.BytesIO(data)
    shape, fortran, dtype = _header(file)
    _check_size(shape, dtype, len(data) - file.tell())
    flat = np.frombuffer(data, dtype, offset=file.tell()).copy()
    return flat.reshape(shape, order="F" if fortran else "C")


def bytes_of(array: NDArray[Any]) -> bytes:
    """Return the bytes of an .npy file."""
    data = io.BytesIO()
    np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
    return data.getvalue()


def _read(file: BinaryIO, wanted: int) -> bytearray:
    """Read this many bytes, or what there is. Memory grows with what is read, whatever a header claims."""
    data = bytearray()
    while len(data) < wanted and (part := file.read(min(wanted - len(data), STEP))):
        data += part
    return data


def array_from(file: BinaryIO) -> NDArray[Any]:
    """Return the next array of a file of several, which `bytes_of` made.

    Raises
    ------
    ValueError
        If there is none, or not all of it.
    """
    shape, fortran, dtype = _header(file)
    wanted = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or not 0 <= wanted <= MOST_BYTES:
        raise ValueError("not an array of numbers")
    data = _read(file, wanted)
    _check_size(shape, dtype, len(data))
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def load_array(path: Path) -> NDArray[Any]:
    """Return the array of an .npy file.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no array, or not all of it.
    """
    try:
        return array_of(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error})") from None


def mapped_array(path: Path) -> NDArray[Any]:
    """Return the array of an .npy file, read from the disk when it is used; raises like `load_array`.

    The array keeps the file open as long as it lives.
    """
    with path.open("rb") as file:
        try:
            shape, fortran, dtype = _header(file)
            _check_size(shape, dtype, path.stat().st_size - file.tell())
        except ValueError as error:
            raise ValueError(f"{path} is damaged ({error})") from None
        if 0 in shape:  # nothing to map
            return np.zeros(shape, dtype)
        order: Literal["F", "C"] = "F" if fortran else "C"
        # A plain array of the same memory, because indexing a `memmap` is slow.
        return np.asarray(np.memmap(path, dtype, "r", file.tell(), shape, order))


def zip_members(path: Path, most_bytes: int) -> dict[str, bytes]:
    """Return the contents of the members of a zip file.

    Parameters
    ----------
    path
        The file.
    most_bytes
        The most bytes of all members together. Checked before anything is decompressed.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a zip file, damaged, or decompresses to more.
    """
    if path.exists() and not path.is_file():
        raise ValueError("it is not a regular file")
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            size = sum(member.file_size for member in members)
            # zipfile allocates as much memory as the header claims, before it reads.
            if sum(member.compress_size for member in members) > path.stat().st_size:
                raise ValueError("its members are larger than the file")
            if size > most_bytes:
                raise ValueError(f"it would unpack to {size:,} bytes, more than the limit of {most_bytes:,}")
            if any(member.compress_type not in _KINDS for member in members):
                raise ValueError("a member is compressed with an unsupported method")
            return {member.filename: file.read(member) for member in members}
    except _NO_ZIP as error:
        raise ValueError(str(error) or type(error).__name__) from None
