"""Write `generated.h` and `generated.cpp`: the tables and column numbers that C++ and Python share.

Runs when the package is built, and needs only the standard library.
"""

import ast
import struct
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html.entities import html5
from importlib import import_module
from pathlib import Path
from typing import Any

KERNELS = Path(__file__).parent
PACKAGE = KERNELS.parent
NPY_TYPES = {"<u2": "H", "|u1": "B", "<i4": "i", "<u4": "I"}


def arrays_of(path: Path) -> dict[str, list[int]]:
    """Read the whole numbers of an npz file."""
    arrays = {}
    with zipfile.ZipFile(path) as members:
        for name in members.namelist():
            data = members.read(name)
            (size,) = struct.unpack_from("<H", data, 8)
            header = ast.literal_eval(data[10 : 10 + size].decode("latin-1"))
            code = NPY_TYPES.get(header["descr"])
            if code is not None:
                body = data[10 + size :]
                arrays[name.removesuffix(".npy")] = list(
                    struct.unpack(f"<{len(body) // struct.calcsize(code)}{code}", body)
                )
    return arrays


def two_bytes(tables: Mapping[str, Sequence[int]]) -> list[int]:
    """Return letters, marks and digits of two bytes that fold to two bytes, as UTF-8, low byte first."""
    encoded = [0] * 0x800
    for code in range(0x80, 0x800):
        kind = tables["cell"][tables["block"][code >> 7] << 7 | code & 127] & 15
        folded = code + tables["fold_cell"][tables["fold_block"][code >> 7] << 7 | code & 127]
        if 2 <= kind <= 5 and 0x80 <= folded < 0x800:
            encoded[code] = (0xC0 | folded >> 6) | (0x80 | folded & 0x3F) << 8
    return encoded


def form_two_bytes(tables: Mapping[str, Sequence[int]]) -> list[int]:
    """Return `two_bytes` without characters that have a different form."""
    encoded = two_bytes(tables)
    for code in range(0x80, 0x800):
        if tables["form_cell"][tables["form_block"][code >> 7] << 7 | code & 127]:
            encoded[code] = 0
    return encoded


def composing_starts(tables: Mapping[str, Sequence[int]]) -> list[int]:
    """Return a bit for the first two bytes, low byte first, of each character that NFC may change."""
    bits = [0] * 1024
    for lead, leads, behind in ((0xC0, 32, 0), (0xE0, 16, 6), (0xF0, 5, 12)):
        for second in range(leads << 6):
            codes = range(second << behind, min((second + 1) << behind, 0x110000))
            if any(tables["cell"][tables["block"][code >> 7] << 7 | code & 127] & 0x80 for code in codes):
                start = lead | second >> 6 | (0x80 | second & 0x3F) << 8
                bits[start >> 6] |= 1 << (start & 63)
    return bits


def names_of(module: str) -> dict[str, Any]:
    """Return the names in a module of plain data."""
    return vars(import_module(module))


def identifier(column: str) -> str:
    """Return a column's name as a C++ identifier: "guess_before_1.5" and "guess_-1" become words."""
    return column.replace(".", "_").replace("-", "minus_").replace("+", "plus_")


def constants(kind: str, values: Mapping[str, object]) -> Iterable[str]:
    """Return lines that declare constants."""
    return (f"constexpr {kind} {name} = {value};" for name, value in values.items())


def scope(name: str, lines: Iterable[str]) -> list[str]:
    """Return lines inside a namespace."""
    return [f"namespace {name} {{", *lines, f"}}  // namespace {name}", ""]


def header(tags: Mapping[str, Any], schema: Mapping[str, Any], tables: Mapping[str, list[int]]) -> str:
    """Return the header that the kernels include."""
    numbers = {name.replace("-", "_") or "other": number for number, name in enumerate(tags["NAMES"])}
    numbers = {f"{name}_" if name in CPP_WORDS else name: number for name, number in numbers.items()}
    inside = {f"{name}": f"1u << {number}" for number, name in enumerate(tags["INSIDE"])}
    flags = {name: value for name, value in tags.items() if name in tags["FLAG_NAMES"]}
    lines = [
        "// Made by generate.py from text/tags.py, text/characters.npz and features/schema.py.",
        "#pragma once",
        '#include "arrays.h"',
        "",
        "namespace detector {",
        f"constexpr i64 TAGS = {len(tags['NAMES'])}, INSIDES = {len(tags['INSIDE'])};",
        f"constexpr i64 REFERENCES = {len(html5)};",
        "",
        *scope("tag", constants("u8", numbers)),
        *scope("flag", constants("u16", flags)),
        *scope("inside", constants("u32", inside)),
        f"constexpr u32 TAG_SLOT_MIX = {tags['SLOT_MIX']};",
        f"constexpr u32 TAG_SLOT_SHIFT = {33 - tags['SLOTS'].bit_length()};",
        *(
            f"extern const {kind} {name}[{len(values)}];"
            for name, (kind, values) in all_arrays(tags, tables).items()
        ),
        f"extern const u32 expansion[{len(tables['expansion']) // 3}][3];",
        "",
    ]
    for name, columns in schema["TABLES"].items():
        numbered = {identifier(column): at for at, column in enumerate(columns)}
        of_text = len(schema["TEXT_TABLES"].get(name, columns))
        sizes = {"COLUMNS": len(columns), "TEXT_COLUMNS": of_text}
        lines += scope(name, [*constants("i64", numbered), *constants("i64", sizes)])
    codes = {f"{name}_": number for number, name in enumerate(schema["ALL_CODES"])}
    lines += scope("code", [*constants("i64", codes), f"constexpr i64 CODES = {len(schema['CODES'])};"])
    lines += [*list_constants(schema), "}  // namespace detector", ""]
    return "\n".join(lines)


def list_constants(schema: Mapping[str, Any]) -> Iterable[str]:
    """Yield short lists of numbers, as in the schema."""
    for name, kind in (
        ("HALF_LIVES", "f64"),
        ("OFFSETS", "i64"),
        ("AGAIN_FROM", "i64"),
        ("MARKUP_AGAIN_FROM", "i64"),
    ):
        values = schema[name]
        yield f"constexpr {kind} {name}[{len(values)}] = {{{', '.join(map(str, values))}}};"


def all_arrays(tags: Mapping[str, Any], tables: Mapping[str, list[int]]) -> dict[str, tuple[str, list[int]]]:
    """Return names, types and values of all tables except the expansions."""
    slot, name_hash, flags, inside = tags["tables"]()
    return {
        "class_block": ("u16", tables["block"]),
        "class_cell": ("u8", tables["cell"]),
        "fold_block": ("u16", tables["fold_block"]),
        "fold_cell": ("i32", tables["fold_cell"]),
        "two_bytes": ("u16", two_bytes(tables)),
        "form_block": ("u16", tables["form_block"]),
        "form_cell": ("i32", tables["form_cell"]),
        "form_expansion": ("u32", tables["form_expansion"]),
        "form_two_bytes": ("u16", form_two_bytes(tables)),
        "base_block": ("u16", tables["base_block"]),
        "base_cell": ("i32", tables["base_cell"]),
        "composing_starts": ("u64", composing_starts(tables)),
        "tag_slot": ("u8", slot),
        "tag_hash": ("u32", name_hash),
        "tag_flags": ("u16", flags),
        "tag_inside": ("u32", inside),
        **references(),
    }


def references() -> dict[str, tuple[str, list[int]]]:
    """Return the names of character references, sorted, and the code points that they refer to."""
    names = sorted(html5, key=lambda name: name.encode())
    starts = [0]
    for name in names:
        starts.append(starts[-1] + len(name))
    codes = [[*map(ord, html5[name]), 0][:2] for name in names]
    return {
        "reference_names": ("u8", list("".join(names).encode())),
        "reference_start": ("u16", starts),
        "reference_first": ("u32", [first for first, _ in codes]),
        "reference_second": ("u16", [second for _, second in codes]),
    }


def source(tags: Mapping[str, Any], tables: Mapping[str, list[int]]) -> str:
    """Return the tables' values."""
    lines = ['#include "generated.h"', "", "namespace detector {", ""]
    for name, (kind, values) in all_arrays(tags, tables).items():
        suffix = "ull" if kind == "u64" else ""
        body = ",".join(f"{value}{suffix}" for value in values)
        lines += [f"const {kind} {name}[{len(values)}] = {{{body}}};"]
    rows = [tables["expansion"][at : at + 3] for at in range(0, len(tables["expansion"]), 3)]
    body = ",".join("{" + ",".join(map(str, row)) + "}" for row in rows)
    lines += [f"const u32 expansion[{len(rows)}][3] = {{{body}}};", "", "}  // namespace detector", ""]
    return "\n".join(lines)


# Names of tags that are reserved words in C++.
CPP_WORDS = {"template", "switch", "small", "var"}


def main(folder: Path) -> None:
    """Write both files to a folder."""
    sys.path.insert(0, str(PACKAGE.parent))
    tags, schema = names_of("detector.text.tags"), names_of("detector.features.schema")
    sys.path.pop(0)
    tables = arrays_of(PACKAGE / "text/characters.npz")
    (folder / "generated.h").write_text(header(tags, schema, tables), "utf-8")
    (folder / "generated.cpp").write_text(source(tags, tables), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
