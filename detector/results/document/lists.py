"""Numbers of ordered lists: an item keeps its number when others are dropped."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def number_items(block: "Element") -> None:
    """Remove the empty items of a list, and give the others their original numbers."""
    from turbohtml import Element

    items = [child for child in block.children if isinstance(child, Element) and child.tag == "li"]
    step = -1 if "reversed" in block.attrs else 1
    first = block.attrs.get("start")
    number = int(str(first)) if first is not None else (len(items) if step < 0 else 1)
    expected: int | None = None
    for item in items:
        said = item.attrs.pop("value", None)
        number = int(str(said)) if said is not None else number
        if not item.children:
            item.extract()
        else:
            if expected is None:
                block.attrs.pop("start", None)
                if number != 1 or step < 0:
                    block.attrs["start"] = str(number)
            elif number != expected:
                item.attrs["value"] = str(number)
            expected = number + step
        number += step
    if not block.children:
        block.extract()


def without_leaps(block: "Element") -> None:
    """Convert an ordered list into a form that Markdown has.

    Markdown has a number for the first item only, and counts upwards from 0 or more. So a list is split where
    its numbers jump, and other markers are written as words.
    """
    from turbohtml import Element, Text

    items = marked_items(block)
    if "reversed" in block.attrs or any(not mark.isdecimal() for _, mark in items):
        block.tag = "ul"
        for name in ("reversed", "start", "type"):
            block.attrs.pop(name, None)
        for item, mark in items:
            item.attrs.pop("value", None)
            first = item.children[0] if item.children else None
            holder = first if isinstance(first, Element) and first.tag == "p" else item
            holder.insert(0, Text(f"{mark}. "))
            holder.normalize()
        return
    now = block
    for item, mark in items:
        if item.attrs.pop("value", None) is not None:
            following = Element("ol", {"start": mark})
            now.insert_after(following)
            now = following
        if now is not block:
            now.append(item)


def marked_items(block: "Element") -> "list[tuple[Element, str]]":
    """Return the items of an ordered list after `number_items`, each with its number or letter."""
    from turbohtml import Element

    items = [child for child in block.children if isinstance(child, Element) and child.tag == "li"]
    step = -1 if "reversed" in block.attrs else 1
    number = int(str(block.attrs.get("start", len(items) if step < 0 else 1)))
    kind = str(block.attrs.get("type") or "1")
    marked: list[tuple[Element, str]] = []
    for item in items:
        number = int(str(item.attrs.get("value", number)))
        marked.append((item, _mark(number, kind)))
        number += step
    return marked


def _mark(number: int, kind: str) -> str:
    """Return a number as a list of this type shows it: 4, d or IV."""
    if kind in ("a", "A") and number > 0:
        mark = _letters(number)
    elif kind in ("i", "I") and 0 < number < 4000:
        mark = _roman(number)
    else:
        return str(number)
    return mark if kind.islower() else mark.upper()


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        written += sign * times
    return written
