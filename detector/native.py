r"""The only way to the compiled kernels.

>>> import numpy as np
>>> from detector import native
>>> text = np.frombuffer(b"one\ntwo", np.uint8)
>>> start, end, page = np.empty(2, np.int64), np.empty(2, np.int64), np.empty(2, np.int64)
>>> native.run("split_lines", text, np.array([0, 7]), start, end, page)
2

A kernel takes arrays and numbers and returns an integer. It allocates nothing: the caller makes the
arrays that it writes to, and this module lends it scratch memory. Every index is checked. If one is out of
range, `KernelError` is raised at the end of the call.
"""

import ctypes
import struct
import threading
from array import array
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import KernelError

LIBRARY: Final = Path(__file__).parent / "kernels" / "kernels.so"

# The number of each element type in call.h, by numpy's type.
_TYPES: Final = {
    np.dtype(name): number
    for number, name in enumerate(
        ("bool", "uint8", "uint16", "uint32", "uint64", "int32", "int64", "float32", "float64"), start=1
    )
}
_address, _first_byte = ctypes.addressof, ctypes.c_char.from_buffer
_INTEGER: Final = 10
_REAL: Final = 11
_WRITABLE: Final = 16
_FIELDS: Final = 4

# With more bytes of arguments and scratch memory than this, a kernel runs in its own thread, so that Ctrl-C
# works in the meantime.
_LONG: Final = 32_000_000

_OUT_OF_RANGE, _WRONG_ARGUMENT, _NEEDS_SCRATCH = 1, 2, 3


class _Call(ctypes.Structure):
    """`Call` of call.h."""

    _fields_ = (
        ("arguments", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("stop", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("scratch_size", ctypes.c_int64),
        ("taken", ctypes.c_int64),
        ("scratch_used", ctypes.c_int64),
        ("fault", ctypes.c_int64),
        ("where", ctypes.c_int64),
        ("harmless", ctypes.c_char * 32),
    )


@lru_cache(maxsize=1)
def _library() -> tuple[Any, dict[str, int]]:
    """Load the library; return its function and the number of each kernel."""
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise KernelError(
            f"the compiled kernels cannot be loaded ({error}); install the package again, "
            "or in a checkout run `python detector/kernels/build.py`"
        ) from None
    name_of, run = library.detector_kernel_name, library.detector_run
    name_of.argtypes, name_of.restype = (ctypes.c_int64,), ctypes.c_char_p
    run.argtypes, run.restype = (ctypes.c_int64, ctypes.c_void_p), ctypes.c_int64
    numbers: dict[str, int] = {}
    while (name := name_of(len(numbers))) is not None:
        numbers[name.decode()] = len(numbers)
    return run, numbers


class Prepared:
    """Arguments that are described once, for arrays that many calls share, such as those of a model.

    Parameters
    ----------
    *arguments
        Arrays, numbers, and tuples of these.
    """

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401
        self._arrays = arguments  # keeps the arrays alive: `fields` holds their addresses
        self.fields: list[int] = []
        self.size = _describe(arguments, self.fields)

    def __reduce__(self) -> tuple[type["Prepared"], tuple[Any, ...]]:
        """Describe the arrays again when they are unpickled."""
        return Prepared, self._arrays


def _describe(arguments: Any, fields: list[int]) -> int:  # noqa: ANN401
    """Append the fields of all arguments; return the bytes of all arrays."""
    size = 0
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            _describe_array(argument, fields)
            size += argument.nbytes
        elif isinstance(argument, Prepared):
            fields += argument.fields
            size += argument.size
        elif isinstance(argument, tuple):
            size += _describe(argument, fields)
        elif isinstance(argument, float):
            fields += (struct.unpack("q", struct.pack("d", argument))[0], 0, 0, _REAL)
        else:
            fields += (int(argument), 0, 0, _INTEGER)
    return size


def _describe_array(values: NDArray[Any], fields: list[int]) -> None:
    flags = values.flags
    number = _TYPES.get(values.dtype)  # equal dtypes have the byte order of this machine
    if number is None or not (flags.c_contiguous and flags.aligned):
        raise TypeError(
            f"kernels take no array of {values.dtype.str} with shape {values.shape} and strides "
            f"{values.strides}, only numbers in one piece, aligned, in this machine's byte order"
        )
    shape, size = values.shape, values.size
    rows = shape[0] if shape else 1
    columns = size // rows if rows else (shape[-1] if len(shape) > 1 else 1)
    if not size:  # numpy cannot lend the memory of an empty array
        fields += (0, rows, columns, number | _WRITABLE * flags.writeable)
    elif flags.writeable:
        fields += (_address(_first_byte(values.data)), rows, columns, number | _WRITABLE)
    else:
        fields += (values.ctypes.data, rows, columns, number)


def run(kernel: str, *arguments: Any) -> int:  # noqa: ANN401
    """Run a kernel.

    Parameters
    ----------
    kernel
        Its name, from the list in kernels/door.cpp.
    *arguments
        What the kernel reads and writes, in its order: C-contiguous arrays, int, float,
        `Prepared`, and tuples of these, whose members are passed one by one.

    Returns
    -------
    int
        What the kernel returns.

    Raises
    ------
    KernelError
        If an index was out of range (do not use what the kernel has written), or there is
        no such kernel.
    TypeError
        If the kernel does not take such an argument.
    """
    function, numbers = _library()
    if kernel not in numbers:
        raise KernelError(f"{LIBRARY} has no kernel {kernel!r}: it is from another version: build it again")
    fields: list[int] = []
    size = _describe(arguments, fields)
    described = array("q", fields)
    stop = ctypes.c_int32(0)
    call = _Call(described.buffer_info()[0], len(fields) // _FIELDS, ctypes.addressof(stop))
    scratch = np.empty(0, np.uint8)
    while True:
        if size + scratch.size < _LONG or threading.current_thread() is not threading.main_thread():
            result = function(numbers[kernel], ctypes.addressof(call))
        else:
            result = _interruptible(function, numbers[kernel], call, stop, (arguments, described, scratch))
        if call.fault != _NEEDS_SCRATCH:
            break
        scratch = np.empty(call.scratch_used, np.uint8)
        call.scratch, call.scratch_size = scratch.ctypes.data, scratch.size
    if call.fault == _OUT_OF_RANGE:
        raise KernelError(f"{kernel} used an index out of range ({call.where})")
    if call.fault == _WRONG_ARGUMENT:
        raise TypeError(f"{kernel} does not take {_said(fields, call.where)} as argument {call.where}")
    return int(result)


def _interruptible(
    function: Any,  # noqa: ANN401
    number: int,
    call: _Call,
    stop: ctypes.c_int32,
    memory: tuple[Any, ...],
) -> int:
    """Run a kernel in a thread. An interrupt in this thread stops it."""
    results: list[int] = []
    done = threading.Event()

    def work(*_: Any) -> None:  # noqa: ANN401
        results.append(function(number, ctypes.addressof(call)))
        done.set()

    # A second interrupt does not wait, so the thread itself keeps the memory that the kernel uses alive.
    # Not `join`: in Python 3.10 to 3.12, a thread whose join was interrupted counts as finished.
    threading.Thread(target=work, args=(stop, *memory)).start()
    try:
        done.wait()
    except BaseException:
        stop.value = 1
        done.wait()
        raise
    return results[0]


def _said(fields: list[int], argument: int) -> str:
    """Describe an argument, for a message."""
    if argument * _FIELDS >= len(fields):
        return "nothing"
    _, rows, columns, kind = fields[argument * _FIELDS : (argument + 1) * _FIELDS]
    names = {number: str(dtype) for dtype, number in _TYPES.items()}
    what = {_INTEGER: "a whole number", _REAL: "a number"}.get(kind)
    writable = "" if kind & _WRITABLE else "read-only "
    return what or f"a {writable}{names.get(kind & ~_WRITABLE)} array ({rows}, {columns})"
