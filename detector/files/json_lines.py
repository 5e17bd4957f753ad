r"""Reads and writes JSON lines: files with one object per line.

>>> import io
>>> from detector.files.json_lines import json_lines
>>> file = io.BytesIO(b'{"text": "a page"}\n\n{"text": \n')
>>> [(line.number, line.value, line.fault[:8]) for line in json_lines(file)]
[(0, {'text': 'a page'}, ''), (2, None, 'not JSON')]
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

from detector.files.limits import LONGEST

# How deeply a value may be nested. Python's own limit depends on the caller.
DEEPEST: Final = 100
BOM: Final = b"\xef\xbb\xbf"
# How UTF-16 begins, with a byte-order mark or with a brace.
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")
_IS_WIDE: Final = "the file is UTF-16, not UTF-8: convert it (iconv -f UTF-16 -t UTF-8)"
_IS_ARRAY: Final = "a JSON array, not JSON Lines: write one object per line (jq -c '.[]')"
_STEP: Final = 1 << 20
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _as_string(value: object) -> str:
    """Return a value that JSON cannot represent as a string; bytes in base64."""
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_as_string)
_INDENTED: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_as_string, indent=1)


class JsonLine(NamedTuple):
    """A line that is not blank.

    number: from 0, counting blank lines; value: the object, or None if `fault` says what is wrong
    """

    number: int
    value: dict[str, Any] | None
    fault: str = ""


def _bounded_lines(file: BinaryIO, longest: int) -> Iterator[tuple[bytes | None, int]]:
    """Yield lines with their sizes. For a line longer than `longest`, only the size."""
    while line := file.readline(longest):
        size = len(line)
        if size < longest or line.endswith(b"\n"):
            yield line, size
            continue
        del line
        while more := file.readline(_STEP):
            size += len(more)
            if more.endswith(b"\n"):
                break
        yield None, size


def is_deep(value: object) -> bool:
    """Tell whether a JSON value is nested more than `DEEPEST` levels."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += [found for found in one.values() if isinstance(found, dict | list)]
            elif isinstance(one, list):
                inner += [found for found in one if isinstance(found, dict | list)]
        if not inner:
            return False
        level = inner
    return True


def _parsed(number: int, line: bytes) -> JsonLine:
    try:
        # Given bytes, Python would guess UTF-16 or UTF-32 for each line.
        value = json.loads(line.removeprefix(BOM).decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        return JsonLine(number, None, f"not UTF-8: byte {error.object[error.start]:#04x} at {error.start}")
    except RecursionError:
        return JsonLine(number, None, f"nested more than {DEEPEST} levels deep")
    except json.JSONDecodeError as error:
        if line.lstrip().startswith(b"["):
            return JsonLine(number, None, _IS_ARRAY)
        return JsonLine(number, None, f"not JSON: wrong from character {error.pos + 1:,} on")
    except ValueError:  # Python does not read a number of thousands of digits
        return JsonLine(number, None, "not JSON: a number with too many digits")
    if isinstance(value, list):
        return JsonLine(number, None, _IS_ARRAY)
    if not isinstance(value, dict):
        return JsonLine(number, None, "JSON, but no object")
    if is_deep(value):
        return JsonLine(number, None, f"nested more than {DEEPEST} levels deep")
    return JsonLine(number, value)


def json_lines(
    file: BinaryIO, *, first: int = 0, size: int | None = None, longest: int = LONGEST
) -> Iterator[JsonLine]:
    """Yield the lines of a file that are not blank. A line that cannot be read does not affect others.

    Parameters
    ----------
    file
        The file, at the beginning of the first line.
    first
        The number of the first line. Line 0 may begin with a byte-order mark.
    size
        Bytes to read, to the end of a line; all by default.
    longest
        Bytes of the longest line to read. Longer lines do not take more memory.
    """
    number, read = first, 0
    for line, length in _bounded_lines(file, longest):
        read += length
        if line is None:
            yield JsonLine(number, None, f"a line of {length:,} bytes; the limit is {longest:,}")
        else:
            if number == 0:
                if line.startswith(_WIDE):
                    yield JsonLine(number, None, _IS_WIDE)
                    return
                line = line.removeprefix(BOM)
            if line.strip():
                yield _parsed(number, line)
        number += 1
        if size is not None and read >= size:
            return


def _without_infinite(value: Any) -> Any:  # noqa: ANN401
    """Replace the numbers that JSON does not have, NaN and the infinities, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _without_infinite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_infinite(one) for one in value]
    return value


def json_bytes(value: Mapping[str, Any] | Sequence[Any], indented: bool = False) -> bytes:
    """Return a value as JSON in UTF-8, for any texts.

    Lone surrogates are escaped, NaN and infinities become null, and other values that JSON does not have,
    such as dates, become strings.
    """
    encoder = _INDENTED if indented else _ENCODER
    try:
        text = encoder.encode(value)
    except ValueError:
        text = encoder.encode(_without_infinite(value))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def json_line(value: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return a value as a line of JSON."""
    return json_bytes(value) + b"\n"
