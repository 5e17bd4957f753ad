"""Changes to valid files: to bytes, JSON values, arrays, and packed contents."""

import io
import json
import random
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.files.arrays import array_of
from detector.files.zstd_files import ZstdError, read_zstd, write_zstd

MOST_BYTES: Final = 60_000
# Inserted as a whole, because random changes seldom produce them.
TOKENS: Final = (
    b"<table><tr><td>", b"<b>", b"<p><i class=x>", b"<!--", b"-->", b"<script>", b"</script", b"<title>",
    b"<textarea>", b"<noscript>", b"<template shadowrootmode=open>", b" hidden", b"<li value=9999999>",
    b"<svg>", b"&#0;", b"&#x10ffff;", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\r\n", b"\r", b"\x0c", b"\x1b[2J", b'"', b"'", b",", b";", b"\\", b"\\u", b"{", b"[",
    b"\\ud800", b"NaN", b"Infinity", b"-1", b"1e999", b"9" * 40, b"null", b"true", b"0", b"a" * 70,
    b"WARC/1.0\r\n", b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"\n" * 40,
    b"(?i)", b"(a+)+$", b"]]]]", b"= 7\n", b"[[x]]\n", b" " * 300, b"[" * 200,
    *(word.encode() for word in ("İıßﬁ", "中文字", "\u0301" * 9)),
)  # fmt: skip
DEEP: Final[list[Any]] = []
for _ in range(300):
    DEEP = [DEEP]  # type: ignore[misc]
VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1, 7, 1 << 31, 1 << 63, 10**30, -(1 << 62), 0.5, -0.1, 1e308, float("nan"),
    float("inf"), "", "x", "\ud800", "\x00", "a\u2028b", "../../x", "x" * 5000, [], [[]], {}, {"": None},
    [1] * 50, DEEP,
)  # fmt: skip
NUMBERS: Final = (-1, 0, 1, 2, 255, 1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 62))
DTYPES: Final = ("<i8", "<u8", "<f8", "<f4", "<i4", "<u2", "|u1", "|b1", "|S3", "<U2", ">i8", "<c16")


def _cut_and_joined(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return bytes with a piece cut, doubled, inserted, flipped or taken from another file."""
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((1, 1, 3, 20, 400)))
    piece, at = data[start:end], chance.randint(0, len(other))
    new = chance.choice(
        (
            b"",
            piece * chance.randint(2, 30),
            chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 100)),
            bytes(byte ^ 1 << chance.randint(0, 7) for byte in piece),
            other[at : at + 300],
        )
    )
    return data[:start] + new + (data[end:] if chance.random() < 0.95 else b"")


def _with_another(value: Any, chance: random.Random) -> Any:  # noqa: ANN401
    """Return a JSON value in which one value, at any depth, is changed, missing or doubled."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        found, name = dict(value), chance.choice(list(value))
        act = chance.random()
        if act < 0.1:
            del found[name]
        elif act < 0.2:
            found[str(chance.choice(VALUES))[:50]] = found[name]
        else:
            found[name] = _with_another(found[name], chance)
        return found
    at = chance.randrange(len(value))
    act = chance.random()
    if act < 0.15:
        return value[:at] + value[at + 1 :]
    if act < 0.3:
        return value[: at + 1] + value[at:]
    return [*value[:at], _with_another(value[at], chance), *value[at + 1 :]]


def _json_changed(data: bytes, chance: random.Random) -> bytes | None:
    """Return JSON, or a line of it, with a changed value; None if it is not JSON."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines)) if len(lines) > 1 and not data.startswith(b"{\n") else -1
    try:
        value = json.loads(data if at < 0 else lines[at])
    except (ValueError, RecursionError):
        return None
    changed = json.dumps(_with_another(value, chance)).encode("utf-8", "surrogatepass")
    if at < 0:
        return changed
    return b"\n".join([*lines[:at], changed, *lines[at + 1 :]])


def _array_changed(data: bytes, chance: random.Random) -> bytes | None:
    """Return an array with other numbers, shape or type; None if it is not an array."""
    with warnings.catch_warnings(action="ignore"):
        try:
            changed = _another_array(array_of(data), chance)
        except (ValueError, OverflowError):
            return None
    written = io.BytesIO()
    np.save(written, changed, allow_pickle=False)
    return written.getvalue()


def _another_array(array: NDArray[Any], chance: random.Random) -> NDArray[Any]:
    act = chance.random()
    if act < 0.15:
        array = array[: chance.randint(0, max(len(array) - 1, 0))] if array.ndim else array
    elif act < 0.25:
        array = array.astype(chance.choice(DTYPES), casting="unsafe")
    elif act < 0.3:
        array = array.reshape(chance.choice(((1, -1), (-1, 1), (-1,), (1, 1, -1))))
    elif array.size:
        flat = np.array(array).reshape(-1)
        for _ in range(chance.choice((1, 1, 3, 50))):
            kind = flat.dtype.kind
            number = (
                chance.choice((float("nan"), float("inf"), -1.0, 1e30, 0.5))
                if kind == "f"
                else chance.choice(NUMBERS)
            )
            flat[chance.randrange(flat.size)] = np.array(number).astype(flat.dtype)
        array = flat.reshape(array.shape)
    return array


def bytes_changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return a file with a few changes, up to a maximum length."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        if chance.random() < 0.6 and (found := _array_changed(data, chance) or _json_changed(data, chance)):
            data = found
        else:
            data = _cut_and_joined(data, other, chance)
    return data[:MOST_BYTES] if len(data) > 3 * MOST_BYTES else data


class Packing(NamedTuple):
    """How the bytes of a file are packed: unpacked, changed inside, packed again."""

    parts: Callable[[bytes], dict[str, bytes]]
    packed: Callable[[dict[str, bytes]], bytes]


def _zip_parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def _zipped(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _zstd_parts(data: bytes) -> dict[str, bytes]:
    with read_zstd(io.BytesIO(data)) as file:
        return {"": file.read()}


def _zstd_packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with write_zstd(written, 1) as file:
        file.write(parts[""])
    return written.getvalue()


def _gzip_packed(parts: dict[str, bytes]) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(parts[""]) + packer.flush()


PLAIN: Final = Packing(lambda data: {"": data}, lambda parts: parts[""])
GZIP: Final = Packing(lambda data: {"": zlib.decompress(data, 31)}, _gzip_packed)
ZIP: Final = Packing(_zip_parts, _zipped)
ZSTD: Final = Packing(_zstd_parts, _zstd_packed)


# Errors of unpacking files that were damaged by an earlier change.
NOT_PACKED: Final = (
    ValueError, OSError, EOFError, KeyError, RuntimeError, NotImplementedError, zlib.error, ZstdError,
    zipfile.BadZipFile,
)  # fmt: skip


def changed(data: bytes, other: bytes, packing: Packing, chance: random.Random) -> bytes:
    """Return a changed file: usually changed in its packed contents, sometimes in its bytes."""
    if packing is not PLAIN and chance.random() < 0.85:
        try:
            parts = packing.parts(data)
        except NOT_PACKED:
            return bytes_changed(data, other, chance)
        name = chance.choice(list(parts)) if parts else ""
        return packing.packed({**parts, name: bytes_changed(parts.get(name, b""), other[:300], chance)})
    return bytes_changed(data, other, chance)
