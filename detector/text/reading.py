"""One character at a time from UTF-8, with its class: what all kernels over text share."""

import numpy as np

from detector.compiled import inlined
from detector.records import Bytes, Number
from detector.text import characters as chars
from detector.text.characters import Characters


@inlined
def decode(data: Bytes, at: Number) -> tuple[Number, Number]:
    """Return the code point at byte `at` (valid UTF-8, not ASCII) and its length."""
    lead = np.uint32(data[at])
    low = np.uint32(0x3F)
    if lead < 0xE0:
        return ((lead & np.uint32(0x1F)) << np.uint32(6)) | (np.uint32(data[at + 1]) & low), 2
    if lead < 0xF0:
        return (
            ((lead & np.uint32(0x0F)) << np.uint32(12))
            | ((np.uint32(data[at + 1]) & low) << np.uint32(6))
            | (np.uint32(data[at + 2]) & low)
        ), 3
    return (
        ((lead & np.uint32(0x07)) << np.uint32(18))
        | ((np.uint32(data[at + 1]) & low) << np.uint32(12))
        | ((np.uint32(data[at + 2]) & low) << np.uint32(6))
        | (np.uint32(data[at + 3]) & low)
    ), 4


@inlined
def class_of(code: Number, table: Characters) -> Number:
    """Return the class of a code point, with its flags."""
    block = np.int64(table.block[code >> np.uint32(chars.BLOCK_SHIFT)])
    return table.cell[(block << chars.BLOCK_SHIFT) | np.int64(code & np.uint32(chars.BLOCK_SIZE - 1))]


@inlined
def read(data: Bytes, at: Number, table: Characters) -> tuple[Number, Number, Number]:
    """Return code point, class and length in bytes of the character at byte `at`."""
    code, length = np.uint32(data[at]), 1
    if code >= 0x80:
        code, length = decode(data, at)
    return code, class_of(code, table) & np.uint8(chars.CLASS_BITS), length
